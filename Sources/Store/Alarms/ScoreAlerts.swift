import Clinical
import Postgres

/// The early warning score as an alarm: `ScoreWatch` decides, of all patients at once, and its state is in `score_watches` for the next leader.
extension LeaderSession {
    /// Takes the scores of a period that has ended, of everybody who is here and has values: one query, whatever the number of patients, and a
    /// statement for each patient above a threshold.
    ///
    /// - Parameter end: of the period. One that was taken before, by whichever leader, changes nothing.
    /// - Returns: how many alerts were raised, raised again or ended.
    @discardableResult
    public func watchScores(
        at end: Instant, periodSeconds: Double = ScoreAlarm.periodSeconds, maximumAge: EarlyWarningScore.MaximumAge = .init()
    ) throws -> Int {
        try connection.transaction { connection in
            let rows = try connection.query(
                Self.scoredPatients,
                [
                    end.timestamp, periodSeconds, EarlyWarningScore.Parameter.allCases.map(\.vital.code), EarlyWarningScore.minimumAgeYears,
                    TechnicalAlarm.sensorsDisagree.rawValue,
                ])
            var (before, after): ([PatientID: ScoreWatch], [PatientID: ScoreWatch]) = ([:], [:])
            var actions: [(patient: PatientID, action: ScoreAlarm.Action)] = []
            for row in rows {
                let scored = try ScoredPatient(row)
                let report = ScoreReport(
                    [Vital: LatestReading](scored.readings), scored.subject, at: end, maximumAge: maximumAge, devicesDisagree: scored.devicesDisagree)
                before[scored.patient] = scored.watch
                var watch = scored.watch
                let action = watch.take(
                    report.score.map(ScoreAlarm.Finding.init), at: end, periodSeconds: periodSeconds, open: scored.open,
                    limitAlerts: scored.limitAlerts)
                after[scored.patient] = watch
                if let action { actions.append((scored.patient, action)) }
            }
            try store(after.filter { before[$0.key] != $0.value }, on: connection)
            try carryOut(actions, on: connection)
            return actions.count
        }
    }

    /// A row each patient: what decides the score, with the medians of the period in the place of devices' newest values, what is watched, what is open.
    ///
    /// An alert of a rule that its acknowledgement ended shows its value as long as no newer one was taken by hand.
    private static let scoredPatients = """
        WITH measured AS (
            SELECT l.patient_id, l.vital, l.device_id, l.ordered_at, coalesce(m.median, l.value) AS value,
                max(l.ordered_at) OVER (PARTITION BY l.patient_id, l.vital, l.by_hand) AS newest_at
            FROM latest_readings l JOIN patients p ON p.id = l.patient_id AND p.discharged_at IS NULL
            LEFT JOIN LATERAL (
                SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY r.value) AS median
                FROM readings_within(l.patient_id, l.vital, $1 - $2 * interval '1 s', $1) AS r WHERE r.device_id = l.device_id
            ) AS m ON NOT l.by_hand AND l.ordered_at >= $1 - $2 * interval '1 s'
            WHERE l.vital = ANY ($3)
        ), counting AS (
            SELECT patient_id, array_agg(vital) AS vitals, array_agg(value) AS numbers, array_agg(ordered_at) AS times, array_agg(device_id) AS devices
            FROM measured WHERE ordered_at >= newest_at - \(TechnicalAlarm.comparedSeconds) * interval '1 s' GROUP BY patient_id
        )
        SELECT p.id, p.spo2_scale, p.pregnant, w.skin_temperature_valid, (p.birth_date + make_interval(years => $4::integer)) AT TIME ZONE 'UTC',
            EXISTS (SELECT FROM alerts d WHERE d.patient_id = p.id AND d.kind = $5 AND d.device_id IS NOT NULL AND d.ended_at IS NULL),
            coalesce(s.period_ends, '{}'), coalesce(s.totals, '{}'), coalesce(s.threes, '{}'), s.told_total, s.told_threes, s.told_at,
            o.id, o.severity, o.next_measurement_at, rules.vitals, rules.ids,
            coalesce(v.vitals, '{}'), coalesce(v.numbers, '{}'), coalesce(v.times, '{}'), coalesce(v.devices, '{}')
        FROM patients p JOIN wards w ON w.id = p.ward_id
        LEFT JOIN counting v ON v.patient_id = p.id LEFT JOIN score_watches s ON s.patient_id = p.id
        LEFT JOIN alerts o ON o.patient_id = p.id AND o.kind = '\(ScoreAlarm.kind)' AND o.ended_at IS NULL
        CROSS JOIN LATERAL (
            SELECT coalesce(array_agg(a.vital), '{}') AS vitals, coalesce(array_agg(a.id), '{}') AS ids FROM alerts a
            WHERE a.patient_id = p.id AND a.vital IS NOT NULL AND (a.ended_at IS NULL OR a.hand_condition IS NOT NULL AND a.ended_at = a.acknowledged_at
                AND NOT EXISTS (
                    SELECT FROM latest_readings l
                    WHERE (l.patient_id, l.vital, l.device_id) = (a.patient_id, a.vital, 0) AND l.ordered_at > a.acknowledged_at))
        ) AS rules
        WHERE p.discharged_at IS NULL AND (v.patient_id IS NOT NULL OR s.patient_id IS NOT NULL OR o.id IS NOT NULL)
        ORDER BY p.id
        """

    private func store(_ watches: [PatientID: ScoreWatch], on connection: Connection) throws {
        let over = watches.filter(\.value.isEmpty).keys.sorted()
        if !over.isEmpty { try connection.query("DELETE FROM score_watches WHERE patient_id = ANY ($1)", [over]) }
        // One statement each, and not arrays of arrays: few patients are above a threshold, and fewer change.
        for (patient, watch) in watches.filter({ !$0.value.isEmpty }).sorted(by: { $0.key < $1.key }) {
            try connection.query(
                """
                INSERT INTO score_watches (patient_id, period_ends, totals, threes, told_total, told_threes, told_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
                ON CONFLICT (patient_id) DO UPDATE SET period_ends = excluded.period_ends, totals = excluded.totals, threes = excluded.threes,
                    told_total = excluded.told_total, told_threes = excluded.told_threes, told_at = excluded.told_at
                """,
                [
                    patient, watch.periods.map(\.at.timestamp), watch.periods.map { Int16($0.total) },
                    watch.periods.map { Int16($0.threes.rawValue) },
                    watch.told?.total, watch.told?.threes.rawValue, watch.told?.at.timestamp,
                ])
        }
    }

    private func carryOut(_ actions: [(patient: PatientID, action: ScoreAlarm.Action)], on connection: Connection) throws {
        for (patient, action) in actions {
            switch action {
            case .raise(let raise):
                try connection.query(
                    """
                    INSERT INTO alerts (patient_id, kind, message, severity, measured_at, score_minimum, score_maximum, score_threes, linked_alert_id, next_measurement_at)
                    SELECT id, '\(ScoreAlarm.kind)', $2, $3, $9, $4, $5, $6, $7, $8 FROM patients WHERE id = $1 AND discharged_at IS NULL FOR SHARE
                    ON CONFLICT DO NOTHING
                    """, [patient] + raise.values + [raise.since.timestamp])
            case .raiseAgain(let id, let raise, let isHeard):
                try connection.query(
                    """
                    UPDATE alerts SET message = $2, severity = CASE WHEN severity_rank($3) > severity_rank(severity) THEN $3 ELSE severity END,
                        score_minimum = $4, score_maximum = $5, score_threes = $6, linked_alert_id = $7, next_measurement_at = $8,
                        worsened_at = CASE WHEN $9 THEN now() ELSE worsened_at END,
                        acknowledged_at = CASE WHEN NOT $9 THEN acknowledged_at END, acknowledged_by = CASE WHEN NOT $9 THEN acknowledged_by END,
                        reminded_at = CASE WHEN NOT $9 THEN reminded_at END, escalated_at = CASE WHEN NOT $9 THEN escalated_at END
                    WHERE id = $1 AND ended_at IS NULL
                    """, [id] + raise.values + [isHeard])
            case .measured(let id, let next):
                try connection.query("UPDATE alerts SET next_measurement_at = $2 WHERE id = $1 AND ended_at IS NULL", [id, next.timestamp])
            case .end(let id):
                try connection.query("UPDATE alerts SET ended_at = now() WHERE id = $1 AND ended_at IS NULL", [id])
            }
        }
    }
}

extension ScoreAlarm.Raise {
    /// From `message` to `next_measurement_at`.
    fileprivate var values: [any PostgresEncodable] {
        [message, level.severity.rawValue, total, maximum, threes.all.map(\.vital.code), linked, nextMeasurementAt.timestamp]
    }
}

/// A row of `scoredPatients`.
private struct ScoredPatient {
    let patient: PatientID
    let subject: EarlyWarningScore.Subject
    let devicesDisagree: Bool
    let watch: ScoreWatch
    let open: ScoreAlarm.OpenAlert?
    let limitAlerts: [Vital: Int]
    let readings: [Reading]

    init(_ row: Row) throws {
        let adultFrom: Timestamp? = try row[4]
        patient = try row[0]
        subject = EarlyWarningScore.Subject(
            scale: EarlyWarningScore.Scale(rawValue: try row[1]) ?? .one, adultFrom: adultFrom.map(Instant.init), isPregnant: try row[2],
            takesSkinTemperature: try row[3])
        devicesDisagree = try row[5]
        let (ends, totals, threes): ([Timestamp], [Int], [Int]) = try (row[6], row[7], row[8])
        let (toldTotal, toldThrees, toldAt): (Int?, Int?, Timestamp?) = try (row[9], row[10], row[11])
        var watch = ScoreWatch(
            periods: zip(ends, zip(totals, threes)).map {
                ScoreWatch.Period(at: Instant($0), total: $1.0, threes: ScoreAlarm.Parameters(rawValue: $1.1))
            })
        if let toldTotal, let toldThrees, let toldAt {
            watch.told = ScoreWatch.Told(total: toldTotal, threes: ScoreAlarm.Parameters(rawValue: toldThrees), at: Instant(toldAt))
        }
        self.watch = watch
        let next: Timestamp? = try row[14]
        let severity: String? = try row[13]
        open = try (row[12] as Int?).map {
            ScoreAlarm.OpenAlert(id: $0, severity: severity.flatMap(Severity.init(rawValue:)) ?? .error, nextMeasurementAt: next.map(Instant.init))
        }
        let (limited, ids): ([Int16], [Int]) = try (row[15], row[16])
        limitAlerts = Dictionary(zip(limited, ids).compactMap { code, id in Vital(code: code).map { ($0, id) } }, uniquingKeysWith: max)
        let (vitals, numbers): ([Int16], [Double]) = try (row[17], row[18])
        let (times, devices): ([Timestamp], [Int]) = try (row[19], row[20])
        readings = vitals.indices.compactMap { index in
            Vital(code: vitals[index]).map {
                Reading(vital: $0, value: numbers[index], measuredAt: Instant(times[index]), source: ReadingSource(code: devices[index]))
            }
        }
    }
}
