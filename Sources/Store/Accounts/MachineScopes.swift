import Access
import Clinical
import Postgres

/// What a machine key opens.
public enum MachineAdmission: Sendable {
    case admitted(Scope)
    /// `account`: the key's, where there is such a key.
    case refused(MachineRefusal, account: Author?)
}

/// Why a key opens nothing, in words of the audit.
public enum MachineRefusal: String, Sendable, CaseIterable {
    /// There is no such key, or the secret is not its own.
    case wrongSecret = "key.refused"
    /// The secret was right; the key has expired, or the secret was renewed.
    case expired = "key.used_expired"
    case revoked = "key.used_revoked"
}

extension Database {
    /// What a key opens now. Notes its use, at most once a minute.
    ///
    /// - Parameter address: the client's; nil: not known.
    public func admit(_ key: MachineKey, address: String?) throws -> MachineAdmission {
        try admit(key.id, address: address) { key.matches(hash: $0) }
    }

    /// What a token that was made for a key opens now: nothing once its secret does not. Nil: a person's token.
    public func machineScope(of token: TokenClaims, address: String?) throws -> Scope? {
        guard let session = token.session, MachineKey.isSession(session),
            case .admitted(let scope) = try admit(token.userID, address: address, { MachineKey.session(ofHash: $0) == session })
        else { return nil }
        return token.scope.map { scope.narrowed(to: $0) } ?? scope
    }

    private func admit(_ id: UserID, address: String?, _ isSecret: ([UInt8]) -> Bool) throws -> MachineAdmission {
        try pool.with { connection in
            let row = try connection.query(
                """
                SELECT u.username, u.language, k.permissions,
                    coalesce(k.wards::bigint[], array(SELECT id::bigint FROM wards ORDER BY 1)),
                    k.secret_hash, k.former_secret_hash, k.expires_at, k.former_secret_until,
                    k.expires_at <= now(), k.former_secret_until <= now(), k.revoked_at IS NOT NULL,
                    k.last_used_at IS NULL OR k.last_used_at < now() - interval '1 minute'
                FROM machine_keys k JOIN users u ON u.id = k.user_id WHERE k.user_id = $1
                """, [id], statement: "admit machine"
            ).first()
            guard let row else { return .refused(.wrongSecret, account: nil) }
            let account = Author(user: id, name: try row[0], address: address)
            let (hash, formerHash): (Bytes, Bytes?) = (try row[4], try row[5])
            let isFormer = !isSecret(hash.bytes)
            guard !isFormer || formerHash.map({ isSecret($0.bytes) }) ?? false else { return .refused(.wrongSecret, account: account) }
            if try row[10] { return .refused(.revoked, account: account) }
            let (isExpired, isFormerExpired): (Bool, Bool?) = (try row[8], try row[9])
            if isExpired || isFormer && isFormerExpired ?? true { return .refused(.expired, account: account) }
            if try row[11] { try noteUse(of: id, address: address, on: connection) }
            let (expires, formerUntil): (Timestamp, Timestamp?) = (try row[6], try row[7])
            let names: [String] = try row[2]
            return .admitted(
                Scope(
                    machine: id, name: account.name, permissions: Set(Permission.ofMachineKeys.filter { names.contains($0.rawValue) }),
                    language: try row[1], wards: try row[3], address: address,
                    endsAt: isFormer ? formerUntil.map(Instant.init) ?? Instant(expires) : Instant(expires)))
        }
    }

    private func noteUse(of id: UserID, address: String?, on connection: Connection) throws {
        try connection.query(
            """
            UPDATE machine_keys SET last_used_at = now(), last_used_address = coalesce(left($2, 64), last_used_address)
            WHERE user_id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
            """, [id, address])
    }

    /// Counts a wrong secret. A right one is never counted nor held up, so that nobody can lock a key out.
    public func countWrongKey(address: String?) throws -> LoginAttempt { try count([.keys(address)]) }

    /// - Returns: nil: it was recorded this hour already.
    public func recordRefusedKey(_ refusal: MachineRefusal, _ account: Author) throws {
        try recordOnceAnHour(.refusedKey(refusal, of: account), by: account)
    }
}

extension Scope {
    /// The same caller with no more than these permissions.
    func narrowed(to names: [String]) -> Scope {
        var scope = self
        scope.permissions.formIntersection(names.compactMap(Permission.init))
        return scope
    }
}
