import Clinical
import Postgres

/// The alarms of one batch: what is known of its patients is read in a round trip, what its readings change is written in the next.
struct IngestAlarms {
    fileprivate struct Patient {
        let rules: EffectiveRules
        var state = AlarmState()
        /// The alert that is open for a condition.
        var open: [AlarmCondition.Key: Int] = [:]
    }

    private var patients: [PatientID: Patient] = [:]

    // MARK: Reading

    /// - Parameter wards: where the batch's patients are.
    init(of wards: [PatientID: WardID], on connection: Connection) throws {
        if wards.isEmpty { return }
        let about: [any PostgresEncodable] = [wards.keys.sorted().map { Int32($0) }]
        let answers = try connection.pipeline {
            // Two processes with readings of one patient take turns, each until its commit; in order, so that none waits crosswise, and
            // before anything is read, so that each reads what the other wrote. By lock and not by row: nothing is written where nothing changes.
            $0.query("SELECT pg_advisory_xact_lock($2, id) FROM unnest($1::integer[]) AS id", about + [AdvisoryLock.alarms])
            $0.query("SELECT patient_id, ward_id, \(AlarmRule.columns) FROM alarm_rules WHERE patient_id IS NULL OR patient_id = ANY ($1)", about)
            $0.query(
                "SELECT patient_id, vital, side, since_error, since_warning, since_info FROM alarm_conditions WHERE patient_id = ANY ($1)", about)
            $0.query(
                """
                SELECT patient_id, vital, side, severity, id FROM alerts
                WHERE ended_at IS NULL AND vital IS NOT NULL AND patient_id = ANY ($1)
                """, about)
            // One that lies ahead says nothing of what was evaluated.
            $0.query("SELECT patient_id, vital, measured_at FROM latest_readings WHERE patient_id = ANY ($1) AND measured_at <= now()", about)
        }
        try readRules(answers[1], wards)
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
    }

    private mutating func readRules(_ rows: Result, _ wards: [PatientID: WardID]) throws {
        var hospital: [AlarmRule] = []
        var ofWards: [WardID: [AlarmRule]] = [:]
        var ofPatients: [PatientID: [AlarmRule]] = [:]
        for row in rows {
            guard let rule = try AlarmRule(row, from: 2) else { continue }
            if let patient: PatientID = try row[0] {
                ofPatients[patient, default: []].append(rule)
            } else if let ward: WardID = try row[1] {
                ofWards[ward, default: []].append(rule)
            } else {
                hospital.append(rule)
            }
        }
        // Made once for all who share them: to lay levels over one another for each patient took longer than to look at the readings.
        let everywhere = EffectiveRules(hospital.isEmpty ? .defaults : AlarmLevels(of: .hospital, hospital: hospital).rules)
        let inWards = ofWards.mapValues { EffectiveRules(AlarmLevels(of: .ward, hospital: hospital, ward: $0).rules) }
        for (patient, ward) in wards {
            let own = ofPatients[patient].map {
                EffectiveRules(AlarmLevels(of: .patient, hospital: hospital, ward: ofWards[ward] ?? [], patient: $0).rules)
            }
            patients[patient] = Patient(rules: own ?? inWards[ward] ?? everywhere)
        }
    }

    /// The rules that hold for a patient, unless they are of this version.
    func rules(of patient: PatientID, unless version: Int) -> AlarmRules? {
        guard let rules = patients[patient]?.rules, rules.version != version else { return nil }
        return rules.rules
    }
}

/// Rules that hold for many, and their version once somebody asks for it.
private final class EffectiveRules {
    let rules: AlarmRules
    private(set) lazy var version = Int(rules.version)

    init(_ rules: AlarmRules) { self.rules = rules }
}

extension IngestAlarms {
    /// An alert to be inserted; what the same batch does to it later is laid into it.
    fileprivate struct New {
        var patient: PatientID
        var rule: AlarmRule
        /// Of the reading that raised it; `value` is the one that made it what it is.
        var measuredAt: Instant
        var receivedAt: Instant
        var value: Double
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

    /// - Parameter rows: what the batch inserts, patient by patient. Those that are too old to be live are left out here.
    func pass(_ rows: [IngestRows.Row]) -> Changes {
        var changes = Changes()
        var rest = rows.filter(\.isLive)[...]
        while let patient = rest.first?.patient {
            let own = rest.prefix { $0.patient == patient }
            rest = rest.dropFirst(own.count)
            if let known = patients[patient] { changes.pass(own, of: patient, known) }
        }
        return changes
    }
}

extension IngestAlarms.Changes {
    fileprivate mutating func pass(_ rows: ArraySlice<IngestRows.Row>, of patient: PatientID, _ known: IngestAlarms.Patient) {
        var state = known.state
        var open = known.open
        var severities = known.state.conditions.compactMapValues(\.raised)
        /// Where in `new` the alert lies that this batch itself raised.
        var fresh: [AlarmCondition.Key: Int] = [:]
        for change in state.pass(rows.map(\.evaluated), under: known.rules.rules) {
            switch change {
            case .raised(let rule, _, let reading):
                let key = AlarmCondition.Key(rule.key.vital, rule.key.side)
                tally.raised.append((rule.key.severity, reading.measuredAt))
                severities[key] = rule.key.severity
                fresh[key] = new.count
                let receivedAt = rows.first { $0.evaluated == reading }?.receivedAt
                new.append(
                    IngestAlarms.New(
                        patient: patient, rule: rule, measuredAt: reading.measuredAt, receivedAt: receivedAt ?? reading.measuredAt,
                        value: reading.value))
            case .worsened(let rule, _, let reading):
                let key = AlarmCondition.Key(rule.key.vital, rule.key.side)
                severities[key] = rule.key.severity
                if let index = fresh[key] {
                    (new[index].rule, new[index].value) = (rule, reading.value)
                } else if let id = open[key] {
                    worse.removeAll { $0.id == id }  // one row an alert: of two, the statement would take either
                    worse.append(IngestAlarms.Worse(id: id, rule: rule, reading: reading))
                }
            case .ended(let key, let reading):
                if let severity = severities[key] { tally.ended.append(severity) }
                if let index = fresh.removeValue(forKey: key) {
                    new[index].endedAt = reading.measuredAt
                } else if let id = open.removeValue(forKey: key) {
                    ended.append((id, reading.measuredAt))
                }
            }
        }
        if state.conditions == known.state.conditions { return }
        let keys = Set(state.conditions.keys).union(known.state.conditions.keys)
        for key in keys.sorted(by: { ($0.vital.code, $0.side.rawValue) < ($1.vital.code, $1.side.rawValue) }) {
            let (after, before) = (state.conditions[key] ?? AlarmCondition(), known.state.conditions[key] ?? AlarmCondition())
            if after.since != before.since { conditions.append((patient, key, after)) }
        }
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
                    new.map(\.rule.kind), new.map(\.rule.key.severity.rawValue), new.map { $0.rule.message(for: $0.value) },
                    new.map(\.value), new.map(\.rule.limit), new.map(\.measuredAt.timestamp),
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
