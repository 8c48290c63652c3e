/// The signature of a webhook after the Standard Webhooks specification 1.0: it covers the message's id, when it was sent, and its body.
public struct WebhookSignature: Sendable {
    private let key: [UInt8]

    public init(secret: SigningSecret) { key = secret.bytes }

    /// A key of a vector, whatever its length.
    init(key: [UInt8]) { self.key = key }

    /// The value of the header `webhook-signature`.
    ///
    /// - Parameters:
    ///   - id: the header `webhook-id`; the same each time that the same message is sent.
    ///   - seconds: the header `webhook-timestamp`, since 1970.
    public func header(id: String, seconds: Int, body: String) -> String {
        let digest = hmacSHA256(key: key, Array("\(id).\(seconds).\(body)".utf8))
        // Of 32 bytes, base64 has 43 characters and one of padding.
        let base64 = Base64URL.encode(digest).map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
        return "v1,\(String(base64))="
    }
}
