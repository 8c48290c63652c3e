import Access
import Clinical
import Store

/// The same from a page of ours.
struct SessionCredentials: ObjectBody {
    let credentials: Credentials

    static let limitBytes = BodyLimit.credentials
    init(_ fields: inout BodyFields) { credentials = Credentials(&fields) }

    static func read(_ body: [UInt8], _ context: BodyContext) throws -> SessionCredentials {
        try context.request.checkIsFromOwnPage()
        return try readObject(body, context)
    }
}

struct SessionActivity: ObjectBody {
    /// How long ago somebody last touched the page.
    let idleSeconds: Double?
    let lock: LockRequest

    static let limitBytes = BodyLimit.credentials
    /// Thirty years; longer than a page is open.
    private static let maximumIdleSeconds: Double = 1e9

    init(_ fields: inout BodyFields) {
        idleSeconds = fields.optional("inactif_s", .number(0...Self.maximumIdleSeconds))
        lock = LockRequest(
            wards: fields.optional("services", .ids(atMost: Query.maximumLimit)) ?? [], isWanted: fields.optional("verrouiller", .flag) ?? false)
    }

    static func read(_ body: [UInt8], _ context: BodyContext) throws -> SessionActivity {
        try context.request.checkIsFromOwnPage()
        if Cookie.session.values(in: context.request).isEmpty { throw Problem.unauthenticated(.notAuthenticated) }
        return try readObject(body, context)
    }
}

/// Logging in, staying so and leaving in a browser: the refresh token lives in a cookie.
extension Service {
    private struct Opened: Encodable {
        let access: String
        let utilisateur: Me
    }

    /// How long after its first use a cookie's token still works: two windows of one browser may renew at once.
    /// Longer than the page waits for an answer (15 s in www/session/api.js): one that got lost is asked for again with the same cookie.
    static let cookieGraceSeconds: Double = 30

    func openSession(_ call: Call, _ body: SessionCredentials) throws -> Response {
        let (account, pair) = try authenticate(call, body.credentials, .browser)
        for token in Cookie.session.values(in: call.request) {
            // Who logs in on a locked desk has unlocked it.
            if let claims = try? refreshClaims(token) { try database.endLockedSession(of: claims, by: account.author) }
        }
        let scope = try database.scope(of: pair.refreshClaims, address: call.request.address) ?? account  // with the end of its session
        let browser = try database.rememberBrowser(call.request.browsers, fresh: Random.bytes(KnownBrowser.bytes), of: scope.user)
        var answer = try opened(scope, pair, call.request)
        answer.headers.append(
            Cookie.browser.header(Base64URL.encode(browser), maximumAge: KnownBrowser.days * 86_400, for: call.request))
        return answer
    }

    func renewSession(_ call: Call, _ activity: SessionActivity) throws -> Response {
        // Another page of the host may have put a cookie before ours.
        for token in Cookie.session.values(in: call.request) {
            do {
                let (scope, pair) = try rotate(
                    token, graceSeconds: Self.cookieGraceSeconds, idle: activity.idleSeconds, lock: activity.lock, call)
                return try opened(scope, pair, call.request)
            } catch let problem as Problem where problem.status == 401 {
                continue
            }
        }
        throw Problem.unauthenticated(.tokenNotValid)
    }

    func closeSession(_ call: Call) throws -> Response {
        try call.request.checkIsFromOwnPage()
        for token in Cookie.session.values(in: call.request) {
            if let claims = try? refreshClaims(token) { try end(claims, call) }
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
