import Clinical
import FoundationEssentials
import NIOHTTP1

/// A handshake's answer when it is no: RFC 9457, with the members that clients of the REST interface read too.
public struct HandshakeRejection: Error, Sendable {
    public let status: Int
    public let code: String
    let detail: (french: String, english: String)
    var headers: [(String, String)] = []

    public static let malformed = HandshakeRejection(
        status: 400, code: "parse_error",
        detail: ("La demande de connexion WebSocket est invalide.", "The WebSocket handshake is malformed."))
    public static let notAuthenticated = HandshakeRejection(
        status: 401, code: "not_authenticated",
        detail: ("Informations d'authentification non fournies.", "Authentication credentials were not provided."),
        headers: [("WWW-Authenticate", "Bearer realm=\"api\"")])
    public static let tokenNotValid = HandshakeRejection(
        status: 401, code: "token_not_valid",
        detail: ("Le jeton est invalide ou expiré.", "The token is invalid or expired."),
        headers: [("WWW-Authenticate", "Bearer realm=\"api\"")])
    public static let forbidden = HandshakeRejection(
        status: 403, code: "permission_denied",
        detail: ("Accès refusé.", "You may not do this."))
    public static let wrongOrigin = HandshakeRejection(
        status: 403, code: "origin_not_allowed",
        detail: ("L'origine de cette page n'est pas autorisée.", "This page's origin is not allowed."))
    public static let notFound = HandshakeRejection(
        status: 404, code: "not_found", detail: ("Pas trouvé.", "Not found."))
    static let methodNotAllowed = HandshakeRejection(
        status: 405, code: "method_not_allowed",
        detail: ("Méthode non autorisée.", "Method not allowed."), headers: [("Allow", "GET")])
    static let upgradeRequired = HandshakeRejection(
        status: 426, code: "upgrade_required",
        detail: ("Cette adresse attend une connexion WebSocket, version 13.", "This address takes WebSocket connections, version 13."),
        headers: [("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")])
    static let headTooLarge = HandshakeRejection(
        status: 431, code: "head_too_large",
        detail: ("Les en-têtes de la demande sont trop longs.", "The request's headers are too large."))
    /// This account has its share of sockets or handshakes; others come in.
    static let tooManyRequests = HandshakeRejection(
        status: 429, code: "too_many_requests",
        detail: (
            "Trop de demandes à la fois de votre part. Réessayez dans un instant.",
            "Too many requests at a time from you. Try again in a moment."
        ), headers: [("Retry-After", "2")])
    public static let unavailable = HandshakeRejection(
        status: 503, code: "unavailable",
        detail: ("Service momentanément indisponible. Réessayez.", "Service temporarily unavailable. Try again."),
        headers: [("Retry-After", "2")])

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
        let text = Language(acceptLanguage: acceptLanguage) == .english ? detail.english : detail.french
        let problem = Body(title: status.reasonPhrase, status: self.status, detail: text, code: code, error: text)
        let body = (try? JSONEncoder().encode(problem)).map(Array.init) ?? []  // strings and a number: it cannot fail
        var fields = HTTPHeaders(headers)
        fields.add(name: "Content-Type", value: "application/problem+json")
        fields.add(name: "Content-Length", value: "\(body.count)")
        fields.add(name: "Cache-Control", value: "no-store")
        fields.add(name: "Connection", value: "close")
        return (HTTPResponseHead(version: .http1_1, status: status, headers: fields), body)
    }
}
