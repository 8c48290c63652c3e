import Clinical
import Postgres

/// Alerts about devices and wards, kept to what is so: what ended is ended, what began is raised. Conditions are SQL's, over the whole
/// hospital at once; words are `TechnicalAlarm`'s. The unique indexes on open alerts see to it that nothing is raised twice.
extension LeaderSession {
    /// Who wears which device now, and is here, as a FROM and its WHERE.
    private static let worn = """
        device_assignment a JOIN devices d ON d.id = a.device_id JOIN patients p ON p.id = a.patient_id
        LEFT JOIN device_state s ON s.device_id = a.device_id
        WHERE a.during @> now() AND d.retired_at IS NULL AND p.discharged_at IS NULL
        """

    private static func name(_ alarm: TechnicalAlarm) -> String { "'\(alarm.rawValue)'" }

    // MARK: Devices

    /// One row a worn device and kind of alarm of which something is so: `raises` begins an alert, `holds` lets it stay. With the parameters `thresholds`.
    ///
    /// A sensor's state is the patient's who wore the device when it said so; a sensor that was off when the device fell silent stays off until
    /// the device says otherwise.
    private static let found = """
        WITH worn AS (
            SELECT a.device_id, a.patient_id, d.name, greatest(s.live_at, lower(a.during)) AS heard_at, s.last_seen_at, s.period_seconds, s.battery,
                s.clock_offset_ms, CASE WHEN s.last_seen_at >= lower(a.during) THEN s.detached ELSE '{}' END AS detached
            FROM \(worn)
        ), found AS (
            SELECT w.*, f.kind, f.raises, f.holds FROM worn w
            CROSS JOIN LATERAL (
                SELECT extract(epoch FROM now() - w.heard_at)::float8 > longest AS is_silent,
                    -- It speaks, and nothing that it says is of now.
                    extract(epoch FROM now() - w.heard_at)::float8 > longest
                        AND extract(epoch FROM now() - w.last_seen_at)::float8 <= longest AS is_late,
                    w.detached && $8::smallint[] AS is_off
                FROM (SELECT greatest($1, $2 * coalesce(w.period_seconds::float8, $3)) AS longest) AS silence
            ) AS t
            CROSS JOIN LATERAL (VALUES
                (\(name(.signalLost)), t.is_silent, t.is_silent),
                (\(name(.sensorDetached)), t.is_off AND NOT t.is_silent, t.is_off),
                (\(name(.batteryLow)), w.battery < $4, w.battery < $5),
                (\(name(.clockWrong)), t.is_late OR abs(w.clock_offset_ms) > $6, t.is_late OR abs(w.clock_offset_ms) >= $7)
            ) AS f (kind, raises, holds)
            WHERE f.raises OR f.holds
        )
        """

    private static func thresholds(signalLostSeconds: Double) -> [any PostgresEncodable] {
        [
            signalLostSeconds, TechnicalAlarm.silencePeriods, TechnicalAlarm.assumedPeriodSeconds,
            TechnicalAlarm.batteryLowUnder, TechnicalAlarm.batteryFineFrom,
            TechnicalAlarm.clockWrongOverMilliseconds, TechnicalAlarm.clockFineUnderMilliseconds, Vital.allCases.map(\.code),
        ]
    }

    /// - Parameter signalLostSeconds: how long a device may be silent, or three of its periods if that is longer.
    public func reconcileDeviceAlerts(signalLostSeconds: Double = TechnicalAlarm.silenceSeconds) throws {
        let thresholds = Self.thresholds(signalLostSeconds: signalLostSeconds)
        try endUnwornConditions()
        try endDeviceAlerts(thresholds)
        let (new, changed) = try dueDeviceAlerts(thresholds)
        try raise(new)
        try tell(changed)
    }

    /// A vital that a device measured, whose patient has worn none for a minute: whether its condition lasts is not known any more. In a statement
    /// each, so that the rows of one are not held while those of the other are waited for.
    private func endUnwornConditions() throws {
        let unworn = """
            NOT EXISTS (SELECT FROM device_assignment a WHERE a.patient_id = o.patient_id AND a.during && tstzrange(now() - interval '1 minute', now(), '[]'))
            AND EXISTS (
                SELECT FROM latest_readings l WHERE (l.patient_id, l.vital) = (o.patient_id, o.vital) AND NOT l.by_hand AND NOT EXISTS (
                    SELECT FROM latest_readings h WHERE (h.patient_id, h.vital) = (o.patient_id, o.vital) AND h.by_hand AND h.measured_at > l.measured_at))
            """
        try connection.query(
            """
            UPDATE alerts SET ended_at = now()
            WHERE id IN (SELECT o.id FROM alerts o WHERE o.ended_at IS NULL AND o.vital IS NOT NULL AND \(unworn) ORDER BY o.id FOR UPDATE SKIP LOCKED)
            """)
        try connection.query("DELETE FROM alarm_conditions o WHERE \(unworn)")
    }

    private func endDeviceAlerts(_ thresholds: [any PostgresEncodable]) throws {
        try connection.query(
            """
            \(Self.found)
            UPDATE alerts SET ended_at = now()
            WHERE id IN (
                SELECT o.id FROM alerts o LEFT JOIN found f ON (f.device_id, f.patient_id, f.kind) = (o.device_id, o.patient_id, o.kind)
                WHERE o.ended_at IS NULL AND o.device_id IS NOT NULL AND o.kind = ANY ($9) AND NOT coalesce(f.holds, false)
                ORDER BY o.id FOR UPDATE OF o SKIP LOCKED)
            """, thresholds + [TechnicalAlarm.ofDevices.map(\.rawValue)])
    }

    private struct New {
        var alarm: TechnicalAlarm
        var patient: PatientID?
        var device: DeviceID?
        var ward: WardID?
        var message: String
        var since: Timestamp
    }

    /// What is to be raised, and the open alerts of which the message is not right any more.
    private func dueDeviceAlerts(_ thresholds: [any PostgresEncodable]) throws -> (new: [New], changed: [(id: Int, message: String)]) {
        let rows = try connection.query(
            """
            \(Self.found)
            SELECT f.kind, f.device_id, f.patient_id, f.name, f.heard_at, f.detached, o.id, o.message
            FROM found f LEFT JOIN alerts o
                ON (o.device_id, o.patient_id, o.kind) = (f.device_id, f.patient_id, f.kind) AND o.device_id IS NOT NULL AND o.ended_at IS NULL
            WHERE CASE WHEN o.id IS NULL THEN f.raises ELSE f.kind = \(Self.name(.sensorDetached)) END
            ORDER BY f.device_id, f.kind
            """, thresholds)
        var (new, changed): ([New], [(Int, String)]) = ([], [])
        for row in rows {
            guard let alarm = TechnicalAlarm(rawValue: try row[0]) else { continue }
            let codes: [Int16] = try row[5]
            let detached = alarm == .sensorDetached ? Vital.allCases.filter { codes.contains($0.code) } : []
            let message = alarm.message(about: try row[3], detached: detached)
            if let id: Int = try row[6] {
                if try row[7] != message { changed.append((id, message)) }
            } else {
                new.append(New(alarm: alarm, patient: try row[2], device: try row[1], message: message, since: try row[4]))
            }
        }
        return (new, changed)
    }

    private func tell(_ changed: [(id: Int, message: String)]) throws {
        if changed.isEmpty { return }
        try connection.query(
            """
            UPDATE alerts a SET message = c.message FROM unnest($1::bigint[], $2::text[]) AS c (id, message)
            WHERE a.id = c.id AND a.id IN (SELECT id FROM alerts WHERE id = ANY ($1) AND ended_at IS NULL ORDER BY id FOR UPDATE SKIP LOCKED)
            """,
            [changed.map(\.id), changed.map(\.message)])
    }

    private func raise(_ new: [New]) throws {
        if new.isEmpty { return }
        try connection.query(
            """
            INSERT INTO alerts (patient_id, device_id, ward_id, kind, message, severity, measured_at)
            SELECT * FROM unnest($1::integer[], $2::integer[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
            ON CONFLICT DO NOTHING
            """,
            [
                new.map { $0.patient.map(Int32.init) }, new.map { $0.device.map(Int32.init) }, new.map { $0.ward.map(Int32.init) },
                new.map(\.alarm.rawValue), new.map(\.message), new.map(\.alarm.severity.rawValue), new.map(\.since),
            ])
    }

    // MARK: Wards

    /// - Parameters:
    ///   - unmonitoredSeconds: how long a ward may be without a screen with sound.
    ///   - raises: false while screens may still be on their way back.
    public func reconcileWardAlerts(unmonitoredSeconds seconds: Double = TechnicalAlarm.unmonitoredSeconds, raises: Bool) throws {
        let kind = TechnicalAlarm.wardUnwatched.rawValue
        try connection.query(
            """
            UPDATE alerts SET ended_at = now()
            WHERE id IN (
                SELECT o.id FROM alerts o
                WHERE o.ended_at IS NULL AND o.ward_id IS NOT NULL AND o.kind = $1 AND (
                    EXISTS (SELECT FROM ward_listening l WHERE l.ward_id = o.ward_id AND l.heard_at > now() - $2 * interval '1 second')
                    OR NOT EXISTS (SELECT FROM \(Self.worn) AND p.ward_id = o.ward_id))
                ORDER BY o.id FOR UPDATE SKIP LOCKED)
            """, [kind, seconds])
        guard raises else { return }
        // One that nobody has acknowledged yet goes on: a ward that is heard now and then has one to acknowledge, not many.
        try connection.query(
            """
            UPDATE alerts SET ended_at = NULL
            WHERE id IN (
                SELECT o.id FROM alerts o
                WHERE o.ended_at IS NOT NULL AND o.acknowledged_at IS NULL AND o.severity = 'error' AND o.ward_id IS NOT NULL AND o.kind = $1
                    AND NOT EXISTS (SELECT FROM alerts n WHERE n.ward_id = o.ward_id AND n.kind = o.kind AND n.id > o.id)
                    AND NOT EXISTS (SELECT FROM ward_listening l WHERE l.ward_id = o.ward_id AND l.heard_at > now() - $2 * interval '1 second')
                    AND EXISTS (SELECT FROM \(Self.worn) AND p.ward_id = o.ward_id AND lower(a.during) <= now() - $2 * interval '1 second')
                ORDER BY o.id FOR UPDATE SKIP LOCKED)
            """, [kind, seconds])
        let rows = try connection.query(
            """
            SELECT w.id, w.name, greatest(l.heard_at, worn.since)
            FROM (SELECT p.ward_id, min(lower(a.during)) AS since FROM \(Self.worn) GROUP BY p.ward_id) AS worn
            JOIN wards w ON w.id = worn.ward_id LEFT JOIN ward_listening l ON l.ward_id = w.id
            WHERE greatest(l.heard_at, worn.since) <= now() - $2 * interval '1 second'
                AND NOT EXISTS (SELECT FROM alerts o WHERE o.ward_id = w.id AND o.kind = $1 AND o.ended_at IS NULL)
            ORDER BY w.id
            """, [kind, seconds])
        try raise(
            rows.map { row in
                let ward: WardID = try row[0]
                return New(
                    alarm: .wardUnwatched, ward: ward, message: TechnicalAlarm.wardUnwatched.message(about: try row[1]), since: try row[2])
            })
    }
}
