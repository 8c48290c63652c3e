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
            SELECT a.device_id, a.patient_id, d.name, lower(a.during) AS worn_at, greatest(s.live_at, lower(a.during)) AS heard_at, s.last_seen_at, s.period_seconds, s.battery,
                s.clock_offset_ms, CASE WHEN s.last_seen_at >= lower(a.during) THEN s.detached ELSE '{}' END AS detached,
                CASE WHEN s.last_seen_at >= lower(a.during) THEN s.reasons ELSE '{}' END AS reasons,
                CASE WHEN s.last_seen_at >= lower(a.during) THEN s.no_pulse_since END AS no_pulse_since, s.moved_at,
                -- Nothing has been measured on this patient yet.
                coalesce(s.live_at < lower(a.during), true) AS is_new, is_held(a.patient_id, 'absence') AS is_absent, is_held(a.patient_id, 'brassard') AS has_cuff
            FROM \(worn)
        ), found AS (
            SELECT w.*, t.is_late, d.discordant, d.others, m.missing, m.missing_since, f.kind, f.raises, f.holds FROM worn w
            CROSS JOIN LATERAL (
                SELECT extract(epoch FROM now() - w.heard_at)::float8 > longest AS is_silent,
                    -- It speaks, and nothing that it says is of now.
                    extract(epoch FROM now() - w.heard_at)::float8 > longest
                        AND extract(epoch FROM now() - w.last_seen_at)::float8 <= longest AS is_late,
                    w.detached && $8::smallint[] AS is_off
                FROM (SELECT greatest($1, $2 * coalesce(w.period_seconds::float8, $3), CASE WHEN w.is_new THEN \(TechnicalAlarm.firstMeasurementSeconds) END) AS longest)
                    AS silence
            ) AS t
            -- What it has measured since it is worn, and has not measured although it went on reporting for so long, without a word about it.
            CROSS JOIN LATERAL (
                SELECT coalesce(array_agg(l.vital ORDER BY l.vital), '{}') AS missing, min(l.ordered_at) AS missing_since
                FROM latest_readings l JOIN vitals v ON v.code = l.vital
                WHERE (l.patient_id, l.device_id) = (w.patient_id, w.device_id) AND l.vital = ANY ($9) AND l.vital <> ALL (w.detached)
                    AND coalesce(w.reasons ->> v.name, '') <> 'no_pulse' AND l.ordered_at >= w.worn_at
                    AND extract(epoch FROM w.heard_at - l.ordered_at)::float8 > greatest($1, $10 * coalesce(l.period_seconds::float8, $3),
                        CASE WHEN w.reasons ? v.name THEN \(TechnicalAlarm.explainedSeconds) END)
            ) AS m
            -- A pulse that was lost stays lost until it is back, or somebody who has seen the alert takes the sensor off.
            CROSS JOIN LATERAL (
                SELECT CASE WHEN p.id IS NULL THEN w.no_pulse_since IS NOT NULL
                    ELSE NOT EXISTS (
                            SELECT FROM latest_readings l WHERE (l.patient_id, l.device_id, l.vital) = (w.patient_id, w.device_id, \(Vital.heartRate.code))
                                AND l.ordered_at > p.measured_at)
                        AND (w.no_pulse_since IS NOT NULL OR p.acknowledged_at IS NULL OR NOT t.is_off) END AS holds
                FROM (VALUES (1)) AS one LEFT JOIN alerts p
                    ON (p.device_id, p.patient_id, p.kind) = (w.device_id, w.patient_id, \(name(.pulseLost))) AND p.ended_at IS NULL AND p.device_id IS NOT NULL
            ) AS pulse
            -- Of its vitals those of which another device that the patient wears says something else now; and whether it has done so for long.
            CROSS JOIN LATERAL (
                SELECT coalesce(array_agg(DISTINCT mine.vital ORDER BY mine.vital), '{}') AS discordant, string_agg(DISTINCT o.name, ', ') AS others,
                    bool_or(disagree(w.patient_id, mine.vital, w.device_id, o.id, v.tolerance, \(TechnicalAlarm.disagreementSeconds))) AS lasts
                FROM (VALUES \(tolerances)) AS v (vital, tolerance)
                JOIN latest_readings mine ON (mine.patient_id, mine.vital, mine.device_id) = (w.patient_id, v.vital, w.device_id)
                JOIN latest_readings other ON (other.patient_id, other.vital) = (w.patient_id, v.vital) AND other.device_id > w.device_id
                    AND abs(other.value - mine.value) > v.tolerance
                JOIN device_assignment a ON (a.device_id, a.patient_id) = (other.device_id, w.patient_id) AND a.during @> now()
                JOIN devices o ON o.id = other.device_id
                WHERE least(mine.ordered_at, other.ordered_at) > now() - \(TechnicalAlarm.comparedSeconds) * interval '1 s'
            ) AS d
            CROSS JOIN LATERAL (VALUES
                (\(name(.signalLost)), t.is_silent AND NOT w.is_absent, t.is_silent AND NOT w.is_absent),
                (\(name(.sensorDetached)), t.is_off AND NOT t.is_silent AND NOT w.is_absent, t.is_off AND NOT w.is_absent),
                (\(name(.pulseLost)), NOT w.has_cuff AND now() - w.no_pulse_since >= \(TechnicalAlarm.noPulseSeconds) * interval '1 s', pulse.holds),
                (\(name(.valueMissing)), m.missing <> '{}' AND NOT t.is_silent AND NOT w.is_absent AND NOT w.has_cuff, m.missing <> '{}' AND NOT w.is_absent),
                (\(name(.sensorsDisagree)), coalesce(d.lasts, false), d.discordant <> '{}'),
                (\(name(.batteryLow)), w.battery < $4, w.battery < $5),
                (\(name(.clockWrong)), t.is_late OR abs(w.clock_offset_ms) > $6, t.is_late OR abs(w.clock_offset_ms) >= $7)
            ) AS f (kind, raises, holds)
            WHERE f.raises OR f.holds
        )
        """

    /// As rows of SQL.
    private static let tolerances = TechnicalAlarm.tolerances.map { "(\($0.vital.code)::smallint, \($0.value)::float8)" }.joined(separator: ", ")

    private static func thresholds(signalLostSeconds: Double) -> [any PostgresEncodable] {
        [
            signalLostSeconds, TechnicalAlarm.silencePeriods, TechnicalAlarm.assumedPeriodSeconds,
            TechnicalAlarm.batteryLowUnder, TechnicalAlarm.batteryFineFrom,
            TechnicalAlarm.clockWrongOverMilliseconds, TechnicalAlarm.clockFineUnderMilliseconds, Vital.allCases.map(\.code),
            TechnicalAlarm.missed.map(\.code), TechnicalAlarm.missingPeriods,
        ]
    }

    /// - Parameters:
    ///   - signalLostSeconds: how long a device may be silent, or three of its periods if that is longer.
    ///   - byHandSeconds: how long a value that was taken by hand counts.
    ///   - raisesSilence: false while devices may not have had the time to report: nothing is raised because something did not come. Asked after
    ///     the database has answered: it may have hung meanwhile.
    public func reconcileDeviceAlerts(
        signalLostSeconds: Double = TechnicalAlarm.silenceSeconds,
        byHandSeconds: Double = EarlyWarningScore.MaximumAge().manualSeconds, raisesSilence: () -> Bool = { true }
    ) throws {
        let thresholds = Self.thresholds(signalLostSeconds: signalLostSeconds)
        try endHolds()
        try forgetConditions(byHandSeconds: byHandSeconds)
        try endDeviceAlerts(thresholds)
        let (new, changed) = try dueDeviceAlerts(thresholds)
        let isSilenceTheirs = raisesSilence()
        try raise(new.filter { isSilenceTheirs || !TechnicalAlarm.ofSilence.contains($0.alarm) })
        try tell(changed)
        try worsen(thresholds)
    }

    /// What a device found that its patient has not worn for a minute, and what was found by hand so long ago that it does not count any more: whether
    /// that lasts is not known. In a statement each, so that the rows of one are not held while those of the other are waited for.
    private func forgetConditions(byHandSeconds: Double) throws {
        try connection.query(
            """
            DELETE FROM alarm_conditions c
            WHERE CASE WHEN c.device_id = 0
                THEN NOT EXISTS (
                    SELECT FROM latest_readings l
                    WHERE (l.patient_id, l.vital, l.device_id) = (c.patient_id, c.vital, 0) AND l.ordered_at > now() - $1 * interval '1 second')
                ELSE NOT EXISTS (
                    SELECT FROM device_assignment a
                    WHERE (a.patient_id, a.device_id) = (c.patient_id, c.device_id)
                        AND a.during && tstzrange(now() - interval '1 minute', now(), '[]'))
                END
            """, [byHandSeconds])
        try connection.query(
            """
            UPDATE alerts SET ended_at = now()
            WHERE id IN (
                SELECT o.id FROM alerts o WHERE o.ended_at IS NULL AND o.vital IS NOT NULL AND NOT is_raised(o) ORDER BY o.id FOR UPDATE SKIP LOCKED)
            """)
    }

    private func endDeviceAlerts(_ thresholds: [any PostgresEncodable]) throws {
        try connection.query(
            """
            \(Self.found)
            UPDATE alerts SET ended_at = now()
            WHERE id IN (
                SELECT o.id FROM alerts o LEFT JOIN found f ON (f.device_id, f.patient_id, f.kind) = (o.device_id, o.patient_id, o.kind)
                WHERE o.ended_at IS NULL AND o.device_id IS NOT NULL AND o.kind = ANY ($11) AND NOT coalesce(f.holds, false)
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
        var severity: Severity
    }

    /// What is to be raised, and the open alerts of which the message is not right any more.
    private func dueDeviceAlerts(_ thresholds: [any PostgresEncodable]) throws -> (new: [New], changed: [(id: Int, message: String)]) {
        let rows = try connection.query(
            """
            \(Self.found)
            SELECT f.kind, f.device_id, f.patient_id, CASE f.kind WHEN \(Self.name(.sensorsDisagree)) THEN concat_ws(', ', f.name, f.others) ELSE f.name END,
                CASE f.kind WHEN \(Self.name(.valueMissing)) THEN f.missing_since WHEN \(Self.name(.pulseLost)) THEN f.no_pulse_since ELSE f.heard_at END,
                CASE f.kind WHEN \(Self.name(.valueMissing)) THEN f.missing WHEN \(Self.name(.sensorDetached)) THEN f.detached
                    WHEN \(Self.name(.sensorsDisagree)) THEN f.discordant ELSE '{}' END,
                o.id, o.message, f.kind = \(Self.name(.clockWrong)) AND f.is_late,
                CASE f.kind WHEN \(Self.name(.pulseLost)) THEN
                    had_good_pulse(f.patient_id, f.device_id, f.no_pulse_since, \(TechnicalAlarm.goodPerfusionPercent), \(TechnicalAlarm.goodQualityPercent))
                        AND coalesce(f.moved_at < f.no_pulse_since - \(TechnicalAlarm.stillSeconds) * interval '1 s', true)
                    ELSE false END
            FROM found f LEFT JOIN alerts o
                ON (o.device_id, o.patient_id, o.kind) = (f.device_id, f.patient_id, f.kind) AND o.device_id IS NOT NULL AND o.ended_at IS NULL
            WHERE CASE WHEN o.id IS NULL THEN f.raises ELSE f.kind IN (\(Self.name(.sensorDetached)), \(Self.name(.valueMissing)), \(Self.name(.clockWrong)),
                    \(Self.name(.sensorsDisagree))) END
            ORDER BY f.device_id, f.kind
            """, thresholds)
        var (new, changed): ([New], [(Int, String)]) = ([], [])
        for row in rows {
            guard let alarm = TechnicalAlarm(rawValue: try row[0]) else { continue }
            let codes: [Int16] = try row[5]
            let message = alarm.message(about: try row[3], vitals: Vital.allCases.filter { codes.contains($0.code) }, isUnmonitored: try row[8])
            if let id: Int = try row[6] {
                if try row[7] != message { changed.append((id, message)) }
            } else {
                new.append(
                    New(
                        alarm: alarm, patient: try row[2], device: try row[1], message: message, since: try row[4],
                        severity: try row[9] ? .error : alarm.severity))
            }
        }
        return (new, changed)
    }

    /// What lasts becomes more urgent; its acknowledgement was for the milder one.
    private func worsen(_ thresholds: [any PostgresEncodable]) throws {
        let worsening = TechnicalAlarm.ofDevices.compactMap { alarm in alarm.worsensAfterSeconds.map { (alarm.rawValue, $0) } }
        try connection.query(
            """
            \(Self.found)
            UPDATE alerts SET severity = 'error', worsened_at = now(), acknowledged_at = NULL, acknowledged_by = NULL, reminded_at = NULL
            WHERE id IN (
                SELECT o.id FROM alerts o JOIN unnest($11::text[], $12::float8[]) AS n (kind, seconds) ON n.kind = o.kind
                JOIN found f ON (f.device_id, f.patient_id, f.kind) = (o.device_id, o.patient_id, o.kind)
                WHERE o.ended_at IS NULL AND o.severity <> 'error' AND o.raised_at <= now() - n.seconds * interval '1 s'
                    AND (f.is_late OR o.kind <> \(Self.name(.clockWrong)))
                ORDER BY o.id FOR UPDATE OF o SKIP LOCKED)
            """, thresholds + [worsening.map(\.0), worsening.map(\.1)])
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
                new.map(\.alarm.rawValue), new.map(\.message), new.map(\.severity.rawValue), new.map(\.since),
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
                    alarm: .wardUnwatched, ward: ward, message: TechnicalAlarm.wardUnwatched.message(about: try row[1]), since: try row[2],
                    severity: TechnicalAlarm.wardUnwatched.severity)
            })
    }
}
