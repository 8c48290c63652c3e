import Clinical
import Postgres

/// What came of an attempt to use a refresh token.
public enum Rotation: Sendable {
    case rotated
    /// Unknown, expired, revoked, or used before; in the last case its whole family is revoked now.
    case refused
}

extension Database {
    public func addRefreshToken(id: String, family: String, user: UserID, expires: Instant) throws {
        try pool.with { try insert(id, family, user, expires, on: $0) }
    }

    private func insert(_ id: String, _ family: String, _ user: UserID, _ expires: Instant, on connection: Connection) throws {
        try connection.query(
            "INSERT INTO refresh_tokens (id, family, user_id, expires_at) VALUES ($1, $2, $3, $4)",
            [id, family, user, expires.timestamp])
    }

    /// Uses up one token and stores its successor, in one transaction.
    ///
    /// - Parameter graceSeconds: how long after its first use a token still works. A browser's windows share one cookie and
    ///   may renew at the same moment; that is no theft.
    public func rotateRefreshToken(
        _ old: String, user: UserID, to new: String, expires: Instant, graceSeconds: Double
    ) throws -> Rotation {
        try pool.with {
            try $0.transaction { connection in
                try lockSessions(of: user, on: connection)
                let row = try connection.query(
                    """
                    UPDATE refresh_tokens t SET used_at = coalesce(t.used_at, now())
                    FROM users u
                    WHERE t.id = $1 AND t.user_id = $2 AND t.revoked_at IS NULL AND t.expires_at > now()
                        AND (t.used_at IS NULL OR t.used_at > now() - $3 * interval '1 second')
                        AND u.id = t.user_id AND u.disabled_at IS NULL
                    RETURNING t.family
                    """, [old, user, graceSeconds]
                ).first()
                guard let row else {
                    try connection.query(
                        """
                        UPDATE refresh_tokens SET revoked_at = now() WHERE revoked_at IS NULL AND family =
                            (SELECT family FROM refresh_tokens WHERE id = $1 AND user_id = $2 AND used_at IS NOT NULL)
                        """, [old, user])
                    return .refused
                }
                try insert(new, row[0], user, expires, on: connection)
                return .rotated
            }
        }
    }

    /// Ends the session that a token belongs to.
    public func revokeRefreshToken(_ id: String, user: UserID) throws {
        try pool.with {
            try $0.transaction { connection in
                try lockSessions(of: user, on: connection)
                try connection.query(
                    """
                    UPDATE refresh_tokens SET revoked_at = now() WHERE revoked_at IS NULL
                        AND family = (SELECT family FROM refresh_tokens WHERE id = $1 AND user_id = $2)
                    """, [id, user])
            }
        }
    }

    /// Forgets tokens that have expired: they are refused by their own date, and every renewal of every session leaves one.
    ///
    /// - Returns: how many.
    @discardableResult
    public func forgetExpiredRefreshTokens() throws -> Int {
        try pool.with { try $0.query("DELETE FROM refresh_tokens WHERE expires_at < now()").affectedRows }
    }

    /// One after the other for each account, in a statement of its own before the others: a revocation does not see a
    /// successor that another transaction is just storing, and would leave it usable.
    func lockSessions(of user: UserID, on connection: Connection) throws {
        try connection.query("SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE", [user])
    }

    /// True while the token could still be exchanged.
    public func isRefreshTokenUsable(_ id: String, user: UserID) throws -> Bool {
        try pool.with {
            try $0.query(
                """
                SELECT 1 FROM refresh_tokens t JOIN users u ON u.id = t.user_id
                WHERE t.id = $1 AND t.user_id = $2 AND t.used_at IS NULL AND t.revoked_at IS NULL AND t.expires_at > now()
                    AND u.disabled_at IS NULL
                """, [id, user]
            ).first() != nil
        }
    }
}
