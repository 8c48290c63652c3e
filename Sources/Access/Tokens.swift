import Clinical
import FoundationEssentials

/// Signs and verifies access and refresh tokens: JWT (RFC 7519), HS256 and nothing else.
///
/// Written here because each library at hand brings a second crypto library or compares in variable time.
public struct Tokens: Sendable {
    public static let accessSeconds: Double = 15 * 60
    public static let refreshSeconds: Double = 24 * 3600
    /// For `ecran` in a browser: a wall display is not logged in again each day. Each renewal makes a new one, so this is how long it may be off.
    public static let screenRefreshSeconds: Double = 30 * 24 * 3600
    /// A longer text is not looked at.
    public static let maximumBytes = 4096

    private let secret: SigningSecret
    private let alsoAccepted: SigningSecret?

    /// - Parameter alsoAccepted: what it signed is accepted too, so that a secret can be replaced while tokens of both are about.
    public init(secret: SigningSecret, alsoAccepted: SigningSecret? = nil) { (self.secret, self.alsoAccepted) = (secret, alsoAccepted) }

    /// The compact form: header, claims and signature.
    public func sign(_ claims: TokenClaims) -> String {
        let content = Self.header + "." + Base64URL.encode(claims.json.utf8)
        return content + "." + Base64URL.encode(hmacSHA256(key: secret.bytes, content.utf8))
    }

    /// The claims of a token that was signed with one of the secrets, is of this kind and is valid now. Whether the account
    /// still exists, or the token was revoked, is for the store to say.
    ///
    /// - Parameter mayHaveExpired: for who was let in with it while it was good, and stays as long as its session lasts.
    public func verify(
        _ token: String, kind: TokenClaims.Kind, now: Instant, mayHaveExpired: Bool = false
    ) throws(TokenError) -> TokenClaims {
        let claims = try authentic(token)
        if let notBefore = claims.notBefore, now < notBefore { throw .notYetValid }
        guard mayHaveExpired || now < claims.expiresAt else { throw .expired }
        guard claims.kind == kind.rawValue else { throw .wrongKind }
        return TokenClaims(
            kind: kind, userID: claims.userID, id: claims.id,
            issuedAt: claims.issuedAt ?? Instant(milliseconds: 0), expiresAt: claims.expiresAt,
            session: claims.session, scope: claims.scope)
    }

    /// The signature first: nothing of the claims is parsed that somebody else wrote.
    private func authentic(_ token: String) throws(TokenError) -> WireClaims {
        let bytes = Array(token.utf8.prefix(Self.maximumBytes + 1))
        guard bytes.count <= Self.maximumBytes else { throw .malformed }
        let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.decode(parts[0]), let signature = Base64URL.decode(parts[2]) else {
            throw .malformed
        }
        try Self.check(header: header)
        let content = bytes[..<parts[1].endIndex]
        let isSigned = [secret, alsoAccepted].contains { secret in
            secret.map { equalInConstantTime(signature, hmacSHA256(key: $0.bytes, content)) } ?? false
        }
        guard isSigned else { throw .badSignature }
        guard let payload = Base64URL.decode(parts[1]),
            let claims = try? JSONDecoder().decode(WireClaims.self, from: Data(payload))
        else { throw .malformed }
        return claims
    }

    /// The header only ever confirms what is used anyway: it chooses nothing.
    private static func check(header bytes: [UInt8]) throws(TokenError) {
        guard bytes != headerJSON else { return }
        guard let header = try? JSONDecoder().decode(Header.self, from: Data(bytes)) else { throw .malformed }
        guard header.alg == "HS256" else { throw .wrongAlgorithm }
        guard !header.hasCritical, header.typ.map({ $0.lowercased() == "jwt" }) ?? true else { throw .malformed }
    }

    private struct Header: Decodable {
        var alg: String
        var typ: String?
        /// Extensions that must be understood (RFC 7515 section 4.1.11): none are.
        var hasCritical: Bool

        enum CodingKeys: String, CodingKey { case alg, typ, crit }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            alg = try container.decode(String.self, forKey: .alg)
            typ = try container.decodeIfPresent(String.self, forKey: .typ)
            hasCritical = container.contains(.crit)
        }
    }

    private static let headerJSON = Array(#"{"alg":"HS256","typ":"JWT"}"#.utf8)
    private static let header = Base64URL.encode(headerJSON)
}

/// Why a token is refused. A client hears only that it was.
public enum TokenError: Error, Equatable {
    /// Too long, not three parts, not base64url, not the expected JSON, or a claim is missing.
    case malformed
    case wrongAlgorithm, badSignature, expired, notYetValid
    /// A refresh token where an access token is asked for, or the other way round.
    case wrongKind
}

/// What a login or a renewal hands out.
public struct TokenPair: Sendable {
    public let access: String
    public let refresh: String
    public let accessClaims: TokenClaims
    /// For the store: its `id` is used up by the next renewal, its `session` is what a second use revokes.
    public let refreshClaims: TokenClaims
}

extension Tokens {
    /// Two new tokens. A renewal passes the session of the token that it replaces; a login starts one.
    ///
    /// - Parameter end: the session's; neither token outlives it.
    public func makePair(
        user: UserID, now: Instant, session: String? = nil, refreshSeconds: Double = Tokens.refreshSeconds, end: Instant? = nil
    ) throws(CryptoError) -> TokenPair {
        func claims(_ kind: TokenClaims.Kind, seconds: Double, session: String?) throws(CryptoError) -> TokenClaims {
            let expires = now.advanced(bySeconds: seconds)
            return TokenClaims(
                kind: kind, userID: user, id: try Self.newID(), issuedAt: now,
                expiresAt: end.map { min($0, expires) } ?? expires, session: session)
        }
        let newSession = try Self.newID()
        let session = session ?? newSession
        let access = try claims(.access, seconds: Self.accessSeconds, session: session)
        let refresh = try claims(.refresh, seconds: refreshSeconds, session: session)
        return TokenPair(access: sign(access), refresh: sign(refresh), accessClaims: access, refreshClaims: refresh)
    }

    /// A new access token of a session that lasts, as simplejwt's default renewal makes it: the refresh token stays.
    ///
    /// - Parameter end: the session's; the token does not outlive it.
    public func makeAccess(user: UserID, now: Instant, session: String, end: Instant?) throws(CryptoError) -> String {
        let expires = now.advanced(bySeconds: Self.accessSeconds)
        return sign(
            TokenClaims(
                kind: .access, userID: user, id: try Self.newID(), issuedAt: now, expiresAt: end.map { min($0, expires) } ?? expires,
                session: session))
    }

    /// An access token for a program that has shown its key.
    ///
    /// - Parameters:
    ///   - end: the key's; the token does not outlive it.
    ///   - scope: the permissions that it is limited to; nil: those that the key has whenever it is used.
    public func makeAccess(
        for key: MachineKey, now: Instant, end: Instant?, scope: [String]?
    ) throws(CryptoError) -> (token: String, claims: TokenClaims) {
        let expires = now.advanced(bySeconds: Self.accessSeconds)
        let claims = TokenClaims(
            kind: .access, userID: key.id, id: try Self.newID(), issuedAt: now, expiresAt: end.map { min($0, expires) } ?? expires,
            session: key.session, scope: scope)
        return (sign(claims), claims)
    }

    /// 128 random bits as 32 hexadecimal characters, the look of simplejwt's `uuid4().hex`.
    static func newID() throws(CryptoError) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let hex = try Random.bytes(16).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: hex, as: UTF8.self)
    }
}
