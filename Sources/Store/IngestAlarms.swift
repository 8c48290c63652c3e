import Clinical
import Postgres

/// The alarms of one batch: what is known of its patients is read in the batch's first round trip, what its readings change is
/// written in its second.
struct IngestAlarms {
    private struct Patient {
        var ward: WardID
        var state = AlarmState()
        /// The alert that is open for a condition.
        var open: [AlarmCondition.Key: Int] = [:]
        var own: [AlarmRule] = []
    }

    private var patients: [PatientID: Patient] = [:]
    private var hospital: [AlarmRule] = []
    private var wards: [WardID: [AlarmRule]] = [:]

    // MARK: Reading

    /// The patients of a batch, as a subquery: whoever wore its devices, and whoever values were entered for.
    private static let patients = """
        (SELECT patient_id FROM device_assignment WHERE device_id = ANY ($1) AND during && tstzrange($2, NULL)
        UNION SELECT unnest($3::integer[]))
        """
    static let queries = 6

    /// Adds the questions to a pipeline; `init` reads their answers.
    ///
    /// - Parameters:
    ///   - earliest: when the oldest reading was measured.
    ///   - entered: patients that readings name themselves.
    static func ask(_ pipeline: inout Pipeline, devices: [DeviceID], earliest: Timestamp, entered: [PatientID]) {
        let about: [any PostgresEncodable] = [devices, earliest, entered.map { Int32($0) }]
        // Two processes with readings of one patient take turns, each until its commit; in order, so that none waits crosswise.
        // By lock and not by row: nothing is written where nothing changes.
        pipeline.query(
            "SELECT pg_advisory_xact_lock($4, patient_id) FROM (SELECT patient_id FROM \(patients) AS p ORDER BY 1) AS p",
            about + [IngestLock.alarms])
        pipeline.query("SELECT id, ward_id FROM patients WHERE discharged_at IS NULL AND id IN \(patients)", about)
        pipeline.query(
            """
            SELECT patient_id, vital, side, since_error, since_warning, since_info FROM alarm_conditions WHERE patient_id IN \(patients)
            """, about)
        pipeline.query(
            """
            SELECT patient_id, vital, side, severity, id FROM alerts
            WHERE ended_at IS NULL AND vital IS NOT NULL AND patient_id IN \(patients)
            """, about)
        pipeline.query("SELECT patient_id, vital, measured_at FROM latest_readings WHERE patient_id IN \(patients)", about)
        pipeline.query(
            """
            SELECT patient_id, ward_id, \(AlarmRule.columns) FROM alarm_rules
            WHERE patient_id IS NULL OR patient_id IN \(patients)
            """, about)
    }

    /// - Parameter answers: of `ask`'s questions, in order.
    init(_ answers: ArraySlice<Result>) throws {
        let answers = Array(answers)
        for row in answers[1] { patients[try row[0]] = Patient(ward: try row[1]) }
        for row in answers[2] {
            guard let key = try AlarmCondition.Key(row, from: 1) else { continue }
            var since: [Severity: Instant] = [:]
            for (index, severity) in [Severity.error, .warning, .info].enumerated() {
                let at: Timestamp? = try row[3 + index]
                since[severity] = at.map(Instant.init)
            }
            patients[try row[0]]?.state.conditions[key] = AlarmCondition(since: since)
        }
        for row in answers[3] {
            guard let key = try AlarmCondition.Key(row, from: 1) else { continue }
            let patient: PatientID = try row[0]
            patients[patient]?.state.conditions[key, default: AlarmCondition()].raised = Severity(rawValue: try row[3])
            patients[patient]?.open[key] = try row[4] as Int
        }
        for row in answers[4] {
            guard let vital = Vital(code: try row[1]) else { continue }
            let (patient, at): (PatientID, Instant) = (try row[0], Instant(try row[2]))
            // Of a device and by hand: the newer.
            if let known = patients[patient]?.state.evaluatedUntil[vital], known >= at { continue }
            patients[patient]?.state.evaluatedUntil[vital] = at
        }
        for row in answers[5] {
            guard let rule = try AlarmRule(row, from: 2) else { continue }
            if let patient: PatientID = try row[0] { patients[patient]?.own.append(rule) }
            else if let ward: WardID = try row[1] { wards[ward, default: []].append(rule) }
            else { hospital.append(rule) }
        }
    }
}

extension IngestAlarms {
    /// An alert to be inserted; what the same batch does to it later is laid into it.
    fileprivate struct New {
        var patient: PatientID
        var rule: AlarmRule
        var reading: Reading
        var receivedAt: Instant
        var endedAt: Instant?
    }
    fileprivate struct Worse {
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
        fileprivate var new: [New] = []
        fileprivate var worse: [Worse] = []
        fileprivate var ended: [(id: Int, at: Instant)] = []
        fileprivate(set) var tally = Tally()
        fileprivate var conditions: [(patient: PatientID, key: AlarmCondition.Key, condition: AlarmCondition)] = []

        var isEmpty: Bool { new.isEmpty && worse.isEmpty && ended.isEmpty && conditions.isEmpty }
    }

    // MARK: Evaluating

    func rules(of patient: PatientID) -> AlarmRules {
        guard let known = patients[patient] else { return AlarmRules() }
        return AlarmRules(AlarmRule.defaults, hospital, wards[known.ward] ?? [], known.own)
    }

    /// - Parameter rows: what the batch inserts. Those that are too old to be live are left out here.
    func pass(_ rows: [IngestRows.Row]) -> Changes {
        var changes = Changes()
        let live = rows.filter { $0.receivedAt.seconds(since: $0.reading.measuredAt) <= AlarmState.liveSeconds }
        for (patient, rows) in Dictionary(grouping: live, by: \.patient).sorted(by: { $0.key < $1.key }) {
            guard let known = patients[patient] else { continue }
            var state = known.state
            var open = known.open
            var severities = known.state.conditions.compactMapValues(\.raised)
            /// Where in `changes.new` the alert lies that this batch itself raised.
            var fresh: [AlarmCondition.Key: Int] = [:]
            let arrival = Dictionary(rows.map { ($0.reading, $0.receivedAt) }) { first, _ in first }
            for change in state.pass(rows.map(\.reading), under: rules(of: patient)) {
                switch change {
                case .raised(let rule, _, let reading):
                    changes.tally.raised.append((rule.key.severity, reading.measuredAt))
                    severities[AlarmCondition.Key(rule.key.vital, rule.key.side)] = rule.key.severity
                    fresh[AlarmCondition.Key(rule.key.vital, rule.key.side)] = changes.new.count
                    changes.new.append(
                        New(patient: patient, rule: rule, reading: reading, receivedAt: arrival[reading] ?? reading.measuredAt))
                case .worsened(let rule, _, let reading):
                    let key = AlarmCondition.Key(rule.key.vital, rule.key.side)
                    severities[key] = rule.key.severity
                    if let index = fresh[key] {
                        (changes.new[index].rule, changes.new[index].reading) = (rule, reading)
                    } else if let id = open[key] {
                        changes.worse.append(Worse(id: id, rule: rule, reading: reading))
                    }
                case .ended(let key, let reading):
                    if let severity = severities[key] { changes.tally.ended.append(severity) }
                    if let index = fresh.removeValue(forKey: key) {
                        changes.new[index].endedAt = reading.measuredAt
                    } else if let id = open.removeValue(forKey: key) {
                        changes.ended.append((id, reading.measuredAt))
                    }
                }
            }
            for key in Set(state.conditions.keys).union(known.state.conditions.keys) {
                let (after, before) = (state.conditions[key] ?? AlarmCondition(), known.state.conditions[key] ?? AlarmCondition())
                if after.since != before.since { changes.conditions.append((patient, key, after)) }
            }
        }
        changes.conditions.sort { ($0.patient, $0.key.vital.code, $0.key.side.rawValue) < ($1.patient, $1.key.vital.code, $1.key.side.rawValue) }
        return changes
    }
}

extension IngestAlarms.Changes {
    // MARK: Writing

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
            // Whoever acknowledged it did not know this.
            pipeline.query(
                """
                UPDATE alerts a SET severity = n.severity, message = n.message, value = n.value, limit_value = n.limit_value,
                    worsened_at = now(), acknowledged_at = NULL, acknowledged_by = NULL, reminded_at = NULL
                FROM unnest($1::bigint[], $2::text[], $3::text[], $4::float8[], $5::float8[])
                    AS n (id, severity, message, value, limit_value)
                WHERE a.id = n.id
                """,
                [
                    worse.map(\.id), worse.map(\.rule.key.severity.rawValue), worse.map { $0.rule.message(for: $0.reading.value) },
                    worse.map(\.reading.value), worse.map(\.rule.limit),
                ])
        }
        if !new.isEmpty {
            pipeline.query(
                """
                INSERT INTO alerts (patient_id, vital, side, kind, severity, message, value, limit_value, measured_at, received_at,
                    ended_at)
                SELECT * FROM unnest($1::integer[], $2::smallint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::float8[],
                    $8::float8[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[])
                """,
                [
                    new.map { Int32($0.patient) }, new.map(\.rule.key.vital.code), new.map(\.rule.key.side.rawValue),
                    new.map(\.rule.kind), new.map(\.rule.key.severity.rawValue), new.map { $0.rule.message(for: $0.reading.value) },
                    new.map(\.reading.value), new.map(\.rule.limit), new.map(\.reading.measuredAt.timestamp),
                    new.map(\.receivedAt.timestamp), new.map { $0.endedAt?.timestamp },
                ])
        }
        let (quiet, running) = (conditions.filter(\.condition.since.isEmpty), conditions.filter { !$0.condition.since.isEmpty })
        if !quiet.isEmpty {
            pipeline.query(
                """
                DELETE FROM alarm_conditions c USING unnest($1::integer[], $2::smallint[], $3::text[]) AS n (patient_id, vital, side)
                WHERE (c.patient_id, c.vital, c.side) = (n.patient_id, n.vital, n.side)
                """, [quiet.map { Int32($0.patient) }, quiet.map(\.key.vital.code), quiet.map(\.key.side.rawValue)])
        }
        if !running.isEmpty {
            func since(_ severity: Severity) -> [Timestamp?] { running.map { $0.condition.since[severity]?.timestamp } }
            pipeline.query(
                """
                INSERT INTO alarm_conditions SELECT * FROM unnest($1::integer[], $2::smallint[], $3::text[], $4::timestamptz[],
                    $5::timestamptz[], $6::timestamptz[])
                ON CONFLICT (patient_id, vital, side) DO UPDATE SET since_error = excluded.since_error,
                    since_warning = excluded.since_warning, since_info = excluded.since_info
                """,
                [
                    running.map { Int32($0.patient) }, running.map(\.key.vital.code), running.map(\.key.side.rawValue),
                    since(.error), since(.warning), since(.info),
                ])
        }
    }
}
