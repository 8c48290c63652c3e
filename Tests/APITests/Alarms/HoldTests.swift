import Clinical
import Store
import Testing

@testable import API

/// Absences and cuffs, seen from HTTP.
@Suite struct HoldTests {
    let api: TestService

    init() throws { api = try TestService() }

    @Test(
        "it is begun, shown, replaced and ended",
        arguments: [("absence", #"{"motif":"Scanner"}"#, "Scanner", 3600.0), ("brassard", "", "", 90)])
    func life(kind: String, body: String, reason: String, seconds: Double) throws {
        let path = "/api/patients/H0/\(kind)/"
        #expect(try api.send("GET", path, as: .ecran).text == #"{"\#(kind)":null}"#)
        let begun = try api.send("POST", path, as: .infirmier, body)
        #expect(begun.status == 201, "\(begun.text)")
        #expect(begun.json?.names == ["id", "patient", "motif", "par", "debut", "fin", "terminee_le"])
        #expect(begun["motif"]?.text == reason && begun["par"]?.text == "nurse" && begun["terminee_le"] == .null)
        let (begin, end) = (try #require(Instant(rfc3339: begun["debut"]?.text ?? "")), try #require(Instant(rfc3339: begun["fin"]?.text ?? "")))
        #expect(end.seconds(since: begin) == seconds)
        #expect(try api.send("GET", path, as: .ecran)[kind] == begun.json)
        let other = try api.send("POST", path, as: .medecin, body)
        #expect(other["par"]?.text == "medecin1" && other["id"]?.number == (begun["id"]?.number ?? 0) + 1)
        // The alert that shows it carries it, and only the one that runs.
        let alerts = try api.send("GET", "/api/iot/alertes/?patient_id=1", as: .ecran)
        #expect(alerts.json?.array?.count == 2)
        #expect(alerts.json?[0]?["veille"] == other.json && alerts.json?[1]?["veille"] == .null)
        #expect(alerts.json?[0]?["type_alerte"]?.text == kind && alerts.json?[0]?["niveau_gravite"]?.text == "info")
        #expect(try api.send("DELETE", path, as: .infirmier).status == 204)
        #expect(try api.send("GET", path, as: .ecran).text == #"{"\#(kind)":null}"#)
        #expect(try api.send("DELETE", path, as: .infirmier).status == 204)
    }

    @Test("a device that alarms by itself is told how long a cuff still stops the pulse, while it does and no longer; others are not told")
    func bedside() throws {
        func told(_ state: String = #""limites":0"#) throws -> Double? {
            try api.send("POST", "/api/iot/data/", as: .device, #"{"mesures":[],"etat":{\#(state)}}"#)["brassard_ms"]?.number
        }
        #expect(try told() == nil)
        #expect(try api.send("POST", "/api/patients/1/absence/", as: .infirmier, #"{"motif":"Scanner"}"#).status == 201)
        #expect(try told() == nil, "a lost pulse is no absence")
        #expect(try api.send("POST", "/api/patients/1/brassard/", as: .infirmier).status == 201)
        let left = try #require(try told())
        #expect(left > 60_000 && left <= 90_000)
        #expect(try told(#""batterie":50"#) == nil)
        try api.store.connection().script("UPDATE monitoring_holds SET begun_at = begun_at - interval '60 s', ends_at = ends_at - interval '60 s'")
        #expect(try #require(try told()) <= 30_000)
        #expect(try api.send("DELETE", "/api/patients/1/brassard/", as: .infirmier).status == 204)
        #expect(try told() == nil)
    }

    @Test(
        "a reason is needed, short and visible",
        arguments: [
            "{}", #"{"motif":""}"#, #"{"motif":" "}"#, #"{"motif":"a\nb"}"#,
            #"{"motif":"a\u202eb"}"#, #"{"motif":"a\u200bb"}"#, #"{"motif":"a\u0000b"}"#, #"{"motif":"a\u2028b"}"#, #"{"motif":null}"#,
            #"{"motif":"\#(String(repeating: "é", count: 121))"}"#,
        ])
    func reason(body: String) throws {
        let answer = try api.send("POST", "/api/patients/1/absence/", as: .infirmier, body)
        #expect(answer.status == 400 && answer["motif"] != nil, "\(answer.text)")
        #expect(try api.send("GET", "/api/patients/1/absence/", as: .infirmier)["absence"] == .null)
    }

    @Test("the spaces around a reason are cut") func trimmedReason() throws {
        let begun = try api.send("POST", "/api/patients/1/absence/", as: .infirmier, #"{"motif":" Scanner\n"}"#)
        #expect(begun.status == 201 && begun["motif"] == .string("Scanner"), "\(begun.text)")
    }

    @Test("the longest reason and any script are taken", arguments: [String(repeating: "é", count: 120), "IRM – «2e étage»", "检查", "O’Neil 🚑"])
    func longReason(reason: String) throws {
        let answer = try api.send("POST", "/api/patients/1/absence/", as: .infirmier, #"{"motif":"\#(reason)","duree_min":90}"#)
        #expect(answer.status == 201 && answer["motif"]?.text == reason, "\(answer.text)")
    }

    @Test("no absence is longer than four hours, or none at all", arguments: ["0", "-1", "241", "1.5", "\"une heure\"", "1e9"])
    func length(minutes: String) throws {
        let answer = try api.send("POST", "/api/patients/1/absence/", as: .infirmier, #"{"motif":"Bloc","duree_min":\#(minutes)}"#)
        #expect(answer.status == 400, "\(answer.text)")
        for allowed in [1, 240] {
            #expect(try api.send("POST", "/api/patients/1/absence/", as: .infirmier, #"{"motif":"Bloc","duree_min":\#(allowed)}"#).status == 201)
        }
    }

    @Test("nobody raises an alert by hand that would show a hold", arguments: ["absence", "brassard"]) func forged(kind: String) throws {
        let body = #"{"patient":1,"type_alerte":"\#(kind)","message":"m","niveau_gravite":"info"}"#
        let answer = try api.send("POST", "/api/iot/alertes/", as: .infirmier, body)
        #expect(answer.status == 400 && answer["type_alerte"] != nil)
    }
}
