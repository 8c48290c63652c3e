import Clinical
import Postgres

/// What people do about an alert of the early warning score, beside acknowledging it.
extension Database {
    /// Says in the caller's name that a doctor was called, now. Nil where the caller sees no such alert.
    ///
    /// - Throws: `StoreError.noScoreAlert`, `.alertEnded`.
    public func recordDoctorCall(_ id: Int, _ scope: Scope) throws -> Alert? {
        try change(by: scope.author) { connection in
            guard try lockScoreAlert(id, scope, on: connection) else { return nil }
            try connection.query("UPDATE alerts SET doctor_called_at = now(), doctor_called_by = $2 WHERE id = $1", [id, scope.user])
            return try alert(id, scope, on: connection)
        }
    }

    /// Ends an alert although the score may still be high: a doctor's decision, which is asked for by the route. The same score does not raise it again.
    /// Nil where the caller sees no such alert.
    ///
    /// - Throws: `StoreError.noScoreAlert`, `.alertEnded`.
    public func closeScoreAlert(_ id: Int, _ scope: Scope) throws -> Alert? {
        try change(by: scope.author) { connection in
            guard try lockScoreAlert(id, scope, on: connection) else { return nil }
            try connection.query(
                """
                UPDATE alerts SET ended_at = now(), acknowledged_at = coalesce(acknowledged_at, now()), acknowledged_by = coalesce(acknowledged_by, $2)
                WHERE id = $1
                """, [id, scope.user])
            return try alert(id, scope, on: connection)
        }
    }

    private func lockScoreAlert(_ id: Int, _ scope: Scope, on connection: Connection) throws -> Bool {
        let row = try connection.query(
            """
            SELECT a.score_minimum IS NOT NULL, a.ended_at IS NULL FROM alerts a LEFT JOIN patients p ON p.id = a.patient_id
            WHERE a.id = $1 AND \(Self.visibleAlert(wards: 2)) FOR UPDATE OF a
            """, [id, scope.wards]
        ).first()
        guard let row else { return false }
        guard try row[0] else { throw StoreError.noScoreAlert }
        guard try row[1] else { throw StoreError.alertEnded }
        return true
    }
}
