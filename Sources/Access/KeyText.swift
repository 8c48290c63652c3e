import Clinical

/// The form that all keys have: `<prefix><number>_<secret>`, the secret being 256 random bits in base64url (43 characters).
struct KeyText {
    /// Of whom the key is.
    let number: Int
    let secret: [UInt8]

    static let secretBytes = 32
    static let secretCharacters = 43
    /// Far beyond any number of devices or accounts, and no product of ten overflows.
    static let maximumDigits = 15

    static func text(_ prefix: String, _ number: Int, _ secret: [UInt8]) -> String { "\(prefix)\(number)_\(Base64URL.encode(secret))" }

    /// Nil for anything that is not exactly the form above: no spaces, no leading zero, no padding.
    init?(_ text: String, prefix: String) {
        var text = text
        let parts = text.withUTF8 { Self.parse($0, Array(prefix.utf8)) }
        guard let parts else { return nil }
        (number, secret) = parts
    }

    private static func parse(_ utf8: UnsafeBufferPointer<UInt8>, _ prefix: [UInt8]) -> (number: Int, secret: [UInt8])? {
        let shortest = prefix.count + 2 + secretCharacters
        guard (shortest..<shortest + maximumDigits).contains(utf8.count), utf8.starts(with: prefix) else { return nil }
        let underscore = utf8.count - secretCharacters - 1
        guard utf8[underscore] == UInt8(ascii: "_"), utf8[prefix.count] != UInt8(ascii: "0") else { return nil }
        var number = 0
        for digit in utf8[prefix.count..<underscore] {
            guard case UInt8(ascii: "0")...UInt8(ascii: "9") = digit else { return nil }
            number = number * 10 + Int(digit - UInt8(ascii: "0"))
        }
        guard let secret = Base64URL.decode(utf8[(underscore + 1)...]) else { return nil }
        return (number, secret)
    }
}
