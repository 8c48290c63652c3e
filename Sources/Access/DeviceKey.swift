import Clinical

/// What a device shows to be let in: `fjd_<device id>_<secret>`, the secret being 256 random bits in base64url (43 characters).
///
/// Read at every report, so it costs one pass and one SHA-256. No slow hash: nobody guesses 256 bits.
public struct DeviceKey: Sendable {
    public let device: DeviceID
    /// SHA-256 of the secret's 32 bytes: what the database keeps.
    public let hash: [UInt8]
    /// The key itself, to be shown once and not logged.
    public let text: String

    static let secretBytes = 32
    static let secretCharacters = 43
    /// Far beyond any number of devices, and no product of ten overflows.
    static let maximumDigits = 15
    /// What every key begins with, and no token.
    public static let prefix = "fjd_"

    /// A new key for a device.
    public static func make(device: DeviceID) throws(CryptoError) -> DeviceKey {
        DeviceKey(device: device, secret: try Random.bytes(secretBytes))
    }

    init(device: DeviceID, secret: [UInt8]) {
        (self.device, hash) = (device, sha256(secret))
        text = "fjd_\(device)_\(Base64URL.encode(secret))"
    }

    /// Nil for anything that is not exactly the form above: no spaces, no leading zero, no padding.
    public init?(_ text: String) {
        var text = text
        let parts = text.withUTF8 { Self.parse($0) }
        guard let parts else { return nil }
        (device, hash, self.text) = (parts.device, sha256(parts.secret), text)
    }

    /// Whether one of the stored hashes, one or two that follow one another, is this key's; each is compared in constant time.
    public func matches(hashes stored: [UInt8]) -> Bool {
        if stored.count == hash.count { return equalInConstantTime(hash, stored) }
        guard stored.count == 2 * hash.count else { return false }
        return [stored.prefix(hash.count), stored.suffix(hash.count)].contains { equalInConstantTime(hash, Array($0)) }
    }

    private static func parse(_ utf8: UnsafeBufferPointer<UInt8>) -> (device: DeviceID, secret: [UInt8])? {
        let shortest = prefix.utf8.count + 2 + secretCharacters
        guard (shortest..<shortest + maximumDigits).contains(utf8.count), utf8.starts(with: prefix.utf8) else { return nil }
        let underscore = utf8.count - secretCharacters - 1
        guard utf8[underscore] == UInt8(ascii: "_"), utf8[prefix.utf8.count] != UInt8(ascii: "0") else { return nil }
        var device = 0
        for digit in utf8[prefix.utf8.count..<underscore] {
            guard case UInt8(ascii: "0")...UInt8(ascii: "9") = digit else { return nil }
            device = device * 10 + Int(digit - UInt8(ascii: "0"))
        }
        guard let secret = Base64URL.decode(utf8[(underscore + 1)...]) else { return nil }
        return (device, secret)
    }
}

// A key that reaches a log by accident shows its device and nothing else.
extension DeviceKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "fjd_\(device)_…" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["device": device]) }
}
