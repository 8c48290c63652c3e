import Access
import Store

/// Logging in, staying so and leaving as programs do it: with tokens in JSON.
extension Service {
    private struct RefreshBody: Decodable { let refresh: String }
    private struct TokenBody: Decodable { let token: String }
    private struct Pair: Encodable {
        let access: String
        let refresh: String
    }
    private struct Empty: Encodable {}

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
}
