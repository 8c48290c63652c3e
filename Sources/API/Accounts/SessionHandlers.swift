import Access
import Clinical
import Store

/// Logging in, staying so and leaving in a browser: the refresh token lives in a cookie.
extension Service {
    private struct Opened: Encodable {
        let access: String
        let utilisateur: Me
    }
    /// How long ago somebody last touched the page.
    private struct Activity: Decodable { let inactif_s: Double? }

    /// How long after its first use a cookie's token still works: two windows of one browser may renew at once.
    private static let cookieGraceSeconds: Double = 10
    /// Thirty years; longer than a page is open.
    private static let maximumIdleSeconds: Double = 1e9

    func openSession(_ call: Call) throws -> Response {
        let (scope, pair) = try authenticate(call, .browser)
        let browser = try call.request.browser ?? Random.bytes(KnownBrowser.bytes)
        try database.rememberBrowser(browser, of: scope.user)
        var answer = try opened(scope, pair, call.request)
        answer.headers.append(
            Cookie.browser.header(Base64URL.encode(browser), maximumAge: KnownBrowser.days * 86_400, for: call.request))
        return answer
    }

    func renewSession(_ call: Call) throws -> Response {
        guard let token = Cookie.session.value(in: call.request) else { throw Problem.unauthenticated(.notAuthenticated) }
        let idle = call.request.body.isEmpty ? nil : try call.decode(Activity.self).inactif_s
        if let idle, !(0...Self.maximumIdleSeconds).contains(idle) { throw Problem.invalid("inactif_s", .outOfRange) }
        let (scope, pair) = try rotate(token, graceSeconds: Self.cookieGraceSeconds, idle: idle, call)
        return try opened(scope, pair, call.request)
    }

    func closeSession(_ call: Call) throws -> Response {
        if let token = Cookie.session.value(in: call.request), let claims = try? refreshClaims(token) {
            try end(claims, call)
        }
        return Response(status: 204, headers: [Cookie.session.header("", maximumAge: 0, for: call.request)])
    }

    private func opened(_ scope: Scope, _ pair: TokenPair, _ request: Request) throws -> Response {
        let age = Int(pair.refreshClaims.expiresAt.seconds(since: now()))
        return try .json(
            Opened(access: pair.access, utilisateur: me(scope)),
            headers: [Cookie.session.header(pair.refresh, maximumAge: age, for: request)])
    }
}
