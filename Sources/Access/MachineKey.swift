import Clinical

/// What a program of the hospital shows to be let in: `fjs_<id>_<secret>`, in the form of every key (`KeyText`). The id is that of its account.
///
/// No slow hash: nobody guesses 256 bits.
public struct MachineKey: Sendable {
    public let id: UserID
    /// SHA-256 of the secret's 32 bytes: what the database keeps.
    public let hash: [UInt8]
    /// The key itself, to be shown once and not logged.
    public let text: String

    /// What every key begins with, and no token; also what the session of a key's access token begins with, and no person's.
    public static let prefix = "fjs_"

    /// A new key of an account.
    public static func make(id: UserID) throws(CryptoError) -> MachineKey {
        MachineKey(id: id, secret: try Random.bytes(KeyText.secretBytes))
    }

    init(id: UserID, secret: [UInt8]) {
        (self.id, hash) = (id, sha256(secret))
        text = KeyText.text(Self.prefix, id, secret)
    }

    /// Nil for anything that is not exactly the form of a key, or whose id is no account's number.
    public init?(_ text: String) {
        guard let key = KeyText(text, prefix: Self.prefix), key.number <= Int(Int32.max) else { return nil }
        (id, hash, self.text) = (key.number, sha256(key.secret), text)
    }

    /// Whether a stored hash is this key's; compared in constant time.
    public func matches(hash stored: [UInt8]) -> Bool { equalInConstantTime(hash, stored) }

    /// Whether a text would be such a key, by its beginning. Byte by byte: it may be long, and `hasPrefix` looks for equal characters.
    public static func isMeant(by text: String) -> Bool { text.utf8.starts(with: prefix.utf8) }

    /// What an OAuth client sends: its id as the list of keys has it, `fjs_12` or `12`, and as its secret the whole key or what follows the id.
    public init?(clientID: String, secret: String) {
        let number = Self.isMeant(by: clientID) ? String(clientID.dropFirst(Self.prefix.count)) : clientID
        self.init(Self.isMeant(by: secret) ? secret : "\(Self.prefix)\(number)_\(secret)")
        guard number == "\(id)" else { return nil }
    }

    /// The id as an OAuth client names itself.
    public static func clientID(_ id: UserID) -> String { "\(prefix)\(id)" }

    /// The session of the access tokens that are made for this key: they are worth nothing once its secret is not. Half of the hash, which tells
    /// nobody the secret.
    public var session: String { Self.session(ofHash: hash) }

    public static func session(ofHash hash: [UInt8]) -> String {
        prefix + hash.prefix(16).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    /// Whether a token's session is a key's.
    public static func isSession(_ session: String?) -> Bool { session.map(isMeant) ?? false }
}

// A key that reaches a log by accident shows its account and nothing else.
extension MachineKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "\(Self.prefix)\(id)_…" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["id": id]) }
}
