/// Which other origins' pages may use the interface: CORS (https://fetch.spec.whatwg.org/#http-cors-protocol), as the replaced system's page on
/// another server needs it. Never with cookies: the browser's session is for our own pages.
public struct CrossOrigin: Sendable {
    private let origins: Set<String>

    /// - Parameter origins: `https://dashboard.example`; letter case does not matter.
    public init(origins: [String] = []) { self.origins = Set(origins.map { $0.lowercased() }) }

    private static let requestHeaders = "Accept, Accept-Language, Authorization, Content-Type, Idempotency-Key, If-Match"
    private static let answerHeaders = "Allow, Content-Disposition, ETag, Link, Retry-After, Warning, WWW-Authenticate"
    /// For how long a browser need not ask again.
    private static let preflightSeconds = 600

    /// What every answer to this request says.
    func headers(for request: Request) -> [(String, String)] {
        // A store between must not give one origin's answer to another.
        guard !origins.isEmpty else { return [] }
        let vary = ("Vary", "Origin")
        guard let origin = allowedOrigin(of: request) else { return [vary] }
        return [vary, ("Access-Control-Allow-Origin", origin), ("Access-Control-Expose-Headers", Self.answerHeaders)]
    }

    /// The answer to `OPTIONS`: what the path takes, and to a browser that asks for its page, whether it may.
    func options(_ request: Request, methods: [String]) -> Response {
        let allowed = (methods + ["OPTIONS"]).joined(separator: ", ")
        var response = Response(status: 204, headers: [("Allow", allowed)])
        guard allowedOrigin(of: request) != nil, request.header("Access-Control-Request-Method") != nil else { return response }
        response.headers += [
            ("Access-Control-Allow-Methods", allowed), ("Access-Control-Allow-Headers", Self.requestHeaders),
            ("Access-Control-Max-Age", String(Self.preflightSeconds)),
        ]
        return response
    }

    private func allowedOrigin(of request: Request) -> String? {
        guard let origin = request.header("Origin"), origins.contains(origin.lowercased()), request.segments.prefix(2) != ["api", "session"]
        else { return nil }
        return origin
    }
}
