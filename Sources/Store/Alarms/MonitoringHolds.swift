import Clinical
import Postgres

/// Holds of a patient's alerts about devices; what rests while one runs: `TechnicalAlerts`. An `info` alert of the hold's kind begins and ends with it
/// in the same transaction, so that every screen, list and sheet shows it. It is born acknowledged by its owner: it sounds nowhere and asks nobody.
extension Database {
    static let holdColumns = "h.id, h.kind, h.patient_id, h.reason, hb.username, h.begun_at, h.ends_at, h.ended_at"
    /// With what `holdColumns` name.
    static let holdTables = "monitoring_holds h JOIN users hb ON hb.id = h.begun_by"
    /// Of alerts `a`: what statistics count. Not the replaced system's: when they were acknowledged is not known.
    static let isAlarm =
        "(a.imported_at IS NULL AND a.kind NOT IN (\(MonitoringHold.Kind.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", "))))"

    static func hold(_ row: Row, from first: Int = 0) throws -> MonitoringHold {
        let endedAt: Timestamp? = try row[first + 7]
        return try MonitoringHold(
            id: row[first], patient: row[first + 2], reason: row[first + 3], begunBy: row[first + 4], begin: Instant(row[first + 5]),
            end: Instant(row[first + 6]), endedAt: endedAt.map(Instant.init))
    }

    /// The hold that runs. The caller has found the patient.
    public func currentHold(_ kind: MonitoringHold.Kind, of patient: PatientID) throws -> MonitoringHold? {
        try pool.with {
            try $0.query(
                """
                SELECT \(Self.holdColumns) FROM \(Self.holdTables)
                WHERE (h.patient_id, h.kind) = ($1, $2) AND h.ended_at IS NULL AND h.ends_at > now()
                """, [patient, kind.rawValue]
            ).first().map { try Self.hold($0) }
        }
    }

    /// Begins a hold in the caller's name; one of the kind that runs is replaced. Nil where the caller sees no such patient.
    ///
    /// - Parameter reason: checked by the caller.
    /// - Throws: `StoreError` for a patient who has left.
    public func beginHold(
        _ kind: MonitoringHold.Kind, of patient: PatientID, reason: String = "", seconds: Int, _ scope: Scope
    ) throws -> MonitoringHold? {
        try change(by: scope.author) { connection in
            // First, so that two who begin one at once come one after the other; who is just being discharged is waited for.
            guard try lock(.patient(patient), scope, on: connection) else { return nil }
            try endHold(kind, of: patient, on: connection)
            let row = try connection.query(
                """
                WITH h AS (
                    INSERT INTO monitoring_holds (patient_id, kind, reason, begun_by, begun_at, ends_at)
                    SELECT $1, $2, $3, $4, now, now + make_interval(secs => $5) FROM clock_timestamp() AS now RETURNING *
                )
                SELECT \(Self.holdColumns) FROM h JOIN users hb ON hb.id = h.begun_by
                """, [patient, kind.rawValue, reason, scope.user, Double(seconds)]
            ).first()
            guard let hold = try row.map({ try Self.hold($0) }) else { return nil }
            try connection.query(
                """
                INSERT INTO alerts (patient_id, kind, message, severity, measured_at, acknowledged_at, acknowledged_by, first_acknowledged_at)
                SELECT h.patient_id, h.kind, $2, 'info', h.begun_at, h.begun_at, h.begun_by, h.begun_at FROM monitoring_holds h WHERE h.id = $1
                """, [hold.id, kind.message(reason: reason, seconds: seconds, by: hold.begunBy)])
            return hold
        }
    }

    /// Ends the hold that runs, if one does. The caller has found the patient.
    public func endHold(_ kind: MonitoringHold.Kind, of patient: PatientID, _ scope: Scope) throws {
        try change(by: scope.author) { try endHold(kind, of: patient, on: $0) }
    }

    /// One whose time was up ended then. The hold before its alert, as the leader does.
    func endHold(_ kind: MonitoringHold.Kind, of patient: PatientID, on connection: Connection) throws {
        try connection.query(
            """
            WITH over AS (
                UPDATE monitoring_holds SET ended_at = least(greatest(now(), begun_at), ends_at)
                WHERE (patient_id, kind) = ($1, $2) AND ended_at IS NULL RETURNING patient_id, kind
            )
            \(LeaderSession.endAlertsOfHolds)
            """, [patient, kind.rawValue])
    }
}

extension LeaderSession {
    /// With the holds that ended as `over`.
    fileprivate static let endAlertsOfHolds = """
        UPDATE alerts a SET ended_at = now() FROM over
        WHERE (a.patient_id, a.kind) = (over.patient_id, over.kind) AND a.device_id IS NULL AND a.ended_at IS NULL
        """

    /// Ends holds whose time is up, and absences of patients who are back: a device that the patient wears has measured heart rate or SpO2 for
    /// `returnSeconds` without a gap of more than `gapSeconds` until now, all of it later than `graceSeconds` after the absence began, by effective instants.
    func endHolds() throws {
        try connection.query(
            """
            WITH over AS (
                UPDATE monitoring_holds SET ended_at = least(greatest(now(), begun_at), ends_at)
                WHERE id IN (
                    SELECT h.id FROM monitoring_holds h
                    WHERE h.ended_at IS NULL AND (h.ends_at <= now() OR (h.kind = $1 AND EXISTS (
                        SELECT FROM latest_readings l
                        JOIN device_assignment d ON (d.patient_id, d.device_id) = (l.patient_id, l.device_id) AND d.during @> now()
                        CROSS JOIN LATERAL (
                            SELECT $5 * interval '1 s' AS gap, h.begun_at + $3 * interval '1 s' AS counts_from, $4 * interval '1 s' AS back_for
                        ) AS t
                        WHERE l.patient_id = h.patient_id AND l.vital = ANY ($2) AND l.ordered_at > now() - t.gap
                            AND l.ordered_at - t.back_for >= t.counts_from
                            AND (
                                SELECT min(r.at) <= l.ordered_at - t.back_for AND max(r.at - r.before) <= t.gap
                                FROM (
                                    SELECT w.at, lag(w.at) OVER (ORDER BY w.at) AS before
                                    FROM readings_within(l.patient_id, l.vital, greatest(t.counts_from, l.ordered_at - t.back_for - t.gap),
                                        l.ordered_at + interval '1 ms') AS w
                                    WHERE w.device_id = l.device_id
                                ) AS r))))
                    ORDER BY h.id FOR UPDATE SKIP LOCKED)
                RETURNING patient_id, kind
            )
            \(Self.endAlertsOfHolds)
            """,
            [
                MonitoringHold.Kind.absence.rawValue, MonitoringHold.returnVitals.map(\.code), MonitoringHold.graceSeconds,
                MonitoringHold.returnSeconds, MonitoringHold.gapSeconds,
            ])
    }
}
