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
    private struct Empty: Encodable {}

    func logIn(_ call: Call, _ credentials: Credentials) throws -> Response {
        let (_, pair) = try authenticate(call, credentials, .program)
        return try .json(Pair(access: pair.access, refresh: pair.refresh))
    }

    func refresh(_ call: Call, _ body: RefreshBody) throws -> Response {
        let (_, pair) = try rotate(body.refresh, graceSeconds: 0, call)
        return try .json(Pair(access: pair.access, refresh: pair.refresh))
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
        try end(claims, call)
        return try .json(Empty())
    }
}
