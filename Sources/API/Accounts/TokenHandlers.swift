import Access
import Store

struct RefreshBody: ObjectBody {
    let refresh: String

    static let limitBytes = BodyLimit.credentials
    static let takesForms = true
    static let others = OtherMembers.ignored
    init(_ fields: inout BodyFields) { refresh = fields.required("refresh", .secret) }
}

struct TokenBody: ObjectBody {
    let token: String

    static let limitBytes = BodyLimit.credentials
    static let takesForms = true
    static let others = OtherMembers.ignored
    init(_ fields: inout BodyFields) { token = fields.required("token", .secret) }
}

/// Logging in, staying so and leaving as programs do it: with tokens in JSON.
extension Service {
    private struct Pair: Encodable {
        let access: String
        let refresh: String
    }
    private struct Renewed: Encodable {
        let access: String
    }
    private struct Empty: Encodable {}

    func logIn(_ call: Call, _ request: TokenRequest) throws -> Response {
        switch request {
        case .person(let credentials): try logIn(call, credentials)
        case .program(let credentials): try grantToken(call, credentials)
        }
    }

    private func logIn(_ call: Call, _ credentials: Credentials) throws -> Response {
        let (_, pair) = try authenticate(call, credentials, .program)
        return try .json(Pair(access: pair.access, refresh: pair.refresh))
    }

    /// As simplejwt's default: the refresh token is not rotated, and lasts as long as its session. A browser's is renewed by its cookie alone.
    func refresh(_ call: Call, _ body: RefreshBody) throws -> Response {
        let claims = try refreshClaims(body.refresh)
        guard let scope = try database.scope(of: claims, address: call.request.address),
            let session = try database.useRefreshToken(claims, by: scope.author)
        else { throw Problem.unauthenticated(.tokenNotValid) }
        return try .json(
            Renewed(access: tokens.makeAccess(user: scope.user, now: now(), session: session.id, end: session.expiresAt)))
    }

    func verify(_ call: Call, _ body: TokenBody) throws -> Response {
        let token = body.token
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

    func blacklist(_ call: Call, _ body: RefreshBody) throws -> Response {
        let claims = try refreshClaims(body.refresh)
        guard try end(claims, call) else { throw Problem.unauthenticated(.tokenNotValid) }
        return try .json(Empty())
    }
}
