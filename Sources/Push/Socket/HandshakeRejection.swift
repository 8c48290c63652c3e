import Clinical
import FoundationEssentials
import NIOHTTP1

/// A handshake's answer when it is no: RFC 9457, with the members that clients of the REST interface read too.
public struct HandshakeRejection: Error, Sendable {
    public let code: ErrorCode
    var headers: [(String, String)] = []
    public var status: Int { code.status }

    public static let malformed = HandshakeRejection(code: .malformedHandshake)
    public static let notAuthenticated = HandshakeRejection(code: .notAuthenticated, headers: [challenge])
    public static let tokenNotValid = HandshakeRejection(code: .tokenNotValid, headers: [challenge])
    public static let forbidden = HandshakeRejection(code: .permissionDenied)
    public static let wrongOrigin = HandshakeRejection(code: .originNotAllowed)
    public static let notFound = HandshakeRejection(code: .notFound)
    static let methodNotAllowed = HandshakeRejection(code: .methodNotAllowed, headers: [("Allow", "GET")])
    static let upgradeRequired = HandshakeRejection(code: .upgradeRequired, headers: [("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")])
    static let headTooLarge = HandshakeRejection(code: .headTooLarge)
    /// This account has its share of sockets or handshakes; others come in.
    static let tooManyRequests = HandshakeRejection(code: .tooManyRequests, headers: [("Retry-After", "2")])
    public static let unavailable = HandshakeRejection(code: .unavailable, headers: [("Retry-After", "2")])

    private static let challenge = ("WWW-Authenticate", "Bearer realm=\"api\"")

    private struct Body: Encodable {
        let type = "about:blank"
        let title: String
        let status: Int
        let detail: String
        let code: String
        let error: String
    }

    /// Head and body, in the language that `Accept-Language` prefers.
    func response(acceptLanguage: String?) -> (head: HTTPResponseHead, body: [UInt8]) {
        let status = HTTPResponseStatus(statusCode: status)
        let text = code.sentence(in: Language(acceptLanguage: acceptLanguage))
        let problem = Body(title: status.reasonPhrase, status: self.status, detail: text, code: code.wire, error: text)
        let body = (try? JSONEncoder().encode(problem)).map(Array.init) ?? []  // strings and a number: it cannot fail
        var fields = HTTPHeaders(headers)
        fields.add(name: "Content-Type", value: "application/problem+json")
        fields.add(name: "Content-Length", value: "\(body.count)")
        fields.add(name: "Cache-Control", value: "no-store")
        fields.add(name: "Connection", value: "close")
        return (HTTPResponseHead(version: .http1_1, status: status, headers: fields), body)
    }
}
