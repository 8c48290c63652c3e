import Clinical
import Postgres

extension IngestAlarms {
    /// An alert to be inserted; what the same batch does to it later is laid into it.
    struct New {
        var patient: PatientID
        var rule: AlarmRule
        var profile: LimitProfile
        /// Of the reading that raised it; `value` is the one that made it what it is.
        var measuredAt: Instant
        var receivedAt: Instant
        var value: Double
        var endedAt: Instant?
        var sources: [ReadingSource]
    }
    /// What one more source says about an open alert, or one of its sources that is worse now.
    struct Found {
        var id: Int
        var rule: AlarmRule
        var reading: Reading
    }

    /// What a batch did to alerts, for the metrics.
    struct Tally {
        /// With when the reading was measured that raised it.
        var raised: [(severity: Severity, measuredAt: Instant)] = []
        var ended: [Severity] = []
    }

    /// What a batch's readings change, for the second round trip.
    struct Changes {
        var new: [New] = []
        var worse: [Found] = []
        var joined: [Found] = []
        var ended: [(id: Int, at: Instant)] = []
        var tally = Tally()
        var conditions: [(patient: PatientID, key: AlarmCondition.Key, source: ReadingSource, condition: AlarmCondition)] = []

        var isEmpty: Bool { new.isEmpty && worse.isEmpty && joined.isEmpty && ended.isEmpty && conditions.isEmpty }
    }
}

extension IngestAlarms.New {
    mutating func add(_ source: ReadingSource) {
        if !sources.contains(source) { sources.append(source) }
    }
}

extension IngestAlarms.Changes {
    /// Adds the statements to a pipeline; none where nothing changes.
    func write(into pipeline: inout Pipeline) {
        if !ended.isEmpty {
            pipeline.query(
                """
                UPDATE alerts a SET ended_at = n.at FROM unnest($1::bigint[], $2::timestamptz[]) AS n (id, at)
                WHERE a.id = n.id AND a.ended_at IS NULL
                """, [ended.map(\.id), ended.map(\.at.timestamp)])
        }
        if !worse.isEmpty {
            // The acknowledgement was for the milder one.
            pipeline.query(
                """
                UPDATE alerts a SET severity = n.severity, message = n.message, value = n.value, limit_value = n.limit_value,
                    worsened_at = now(), acknowledged_at = NULL, acknowledged_by = NULL, reminded_at = NULL,
                    sources = CASE WHEN n.source = ANY (a.sources) THEN a.sources ELSE array_append(a.sources, n.source) END
                FROM unnest($1::bigint[], $2::text[], $3::text[], $4::float8[], $5::float8[], $6::integer[])
                    AS n (id, severity, message, value, limit_value, source)
                WHERE a.id = n.id
                """,
                [
                    worse.map(\.id), worse.map(\.rule.key.severity.rawValue), worse.map { $0.rule.message(for: $0.reading.value) },
                    worse.map(\.reading.value), worse.map(\.rule.limit), worse.map { Int32($0.reading.source.code) },
                ])
        }
        for found in joined {
            // Several sources may join one alert: a statement each. Of their values it shows the worst.
            pipeline.query(
                """
                UPDATE alerts a SET sources = CASE WHEN $2::integer = ANY (a.sources) THEN a.sources ELSE array_append(a.sources, $2) END,
                    message = CASE WHEN n.is_worse THEN $3 ELSE message END, value = CASE WHEN n.is_worse THEN $4 ELSE value END,
                    limit_value = CASE WHEN n.is_worse THEN $5 ELSE limit_value END
                FROM (SELECT id, coalesce(CASE side WHEN 'bas' THEN $4::float8 < value ELSE $4 > value END, false) AS is_worse FROM alerts WHERE id = $1) AS n
                WHERE a.id = n.id AND (n.is_worse OR $2 <> ALL (coalesce(a.sources, '{}')))
                """,
                [
                    found.id, Int32(found.reading.source.code), found.rule.message(for: found.reading.value), found.reading.value, found.rule.limit,
                ])
        }
        if !new.isEmpty {
            pipeline.query(
                """
                INSERT INTO alerts (patient_id, vital, side, kind, severity, message, value, limit_value, measured_at, received_at,
                    ended_at, sources, profile)
                SELECT n.patient_id, n.vital, n.side, n.kind, n.severity, n.message, n.value, n.limit_value, n.measured_at, n.received_at,
                    n.ended_at, n.sources::integer[], n.profile
                FROM unnest($1::integer[], $2::smallint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::float8[],
                    $8::float8[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[], $12::text[], $13::text[])
                    AS n (patient_id, vital, side, kind, severity, message, value, limit_value, measured_at, received_at, ended_at, sources, profile)
                """,
                [
                    new.map { Int32($0.patient) }, new.map(\.rule.key.vital.code), new.map(\.rule.key.side.rawValue),
                    new.map(\.rule.kind), new.map(\.rule.key.severity.rawValue), new.map { $0.rule.message(for: $0.value) },
                    new.map(\.value), new.map(\.rule.limit), new.map(\.measuredAt.timestamp),
                    new.map(\.receivedAt.timestamp), new.map { $0.endedAt?.timestamp },
                    new.map { "{" + $0.sources.map { String($0.code) }.joined(separator: ",") + "}" }, new.map(\.profile.rawValue),
                ])
        }
        let (quiet, running) = (conditions.filter(\.condition.isQuiet), conditions.filter { !$0.condition.isQuiet })
        if !quiet.isEmpty {
            pipeline.query(
                """
                DELETE FROM alarm_conditions c
                USING unnest($1::integer[], $2::smallint[], $3::text[], $4::integer[]) AS n (patient_id, vital, side, device_id)
                WHERE (c.patient_id, c.vital, c.side, c.device_id) = (n.patient_id, n.vital, n.side, n.device_id)
                """,
                [
                    quiet.map { Int32($0.patient) }, quiet.map(\.key.vital.code), quiet.map(\.key.side.rawValue),
                    quiet.map { Int32($0.source.code) },
                ])
        }
        if !running.isEmpty {
            func since(_ severity: Severity) -> [Timestamp?] { running.map { $0.condition.since[severity]?.timestamp } }
            pipeline.query(
                """
                INSERT INTO alarm_conditions (patient_id, vital, side, since_error, since_warning, since_info, device_id, raised)
                SELECT * FROM unnest($1::integer[], $2::smallint[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[],
                    $7::integer[], $8::text[])
                ON CONFLICT (patient_id, vital, side, device_id) DO UPDATE SET since_error = excluded.since_error,
                    since_warning = excluded.since_warning, since_info = excluded.since_info, raised = excluded.raised
                """,
                [
                    running.map { Int32($0.patient) }, running.map(\.key.vital.code), running.map(\.key.side.rawValue),
                    since(.error), since(.warning), since(.info), running.map { Int32($0.source.code) },
                    running.map { $0.condition.raised?.rawValue },
                ])
        }
    }
}
