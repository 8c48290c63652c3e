import DeviceSimulation
import Foundation
import Testing

@testable import Clinical

@Suite struct PlainReportTests {
    let now = Instant(milliseconds: 1_795_358_598_250)

    @Test(
        "what devices send is read in one pass, as the general decoder reads it",
        arguments: [
            #"{"mesures":[{"type_donnee":"spo2","valeur":97.0,"unite":"%","timestamp":"2026-11-22T14:43:18.250Z"}]}"#,
            #"{"dispositif":12,"mesures":[{"type_donnee":"temperature","valeur":36.85,"unite":"°C","age_ms":1500},{"valeur":72,"type_donnee":"heart_rate"}]}"#,
            #" { "etat" : {"batterie":81,"rssi":-60,"firmware":"1.2.0","demarrage":3,"sequence":4294967295} , "mesures" : [ {"type_donnee":"ambient_temperature","valeur":-0.5} ] } "#,
            #"{"mesures":[{"type_donnee":"spo2","valeur":97,"timestamp":"2026-11-22T14:43:17Z"},{"type_donnee":"spo2","valeur":97,"timestamp":"2026-11-22T14:43:16Z"},{"type_donnee":"heart_rate","valeur":97}],"etat":{"heure":"2026-11-22T14:43:18.250Z","limites":4294967295}}"#,
        ])
    func plain(body: String) throws {
        let report = try #require(Report.plain(Array(body.utf8), now: now))
        #expect(try report == Report.general(Array(body.utf8), now: now))
    }

    @Test(
        "what is not plain is left to the general decoder",
        arguments: [
            "", "{}", "[]", #"{"mesures":[]}"#, #"{"mesures":[],"etat":{"batterie":3}}"#,
            #"{"mesures":[{"type_donnee":"spo2","valeur":97}]} x"#, #"{"mesures":[{"type_donnee":"spo2","valeur":97}]"#,
            #"{"mesures":[{"type_donnee":"spo2","valeur":97},]}"#, #"{"mesures":[{"type_donnee":"sp\u006f2","valeur":97}]}"#,
            #"{"mesures":[{"type_donnee":"spo2","valeur":9.7e1}]}"#, #"{"mesures":[{"type_donnee":"spo2","valeur":097}]}"#,
            #"{"mesures":[{"type_donnee":"spo2","valeur":97.}]}"#, #"{"mesures":[{"type_donnee":"spo2","valeur":.97}]}"#,
            #"{"mesures":[{"type_donnee":"spo2","valeur":"97"}]}"#, #"{"mesures":[{"type_donnee":"spo2","valeur":101}]}"#,
            #"{"mesures":[{"type_donnee":"spo2","valeur":97,"valeur":98}]}"#, #"{"mesures":[{"type_donnee":"spo2","valeur":97,"site":"doigt"}]}"#,
            #"{"mesures":[{"type_donnee":"spo2","valeur":97,"unite":"bpm"}]}"#, #"{"mesures":[{"type_donnee":"consciousness","valeur":0}]}"#,
            #"{"mesures":[{"type_donnee":"spo2","valeur":97,"timestamp":"2026-11-22T14:44:20.000Z"}]}"#,
            #"{"mesures":[{"type_donnee":"spo2","valeur":97,"timestamp":"2026-11-22T14:43:18Z","age_ms":5}]}"#,
            #"{"dispositif":0,"mesures":[{"type_donnee":"spo2","valeur":97}]}"#,
            #"{"mesures":[{"type_donnee":"spo2","valeur":97}],"patient":3}"#,
            #"{"mesures":[{"type_donnee":"spo2","valeur":97}],"etat":{"batterie":101}}"#,
            #"{"mesures":[{"type_donnee":"spo2","valeur":97}],"etat":{}}"#,
            #"{"mesures":[{"type_donnee":"spo2","valeur":97}],"etat":{"heure":"x"}}"#,
            #"{"mesures":[{"type_donnee":"spo2","valeur":97}],"etat":{"limites":-1}}"#,
            #"{"mesures":[{"type_donnee":"spo2","valeur":97}],"etat":{"detaches":["spo2"]}}"#,
        ])
    func notPlain(body: String) {
        #expect(Report.plain(Array(body.utf8), now: now) == nil)
    }

    @Test("a body of 1,001 readings is left to the general decoder, one of 1,000 is not") func many() {
        func body(_ count: Int) -> [UInt8] {
            let reading = #"{"type_donnee":"spo2","valeur":97}"#
            return Array(#"{"mesures":[\#(Array(repeating: reading, count: count).joined(separator: ","))]}"#.utf8)
        }
        #expect(Report.plain(body(1000), now: now)?.readings.count == 1000)
        #expect(Report.plain(body(1001), now: now) == nil)
    }

    @Test("whatever it reads of a damaged body, the general decoder reads the same") func damaged() throws {
        var random = SeededGenerator(seed: 7)
        let whole = Array(
            #"{"dispositif":12,"mesures":[{"type_donnee":"spo2","valeur":97.25,"unite":"%","timestamp":"2026-11-22T14:43:18.250Z"},{"type_donnee":"temperature","valeur":36.8,"unite":"°C","age_ms":20}],"etat":{"batterie":80,"firmware":"1.2","heure":"2026-11-22T14:43:18Z","limites":12}}"#
                .utf8)
        var read = 0
        for _ in 0..<20_000 {
            var body = whole
            for _ in 0...Int.random(in: 0...1, using: &random) {
                let at = Int.random(in: 0..<body.count, using: &random)
                switch Int.random(in: 0...2, using: &random) {
                case 0: body.remove(at: at)
                case 1: body[at] = whole.randomElement(using: &random) ?? 0
                default: body.insert(whole.randomElement(using: &random) ?? 0, at: at)
                }
            }
            guard let report = Report.plain(body, now: now) else { continue }
            read += 1
            let general = try Report.general(body, now: now)
            #expect(report == general, "\(String(decoding: body, as: UTF8.self))")
        }
        #expect(read > 500)
    }

    @Test("numbers are read exactly") func numbers() throws {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<20_000 {
            let text = "\(Int.random(in: 30...99, using: &random)).\(Int.random(in: 0...999_999_999, using: &random))"
            let body = Array(#"{"mesures":[{"type_donnee":"spo2","valeur":\#(text)}]}"#.utf8)
            #expect(try #require(Report.plain(body, now: now)).readings[0].value == Double(text))
        }
    }
}
