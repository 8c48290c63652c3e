import Access
import Clinical
import Postgres

/// A key of one of the hospital's programs, as administrators see it.
public struct MachineKeyRecord: Sendable, Hashable, Identifiable {
    public enum State: String, Sendable, CaseIterable {
        case valid = "valide"
        /// Valid, for `warningDays` at most.
        case expiring = "expire_bientot"
        case expired = "expiree"
        case revoked = "revoquee"
    }

    /// Of its account.
    public var id: UserID
    public var name: String
    /// In the order of `Permission.ofMachineKeys`.
    public var permissions: [Permission]
    /// Nil: every ward, also one that is added later.
    public var wards: [WardID]?
    public var state: State
    public var createdAt: Instant
    /// Nil: the command line.
    public var createdBy: String?
    public var expiresAt: Instant
    /// Until then the secret before the last renewal works, too.
    public var formerUntil: Instant?
    public var revokedAt: Instant?
    /// To the minute.
    public var lastUsedAt: Instant?
    public var lastUsedAddress: String?

    /// How long before its expiry a key is shown as one that expires soon.
    public static let warningDays = 30
    /// From its creation or renewal to its expiry, at most.
    public static let longestDays = 731
    public static let nameLength = 1...100
    /// How long the secret before may work beside the one that replaces it.
    public static let formerHours = 0...168
}

extension MachineKeyRecord: Encodable {
    enum CodingKeys: String, CodingKey {
        case id, client_id, nom, permissions, services, tous_services, etat, cree_le, cree_par, expire_le, ancienne_jusqu_a, revoquee_le
        case derniere_utilisation, derniere_adresse
    }

    // By hand, so that what is unknown is sent as null: clients expect every key.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(MachineKey.clientID(id), forKey: .client_id)
        try container.encode(name, forKey: .nom)
        try container.encode(permissions.map(\.rawValue), forKey: .permissions)
        try container.encode(wards ?? [], forKey: .services)
        try container.encode(wards == nil, forKey: .tous_services)
        try container.encode(state.rawValue, forKey: .etat)
        try container.encode(createdAt, forKey: .cree_le)
        try container.encode(createdBy, forKey: .cree_par)
        try container.encode(expiresAt, forKey: .expire_le)
        try container.encode(formerUntil, forKey: .ancienne_jusqu_a)
        try container.encode(revokedAt, forKey: .revoquee_le)
        try container.encode(lastUsedAt, forKey: .derniere_utilisation)
        try container.encode(lastUsedAddress, forKey: .derniere_adresse)
    }
}

/// A key with its secret, which is shown once.
public struct MadeMachineKey: Sendable, Encodable {
    public let record: MachineKeyRecord
    public let key: MachineKey

    private enum CodingKeys: String, CodingKey { case cle }

    public func encode(to encoder: any Encoder) throws {
        try record.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(key.text, forKey: .cle)
    }
}

/// What an administrator says of a new key.
public struct MachineKeyFields: Sendable {
    public var name: String
    public var permissions: Set<Permission>
    /// Nil: every ward.
    public var wards: [WardID]?
    public var expiresAt: Instant

    public init(name: String, permissions: Set<Permission>, wards: [WardID]?, expiresAt: Instant) {
        (self.name, self.permissions, self.wards, self.expiresAt) = (name, permissions, wards, expiresAt)
    }
}

/// Why a key is not made or renewed so: each of them.
public struct MachineKeyFaults: Error, Hashable, Sendable {
    public enum Fault: Sendable {
        /// By an account or another key, be it a revoked one.
        case nameTaken
        case unknownWard
        /// In the past, or later than `MachineKeyRecord.longestDays`.
        case expiryOutOfRange
        /// A revoked key is not renewed.
        case revoked
    }
    public let faults: Set<Fault>
}

extension Database {
    public func machineKeys(_ page: Page<UserID>) throws -> [MachineKeyRecord] {
        try pool.with { try machineKeys(id: nil, page, on: $0) }
    }

    public func machineKey(_ id: UserID) throws -> MachineKeyRecord? {
        try pool.with { try machineKeys(id: id, Page(limit: 1), on: $0).first }
    }

    private func machineKeys(id: UserID?, _ page: Page<UserID>, on connection: Connection) throws -> [MachineKeyRecord] {
        try connection.query(
            """
            SELECT k.user_id, u.username, k.permissions, k.wards::bigint[],
                CASE WHEN k.revoked_at IS NOT NULL THEN 'revoquee' WHEN k.expires_at <= now() THEN 'expiree'
                    WHEN k.expires_at <= now() + make_interval(days => $4::integer) THEN 'expire_bientot' ELSE 'valide' END,
                k.created_at, c.username, k.expires_at, CASE WHEN k.former_secret_until > now() THEN k.former_secret_until END,
                k.revoked_at, k.last_used_at, k.last_used_address
            FROM machine_keys k JOIN users u ON u.id = k.user_id LEFT JOIN users c ON c.id = k.created_by
            WHERE ($1::bigint IS NULL OR k.user_id = $1) AND k.user_id > $2 ORDER BY k.user_id LIMIT $3
            """, [id, page.after ?? 0, page.limit, MachineKeyRecord.warningDays]
        ).map { row in
            let permissions: [String] = try row[2]
            let (formerUntil, revokedAt, lastUsedAt): (Timestamp?, Timestamp?, Timestamp?) = (try row[8], try row[9], try row[10])
            return MachineKeyRecord(
                id: try row[0], name: try row[1], permissions: Permission.ofMachineKeys.filter { permissions.contains($0.rawValue) },
                wards: try row[3], state: MachineKeyRecord.State(rawValue: try row[4]) ?? .revoked, createdAt: Instant(try row[5]),
                createdBy: try row[6], expiresAt: Instant(try row[7]), formerUntil: formerUntil.map(Instant.init),
                revokedAt: revokedAt.map(Instant.init), lastUsedAt: lastUsedAt.map(Instant.init), lastUsedAddress: try row[11])
        }
    }

    /// Makes a key and the account that it is. The key is shown now and never again.
    ///
    /// - Throws: `MachineKeyFaults`, `ShownText.Faults`.
    public func addMachineKey(_ fields: MachineKeyFields, _ scope: Scope) throws -> MadeMachineKey {
        guard fields.name.isPrintable else { throw ShownText.Faults(fields: ["nom": .unprintable]) }
        do {
            return try change(by: scope.author) { try addMachineKey(fields, createdBy: scope.user == 0 ? nil : scope.user, on: $0) }
        } catch let error as PostgresError where error.constraint.hasPrefix("users_username_") {
            throw MachineKeyFaults(faults: [.nameTaken])  // by somebody who was quicker
        }
    }

    private func addMachineKey(
        _ fields: MachineKeyFields, createdBy: UserID?, on connection: Connection
    ) throws -> MadeMachineKey {
        let found = try connection.query(
            """
            SELECT EXISTS (SELECT FROM users WHERE lower(username COLLATE "und-x-icu") = lower(normalize($1) COLLATE "und-x-icu")),
                $2::bigint[] IS NOT NULL AND EXISTS (SELECT FROM unnest($2::bigint[]) AS ward WHERE ward NOT IN (SELECT id FROM wards)),
                \(Self.isExpiryAllowed("$3", days: "$4"))
            """, [fields.name, fields.wards, fields.expiresAt.timestamp, MachineKeyRecord.longestDays])[0]
        var faults: Set<MachineKeyFaults.Fault> = []
        if try found[0] { faults.insert(.nameTaken) }
        if try found[1] { faults.insert(.unknownWard) }
        if try !found[2] { faults.insert(.expiryOutOfRange) }
        guard faults.isEmpty else { throw MachineKeyFaults(faults: faults) }
        // '!' is the hash of no password.
        let id: UserID = try connection.query(
            "INSERT INTO users (username, password_hash, role) VALUES (normalize($1), '!', 'machine') RETURNING id", [fields.name])[0][0]
        let key = try MachineKey.make(id: id)
        try connection.query(
            """
            INSERT INTO machine_keys (user_id, permissions, wards, secret_hash, created_by, expires_at)
            VALUES ($1, $2, (SELECT array_agg(DISTINCT ward ORDER BY ward) FROM unnest($3::bigint[]::integer[]) AS ward), $4, $5, $6)
            """,
            [
                id, Permission.ofMachineKeys.filter(fields.permissions.contains).map(\.rawValue), fields.wards, Bytes(key.hash), createdBy,
                fields.expiresAt.timestamp,
            ])
        return MadeMachineKey(record: try machineKeys(id: id, Page(limit: 1), on: connection)[0], key: key)
    }

    private static func isExpiryAllowed(_ expiry: String, days: String) -> String {
        "\(expiry)::timestamptz > now() AND \(expiry)::timestamptz <= now() + make_interval(days => \(days)::integer)"
    }

    /// Gives a key a new secret, which is shown now and never again. Nil where there is no such key.
    ///
    /// - Parameters:
    ///   - formerHours: how long the old secret still works, at most until the key would have expired; 0: it stops working at once.
    ///   - expiresAt: nil: as before, if that is not over.
    /// - Throws: `MachineKeyFaults`.
    public func renewMachineKey(
        _ id: UserID, formerHours: Int = 0, expiresAt: Instant?, _ scope: Scope
    ) throws -> MadeMachineKey? {
        try change(by: scope.author) { connection in
            let row = try connection.query(
                """
                SELECT revoked_at IS NOT NULL, \(Self.isExpiryAllowed("coalesce($2, expires_at)", days: "$3"))
                FROM machine_keys WHERE user_id = $1 FOR UPDATE
                """, [id, expiresAt?.timestamp, MachineKeyRecord.longestDays]
            ).first()
            guard let row else { return nil }
            if try row[0] { throw MachineKeyFaults(faults: [.revoked]) }
            if try !row[1] { throw MachineKeyFaults(faults: [.expiryOutOfRange]) }
            let key = try MachineKey.make(id: id)
            try connection.query(
                """
                UPDATE machine_keys SET secret_hash = $2, former_secret_hash = CASE WHEN $3 > 0 THEN secret_hash END,
                    former_secret_until = CASE WHEN $3 > 0 THEN least(now() + make_interval(hours => $3::integer), expires_at) END,
                    expires_at = coalesce($4, expires_at)
                WHERE user_id = $1
                """, [id, Bytes(key.hash), formerHours, expiresAt?.timestamp])
            return MadeMachineKey(record: try machineKeys(id: id, Page(limit: 1), on: connection)[0], key: key)
        }
    }

    /// Ends a key for good; its sockets are closed. False where there is no such key; one that was revoked before stays so.
    public func revokeMachineKey(_ id: UserID, _ scope: Scope) throws -> Bool {
        try change(by: scope.author) { connection in
            guard try connection.query("SELECT FROM machine_keys WHERE user_id = $1 FOR UPDATE", [id]).first() != nil else { return false }
            try connection.query("UPDATE machine_keys SET revoked_at = now() WHERE user_id = $1 AND revoked_at IS NULL", [id])
            return true
        }
    }

    /// Keys that somebody should renew or revoke: those that expire soon, and those that have expired for no longer than that.
    public func machineKeysToRenew() throws -> [MachineKeyRecord] {
        try pool.with { connection in
            let ids: [UserID] = try connection.query(
                """
                SELECT user_id FROM machine_keys WHERE revoked_at IS NULL
                    AND expires_at BETWEEN now() - make_interval(days => $1::integer) AND now() + make_interval(days => $1::integer)
                ORDER BY expires_at, user_id LIMIT 1000
                """, [MachineKeyRecord.warningDays]
            ).map { try $0[0] }
            return try ids.compactMap { try machineKeys(id: $0, Page(limit: 1), on: connection).first }
        }
    }
}
