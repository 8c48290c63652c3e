import Clinical
import Postgres

/// A ward (`service`).
public struct Ward: Codable, Sendable, Hashable, Identifiable {
    public var id: WardID
    public var name: String
    /// The ward has validated its measuring site: the early warning score takes what devices measure on the skin.
    public var isSkinTemperatureValid: Bool
    /// Whose limits hold for patients for whom nobody has confirmed a profile.
    public var defaultProfile: LimitProfile = .adult
    /// A locked session gets the patients' names (`SessionLock`).
    public var showsNamesWhenLocked: Bool

    enum CodingKeys: String, CodingKey {
        case id
        case name = "nom"
        case isSkinTemperatureValid = "temperature_cutanee_validee"
        case defaultProfile = "profil_par_defaut"
        case showsNamesWhenLocked = "noms_sur_ecran_verrouille"
    }
}

extension Database {
    private static let wardColumns = "id, name, skin_temperature_valid, default_profile, names_when_locked"

    private static func ward(_ row: Row) throws -> Ward {
        Ward(
            id: try row[0], name: try row[1], isSkinTemperatureValid: try row[2], defaultProfile: LimitProfile(stored: try row[3]),
            showsNamesWhenLocked: try row[4])
    }

    public func wards(_ scope: Scope, _ page: Page<WardID>) throws -> [Ward] {
        try pool.with {
            try $0.query(
                """
                SELECT \(Self.wardColumns) FROM wards WHERE ($1::bigint[] IS NULL OR id = ANY ($1)) AND id > $2 ORDER BY id LIMIT $3
                """, [scope.wards, page.after ?? 0, page.limit]
            ).map(Self.ward)
        }
    }

    /// Of every ward, for any caller: for what is no secret and must not be part of one.
    public func wardNames() throws -> [String] {
        try pool.with { try $0.query("SELECT name FROM wards ORDER BY id").map { try $0[0] } }
    }

    public func ward(_ id: WardID, _ scope: Scope) throws -> Ward? {
        try pool.with {
            try $0.query(
                "SELECT \(Self.wardColumns) FROM wards WHERE id = $1 AND ($2::bigint[] IS NULL OR id = ANY ($2))", [id, scope.wards]
            ).first().map(Self.ward)
        }
    }

    public func addWard(name: String, by author: Author) throws -> Ward {
        let name = try ShownText.checked(name, field: "nom")
        return try change(by: author) {
            try Self.ward($0.query("INSERT INTO wards (name) VALUES ($1) RETURNING \(Self.wardColumns)", [name])[0])
        }
    }

    /// Changes what is given. Nil where the caller sees no such ward.
    public func changeWard(
        _ id: WardID, name: String? = nil, isSkinTemperatureValid: Bool? = nil, defaultProfile: LimitProfile? = nil,
        showsNamesWhenLocked: Bool? = nil, _ scope: Scope
    ) throws -> Ward? {
        guard scope.sees(ward: id) else { return nil }
        let name = try name.map { try ShownText.checked($0, field: "nom") }
        return try change(by: scope.author) { connection in
            // Before the patients' rows, as who changes limits does.
            if defaultProfile != nil { try connection.query("SELECT pg_advisory_xact_lock(hashtext($1))", [AdvisoryLock.alarmRules]) }
            let held = defaultProfile == nil ? [] : try levelsByDefault(in: id, on: connection)
            let changed = try connection.query(
                """
                UPDATE wards SET name = coalesce($2, name), skin_temperature_valid = coalesce($3, skin_temperature_valid),
                    default_profile = CASE WHEN $4::text IS NULL THEN default_profile ELSE nullif($4, $5) END,
                    names_when_locked = coalesce($6, names_when_locked)
                WHERE id = $1 RETURNING \(Self.wardColumns)
                """,
                [id, name, isSkinTemperatureValid, defaultProfile?.rawValue, LimitProfile.adult.rawValue, showsNamesWhenLocked]
            ).first().map(Self.ward)
            if held.isEmpty { return changed }
            for (before, after) in zip(held, try levelsByDefault(in: id, on: connection)) {
                try recordLoosened(from: before.levels, to: after.levels, of: before.patient, because: .wardDefault, on: connection)
            }
            return changed
        }
    }

    /// False where the caller sees no such ward.
    ///
    /// - Throws: `StoreError` while patients, also discharged ones, accounts or machine keys hang on it.
    public func deleteWard(_ id: WardID, _ scope: Scope) throws -> Bool {
        guard scope.sees(ward: id) else { return false }
        do {
            return try change(by: scope.author) {
                let hasKeys: Bool = try $0.query("SELECT EXISTS (SELECT FROM machine_keys WHERE revoked_at IS NULL AND $1 = ANY (wards))", [id])[0][0]
                if hasKeys { throw StoreError.wardHasAccounts }
                return try $0.query("DELETE FROM wards WHERE id = $1", [id]).affectedRows == 1
            }
        } catch let error as PostgresError where error.constraint == "patients_ward_fkey" {
            throw StoreError.wardHasPatients
        } catch let error as PostgresError where error.constraint == "user_wards_ward_fkey" {
            throw StoreError.wardHasAccounts
        }
    }
}
