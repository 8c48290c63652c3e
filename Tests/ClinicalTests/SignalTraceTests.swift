import Testing

@testable import Clinical

/// `etat.trace` is read strictly, and costs no reading.
@Suite struct SignalTraceTests {
    private static let now = Instant(milliseconds: 1_900_000_000_000)
    private static let good = #""debut":["spo2"],"fin":[],"age_ms":1000,"cadence":25,"pas":100,"ir":"AQL/gA==""#

    private func decode(_ trace: String) throws -> Report {
        try Report.decode(
            Array(#"{"mesures":[{"type_donnee":"spo2","valeur":97}],"etat":{"batterie":80,"trace":\#(trace)}}"#.utf8), now: Self.now)
    }

    @Test("a whole one is read") func whole() throws {
        let trace = try #require(try decode("{\(Self.good)}").state?.trace)
        #expect(trace.begun == [.spo2] && trace.ended.isEmpty && trace.rateHz == 25 && trace.step == 100)
        #expect(trace.differences == [1, 2, -1, -128])
        #expect(trace.endedAt == Self.now.advanced(bySeconds: -1) && trace.isDatedByServer)
        #expect(SignalTrace.points(differences: trace.differences, step: 100) == [0.01, 0.03, 0.02, nil])
        #expect(try decode("null").traceFaults.isEmpty)
    }

    @Test(
        "each member that is wrong is named, the readings and the rest of the state are kept",
        arguments: [
            (#"{"debut":[],"fin":[],"age_ms":1,"cadence":25,"pas":1,"ir":"AQ=="}"#, ["debut"]),
            (#"{"debut":["temperature"],"age_ms":1,"cadence":25,"pas":1,"ir":"AQ=="}"#, ["debut"]),
            (#"{"debut":["spo2","spo2"],"age_ms":1,"cadence":25,"pas":1,"ir":"AQ=="}"#, ["debut"]),
            (#"{"fin":"spo2","cadence":25,"pas":1,"ir":"AQ=="}"#, ["fin", "timestamp"]),
            (#"{"debut":["spo2"],"timestamp":"hier","cadence":9,"pas":0,"ir":"A"}"#, ["timestamp", "cadence", "pas", "ir"]),
            (#"{"debut":["spo2"],"timestamp":"2035-01-01T00:00:00Z","cadence":101,"pas":1000001,"ir":""}"#, ["timestamp", "cadence", "pas", "ir"]),
            (#"{"debut":["spo2"],"timestamp":"1970-01-01T00:00:00Z","cadence":25,"pas":1.5,"ir":7}"#, ["timestamp", "pas", "ir"]),
            (#"{"debut":["spo2"],"age_ms":-1,"cadence":25,"pas":1,"ir":"gA=="}"#, ["age_ms", "ir"]),
            (#"{"debut":["spo2"],"age_ms":1,"cadence":25,"pas":1,"ir":"A==="}"#, ["ir"]),
            (#"{"debut":["spo2"],"age_ms":1,"cadence":25,"pas":1,"ir":"AQ=A"}"#, ["ir"]),
            (#"{"debut":["spo2"],"age_ms":1,"cadence":25,"pas":1,"ir":"AQ-_"}"#, ["ir"]),
            (#"{"debut":["spo2"],"age_ms":1,"cadence":25,"pas":1,"ir":"\#(String(repeating: "AAAA", count: 134))"}"#, ["ir"]),
            (#"[]"#, [""]), (#""AQ==""#, [""]), ("7", [""]),
        ])
    func faults(trace: String, fields: [String]) throws {
        let report = try decode(trace)
        #expect(report.state?.trace == nil && report.traceFaults.map(\.field) == fields, "\(report.traceFaults)")
        #expect(report.readings.count == 1 && report.state?.battery == 80)
    }

    @Test("the longest is 400 points") func longest() throws {
        let text = String(repeating: "AAAA", count: 133) + "AA=="
        #expect(try decode(#"{"debut":["spo2"],"age_ms":1,"cadence":25,"pas":1,"ir":"\#(text)"}"#).state?.trace?.differences.count == 400)
    }

    @Test("every fault has a sentence in both languages", arguments: SignalTrace.Fault.allCases, Language.allCases)
    func texts(fault: SignalTrace.Fault, language: Language) {
        #expect(SignalTrace.Fault.texts[fault]?[language]?.hasSuffix(".") == true)
    }
}
