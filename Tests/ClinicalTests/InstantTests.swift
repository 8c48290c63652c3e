import DeviceSimulation
import Foundation
import Testing

@testable import Clinical

@Suite("Instants")
struct InstantTests {
    @Test(
        "known instants are written and read",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_709_251_199_999, "2024-02-29T23:59:59.999Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (1_795_358_598_250, "2026-11-22T14:43:18.250Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func known(milliseconds: Int64, text: String) {
        #expect(Instant(milliseconds: milliseconds).rfc3339 == text)
        #expect(Instant(rfc3339: text) == Instant(milliseconds: milliseconds))
    }

    @Test(
        "offsets, other separators and any number of decimals mean the same instant",
        arguments: [
            "2026-11-22T14:43:18.250+00:00", "2026-11-22T15:43:18.250+01:00", "2026-11-22t14:43:18.25z", "2026-11-22 14:43:18.250Z",
            "2026-11-23T00:13:18.250+09:30", "2026-11-22T09:13:18.2500-05:30", "2026-11-22T14:43:18.250999999Z", "2026-11-22T14:43:18.25-00:00",
        ])
    func spellings(text: String) {
        #expect(Instant(rfc3339: text)?.rfc3339 == "2026-11-22T14:43:18.250Z")
    }

    @Test("a leap second is the next minute's first")
    func leapSecond() {
        #expect(Instant(rfc3339: "2016-12-31T23:59:60Z") == Instant(rfc3339: "2017-01-01T00:00:00Z"))
    }

    @Test(
        "anything else is no instant",
        arguments: [
            "", "2026", "2026-11-22", "2026-11-22T14:43", "2026-11-22T14:43:18", "2026-11-22T14:43:18.Z", "2026-11-22T14:43:18,5Z",
            "2026-11-22T14:43:18.250", "2026-11-22T14:43:18Z ", " 2026-11-22T14:43:18Z", "2026-11-22T14:43:18ZZ", "2026-11-22T14:43:18+010",
            "2026-11-22T14:43:18+01", "2026-11-22T14:43:18+24:00", "2026-11-22T14:43:18+01:60", "2026-11-22T24:00:00Z", "2026-11-22T14:60:00Z",
            "2026-11-22T14:43:61Z", "2026-00-22T14:43:18Z", "2026-13-22T14:43:18Z", "2026-11-00T14:43:18Z", "2026-11-31T14:43:18Z",
            "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "1969-12-31T23:59:59Z", "0000-01-01T00:00:00Z", "26-11-22T14:43:18Z",
            "2026-11-22T14:43:-1Z", "2026-1a-22T14:43:18Z", "２026-11-22T14:43:18Z", "2026-11-22T14:43:18Zé", "1795358598", "20261122T144318Z",
        ])
    func noInstant(text: String) {
        #expect(Instant(rfc3339: text) == nil)
    }

    @Test("what is written is read back, and says what Foundation's calendar says")
    func againstFoundation() throws {
        var random = SeededGenerator(seed: 1)
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        for _ in 0..<3000 {
            let instant = Instant(milliseconds: Int64.random(in: 0...253_402_300_799_999, using: &random))
            let text = instant.rfc3339
            #expect(Instant(rfc3339: text) == instant)
            let date = Date(timeIntervalSince1970: Double(instant.milliseconds / 1000))
            let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
            let expected = try [parts.year, parts.month, parts.day, parts.hour, parts.minute, parts.second].map { try #require($0) }
            let written = text.dropLast(5).split { "-T:".contains($0) }.compactMap { Int($0) }
            #expect(written == expected, "\(text)")
            #expect(Int64(text.dropLast().suffix(3)) == instant.milliseconds % 1000)
        }
    }

    @Test("no text with one character changed is read as something that is not written so")
    func mutations() {
        var random = SeededGenerator(seed: 2)
        let alphabet = Array("0123456789-:.TtZz+ é")
        var read = 0
        for _ in 0..<20_000 {
            var text = Array("2026-11-22T14:43:18.250Z")
            text[Int.random(in: 0..<text.count, using: &random)] = alphabet.randomElement(using: &random) ?? "x"
            guard let instant = Instant(rfc3339: String(text)) else { continue }
            read += 1
            // A sign in the place of Z needs an offset behind it, so what is read is UTC and differs in case or separator only.
            let plain = String(text).uppercased().replacing(" ", with: "T")
            if !plain.hasSuffix("18.250Z") || plain.contains(":60") { continue }
            #expect(instant.rfc3339 == plain)
        }
        #expect(read > 1000)
    }

    @Test("JSON carries the text, and no number")
    func json() throws {
        let instant = Instant(milliseconds: 1_795_358_598_250)
        #expect(String(decoding: try JSONEncoder().encode([instant]), as: UTF8.self) == #"["2026-11-22T14:43:18.250Z"]"#)
        #expect(try JSONDecoder().decode([Instant].self, from: Data(#"["2026-11-22T14:43:18.25Z"]"#.utf8)) == [instant])
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([Instant].self, from: Data("[1795358598]".utf8)) }
    }

    @Test("moving by seconds and measuring seconds undo each other")
    func seconds() {
        let instant = Instant(milliseconds: 1000)
        #expect(instant.advanced(bySeconds: -0.25) == Instant(milliseconds: 750))
        #expect(instant.advanced(bySeconds: 90.5).seconds(since: instant) == 90.5)
        #expect(instant.advanced(bySeconds: 1) > instant)
    }
}
