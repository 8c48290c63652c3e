import Access
import Clinical
import Postgres

/// An account as the administrator sees it.
public struct User: Codable, Sendable, Hashable, Identifiable {
    public var id: UserID
    public var username: String
    public var role: Role
    public var wards: [WardID]
    /// `fr` or `en`.
    public var language: String
    public var isActive: Bool
    public var createdAt: Instant
    public var lastLoginAt: Instant?
    public var mustChangePassword: Bool

    enum CodingKeys: String, CodingKey {
        case id, username, role
        case wards = "services"
        case language = "langue"
        case isActive = "actif"
        case createdAt = "cree_le"
        case lastLoginAt = "derniere_connexion"
        case mustChangePassword = "mot_de_passe_provisoire"
    }

    // By hand, so that what is unknown is sent as null: clients expect every key.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(username, forKey: .username)
        try container.encode(role, forKey: .role)
        try container.encode(wards, forKey: .wards)
        try container.encode(language, forKey: .language)
        try container.encode(isActive, forKey: .isActive)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(lastLoginAt, forKey: .lastLoginAt)
        try container.encode(mustChangePassword, forKey: .mustChangePassword)
    }
}

/// What an administrator may change of an account; nil: it stays.
public struct UserChanges: Sendable {
    public var role: Role?
    public var wards: [WardID]?
    public var language: String?
    public var isActive: Bool?

    public init(role: Role? = nil, wards: [WardID]? = nil, language: String? = nil, isActive: Bool? = nil) {
        (self.role, self.wards, self.language, self.isActive) = (role, wards, language, isActive)
    }
}

/// Why an account is not changed so.
public enum UserFault: Error, Hashable, Sendable {
    /// It would see nothing.
    case wardNeeded
    /// Nobody changes their own role or state: an administrator by mistake, anybody else by malice.
    case ownRole, ownState
    /// Nobody could undo it.
    case lastAdministrator(Member)

    public enum Member: Sendable { case role, state }
}

extension Database {
    /// What a token opens now; nil where its account is gone or disabled, or its session has ended. One without a session, signed
    /// by another program that has our secret, lasts as long as it says. A machine key's token opens what the key does.
    ///
    /// - Parameter address: the client's, for the audit. Nil: the one where the session began.
    public func scope(of token: TokenClaims, address: String? = nil) throws -> Scope? {
        if MachineKey.isSession(token.session) { return try machineScope(of: token, address: address) }
        return try pool.with { try scope(of: token.userID, session: token.session, address: address, on: $0) }
    }

    /// What an account may see now; nil where it is gone or disabled.
    public func scope(of user: UserID) throws -> Scope? {
        try pool.with { try scope(of: user, session: nil, address: nil, on: $0) }
    }

    func scope(of user: UserID, session: String?, address: String?, on connection: Connection) throws -> Scope? {
        try connection.query(
            """
            SELECT username, role, language, array(SELECT ward_id::bigint FROM user_wards WHERE user_id = u.id ORDER BY 1),
                must_change_password, coalesce($3, s.address), s.expires_at, s.locked_at, s.locked_wards::bigint[],
                CASE WHEN s.locked_at IS NOT NULL THEN
                    array(SELECT w.id::bigint FROM wards w WHERE w.id = ANY (s.locked_wards) AND w.names_when_locked ORDER BY 1) END
            FROM users u LEFT JOIN sessions s ON s.id = $2 AND s.user_id = u.id
            WHERE u.id = $1 AND disabled_at IS NULL
                AND ($2::text IS NULL OR (s.id IS NOT NULL AND s.ended_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > now())))
            """, [user, session, address]
        ).first().flatMap { row in
            guard let role = Role(rawValue: try row[1]) else { return nil }
            let (endsAt, lockedAt): (Timestamp?, Timestamp?) = (try row[6], try row[7])
            let (lockedWards, namedWards): ([WardID]?, [WardID]?) = (try row[8], try row[9])
            return Scope(
                user: user, username: try row[0], role: role, language: try row[2], wards: try row[3], session: session,
                address: try row[5], mustChangePassword: try row[4], sessionEndsAt: endsAt.map(Instant.init),
                lock: lockedAt.map { SessionLock(since: Instant($0), wards: lockedWards ?? [], namedWards: namedWards ?? []) })
        }
    }

    /// The same caller, as it is now.
    public func scope(now before: Scope) throws -> Scope? {
        try pool.with { try scope(of: before.user, session: before.session, address: before.address, on: $0) }
    }

    /// Disabled ones, too.
    public func users(_ page: Page<UserID>) throws -> [User] {
        try pool.with { try users(id: nil, username: nil, page, on: $0) }
    }

    public func user(_ id: UserID) throws -> User? {
        try pool.with { try users(id: id, username: nil, Page(limit: 1), on: $0).first }
    }

    public func user(named username: String) throws -> User? {
        try pool.with { try users(id: nil, username: username, Page(limit: 1), on: $0).first }
    }

    private func users(id: UserID?, username: String?, _ page: Page<UserID>, on connection: Connection) throws -> [User] {
        try connection.query(
            """
            SELECT id, username, role, array(SELECT ward_id::bigint FROM user_wards WHERE user_id = u.id ORDER BY 1), language,
                disabled_at IS NULL, created_at, (SELECT max(created_at) FROM sessions WHERE user_id = u.id), must_change_password
            FROM users u
            WHERE role <> 'machine' AND ($1::bigint IS NULL OR id = $1) AND ($2::text IS NULL OR username = normalize($2)) AND id > $3 ORDER BY id LIMIT $4
            """, [id, username?.cutAsUsername, page.after ?? 0, page.limit]
        ).map { row in
            let lastLogin: Timestamp? = try row[7]
            return User(
                id: try row[0], username: try row[1], role: Role(rawValue: try row[2]) ?? .ecran, wards: try row[3],
                language: try row[4], isActive: try row[5], createdAt: Instant(try row[6]), lastLoginAt: lastLogin.map(Instant.init),
                mustChangePassword: try row[8])
        }
    }

    /// - Parameters:
    ///   - passwordHash: from `Password.hash`.
    ///   - isProvisional: the first login must change it. Not for a wall display, where nobody would.
    /// - Throws: `UserFault.wardNeeded`.
    public func addUser(
        username: String, passwordHash: String, isProvisional: Bool = false, role: Role, wards: [WardID], language: String = "fr",
        by author: Author
    ) throws -> UserID {
        try change(by: author) {
            try addUser(
                username: username, passwordHash: passwordHash, isProvisional: isProvisional, role: role, wards: wards,
                language: language, on: $0)
        }
    }

    @discardableResult
    func addUser(
        username: String, passwordHash: String, isProvisional: Bool = false, role: Role, wards: [WardID], language: String = "fr",
        on connection: Connection
    ) throws -> UserID {
        guard role == .admin || !wards.isEmpty else { throw UserFault.wardNeeded }
        // Nothing is cut: what is typed at the login must be the same.
        guard username.isPrintable else { throw ShownText.Faults(fields: ["username": .unprintable]) }
        let id: Int = try connection.query(
            """
            INSERT INTO users (username, password_hash, role, language, must_change_password)
            VALUES (normalize($1), $2, $3, $4, $5 AND $3 <> 'ecran') RETURNING id
            """, [username.cutAsUsername, passwordHash, role.rawValue, language, isProvisional])[0][0]
        try setWards(wards, of: id, on: connection)
        return id
    }

    /// Only what differs is written: the audit tells of each row.
    private func setWards(_ wards: [WardID], of user: UserID, on connection: Connection) throws {
        try connection.query("DELETE FROM user_wards WHERE user_id = $1 AND ward_id <> ALL ($2::bigint[])", [user, wards])
        try connection.query(
            "INSERT INTO user_wards (user_id, ward_id) SELECT DISTINCT $1::bigint, unnest($2::bigint[]) ON CONFLICT DO NOTHING", [user, wards])
    }

    /// A new role, and the end of the account, end its sessions.
    ///
    /// - Throws: `UserFault`. - Returns: nil where there is no such account.
    public func changeUser(_ id: UserID, _ changes: UserChanges, by author: Author) throws -> User? {
        try change(by: author) { connection in
            // Two administrators who demote each other at once: the second finds itself the last one.
            try connection.query("SELECT FROM users WHERE id = $1 OR role = 'admin' ORDER BY id FOR NO KEY UPDATE", [id])
            guard let before = try users(id: id, username: nil, Page(limit: 1), on: connection).first else { return nil }
            let (role, isActive) = (changes.role ?? before.role, changes.isActive ?? before.isActive)
            if author.user == id, role != before.role { throw UserFault.ownRole }
            if author.user == id, isActive != before.isActive { throw UserFault.ownState }
            guard role == .admin || !(changes.wards ?? before.wards).isEmpty else { throw UserFault.wardNeeded }
            try connection.query(
                """
                UPDATE users SET role = $2, language = coalesce($3, language),
                    disabled_at = CASE WHEN $4 THEN NULL ELSE coalesce(disabled_at, now()) END,
                    must_change_password = CASE WHEN $2 = 'ecran' THEN false ELSE must_change_password OR role = 'ecran' END
                WHERE id = $1
                """, [id, role.rawValue, changes.language, isActive])
            if let wards = changes.wards { try setWards(wards, of: id, on: connection) }
            if before.role == .admin, before.isActive, try !hasAdministrator(connection) {
                throw UserFault.lastAdministrator(role == .admin ? .state : .role)
            }
            if role != before.role || !isActive { try endSessions(of: id, on: connection) }
            return try users(id: id, username: nil, Page(limit: 1), on: connection).first
        }
    }

    private func hasAdministrator(_ connection: Connection) throws -> Bool {
        try connection.query("SELECT EXISTS (SELECT FROM users WHERE role = 'admin' AND disabled_at IS NULL)")[0][0]
    }

    /// A person's own. An unknown language violates `users_language_known`.
    public func setLanguage(_ language: String, _ scope: Scope) throws {
        try change(by: scope.author) {
            _ = try $0.query("UPDATE users SET language = $2 WHERE id = $1", [scope.user, language])
        }
    }
}
