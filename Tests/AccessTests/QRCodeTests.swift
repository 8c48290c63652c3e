import Foundation
import Testing

@testable import Access

@Suite("QR codes")
struct QRCodeTests {
    private static let finder = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]

    @Test(
        "the code is a square of a legal size with its three finder patterns",
        arguments: ["", "a", "é\u{0}", String(repeating: "é", count: 1165), String(repeating: "x", count: 2331)])
    func structure(text: String) throws {
        let rows = try QRCode(text).rows
        let size = rows.count
        #expect((size - 21) % 4 == 0 && (21...177).contains(size))
        #expect(rows.allSatisfy { $0.count == size && $0.allSatisfy { "01".contains($0) } })
        #expect(rows.prefix(7).map { String($0.prefix(7)) } == Self.finder)
        #expect(rows.prefix(7).map { String($0.suffix(7)) } == Self.finder)
        #expect(rows.suffix(7).map { String($0.prefix(7)) } == Self.finder)
        // The timing pattern between them.
        let timing = rows[6].dropFirst(8).dropLast(8)
        #expect(timing.enumerated().allSatisfy { ($1 == "1") == $0.isMultiple(of: 2) })
    }

    @Test("the correction level is M or better", arguments: [1, 14, 15, 100, 250])
    func level(bytes: Int) throws {
        let rows = try QRCode(String(repeating: "x", count: bytes)).rows.map(Array.init)
        // The first two bits of the format, with the standard's mask 10 on them: 00 M, 01 L, 10 H, 11 Q.
        let bits = [rows[8][0] == "1", rows[8][1] == "1"]
        #expect([bits[0] != true, bits[1] != false] != [false, true])
    }

    @Test("one byte more than the largest code holds is refused, and so is a megabyte")
    func tooLong() {
        #expect(throws: QRCode.Refusal.tooLong) { try QRCode(String(repeating: "é", count: 1165) + "x") }
        for bytes in [2332, 3918, 3919, 1 << 20] {
            #expect(throws: QRCode.Refusal.tooLong) { try QRCode(String(repeating: "x", count: bytes)) }
        }
    }

    @Test("on a terminal every line is as wide, and the quiet zone of four is light")
    func terminal() throws {
        let code = try QRCode("fajma")
        let lines = code.terminal.split(separator: "\n").map { $0.replacing("\u{1B}[97;40m", with: "").replacing("\u{1B}[0m", with: "") }
        #expect(lines.count == (code.rows.count + 9) / 2)
        #expect(lines.allSatisfy { $0.count == code.rows.count + 8 && $0.hasPrefix("████") && $0.hasSuffix("████") })
        #expect(lines.prefix(2).allSatisfy { $0.allSatisfy { $0 == "█" } } && lines.suffix(2).allSatisfy { $0.allSatisfy { $0 == "█" } })
        // The finder's first two rows: seven dark; dark, five light, dark.
        #expect(lines[2].dropFirst(4).prefix(7) == " ▄▄▄▄▄ ")
    }
}

@Suite("The provisioning code")
struct ProvisioningCodeTests {
    @Test("its members stand in order, slashes as they are")
    func text() {
        let code = ProvisioningCode(url: "https://hospital.example/fajma", cle: "fjd_12_abc")
        #expect(code.text == #"{"v":1,"url":"https://hospital.example/fajma/","cle":"fjd_12_abc"}"#)
        #expect(ProvisioningCode(url: "https://h/", cle: "k").url == "https://h/")
    }

    @Test("an address with quotes stays inside its string")
    func quotes() throws {
        let code = ProvisioningCode(url: #"https://h/","cle":"x"#, cle: "fjd_1_\\")
        let read = try #require(JSONSerialization.jsonObject(with: Data(code.text.utf8)) as? [String: Any])
        #expect(read["url"] as? String == code.url && read["cle"] as? String == code.cle && read.count == 3)
    }

    @Test("the longest address and key fit a terminal of 80 columns")
    func width() throws {
        let url = "https://" + String(repeating: "x", count: 191) + "/"
        let key = try DeviceKey.make(device: 999_999_999_999_999)
        #expect(try QRCode(ProvisioningCode(url: url, cle: key.text).text).rows.count + 8 <= 80)
    }
}
