/// What nginx shows with every request, from a file of its own that only root reads (`FAJMA_NGINX_SECRET_FILE` has the same text). Every program
/// that runs as nginx's user can reach the sockets; only what shows this is believed about who asks.
public struct NginxSecret: Sendable {
    private let bytes: [UInt8]

    /// Reads a file as `SigningSecret` does, without the newline at its end.
    public init(file path: String, credentialsDirectory: String? = nil) throws(SecretError) {
        let text = try SigningSecret(file: path, credentialsDirectory: credentialsDirectory).bytes
        try self.init(Array(text.reversed().drop { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }.reversed()))
    }

    init(_ bytes: [UInt8]) throws(SecretError) { self.bytes = try SigningSecret(bytes: bytes).bytes }

    public func matches(_ shown: String?) -> Bool {
        guard let shown else { return false }
        return equalInConstantTime(Array(shown.utf8), bytes)
    }
}

extension NginxSecret: CustomStringConvertible, CustomReflectable {
    public var description: String { "NginxSecret(\(bytes.count) bytes)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
