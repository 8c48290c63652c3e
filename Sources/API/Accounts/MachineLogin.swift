import Access
import Clinical
import FoundationEssentials
import Store

/// A machine key in `Authorization`, and the OAuth grant `client_credentials` (RFC 6749, section 4.4).
extension Service {
    /// What a key opens. A wrong one is counted for its address; a right one never waits for those.
    ///
    /// - Throws: 401; 429 after too many wrong ones.
    func scope(ofKey text: String, _ request: Request) throws -> Scope {
        guard let scope = try scope(of: MachineKey(text), request) else { throw Problem.unauthenticated(.tokenNotValid) }
        return scope
    }

    /// - Parameter key: nil: what came is no key at all.
    /// - Throws: 429. - Returns: nil: refused, recorded and counted.
    private func scope(of key: MachineKey?, _ request: Request) throws -> Scope? {
        var (refusal, account): (MachineRefusal, Author?) = (.wrongSecret, nil)
        if let key {
            switch try database.admit(key, address: request.address) {
            case .admitted(let scope):
                confirmedMachineKeys.confirmed(key, now: now())
                return scope
            case .refused(let why, let whose): (refusal, account) = (why, whose)
            }
        }
        // Before it is logged: who tries without end writes a line a second.
        if case .refused(let seconds) = try database.countWrongKey(address: request.address) { throw Problem.tooManyRequests(seconds: seconds) }
        logRefusal(refusal.rawValue, account: account?.name, request)
        if let account { try database.recordRefusedKey(refusal, account) }
        return nil
    }

    private struct Granted: Encodable {
        let access_token: String
        let token_type = "Bearer"
        let expires_in: Int
        let scope: String
        /// The contract's name for the token.
        let access: String
    }

    /// No refresh token (section 4.4.3): who has the secret asks again. `Cache-Control: no-store` (section 5.1) is nginx's, as for every answer.
    func grantToken(_ call: Call, _ body: ClientCredentials) throws -> Response {
        let sent = try body.sent(in: call.request)
        let key = MachineKey(clientID: sent.id, secret: sent.secret)
        guard let scope = try scope(of: key, call.request), let key else { throw Problem.oauth(.invalidClient) }
        let asked = body.scope.map { Set($0.split(separator: " ").map(String.init)) } ?? []
        guard asked.isSubset(of: scope.permissionNames) else { throw Problem.oauth(.invalidScope) }
        let names = asked.isEmpty ? scope.permissionNames : scope.permissionNames.filter(asked.contains)
        let (token, claims) = try tokens.makeAccess(
            for: key, now: now(), end: scope.sessionEndsAt, scope: asked.isEmpty ? nil : names)
        return try .json(
            Granted(
                access_token: token, expires_in: Int(claims.expiresAt.seconds(since: claims.issuedAt)), scope: names.joined(separator: " "),
                access: token),
            headers: [("Pragma", "no-cache")])
    }
}

/// What `/api/token/` takes: a person's name and password, or a program's key.
enum TokenRequest: RequestBody {
    case person(Credentials)
    case program(ClientCredentials)

    static let limitBytes = BodyLimit.credentials
    static let takesForms = true

    static func schema(isPatch: Bool) -> Schema? {
        .any([Credentials.schema(isPatch: isPatch), ClientCredentials.schema(isPatch: isPatch)].compactMap { $0 })
    }

    static func read(_ body: [UInt8], _ context: BodyContext) throws -> TokenRequest {
        let members = body.isEmpty ? nil : try JSON(body: body, context, maximumValues: Credentials.maximumValues).members
        switch members?["grant_type"] {
        case nil, .null?, .string("password")?: return .person(try Credentials.readObject(body, context))
        case .string(ClientCredentials.grantType)?: return .program(try ClientCredentials.readObject(body, context))
        default: throw Problem.oauth(.unsupportedGrantType)
        }
    }
}

/// Members that it does not know are ignored, as RFC 6749 demands.
struct ClientCredentials: ObjectBody {
    static let grantType = "client_credentials"

    private let id: String?
    private let secret: String?
    /// Permissions with spaces between them; nil: all that the key has.
    let scope: String?

    static let limitBytes = BodyLimit.credentials
    static let takesForms = true
    static let others = OtherMembers.ignored
    init(_ fields: inout BodyFields) {
        _ = fields.required("grant_type", .choice([Self.grantType]))
        (id, secret) = (fields.optional("client_id", .secret), fields.optional("client_secret", .secret))
        scope = fields.optional("scope", .text(0...2_000))
    }

    /// In the body or, as RFC 6749 prefers, as HTTP Basic; not in both.
    func sent(in request: Request) throws -> (id: String, secret: String) {
        if let basic = request.basic {
            guard secret == nil, id == nil || id == basic.id else { throw Problem.oauth(.invalidRequest) }
            return basic
        }
        guard let id, let secret else { throw Problem.oauth(.invalidClient) }
        return (id, secret)
    }
}

extension Request {
    /// What HTTP Basic carries: both are encoded as in a form before (RFC 6749, section 2.3.1).
    fileprivate var basic: (id: String, secret: String)? {
        guard let parts = header("Authorization")?.split(separator: " "), parts.count == 2, parts[0].lowercased() == "basic",
            parts[1].utf8.count <= 1_000, let bytes = Data(base64Encoded: String(parts[1])), let text = String(validating: bytes, as: UTF8.self),
            let colon = text.firstIndex(of: ":")
        else { return nil }
        return (Query.decode(text[..<colon].utf8), Query.decode(text[text.index(after: colon)...].utf8))
    }
}

extension Problem {
    /// An error of the grant, with the members of RFC 6749, section 5.2, beside ours. - Parameter code: one of `Code.ofOAuth`.
    static func oauth(_ code: Code) -> Problem {
        Problem(status: code.status, code: code, headers: code == .invalidClient ? [("WWW-Authenticate", #"Basic realm="api""#)] : [])
    }
}
