import Clinical
import DeviceCore
import DeviceSimulation
import Foundation
import Testing

@Suite struct AnswerTests {
    private func parse(_ text: String) -> fj_answer? {
        var answer = fj_answer()
        return fj_answer_parse(text, text.utf8.count, &answer) == FJ_OK ? answer : nil
    }

    private func rules(_ answer: fj_answer) -> [fj_rule] {
        withUnsafeBytes(of: answer.rules.rule) { Array($0.bindMemory(to: fj_rule.self).prefix(Int(answer.rules.count))) }
    }

    private static let whole = """
        {"recues":6,"doublons":2,"rejetees":[{"index":1,"raison":"une \\"raison\\" [}"}],"heure_serveur":"2026-11-28T10:00:00.250Z",\
        "limites":{"version":77,"regles":[{"type_donnee":"spo2","cote":"bas","niveau_gravite":"error","seuil":90,"inclus":false,"delai_s":10,\
        "hysteresis":1},{"type_donnee":"temperature","cote":"haut","niveau_gravite":"warning","seuil":38.05,"inclus":true,"delai_s":0.5,\
        "hysteresis":0.2,"portee":"service"},{"type_donnee":"respiratory_rate","cote":"bas","niveau_gravite":"error","seuil":8,"delai_s":15},\
        {"type_donnee":"heart_rate","cote":"bas","niveau_gravite":"warning","seuil":null,"delai_s":10}]}}
        """

    @Test("the server's answer is understood") func understood() throws {
        let answer = try #require(parse(Self.whole))
        #expect(answer.received == 6 && answer.duplicates == 2 && answer.rejected == 1)
        #expect(answer.has_time && answer.server_utc_ms == 1_795_860_000_250)
        #expect(answer.has_rules && answer.rules.version == 77)
        let rules = rules(answer)
        #expect(rules.count == 2, "of other vitals, or switched off: left out")
        #expect(rules[0].limit == 9000 && rules[0].delay_ms == 10_000 && rules[0].hysteresis == 100 && rules[0].includes_limit == 0)
        #expect(rules[1].limit == 3805 && rules[1].delay_ms == 500 && rules[1].side == 1 && rules[1].includes_limit == 1)
    }

    @Test("a cuff is told in milliseconds, 90 s at most, and nothing else is one") func cuff() throws {
        func cuff(_ value: String) -> UInt32? { parse(#"{"recues":1,"brassard_ms":\#(value)}"#)?.cuff_ms }
        #expect(cuff("41250") == 41_250 && cuff("0") == 0 && cuff("90001") == 90_000 && parse(#"{"recues":1}"#)?.cuff_ms == 0)
        for wrong in ["-1", "1.5", #""x""#, "null", "4294967296"] { #expect(cuff(wrong) == nil, "\(wrong)") }
    }

    @Test("no beginning of an answer is one, and nothing may follow it") func prefixes() {
        let bytes = Array(Self.whole.utf8)
        for length in 0..<bytes.count { #expect(parse(String(decoding: bytes[..<length], as: UTF8.self)) == nil) }
        #expect(parse(Self.whole + " \n") != nil && parse(Self.whole + "x") == nil)
    }

    @Test(
        "rules that make no sense leave the count believed",
        arguments: [
            #""seuil":"x""#, #""seuil":1e9"#, #""seuil":90,"delai_s":-1"#, #""seuil":90,"delai_s":301"#, #""seuil":90,"cote":"milieu""#,
        ])
    func badRules(member: String) throws {
        let text = """
            {"recues":3,"limites":{"version":1,"regles":[{"type_donnee":"spo2","cote":"bas","niveau_gravite":"error","delai_s":1,\(member)}]}}
            """
        let answer = try #require(parse(text))
        #expect(answer.received == 3 && !answer.has_rules)
    }

    @Test(
        "what is not our server's is not believed",
        arguments: [
            "", "<html></html>", "[]", "{}", #"{"recues":-1}"#, #"{"recues":1.5}"#, #"{"recues":"3"}"#, #"{"recues":4294967296}"#, "null",
        ])
    func others(text: String) { #expect(parse(text) == nil) }

    @Test("every valid document is passed over, whatever is in it", arguments: 1...20 as ClosedRange<UInt64>) func anyJSON(seed: UInt64) throws {
        var g = SeededGenerator(seed: seed)
        func value(_ depth: Int) -> Any {
            switch Int.random(in: depth > 5 ? 2...6 : 0...6, using: &g) {
            case 0: return (0..<Int.random(in: 0...4, using: &g)).map { _ in value(depth + 1) }
            case 1:
                let keys = (0..<Int.random(in: 0...4, using: &g)).map { "é\"\\\u{1}\($0)" }
                return Dictionary(uniqueKeysWithValues: keys.map { ($0, value(depth + 1)) })
            case 2: return "text \u{7} / \u{1F600}"
            case 3: return Double.random(in: -1e6...1e6, using: &g)
            case 4: return Int.random(in: .min ... .max, using: &g)
            case 5: return Bool.random(using: &g)
            default: return NSNull()
            }
        }
        for _ in 0..<100 {
            let options: JSONSerialization.WritingOptions = Bool.random(using: &g) ? [.prettyPrinted] : []
            let data = try JSONSerialization.data(withJSONObject: ["recues": 5, "autre": value(0), "zz": value(0)], options: options)
            #expect(parse(String(decoding: data, as: UTF8.self))?.received == 5, "\(String(decoding: data, as: UTF8.self))")
        }
    }

    @Test("deep documents are refused, not followed") func depth() {
        func nested(_ depth: Int) -> String {
            #"{"recues":1,"x":"# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}"
        }
        #expect(parse(nested(32)) != nil && parse(nested(33)) == nil && parse(nested(60_000)) == nil)
    }

    @Test("numbers are read as exactly as Swift reads them") func numbers() {
        var g = SeededGenerator(seed: 4)
        for _ in 0..<5000 {
            let text = "\(Int.random(in: -99_999_999...99_999_999, using: &g)).\(Int.random(in: 0...999_999, using: &g))"
            var (json, number) = (fj_json(), 0.0)
            text.withCString { bytes in
                (json.bytes, json.length) = (bytes, text.utf8.count)
                #expect(fj_json_number(&json, &number) && fj_json_end(&json))
            }
            #expect(number == Double(text), "\(text)")
        }
        for (text, isNumber) in [
            ("-0", true), ("1e5", true), ("1E+2", true), ("123456789012345678901234567890", true), ("1e999", true), ("00", false), ("01", false),
            (".5", false), ("5.", false), ("1e", false), ("+1", false), ("-", false), ("0x1", false), ("NaN", false),
        ] {
            var (json, number) = (fj_json(), 0.0)
            text.withCString { bytes in
                (json.bytes, json.length) = (bytes, text.utf8.count)
                #expect((fj_json_number(&json, &number) && fj_json_end(&json)) == isNumber, "\(text)")
            }
        }
    }

    @Test("Retry-After is read in seconds, within reason") func retryAfter() {
        for (text, expected) in [("7", 7), ("0", 0), ("600", 600), ("601", 600), ("99999999999999", 600)] as [(String, UInt32)] {
            var seconds: UInt32 = 1
            #expect(fj_answer_retry_after(text, text.utf8.count, &seconds) == FJ_OK && seconds == expected)
        }
        for text in ["", "-1", "1.5", "Wed, 21 Oct 2026 07:28:00 GMT", " 7"] {
            var seconds: UInt32 = 1
            #expect(fj_answer_retry_after(text, text.utf8.count, &seconds) == FJ_ERROR_FORMAT && seconds == 1)
        }
    }
}
