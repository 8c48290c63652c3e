import Access
import Clinical
import FoundationEssentials
import Store

/// Logging in, staying so and leaving: as tokens in JSON for programs, as a cookie for browsers.
extension Service {
    private struct Credentials: Decodable {
        let username: String
        let password: String
    }
    private struct RefreshBody: Decodable { let refresh: String }
    private struct TokenBody: Decodable { let token: String }
    private struct Pair: Encodable {
        let access: String
        let refresh: String
    }
    private struct Empty: Encodable {}
    private struct Session: Encodable {
        let access: String
        let utilisateur: Me
    }
    private struct Me: Encodable {
        let id: UserID
        let username: String
        let role: Role
        let langue: String
        let services: [Ward]
    }

    /// How long after its first use a cookie's token still works: two windows of one browser may renew at once.
    private static let cookieGraceSeconds: Double = 10
    private static let cookieName = "fajma_session"

    func logIn(_ call: Call) throws -> Response {
        let (_, pair) = try authenticate(call, .program)
        return try .json(Pair(access: pair.access, refresh: pair.refresh))
    }

    func refresh(_ call: Call) throws -> Response {
        let (_, pair) = try rotate(call.decode(RefreshBody.self).refresh, graceSeconds: 0, call)
        return try .json(Pair(access: pair.access, refresh: pair.refresh))
    }

    func verify(_ call: Call) throws -> Response {
        let token = try call.decode(TokenBody.self).token
        if let claims = try? tokens.verify(token, kind: .access, now: now()), try database.scope(of: claims) != nil {
            return try .json(Empty())
        }
        if let claims = try? tokens.verify(token, kind: .refresh, now: now()),
            try database.isRefreshTokenUsable(claims)
        {
            return try .json(Empty())
        }
        throw Problem.unauthenticated(.tokenNotValid)
    }

    func blacklist(_ call: Call) throws -> Response {
        let claims = try refreshClaims(call.decode(RefreshBody.self).refresh)
        try end(claims, call)
        return try .json(Empty())
    }

    func openSession(_ call: Call) throws -> Response {
        let (scope, pair) = try authenticate(call, .browser)
        return try session(scope, pair, call.request)
    }

    func renewSession(_ call: Call) throws -> Response {
        guard let token = cookie(of: call.request) else { throw Problem.unauthenticated(.notAuthenticated) }
        let (scope, pair) = try rotate(token, graceSeconds: Self.cookieGraceSeconds, call)
        return try session(scope, pair, call.request)
    }

    func closeSession(_ call: Call) throws -> Response {
        if let token = cookie(of: call.request), let claims = try? refreshClaims(token) {
            try end(claims, call)
        }
        return Response(status: 204, headers: [("Set-Cookie", cookie("", maximumAge: 0, call.request))])
    }

    func whoAmI(_ call: Call) throws -> Response { try .json(me(call.scope())) }

    private func authenticate(_ call: Call, _ kind: Store.Session.Kind) throws -> (Scope, TokenPair) {
        let credentials = try call.decode(Credentials.self)
        if Password.isBusy { throw Problem.unavailable }
        let account = try database.credentials(username: credentials.username)
        guard Password.verify(credentials.password, against: account?.passwordHash), let account,
            let scope = try database.scope(of: account.user)
        else { throw Problem.unauthenticated(.noActiveAccount) }
        let pair = try tokens.makePair(user: scope.user, now: now(), refreshSeconds: Self.refreshSeconds(scope))
        let opened = try database.openSession(
            pair.refreshClaims, passwordHash: account.passwordHash, kind: kind, agent: call.request.header("User-Agent"),
            expires: nil, by: author(scope, call))
        guard opened else { throw Problem.unauthenticated(.noActiveAccount) }
        return (scope, pair)
    }

    /// Whoever logs in has no session yet.
    private func author(_ scope: Scope, _ call: Call) -> Author {
        Author(user: scope.user, name: scope.username, address: call.request.address)
    }

    private func end(_ claims: TokenClaims, _ call: Call) throws {
        guard let scope = try database.scope(of: claims, address: call.request.address) else { return }
        try database.endSession(of: claims, by: scope.author)
    }

    private func refreshClaims(_ token: String) throws -> TokenClaims {
        guard let claims = try? tokens.verify(token, kind: .refresh, now: now()) else {
            throw Problem.unauthenticated(.tokenNotValid)
        }
        return claims
    }

    private func rotate(_ token: String, graceSeconds: Double, _ call: Call) throws -> (Scope, TokenPair) {
        let old = try refreshClaims(token)
        guard let scope = try database.scope(of: old, address: call.request.address) else { throw Problem.unauthenticated(.tokenNotValid) }
        let pair = try tokens.makePair(
            user: old.userID, now: now(), session: old.session, refreshSeconds: Self.refreshSeconds(scope))
        let rotation = try database.rotateRefreshToken(old, to: pair.refreshClaims, graceSeconds: graceSeconds, by: scope.author)
        guard case .rotated = rotation else { throw Problem.unauthenticated(.tokenNotValid) }
        return (scope, pair)
    }

    private static func refreshSeconds(_ scope: Scope) -> Double {
        scope.role == .ecran ? Tokens.screenRefreshSeconds : Tokens.refreshSeconds
    }

    private func me(_ scope: Scope) throws -> Me {
        Me(
            id: scope.user, username: scope.username, role: scope.role, langue: scope.language,
            services: try database.wards(scope, Page(limit: Query.maximumLimit)))
    }

    private func session(_ scope: Scope, _ pair: TokenPair, _ request: Request) throws -> Response {
        let age = Int(pair.refreshClaims.expiresAt.seconds(since: now()))
        return try .json(
            Session(access: pair.access, utilisateur: me(scope)),
            headers: [("Set-Cookie", cookie(pair.refresh, maximumAge: age, request))])
    }

    /// For this path alone, out of reach of scripts and of other sites.
    private func cookie(_ value: String, maximumAge: Int, _ request: Request) -> String {
        "\(Self.cookieName)=\(value); Path=\(request.prefix)/api/session; Max-Age=\(maximumAge); HttpOnly; SameSite=Strict"
            + (request.isSecure ? "; Secure" : "")
    }

    private func cookie(of request: Request) -> String? {
        for pair in request.header("Cookie")?.split(separator: ";") ?? [] {
            let parts = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            if parts.count == 2, parts[0] == Self.cookieName { return String(parts[1]) }
        }
        return nil
    }
}
