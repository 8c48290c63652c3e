import Access
import Clinical
import Store
import Testing

@testable import API

/// A device's comparison with an instrument: who, when, against what, and whether the device computes with it.
@Suite struct CalibrationTests {
    private let api: TestService
    private static let path = "/api/iot/dispositifs/1/etalonnages/"
    private static let body = #"{"reference":"Masimo Radical-7 n° 1234","a":0,"b":-34.5,"c":112.25,"spo2_min":80,"spo2_max":99"#

    init() throws { api = try TestService() }

    private func device() throws -> Answer { try api.send("GET", "/api/iot/dispositifs/1/") }

    /// The device's report with this state.
    private func report(_ state: String) throws {
        let answer = try api.send("POST", "/api/iot/data/", as: .device, #"{"mesures":[{"type_donnee":"spo2","valeur":97}],"etat":{\#(state)}}"#)
        #expect(answer.status == 201, "\(answer.text)")
    }

    @Test("a device is not calibrated until there is a record, which says who, when and against what") func record() throws {
        #expect(try device()["etalonnage"] == .null)
        let made = try api.send("POST", Self.path, Self.body + #","le":"2026-11-20T10:00:00Z"}"#)
        #expect(made.status == 201 && made["par"]?.text == "admin" && made["le"]?.text == "2026-11-20T10:00:00.000Z", "\(made.text)")
        #expect(made["reference"]?.text == "Masimo Radical-7 n° 1234" && made["en_service"] == .bool(false))
        #expect(try device()["etalonnage"]?["id"] == made["id"])
        #expect(try api.send("GET", Self.path, as: .infirmier).json?.array?.count == 1)
    }

    @Test("it is in use once the device says that it computes with it, and no more when it says another or none") func inUse() throws {
        _ = try api.send("POST", Self.path, Self.body + "}")
        func isInUse() throws -> JSON? { try device()["etalonnage"]?["en_service"] }
        try report(#""perdues":0"#)
        #expect(try isInUse() == .bool(false))
        try report(#""perdues":0,"courbe":[0.00000,-34.50000,112.25000]"#)
        #expect(try isInUse() == .bool(true))
        try report(#""batterie":80"#)
        #expect(try isInUse() == .bool(true), "most reports do not say it")
        try report(#""perdues":0,"courbe":[0,-34.5,112]"#)
        #expect(try isInUse() == .bool(false))
        try report(#""perdues":0,"courbe":[0,-34.5,112.25]"#)
        try report(#""perdues":0"#)
        #expect(try isInUse() == .bool(false), "set up again, without it")
    }

    @Test("of several the latest counts, and one that was a mistake can be taken back") func latest() throws {
        let first = try api.send("POST", Self.path, Self.body + #","le":"2026-11-20T10:00:00Z"}"#)
        let earlier = try api.send("POST", Self.path, Self.body + #","le":"2026-11-19T10:00:00Z"}"#)
        #expect(try device()["etalonnage"]?["id"] == first["id"])
        let id = try #require(first["id"]?.lenientInteger)
        #expect(try api.send("DELETE", Self.path + "\(id)/").status == 204)
        #expect(try device()["etalonnage"]?["id"] == earlier["id"])
        #expect(try api.send("DELETE", Self.path + "\(id)/").status == 404)
        #expect(
            try api.count("SELECT count(*) FROM audit WHERE action IN ('calibration.created', 'calibration.deleted') AND subject = 'device 1'") == 3)
    }

    @Test(
        "what cannot be is refused at its field",
        arguments: [
            ("\"a\":0", "\"a\":5000", "a"), ("-34.5", "34.5", "c"), ("112.25", "12", "c"), ("\"spo2_max\":99", "\"spo2_max\":70", "spo2_max"),
            ("\"spo2_min\":80", "\"spo2_min\":20", "spo2_min"), ("Masimo Radical-7 n° 1234", "", "reference"),
            ("\"a\":0", "\"a\":0,\"le\":\"2999-01-01T00:00:00Z\"", "le"),
        ])
    func refused(part: String, instead: String, field: String) throws {
        let answer = try api.send("POST", Self.path, Self.body.replacing(part, with: instead) + "}")
        #expect(answer.status == 400 && answer["errors"]?[field] != nil, "\(answer.text)")
        #expect(try api.count("SELECT count(*) FROM device_calibrations") == 0)
    }

    @Test("the code that sets a device up brings it the curve") func code() throws {
        #expect(ProvisioningText.of(nil) == #"{"v":1,"url":"https://h/","cle":"fjd_1_x"}"#)
        #expect(ProvisioningText.of(SpO2Curve(a: 0, b: -34.5, c: 112.25)) == #"{"v":1,"url":"https://h/","cle":"fjd_1_x","spo2":[0.0,-34.5,112.25]}"#)
    }

    @Test("swapped LEDs are shown while the device says so") func inverted() throws {
        #expect(try device()["inverse"] == .bool(false))
        try report(#""inverse":true,"raisons":{"spo2":"poor_signal"}"#)
        #expect(try device()["inverse"] == .bool(true))
        try report(#""batterie":80"#)
        #expect(try device()["inverse"] == .bool(false))
    }
}

private enum ProvisioningText {
    static func of(_ curve: SpO2Curve?) -> String { ProvisioningCode(url: "https://h", cle: "fjd_1_x", curve: curve).text }
}
