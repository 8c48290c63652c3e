import Access
import Clinical
import Postgres

/// Readings that people correct or delete. The old value stays as a tombstone under the reading's identity: sent again, it counts as stored before.
extension Database {
    /// So long a person may correct what they have entered by hand themselves.
    public static let ownCorrectionMinutes = 60.0

    private static let identity = "r.patient_id = $1 AND r.vital = $2 AND r.measured_at = $3 AND r.device_id = $4"

    private static func values(_ key: StoredReading.Key) -> [any PostgresEncodable] {
        [key.patient, key.vital.code, key.measuredAt.timestamp, key.device]
    }

    /// Corrects a value; the key stays. Nil where there is no such reading.
    ///
    /// - Throws: `StoreError.notOwnEntry`.
    public func correctReading(_ key: StoredReading.Key, value: Double, _ scope: Scope) throws -> StoredReading? {
        try change(by: scope.author) { connection in
            guard let before = try lockReading(key, scope, on: connection) else { return nil }
            if before == value { return StoredReading(key: key, value: value) }
            try lockAlarms(of: key.patient, on: connection)
            try bury(key, before, isDeletion: false, scope, on: connection)
            try connection.query("UPDATE readings r SET value = $5 WHERE \(Self.identity)", Self.values(key) + [value])
            if key.device == 0 { try evaluateByHand(key.vital, of: key.patient, on: connection) }
            return StoredReading(key: key, value: value)
        }
    }

    /// False where there is no such reading.
    ///
    /// The tombstone comes first and by itself, and then everything that ingest had begun before it ends: a batch that does not know the tombstone could
    /// else wait for the deletion and store the value again.
    ///
    /// - Throws: `StoreError.notOwnEntry`.
    public func deleteReading(_ key: StoredReading.Key, _ scope: Scope) throws -> Bool {
        let isThere = try change(by: scope.author) { connection in
            guard let value = try lockReading(key, scope, on: connection) else { return false }
            try bury(key, value, isDeletion: true, scope, on: connection)
            return true
        }
        guard isThere else { return false }
        try pool.with { try $0.transaction { _ = try lockAssignments(on: $0) } }
        return try change(by: scope.author) { connection in
            guard let value = try lockReading(key, scope, on: connection) else { return true }  // somebody else was quicker
            try lockAlarms(of: key.patient, on: connection)
            try bury(key, value, isDeletion: true, scope, on: connection)
            try connection.query("DELETE FROM readings r WHERE \(Self.identity)", Self.values(key))
            if key.device == 0 { try evaluateByHand(key.vital, of: key.patient, on: connection) }
            return true
        }
    }

    /// Whether a reading that the caller could see was there and is deleted.
    public func isDeleted(_ key: StoredReading.Key, _ scope: Scope) throws -> Bool {
        try pool.with {
            try $0.query(
                """
                SELECT FROM reading_tombstones r JOIN patients p ON p.id = r.patient_id
                WHERE \(Self.identity) AND r.is_deletion AND \(Scope.visible("p", wards: 5)) LIMIT 1
                """, Self.values(key) + [scope.wards]
            ).count > 0
        }
    }

    /// Takes away the tombstones of readings that lie more than this back.
    public func forgetTombstones(days: Int) throws {
        try pool.with { _ = try $0.query("DELETE FROM reading_tombstones WHERE measured_at < now() - $1 * interval '1 day'", [days]) }
    }

    /// The value of a reading that the caller sees and may change; nil: sees no such reading.
    private func lockReading(_ key: StoredReading.Key, _ scope: Scope, on connection: Connection) throws -> Double? {
        let row = try connection.query(
            """
            SELECT r.value, r.device_id = 0 AND r.entered_by IS NOT DISTINCT FROM $6::bigint AND r.received_at > now() - $7 * interval '1 minute'
            FROM readings r JOIN patients p ON p.id = r.patient_id
            WHERE \(Self.identity) AND \(Scope.visible("p", wards: 5)) FOR UPDATE OF r
            """, Self.values(key) + [scope.wards, scope.user, Self.ownCorrectionMinutes]
        ).first()
        // Who may change only their own is told nothing of what others' there is.
        guard try row?[1] == true || scope.may(.correctReadings) else { throw StoreError.notOwnEntry }
        return try row?[0]
    }

    private func bury(_ key: StoredReading.Key, _ value: Double, isDeletion: Bool, _ scope: Scope, on connection: Connection) throws {
        try connection.query(
            """
            INSERT INTO reading_tombstones AS t (patient_id, vital, measured_at, device_id, value, is_deletion, changed_by)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (patient_id, measured_at, vital, device_id, value) DO UPDATE SET
                is_deletion = t.is_deletion OR excluded.is_deletion, changed_at = excluded.changed_at, changed_by = excluded.changed_by
            """, Self.values(key) + [value, isDeletion, scope.author.user])
    }
}
