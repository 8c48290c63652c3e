import Clinical
import Postgres

/// A ward (`service`).
public struct Ward: Codable, Sendable, Hashable, Identifiable {
    public var id: WardID
    public var name: String

    enum CodingKeys: String, CodingKey {
        case id
        case name = "nom"
    }
}

extension Database {
    public func wards(_ scope: Scope, _ page: Page<WardID>) throws -> [Ward] {
        try pool.with {
            try $0.query(
                """
                SELECT id, name FROM wards WHERE ($1::bigint[] IS NULL OR id = ANY ($1)) AND id > $2 ORDER BY id LIMIT $3
                """, [scope.wards, page.after ?? 0, page.limit]
            ).map { Ward(id: try $0[0], name: try $0[1]) }
        }
    }

    public func ward(_ id: WardID, _ scope: Scope) throws -> Ward? {
        try pool.with {
            try $0.query("SELECT id, name FROM wards WHERE id = $1 AND ($2::bigint[] IS NULL OR id = ANY ($2))", [id, scope.wards])
                .first().map { Ward(id: try $0[0], name: try $0[1]) }
        }
    }

    public func addWard(name: String, by author: Author) throws -> Ward {
        try change(by: author) {
            Ward(id: try $0.query("INSERT INTO wards (name) VALUES ($1) RETURNING id", [name])[0][0], name: name)
        }
    }

    /// Nil where the caller sees no such ward.
    public func renameWard(_ id: WardID, name: String, _ scope: Scope) throws -> Ward? {
        guard scope.sees(ward: id) else { return nil }
        return try change(by: scope.author) {
            try $0.query("UPDATE wards SET name = $2 WHERE id = $1", [id, name]).affectedRows == 1 ? Ward(id: id, name: name) : nil
        }
    }

    /// False where the caller sees no such ward.
    ///
    /// - Throws: `Refusal` while patients, also discharged ones, or accounts hang on it.
    public func deleteWard(_ id: WardID, _ scope: Scope) throws -> Bool {
        guard scope.sees(ward: id) else { return false }
        do {
            return try change(by: scope.author) {
                try $0.query("DELETE FROM wards WHERE id = $1", [id]).affectedRows == 1
            }
        } catch let error as PostgresError where error.constraint == "patients_ward_fkey" {
            throw Refusal.wardHasPatients
        } catch let error as PostgresError where error.constraint == "user_wards_ward_fkey" {
            throw Refusal.wardHasAccounts
        }
    }
}
