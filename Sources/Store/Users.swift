import Access
import Clinical
import Postgres

/// An account as the administrator sees it.
public struct User: Codable, Sendable, Hashable, Identifiable {
    public var id: UserID
    public var username: String
    public var role: Role
    public var wards: [WardID]

    enum CodingKeys: String, CodingKey {
        case id, username, role
        case wards = "services"
    }
}

extension Database {
    /// The account's number and password hash; nil where there is none or it is disabled.
    public func credentials(username: String) throws -> (user: UserID, passwordHash: String)? {
        try pool.with {
            try $0.query("SELECT id, password_hash FROM users WHERE username = $1 AND disabled_at IS NULL", [username])
                .first().map { (try $0[0], try $0[1]) }
        }
    }

    /// What a token opens now; nil where its account is gone or disabled, or its session has ended. One without a session, signed
    /// by another program that has our secret, lasts as long as it says.
    ///
    /// - Parameter address: the client's, for the audit.
    public func scope(of token: TokenClaims, address: String? = nil) throws -> Scope? {
        try pool.with { try scope(of: token.userID, session: token.session, address: address, on: $0) }
    }

    /// What an account may see now; nil where it is gone or disabled.
    public func scope(of user: UserID) throws -> Scope? {
        try pool.with { try scope(of: user, session: nil, address: nil, on: $0) }
    }

    func scope(of user: UserID, session: String?, address: String?, on connection: Connection) throws -> Scope? {
        try connection.query(
            """
            SELECT username, role, language, array(SELECT ward_id::bigint FROM user_wards WHERE user_id = u.id ORDER BY 1),
                must_change_password
            FROM users u
            WHERE id = $1 AND disabled_at IS NULL
                AND ($2::text IS NULL OR EXISTS (
                    SELECT FROM sessions s
                    WHERE s.id = $2 AND s.user_id = u.id AND s.ended_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > now())))
            """, [user, session]
        ).first().flatMap { row in
            guard let role = Role(rawValue: try row[1]) else { return nil }
            return Scope(
                user: user, username: try row[0], role: role, language: try row[2], wards: try row[3], session: session,
                address: address, mustChangePassword: try row[4])
        }
    }

    public func users() throws -> [User] {
        try pool.with {
            try $0.query(
                """
                SELECT id, username, role, array(SELECT ward_id::bigint FROM user_wards WHERE user_id = u.id ORDER BY 1)
                FROM users u WHERE disabled_at IS NULL ORDER BY id
                """
            ).map { row in
                User(id: try row[0], username: try row[1], role: Role(rawValue: try row[2]) ?? .ecran, wards: try row[3])
            }
        }
    }

    /// - Parameter passwordHash: from `Password.hash`.
    public func addUser(
        username: String, passwordHash: String, role: Role, wards: [WardID], by author: Author
    ) throws -> UserID {
        try change(by: author) {
            try addUser(username: username, passwordHash: passwordHash, role: role, wards: wards, on: $0)
        }
    }

    @discardableResult
    func addUser(
        username: String, passwordHash: String, role: Role, wards: [WardID], on connection: Connection
    ) throws -> UserID {
        let id: Int = try connection.query(
            "INSERT INTO users (username, password_hash, role) VALUES ($1, $2, $3) RETURNING id",
            [username, passwordHash, role.rawValue])[0][0]
        try connection.query("INSERT INTO user_wards (user_id, ward_id) SELECT $1, unnest($2::bigint[])", [id, wards])
        return id
    }

    /// Sets a password and ends every session of the account. False where there is no such account.
    public func setPassword(username: String, passwordHash: String, by author: Author) throws -> Bool {
        try change(by: author) { connection in
            // Takes the lock that a rotation holds (`lockSessions`), so that the next statement sees its new token.
            let changed = try connection.query(
                "UPDATE users SET password_hash = $2, password_changed_at = now() WHERE username = $1 RETURNING id",
                [username, passwordHash]
            ).first()
            guard let user: UserID = try changed?[0] else { return false }
            try connection.query("UPDATE sessions SET ended_at = now() WHERE user_id = $1 AND ended_at IS NULL", [user])
            return true
        }
    }
}
