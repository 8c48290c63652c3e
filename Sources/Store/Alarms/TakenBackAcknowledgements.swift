import Clinical
import Postgres

/// Acknowledgements that were a mistake.
extension Database {
    /// So long who acknowledged an alert may take that back.
    public static let ownAcknowledgementSeconds = 60.0

    /// Takes back the caller's own acknowledgement: the alert waits for somebody again, and one that the acknowledgement ended is open again. Nil where the
    /// caller sees no such alert.
    ///
    /// - Throws: `StoreError.notAcknowledged`, `.notOwnAcknowledgement`, `.acknowledgedTooLongAgo`, `.raisedAgain`.
    public func takeBackAcknowledgement(_ id: Int, _ scope: Scope) throws -> Alert? {
        try change(by: scope.author) { connection in
            guard let patient = try alert(id, scope, on: connection).map(\.patient) else { return nil }
            // As who stores readings: none of them raises or ends anything between what is read and what is written here.
            if let patient { try lockAlarms(of: patient, on: connection) }
            let row = try connection.query(
                """
                SELECT a.acknowledged_at IS NOT NULL, coalesce(a.acknowledged_by = $2, false), coalesce(a.acknowledged_at > now() - $3 * interval '1 second', false),
                    \(Self.isReopened), EXISTS (
                        SELECT FROM alerts o WHERE o.id <> a.id AND o.ended_at IS NULL AND o.patient_id = a.patient_id AND CASE
                            WHEN a.vital IS NOT NULL THEN (o.vital, o.side) = (a.vital, a.side)
                            ELSE o.vital IS NULL AND o.kind = a.kind AND (o.raised_by = a.raised_by OR o.score_minimum IS NOT NULL) END)
                FROM alerts a LEFT JOIN patients p ON p.id = a.patient_id
                WHERE a.id = $1 AND \(Self.visibleAlert(wards: 4)) AND p.discharged_at IS NULL FOR UPDATE OF a
                """, [id, scope.user, Self.ownAcknowledgementSeconds, scope.wards]
            ).first()
            guard let row else { return nil }
            guard try row[0] else { throw StoreError.notAcknowledged }
            guard try row[1] else { throw StoreError.notOwnAcknowledgement }
            guard try row[2] else { throw StoreError.acknowledgedTooLongAgo }
            let (isReopened, isRaisedAgain): (Bool, Bool) = try (row[3], row[4])
            if isReopened, isRaisedAgain { throw StoreError.raisedAgain }
            try connection.query(
                """
                INSERT INTO alarm_conditions (patient_id, vital, side, device_id, raised)
                SELECT a.patient_id, a.vital, a.side, 0, a.hand_condition FROM alerts a
                WHERE a.id = $1 AND a.hand_condition IS NOT NULL AND (a.ended_at IS NULL OR \(Self.isReopened)) AND NOT \(Self.isMeasuredSince)
                ON CONFLICT DO NOTHING
                """, [id])
            try connection.query(
                """
                UPDATE alerts a SET acknowledged_at = NULL, acknowledged_by = NULL, hand_condition = NULL,
                    first_acknowledged_at = nullif(first_acknowledged_at, acknowledged_at), ended_at = CASE WHEN NOT \(Self.isReopened) THEN ended_at END
                WHERE id = $1
                """, [id])
            return try alert(id, scope, on: connection)
        }
    }

    /// Of an alert `a`: a newer value by hand has come since it was acknowledged, which ended the condition of the older one.
    private static let isMeasuredSince = """
        EXISTS (SELECT FROM latest_readings l WHERE (l.patient_id, l.vital, l.device_id) = (a.patient_id, a.vital, 0) AND l.ordered_at > a.acknowledged_at)
        """
    /// Of an alert `a`: nothing but its acknowledgement ended it.
    private static let isReopened = "coalesce(a.ended_at = a.acknowledged_at AND NOT \(isMeasuredSince), false)"
}
