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

    /// What every key begins with, and no token.
    public static let prefix = "fjd_"

    /// A new key for a device.
    public static func make(device: DeviceID) throws(CryptoError) -> DeviceKey {
        DeviceKey(device: device, secret: try Random.bytes(KeyText.secretBytes))
    }

    init(device: DeviceID, secret: [UInt8]) {
        (self.device, hash) = (device, sha256(secret))
        text = KeyText.text(Self.prefix, device, secret)
    }

    /// Nil for anything that is not exactly the form above.
    public init?(_ text: String) {
        guard let key = KeyText(text, prefix: Self.prefix) else { return nil }
        (device, hash, self.text) = (key.number, sha256(key.secret), text)
    }

    /// Whether one of the stored hashes, one or two that follow one another, is this key's; each is compared in constant time.
    public func matches(hashes stored: [UInt8]) -> Bool {
        if stored.count == hash.count { return equalInConstantTime(hash, stored) }
        guard stored.count == 2 * hash.count else { return false }
        return [stored.prefix(hash.count), stored.suffix(hash.count)].contains { equalInConstantTime(hash, Array($0)) }
    }
}

// A key that reaches a log by accident shows its device and nothing else.
extension DeviceKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "fjd_\(device)_…" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["device": device]) }
}
