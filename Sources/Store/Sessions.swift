import Access
import Clinical
import Postgres

/// From a login to its end.
public struct Session: Sendable, Hashable, Identifiable {
    public enum Kind: String, Sendable { case browser, program }

    /// In every token that descends from the login.
    public var id: String
    public var kind: Kind
    public var address: String?
    /// The client's own name for itself, cut.
    public var agent: String?
    public var createdAt: Instant
    /// The last login or renewal.
    public var lastUsedAt: Instant

    public static let maximumAgent = 200
}

/// What came of an attempt to use a refresh token.
public enum Rotation: Sendable {
    case rotated
    /// Unknown, expired, its session ended, or used before; in the last case its session ends now.
    case refused
}

extension Database {
    /// Begins a session with its first refresh token. False where the account was disabled or its password changed since it was
    /// checked: a login under way must not outlive that.
    public func openSession(
        _ token: TokenClaims, passwordHash: String, kind: Session.Kind, agent: String?, expires: Instant?, by author: Author
    ) throws -> Bool {
        try change(by: author) { connection in
            try lockSessions(of: token.userID, on: connection)
            let opened = try connection.query(
                """
                INSERT INTO sessions (id, user_id, kind, address, agent, expires_at)
                SELECT $1, id, $3, $4, $5, $6 FROM users WHERE id = $2 AND disabled_at IS NULL AND password_hash = $7
                """,
                [
                    token.session, token.userID, kind.rawValue, author.address, agent.map { String($0.prefix(Session.maximumAgent)) },
                    expires?.timestamp, passwordHash,
                ])
            guard opened.affectedRows == 1 else { return false }
            try insert(token, on: connection)
            return true
        }
    }

    private func insert(_ token: TokenClaims, on connection: Connection) throws {
        try connection.query(
            "INSERT INTO refresh_tokens (id, session_id, expires_at) VALUES ($1, $2, $3)",
            [token.id, token.session, token.expiresAt.timestamp])
    }

    /// Uses up one token and stores its successor, in one transaction.
    ///
    /// - Parameter graceSeconds: how long after its first use a token still works. A browser's windows share one cookie and
    ///   may renew at the same moment; that is no theft.
    public func rotateRefreshToken(_ old: TokenClaims, to new: TokenClaims, graceSeconds: Double, by author: Author) throws -> Rotation {
        try change(by: author) { connection in
            try lockSessions(of: old.userID, on: connection)
            let rotated = try connection.query(
                """
                UPDATE refresh_tokens t SET used_at = coalesce(t.used_at, now())
                FROM sessions s JOIN users u ON u.id = s.user_id
                WHERE t.id = $1 AND s.id = t.session_id AND s.user_id = $2 AND s.ended_at IS NULL
                    AND (s.expires_at IS NULL OR s.expires_at > now()) AND t.expires_at > now()
                    AND (t.used_at IS NULL OR t.used_at > now() - $3 * interval '1 second') AND u.disabled_at IS NULL
                """, [old.id, old.userID, graceSeconds])
            guard rotated.affectedRows == 1 else {
                try connection.query(
                    """
                    UPDATE sessions SET ended_at = now() WHERE ended_at IS NULL AND user_id = $2
                        AND id = (SELECT session_id FROM refresh_tokens WHERE id = $1 AND used_at IS NOT NULL)
                    """, [old.id, old.userID])
                return .refused
            }
            try insert(new, on: connection)
            try connection.query("UPDATE sessions SET last_used_at = now() WHERE id = $1", [new.session])
            return .rotated
        }
    }

    /// Ends the session that a token belongs to.
    public func endSession(of token: TokenClaims, by author: Author) throws {
        try change(by: author) { connection in
            try lockSessions(of: token.userID, on: connection)
            try connection.query(
                """
                UPDATE sessions SET ended_at = now() WHERE ended_at IS NULL AND user_id = $2
                    AND id = (SELECT session_id FROM refresh_tokens WHERE id = $1)
                """, [token.id, token.userID])
        }
    }

    /// Forgets tokens that have expired: they are refused by their own date, and every renewal of every session leaves one.
    ///
    /// - Returns: how many.
    @discardableResult
    public func forgetExpiredRefreshTokens() throws -> Int {
        try pool.with { try $0.query("DELETE FROM refresh_tokens WHERE expires_at < now()").affectedRows }
    }

    /// One after the other for each account, in a statement of its own before the others: the end of a session does not see a
    /// successor that another transaction is just storing, and would leave it usable.
    func lockSessions(of user: UserID, on connection: Connection) throws {
        try connection.query("SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE", [user])
    }

    /// True while the token could still be exchanged.
    public func isRefreshTokenUsable(_ token: TokenClaims) throws -> Bool {
        try pool.with {
            try $0.query(
                """
                SELECT 1 FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id JOIN users u ON u.id = s.user_id
                WHERE t.id = $1 AND s.user_id = $2 AND t.used_at IS NULL AND t.expires_at > now() AND s.ended_at IS NULL
                    AND (s.expires_at IS NULL OR s.expires_at > now()) AND u.disabled_at IS NULL
                """, [token.id, token.userID]
            ).first() != nil
        }
    }
}
