import Clinical
import Postgres

/// What happens to an `error` that nobody acknowledges, or whose condition lasts though somebody did. Each is one statement; what another
/// transaction is just changing is passed over until the next second, so that the leader and other transactions never wait for each other.
extension LeaderSession {
    /// Alerts in one statement: after a long pause the next second continues.
    static let alertsAtOnce = 200

    /// Of an alert about a ward, or of a patient who is still here.
    private static let isSomebodys = """
        NOT EXISTS (SELECT FROM patients p WHERE p.id = a.patient_id AND p.discharged_at IS NOT NULL)
        """

    /// Brings back what was acknowledged so long ago and has not ended. A person's own alert has no condition that could last, and stays settled.
    ///
    /// - Returns: how many.
    @discardableResult
    public func remind(afterSeconds seconds: Int) throws -> Int {
        try connection.query(
            """
            UPDATE alerts SET acknowledged_at = NULL, acknowledged_by = NULL, reminded_at = now(), escalated_at = NULL
            WHERE id IN (
                SELECT a.id FROM alerts a
                WHERE a.severity = 'error' AND a.ended_at IS NULL AND a.acknowledged_at <= now() - $1 * interval '1 second'
                    AND num_nonnulls(a.vital, a.device_id, a.ward_id) > 0 AND \(Self.isSomebodys)
                ORDER BY a.id LIMIT \(Self.alertsAtOnce) FOR UPDATE SKIP LOCKED)
            """, [Double(seconds)]
        ).affectedRows
    }

    /// Escalates what has waited so long for an acknowledgement since it was raised, got worse or was brought back: every screen of the ward
    /// shows it, and with a webhook a delivery is written, in the same transaction.
    ///
    /// Neither name nor hospital number leave: who may know who lies there looks it up.
    ///
    /// - Parameter language: in which the webhook's receiver reads what happened.
    /// - Returns: how many.
    @discardableResult
    public func escalate(afterSeconds seconds: Int, hasWebhook: Bool, language: Language = .french) throws -> Int {
        guard hasWebhook, language != .french else { return try escalate(afterSeconds: seconds, hasWebhook: hasWebhook, on: connection) }
        return try connection.transaction { connection in
            let count = try escalate(afterSeconds: seconds, hasWebhook: true, on: connection)
            if count > 0 { try translate(into: language, on: connection) }
            return count
        }
    }

    /// The deliveries of this transaction: what is stored of an alert is French.
    private func translate(into language: Language, on connection: Connection) throws {
        let alerts = try connection.query(
            """
            SELECT \(Database.alertColumns) FROM \(Database.alertTables)
            WHERE a.id IN (SELECT alert_id FROM webhook_deliveries WHERE created_at = now()) ORDER BY a.id
            """
        ).map { try Database.alert($0) }
        try connection.query(
            """
            UPDATE webhook_deliveries d SET body = jsonb_set(d.body::jsonb, '{data,alerte,message}', to_jsonb(n.message))::text
            FROM unnest($1::bigint[], $2::text[]) AS n (alert, message) WHERE d.alert_id = n.alert AND d.created_at = now()
            """, [alerts.map(\.id), alerts.map { $0.text(in: language) }])
    }

    private func escalate(afterSeconds seconds: Int, hasWebhook: Bool, on connection: Connection) throws -> Int {
        try connection.query(
            """
            WITH due AS (
                SELECT a.id FROM alerts a
                WHERE a.severity = 'error' AND a.acknowledged_at IS NULL AND a.escalated_at IS NULL
                    AND greatest(a.raised_at, a.worsened_at, a.reminded_at) <= now() - $1 * interval '1 second' AND \(Self.isSomebodys)
                ORDER BY a.id LIMIT \(Self.alertsAtOnce) FOR UPDATE SKIP LOCKED
            ), escalated AS (
                UPDATE alerts a SET escalated_at = now() FROM due WHERE a.id = due.id RETURNING a.*
            ), written AS (
                INSERT INTO webhook_deliveries (alert_id, body)
                SELECT a.id, json_build_object(
                    'type', 'alerte.escaladee', 'timestamp', wire_time(a.escalated_at),
                    'data', json_build_object(
                        'alerte', json_build_object(
                            'id', a.id, 'type_alerte', a.kind, 'message', a.message, 'niveau_gravite', a.severity,
                            'timestamp', wire_time(a.measured_at), 'levee_le', wire_time(a.raised_at)),
                        'lit', p.bed, 'service', json_build_object('id', w.id, 'nom', w.name), 'patient', a.patient_id))
                FROM escalated a LEFT JOIN patients p ON p.id = a.patient_id JOIN wards w ON w.id = coalesce(a.ward_id, p.ward_id)
                WHERE $2 ORDER BY a.id
            )
            SELECT count(*) FROM escalated
            """, [Double(seconds), hasWebhook])[0][0]
    }
}
