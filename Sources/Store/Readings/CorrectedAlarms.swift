import Clinical
import Postgres

/// What a corrected or deleted value does to alarms. The triggers on `readings` end what the old value had raised; here the value by hand that is newest
/// now raises what it should have raised: nobody measures by hand again so soon. Of a device the next reading does that, seconds later.
extension Database {
    /// Readings of the patient neither raise nor end anything between what a change reads and what it writes.
    func lockAlarms(of patient: PatientID, on connection: Connection) throws {
        try connection.query("SELECT pg_advisory_xact_lock($1, $2)", [AdvisoryLock.alarms, Int32(patient)])
    }

    /// Lets the newest value by hand of a vital pass as when it was entered: one that came late raises nothing now either, and one whose alert somebody
    /// has acknowledged does not raise it again.
    func evaluateByHand(_ vital: Vital, of patient: PatientID, on connection: Connection) throws {
        let found = try connection.query(
            """
            SELECT p.ward_id, r.measured_at, r.received_at, effective_instant(r.effective_at, r.measured_at, r.received_at), r.value
            FROM latest_readings l JOIN patients p ON p.id = l.patient_id
            JOIN readings r ON (r.patient_id, r.vital, r.measured_at, r.device_id) = (l.patient_id, l.vital, l.measured_at, l.device_id)
            WHERE l.patient_id = $1 AND l.vital = $2 AND l.device_id = 0 AND p.discharged_at IS NULL AND l.ordered_at > now() - $3 * interval '1 second'
            """, [patient, vital.code, EarlyWarningScore.MaximumAge().manualSeconds]
        ).first()
        guard let found else { return }
        let row = IngestRows.Row(
            patient: patient, reading: Reading(vital: vital, value: try found[4], measuredAt: Instant(try found[1]), isByHand: true), device: 0,
            author: nil,
            receivedAt: Instant(try found[2]), submission: 0, position: 0, isUntimed: false, effectiveAt: Instant(try found[3]))
        var alarms = try IngestAlarms(of: [patient: try found[0]], today: today(), on: connection)
        alarms.forget(vital, of: patient, from: .byHand)
        var changes = alarms.pass([row])
        try goOn(&changes, since: row.effectiveAt, on: connection)
        if !changes.isEmpty { _ = try connection.pipeline { changes.write(into: &$0) } }
    }

    /// An alert that this reading raised before goes on instead of a second one, unless the reading is more or less urgent than it was; where somebody
    /// has acknowledged it, it stays ended.
    private func goOn(_ changes: inout IngestAlarms.Changes, since instant: Instant, on connection: Connection) throws {
        for new in changes.new {
            let key = AlarmCondition.Key(new.rule.key.vital, new.rule.key.side)
            let known = try connection.query(
                """
                SELECT id, acknowledged_at IS NOT NULL FROM alerts
                WHERE patient_id = $1 AND vital = $2 AND side = $3 AND severity = $4 AND measured_at = $5 AND 0 = ANY (sources)
                ORDER BY id DESC LIMIT 1
                """,
                [new.patient, new.rule.key.vital.code, new.rule.key.side.rawValue, new.rule.key.severity.rawValue, instant.timestamp]
            ).first()
            guard let known else { continue }
            changes.new.removeAll { $0.rule.key == new.rule.key }
            if try known[1] {
                changes.conditions.removeAll { $0.key == key }
            } else {
                try connection.query(
                    "UPDATE alerts SET ended_at = NULL, value = $2, limit_value = $3, message = $4 WHERE id = $1",
                    [try known[0] as Int, new.value, new.rule.limit, new.rule.message(for: new.value)])
            }
        }
    }
}
