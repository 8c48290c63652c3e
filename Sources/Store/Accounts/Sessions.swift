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
    /// When somebody last touched keyboard or pointer; of a program and of a wall display: the last renewal.
    public var activeAt: Instant
    /// Nil: it lasts until it is ended.
    public var expiresAt: Instant?

    /// Unicode scalars of `agent` that are kept.
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
                INSERT INTO sessions (id, user_id, kind, address, agent, active_at, expires_at)
                SELECT $1, id, $3, $4, $5, $6, $7 FROM users WHERE id = $2 AND disabled_at IS NULL AND password_hash = $8
                """,
                [
                    token.session, token.userID, kind.rawValue, author.address,
                    agent.map { String($0.unicodeScalars.prefix(Session.maximumAgent)) }, token.issuedAt.timestamp, expires?.timestamp,
                    passwordHash,
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
    /// A wall display has nobody who could log in again, and an answer may get lost: its token works as long as no later one was used. What
    /// was made of it before is superseded, so that of a thief and the display the one who comes with that ends the session.
    ///
    /// - Parameters:
    ///   - graceSeconds: how long after its first use a token still works. A browser's windows share one cookie and
    ///     may renew at the same moment; that is no theft.
    ///   - active: when somebody last touched the page that renews, as it says.
    ///   - idleSince: a session that nobody has touched since then ends, unless it is locked. Nil: no matter.
    ///   - lock: what it is locked to instead, if it is a person's in a browser.
    public func rotateRefreshToken(
        _ old: TokenClaims, to new: TokenClaims, graceSeconds: Double, active: Instant? = nil, idleSince: Instant? = nil,
        lock: LockRequest = LockRequest(), by author: Author
    ) throws -> Rotation {
        let endsSince = lock.wards.isEmpty ? idleSince : nil
        return try rotateRefreshToken(old, to: new, graceSeconds: graceSeconds, active: active, endsSince: endsSince, by: author) {
            try lockSession(new.session ?? "", lock, idleSince: idleSince, on: $0)
        }
    }

    private func rotateRefreshToken(
        _ old: TokenClaims, to new: TokenClaims, graceSeconds: Double, active: Instant?, endsSince idleSince: Instant?, by author: Author,
        _ finish: (Connection) throws -> Void
    ) throws -> Rotation {
        try change(by: author) { connection in
            try lockSessions(of: old.userID, on: connection)
            let rotated = try connection.query(
                """
                UPDATE refresh_tokens t SET used_at = coalesce(t.used_at, now())
                FROM sessions s JOIN users u ON u.id = s.user_id
                WHERE t.id = $1 AND s.id = t.session_id AND s.user_id = $2 AND s.ended_at IS NULL
                    AND (s.expires_at IS NULL OR s.expires_at > now()) AND t.expires_at > now()
                    AND (t.used_at IS NULL OR t.used_at > now() - $3 * interval '1 second' OR \(Self.lostItsAnswer)) AND u.disabled_at IS NULL
                    AND ($5::timestamptz IS NULL OR s.locked_at IS NOT NULL OR greatest(s.active_at, $4) >= $5)
                RETURNING t.used_at < now() - $3 * interval '1 second'
                """, [old.id, old.userID, graceSeconds, active?.timestamp, idleSince?.timestamp])
            guard rotated.affectedRows == 1 else {
                try connection.query(
                    """
                    UPDATE sessions s SET ended_at = now() FROM refresh_tokens t
                    WHERE t.id = $1 AND s.id = t.session_id AND s.user_id = $2 AND s.ended_at IS NULL
                        AND (t.used_at IS NOT NULL OR (s.locked_at IS NULL AND greatest(s.active_at, $3) < $4::timestamptz))
                    """, [old.id, old.userID, active?.timestamp, idleSince?.timestamp])
                return .refused
            }
            if try rotated[0][0] {
                try connection.query(
                    "UPDATE refresh_tokens SET used_at = '-infinity' WHERE session_id = $1 AND used_at IS NULL", [new.session])
            }
            try insert(new, on: connection)
            try connection.query(
                "UPDATE sessions SET last_used_at = now(), active_at = greatest(active_at, $2) WHERE id = $1",
                [new.session, active?.timestamp])
            try finish(connection)
            return .rotated
        }
    }

    /// Notes that a program has used its session's refresh token, which stays. The session, or nil where the token is unknown, superseded or
    /// expired, is a browser's, or its session is over.
    public func useRefreshToken(_ token: TokenClaims, by author: Author) throws -> Session? {
        try change(by: author) { connection in
            let used = try connection.query(
                """
                UPDATE sessions s SET last_used_at = now() FROM refresh_tokens t JOIN users u ON u.id = $2
                WHERE t.id = $1 AND s.id = t.session_id AND s.user_id = $2 AND s.kind = 'program' AND s.ended_at IS NULL
                    AND (s.expires_at IS NULL OR s.expires_at > now()) AND t.used_at IS NULL AND t.expires_at > now() AND u.disabled_at IS NULL
                RETURNING s.id
                """, [token.id, token.userID])
            guard let id: String = try used.first().map({ try $0[0] }) else { return nil }
            return try sessions(of: token.userID, id: id, on: connection).first
        }
    }

    /// `-infinity`: superseded. Earlier than any use, so that such a token is never taken for one whose answer was lost.
    private static let lostItsAnswer = """
        (u.role = 'ecran' AND s.kind = 'browser' AND NOT EXISTS (
            SELECT FROM refresh_tokens later WHERE later.session_id = t.session_id AND later.id <> t.id AND later.used_at >= t.used_at))
        """

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

    /// The open ones of an account, the newest first.
    public func sessions(of user: UserID) throws -> [Session] {
        try pool.with { try sessions(of: user, id: nil, on: $0) }
    }

    /// Nil where it is not this account's or is over.
    public func session(_ id: String, of user: UserID) throws -> Session? {
        try pool.with { try sessions(of: user, id: id, on: $0).first }
    }

    private func sessions(of user: UserID, id: String?, on connection: Connection) throws -> [Session] {
        try connection.query(
            """
            SELECT s.id, kind, address, agent, s.created_at,
                CASE WHEN kind = 'browser' AND role <> 'ecran' THEN active_at ELSE last_used_at END, expires_at
            FROM sessions s JOIN users u ON u.id = s.user_id
            WHERE user_id = $1 AND ($2::text IS NULL OR s.id = $2) AND ended_at IS NULL AND (expires_at IS NULL OR expires_at > now())
                AND EXISTS (SELECT FROM refresh_tokens t WHERE t.session_id = s.id AND t.expires_at > now())
            ORDER BY s.created_at DESC, s.id
            """, [user, id]
        ).map { row in
            let expires: Timestamp? = try row[6]
            return Session(
                id: try row[0], kind: Session.Kind(rawValue: try row[1]) ?? .program, address: try row[2], agent: try row[3],
                createdAt: Instant(try row[4]), activeAt: Instant(try row[5]), expiresAt: expires.map(Instant.init))
        }
    }

    /// Ends one session of an account, or all. False where there was none to end.
    public func endSessions(of user: UserID, only id: String? = nil, by author: Author) throws -> Bool {
        try change(by: author) { connection in
            try lockSessions(of: user, on: connection)
            return try endSessions(of: user, only: id, on: connection) > 0
        }
    }

    /// Only after the account's row was locked, as by `lockSessions`.
    @discardableResult
    func endSessions(
        of user: UserID, only id: String? = nil, except kept: String? = nil, on connection: Connection
    ) throws -> Int {
        try connection.query(
            """
            UPDATE sessions SET ended_at = now()
            WHERE user_id = $1 AND ended_at IS NULL AND ($2::text IS NULL OR id = $2) AND id IS DISTINCT FROM $3
            """, [user, id, kept]
        ).affectedRows
    }

    /// Forgets what has no effect any more: tokens that have expired, which every renewal leaves behind, sessions that are over, guesses that
    /// were paid for, browsers that were not seen for as long as their cookie lasts. An account's newest session stays: its last login.
    ///
    /// - Returns: how many tokens.
    @discardableResult
    public func forgetExpired() throws -> Int {
        try pool.with {
            let tokens = try $0.query("DELETE FROM refresh_tokens WHERE expires_at < now()").affectedRows
            try $0.query("SELECT forget_sessions()")
            try $0.query(
                "DELETE FROM webhook_deliveries WHERE created_at < now() - $1 * interval '1 day'", [WebhookDelivery.keptDays])
            try $0.query("DELETE FROM login_buckets WHERE at < now() - interval '1 hour'")
            try $0.query("DELETE FROM known_browsers WHERE last_login_at < now() - $1 * interval '1 day'", [KnownBrowser.days])
            try $0.query("DELETE FROM idempotency_keys WHERE created_at < now() - interval '24 hours'")
            try $0.query("DELETE FROM recent_reports WHERE received_at < now() - $1 * interval '1 s'", [IngestReports.keptSeconds])
            try $0.query(SignalTraces.removal)
            return tokens
        }
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
