import DeviceSimulation
import Foundation
import Testing

@testable import Clinical

@Suite("JSON that others send")
struct JSONReaderTests {
    private func read(_ text: String) throws(JSONError) -> JSON { try JSON(parsing: Array(text.utf8)) }

    private func error(_ bytes: [UInt8]) -> JSONError? {
        do throws(JSONError) {
            _ = try JSON(parsing: bytes)
            return nil
        } catch { return error }
    }

    @Test("every kind of value, with space between them and a byte order mark before")
    func values() throws {
        #expect(
            try read("\u{FEFF} { \"a\" : [ 1 , -2.5e1 , true , false , null , \"x\" ] , \"b\" : { } , \"c\" : [ ] }\n")
                == .object([
                    "a": .array([.integer(1), .number(-25), .bool(true), .bool(false), .null, .string("x")]), "b": .object([:]), "c": .array([]),
                ]))
        #expect(try read("12") == .integer(12))
        #expect(try read(#"{"a":1,"a":2}"#) == .object(["a": .integer(2)]), "the last of two counts")
    }

    @Test("escapes, also of characters beyond the first plane, and texts in UTF-8")
    func escapes() throws {
        #expect(try read(#""\"\\\/\b\f\n\r\té\u00e9\ud83d\ude00€""#) == .string("\"\\/\u{8}\u{C}\n\r\téé😀€"))
        #expect(error(Array(#""\ud83d""#.utf8)) == .unreadable)
        #expect(error(Array(#""\ude00x""#.utf8)) == .unreadable)
        #expect(error(Array(#""\ud83d\u0041""#.utf8)) == .unreadable)
    }

    @Test(
        "what is no JSON",
        arguments: [
            "", " ", "{", "}", "nul", "nullx", "t", #"{"a":}"#, "{'a':1}", "{a:1}", #"{"a" 1}"#, #"{"a":1,}"#, "[1,]", "[1 2]", "{}{}", "1 2",
            "01", "-", "+1", "1.", ".5", "1e", "1e+", "0x1", "NaN", "Infinity", "-Infinity", "\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"",
            "\"a\nb\"", "\"\u{1}\"", "//x\n1", "\u{1}",
        ])
    func malformed(text: String) { #expect(error(Array(text.utf8)) == .malformed) }

    @Test("bytes that are not UTF-8", arguments: [[0xFF], [0xC0, 0x80], [0xC3], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80]] as [[UInt8]])
    func notUTF8(bytes: [UInt8]) {
        #expect(error([0x22] + bytes + [0x22]) == .malformed)
        #expect(error(Array(#"{"a"#.utf8) + bytes + Array(#"":1}"#.utf8)) == .malformed)
        #expect(error(bytes) == .malformed)
    }

    @Test("numbers are exact, and what no number can hold is none")
    func numbers() throws {
        #expect(try read("9223372036854775807") == .integer(.max))
        #expect(try read("9223372036854775808") == .number(9_223_372_036_854_775_808))
        #expect(try read("0.1") == .number(0.1))
        #expect(try read("-0").lenientNumber?.sign == .minus)
        for text in ["1e999", "-1e999", String(repeating: "9", count: 400), "0.\(String(repeating: "0", count: 100))1"] {
            #expect(try read(text).lenientNumber == nil, "\(text)")
            #expect(try read(text).lenientInteger == nil)
        }
    }

    @Test("32 levels are followed, 33 are not; so many values are read as a text of its length may have, one more is not")
    func bounds() throws {
        func nested(_ depth: Int) -> [UInt8] { Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8) }
        #expect(error(nested(JSON.maximumDepth + 1)) == nil)
        #expect(error(nested(JSON.maximumDepth + 2)) == .tooComplex)
        #expect(error(nested(100_000)) == .tooComplex)
        func wide(_ count: Int) -> [UInt8] { Array("[\(Array(repeating: "0", count: count).joined(separator: ","))]".utf8) }
        #expect(error(wide(JSON.minimumValues)) == nil)
        #expect(error(wide(2 * JSON.minimumValues)) == .tooComplex)
        #expect(throws: Never.self) { try JSON(parsing: wide(99), maximumValues: 100) }
        #expect(throws: JSONError.tooComplex) { try JSON(parsing: wide(100), maximumValues: 100) }
        let value = String(repeating: "x", count: 32)
        func members(_ count: Int) -> [UInt8] { Array("{\((0..<count).map { "\"\($0)\":\"\(value)\"" }.joined(separator: ","))}".utf8) }
        #expect(error(members(JSON.maximumMembers)) == nil)
        #expect(error(members(JSON.maximumMembers + 1)) == .tooComplex)
    }

    @Test("names that nobody reads, long ones and those with other characters than ASCII's, are one")
    func otherNames() throws {
        let (long, longer) = (String(repeating: "a", count: 64), String(repeating: "a", count: 65))
        #expect(try read(#"{"\#(longer)":1,"é":2,"\#(long)":3}"#) == .object(["…": .integer(2), long: .integer(3)]))
    }

    @Test("only the members that are asked for are kept, and the others are checked all the same")
    func someMembers() throws {
        let text = #"{"type":"auth","x":{"type":"y","z":[1,{"token":2}]},"token":"t"}"#
        #expect(try JSON.members(["type", "token"], of: Array(text.utf8)) == ["type": .string("auth"), "token": .string("t")])
        #expect(try JSON.members(["type"], of: Array("[1]".utf8)) == nil)
        #expect(throws: JSONError.malformed) { try JSON.members(["type"], of: Array(#"{"type":"a","x":[}"#.utf8)) }
        #expect(throws: JSONError.tooComplex) { try JSON.members(["type"], of: Array(#"{"x":\#(String(repeating: "[", count: 50_000))"#.utf8)) }
    }

    @Test("on mutated texts it agrees with Foundation's reader about what JSON is")
    func foundation() throws {
        let seeds = [#"{"a":[1,-2.50e1,true,null,"x\u00e9\n"],"b":{"c":{}}}"#, #"[0,"\ud83d\ude00",{"k":1e5}]"#].map { Array($0.utf8) }
        let alphabet = Array(#"{}[]",:0123456789.eE+-truefalsn\u "#.utf8)
        var random = SeededGenerator(seed: 11)
        var accepted = 0
        for round in 0..<20_000 {
            var bytes = seeds[round % seeds.count]
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                let byte = alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                if Bool.random(using: &random) { bytes[at] = byte } else { bytes.insert(byte, at: at) }
            }
            let theirs = (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
            switch error(bytes) {
            case nil:
                accepted += 1
                #expect(theirs, "\(String(decoding: bytes, as: UTF8.self))")
            case .malformed:
                let text = String(decoding: bytes, as: UTF8.self)
                // Foundation's takes a comma at the end of a list.
                #expect(!theirs || text.contains(/,\s*[}\]]/), "\(text)")
            // Half a surrogate, or a number beyond a Double's: they differ about those among themselves.
            case .unreadable, .tooComplex: break
            }
        }
        #expect(accepted > 5_000)
    }

    @Test("as Django REST framework does, texts are taken for what they say")
    func lenient() {
        #expect(JSON.string("97.5").lenientNumber == 97.5 && JSON.string("1e2").lenientNumber == 100)
        for text in ["nan", "inf", "0x10", "", " ", "1,5", "97.5%", String(repeating: "1", count: 65)] {
            #expect(JSON.string(text).lenientNumber == nil, "\(text)")
        }
        #expect(JSON.string("12").lenientInteger == 12 && JSON.number(12).lenientInteger == 12 && JSON.number(12.5).lenientInteger == nil)
        #expect(JSON.string("True").lenientFlag == true && JSON.integer(0).lenientFlag == false && JSON.string("oui").lenientFlag == nil)
        #expect(JSON.integer(12).lenientText == "12" && JSON.bool(true).lenientText == nil)
    }
}
