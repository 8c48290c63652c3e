import Testing

@testable import Access

@Suite("Device keys")
struct DeviceKeyTests {
    static let text = "fjd_12_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"

    @Test("a key is read, and its hash is the SHA-256 of the secret's 32 bytes")
    func reading() throws {
        let key = try #require(DeviceKey(Self.text))
        #expect(key.device == 12)
        #expect(key.hash == sha256([UInt8](0..<32)))
        let hex = key.hash.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        #expect(hex == "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd")
        #expect(key.text == Self.text)
    }

    @Test("a new key reads back as itself and matches its own hash only")
    func making() throws {
        let key = try DeviceKey.make(device: 7)
        let again = try #require(DeviceKey(key.text))
        #expect(again.device == 7)
        #expect(again.matches(hashes: key.hash))
        #expect(!again.matches(hashes: try DeviceKey.make(device: 7).hash))
        #expect(!again.matches(hashes: []))
        #expect(!again.matches(hashes: key.hash + [0]))
        let other = try DeviceKey.make(device: 7).hash
        #expect(again.matches(hashes: key.hash + other) && again.matches(hashes: other + key.hash) && !again.matches(hashes: other + other))
        for index in key.hash.indices {
            var other = key.hash
            other[index] ^= 1
            #expect(!again.matches(hashes: other))
        }
    }

    @Test(
        "anything but the exact form is no key",
        arguments: [
            "", "fjd_", "fjd_12", "fjd_12_", "FJD_12_\(secret)", "fjd_012_\(secret)", "fjd_0_\(secret)", "fjd_-1_\(secret)",
            "fjd_1a_\(secret)", "fjd__\(secret)", "fjd_1_2_\(secret)", " fjd_12_\(secret)", "fjd_12_\(secret) ",
            "fjd_12_\(secret)=", "fjd_12_\(secret)A", "fjd_12-\(secret)", "fjd_9999999999999999_\(secret)",
            "fjd_12_\(shortened)", "fjd_12_\(shortened)9", "fjd_12_\(shortened)+", "fjd_12_\(shortened)é",
        ] as [String])
    func malformed(text: String) {
        #expect(DeviceKey(text) == nil)
    }

    static let secret = String(text.dropFirst("fjd_12_".count))
    static let shortened = String(secret.dropLast())

    @Test("printing a key shows its device and nothing of the secret")
    func redaction() throws {
        let key = try #require(DeviceKey(Self.text))
        var dumped = ""
        dump(key, to: &dumped)
        for shown in ["\(key)", String(reflecting: key), dumped, "\([key])"] {
            #expect(shown.contains("12"))
            #expect(!shown.contains("AAEC"))
            #expect(!shown.contains("99"), "a byte of the hash")
        }
    }
}
