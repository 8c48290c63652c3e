import Testing

@testable import Clinical

@Suite("Reports as the replaced system took them")
struct LenientReportTests {
    private func single(_ members: String) throws -> Report { try decode(#"{"type_donnee":"spo2","valeur":97,\#(members)}"#) }

    @Test("numbers and ids may be texts")
    func texts() throws {
        let report = try decode(#"{"dispositif":"12","type_donnee":"spo2","valeur":"97.5","age_ms":"500"}"#)
        #expect(report.device == 12 && report.readings.map(\.value) == [97.5])
        #expect(report.readings.map { $0.measuredAt.seconds(since: arrival) } == [-0.5])
        #expect(try decode(#"{"patient":"7","type_donnee":"spo2","valeur":97}"#).patient == .id(7))
        for value in ["\"x\"", "\"nan\"", "\"1e400\"", "\"\"", "1e400", "true", "[97]", "{}"] {
            let report = try decode(#"{"type_donnee":"spo2","valeur":\#(value)}"#)
            #expect(report.rejected.map(\.reason) == [.notANumber], "\(value)")
        }
    }

    @Test(
        "a unit is the one shown or its UCUM code, whatever the case, and nothing else",
        arguments: [
            ("spo2", "%", true), ("heart_rate", "BPM", true), ("heart_rate", "/min", true), ("temperature", "°c", true), ("temperature", "cel", true),
            ("systolic_bp", "MMHG", true), ("systolic_bp", "mm[hg]", true), ("respiratory_rate", "/MIN", true), ("temperature", "K", false),
            ("temperature", "F", false), ("spo2", "", false), ("heart_rate", "Hz", false), ("diastolic_bp", "kPa", false),
        ]) func units(vital: String, unit: String, isTaken: Bool) throws
    {
        let value = try #require(Vital(rawValue: vital)).properties.plausible.lowerBound
        let report = try decode(#"{"type_donnee":"\#(vital)","valeur":\#(value),"unite":"\#(unit)"}"#)
        #expect(report.rejected.map(\.reason) == (isTaken ? [] : [.wrongUnit]))
    }

    @Test("an offset needs no colon")
    func offsets() throws {
        for offset in ["+0100", "+01:00"] {
            let report = try single(#""timestamp":"2026-11-22T15:43:00\#(offset)""#)
            #expect(report.readings.map(\.measuredAt) == [Instant(milliseconds: 1_795_358_580_000)])
        }
        for offset in ["+1", "+01", "+010", "+01000", "+01:0", "0100", ""] {
            #expect(try single(#""timestamp":"2026-11-22T15:43:00\#(offset)""#).rejected.map(\.reason) == [.badTimestamp], "\(offset)")
        }
    }

    @Test("a device's state with lists longer than there are vitals, or nested ones, keeps the rest of it and the readings")
    func excessiveState() throws {
        func state(_ members: String) throws -> DeviceState? {
            try decode(#"{"mesures":[{"type_donnee":"spo2","valeur":97}],"etat":{"batterie":50,\#(members)}}"#).state
        }
        let many = Array(repeating: #""spo2""#, count: 33).joined(separator: ",")
        #expect(try state(#""detaches":[\#(many)]"#) == DeviceState(battery: 50))
        #expect(try state(#""raisons":{\#((0..<33).map { "\"v\($0)\":\"motion\"" }.joined(separator: ","))}"#) == DeviceState(battery: 50))
        #expect(
            try state(#""detaches":[["spo2"],{"spo2":1},"spo2"],"raisons":{"spo2":["motion"]}"#)
                == DeviceState(battery: 50, detached: [.spo2], reasons: [:]))
        #expect(try state(#""firmware":"\#(String(repeating: "é", count: 65))","demarrage":1e30,"sequence":-1"#) == DeviceState(battery: 50))
        #expect(try state(#""trace":{"x":[1,2,[3]]},"autonomie_min":[]"#) == DeviceState(battery: 50), "what this server does not know")
    }
}
