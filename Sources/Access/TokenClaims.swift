import Clinical
import FoundationEssentials

/// What a token says, in the claims of djangorestframework-simplejwt: token_type, exp, iat, jti, user_id.
public struct TokenClaims: Equatable, Sendable {
    public enum Kind: String, Sendable, Codable { case access, refresh }

    public let kind: Kind
    public let userID: UserID
    /// `jti`: 32 hexadecimal characters in a token made here.
    public let id: String
    /// To the second. 1970 where a foreign token does not say: then it is older than anything it is compared with.
    public let issuedAt: Instant
    /// To the second. At this instant it is no longer valid.
    public let expiresAt: Instant
    /// `fam`: what all tokens that descend from one login have in common.
    public let session: String?
    /// `scope` (RFC 9068): the permissions that a program's token is limited to; nil: it says nothing of them.
    public let scope: [String]?

    /// Times are cut to seconds, the unit of the claims. `id` and `session`: see `isName`.
    public init(
        kind: Kind, userID: UserID, id: String, issuedAt: Instant, expiresAt: Instant, session: String? = nil, scope: [String]? = nil
    ) {
        precondition(
            Self.isName(id) && session.map(Self.isName) ?? true && scope?.allSatisfy(Self.isName) ?? true, "a token's names are letters and digits")
        (self.kind, self.userID, self.id) = (kind, userID, id)
        (self.issuedAt, self.expiresAt) = (issuedAt.wholeSeconds, expiresAt.wholeSeconds)
        (self.session, self.scope) = (session, scope)
    }

    /// 1 to 64 ASCII letters, digits, `-` or `_`: what stands in JSON without escapes.
    static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    /// In simplejwt's order, so that the same claims give the same text as there.
    var json: String {
        let session = session.map { ",\"fam\":\"\($0)\"" } ?? ""
        let scope = scope.map { ",\"scope\":\"\($0.joined(separator: " "))\"" } ?? ""
        return "{\"token_type\":\"\(kind.rawValue)\",\"exp\":\(expiresAt.unixSeconds),\"iat\":\(issuedAt.unixSeconds)"
            + ",\"jti\":\"\(id)\",\"user_id\":\"\(userID)\"\(session)\(scope)}"
    }
}

/// The claims as they come, before anything is believed.
struct WireClaims: Decodable {
    var kind: String
    var expiresAt: Instant
    var issuedAt: Instant?
    var notBefore: Instant?
    var id: String
    var userID: UserID
    var session: String?
    var scope: [String]?

    enum CodingKeys: String, CodingKey {
        case token_type, exp, iat, nbf, jti, user_id, fam, scope
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func instant(_ key: CodingKeys) throws -> Instant? {
            guard container.contains(key) else { return nil }
            let seconds = try container.decode(Double.self, forKey: key)
            guard (0...253_402_300_799).contains(seconds) else {  // the year 9999 ends
                throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: "a time")
            }
            return Instant(milliseconds: Int64(seconds) * 1000)
        }
        func invalid(_ key: CodingKeys) -> DecodingError {
            .dataCorruptedError(forKey: key, in: container, debugDescription: "not as expected")
        }

        kind = try container.decode(String.self, forKey: .token_type)
        guard let expiresAt = try instant(.exp) else { throw invalid(.exp) }
        self.expiresAt = expiresAt
        issuedAt = try instant(.iat)
        notBefore = try instant(.nbf)
        id = try container.decode(String.self, forKey: .jti)
        guard TokenClaims.isName(id) else { throw invalid(.jti) }
        session = try container.decodeIfPresent(String.self, forKey: .fam)
        guard session.map(TokenClaims.isName) ?? true else { throw invalid(.fam) }
        scope = try container.decodeIfPresent(String.self, forKey: .scope)?.split(separator: " ").map(String.init)
        guard scope?.allSatisfy(TokenClaims.isName) ?? true else { throw invalid(.scope) }

        // simplejwt 5.5 writes user_id as a string, earlier ones as a number.
        if let text = try? container.decode(String.self, forKey: .user_id) {
            guard let number = Int(text), String(number) == text else { throw invalid(.user_id) }
            userID = number
        } else {
            userID = try container.decode(Int.self, forKey: .user_id)
        }
        guard userID > 0 else { throw invalid(.user_id) }
    }
}

extension Instant {
    var unixSeconds: Int64 { milliseconds / 1000 }
    var wholeSeconds: Instant { Instant(milliseconds: unixSeconds * 1000) }
}
