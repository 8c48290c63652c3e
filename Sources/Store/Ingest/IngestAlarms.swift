import Clinical
import Postgres

/// The alarms of one batch: what is known of its patients is read in a round trip, what its readings change is written in the next.
struct IngestAlarms {
    struct Patient {
        let rules: EffectiveRules
        /// What is left of a hold for a cuff.
        var cuffMilliseconds: Int?
        var state = AlarmState()
        /// The alert that is open for a condition.
        var open: [AlarmCondition.Key: (id: Int, severity: Severity)] = [:]
    }

    private var patients: [PatientID: Patient] = [:]

    // MARK: Reading

    /// - Parameters:
    ///   - wards: where the batch's patients are.
    ///   - today: the hospital's day.
    init(of wards: [PatientID: WardID], today: String, on connection: Connection) throws {
        if wards.isEmpty { return }
        let about: [any PostgresEncodable] = [wards.keys.sorted().map { Int32($0) }]
        let answers = try connection.pipeline {
            // Two processes with readings of one patient take turns, each until its commit; in order, so that none waits crosswise, and
            // before anything is read, so that each reads what the other wrote. By lock and not by row: nothing is written where nothing changes.
            $0.query("SELECT pg_advisory_xact_lock($2, id) FROM unnest($1::integer[]) AS id", about + [AdvisoryLock.alarms])
            $0.query(
                """
                SELECT patient_id, ward_id, profile, \(AlarmRule.columns) FROM alarm_rules
                WHERE patient_id IS NULL OR patient_id = ANY ($1) AND \(AlarmRule.holds)
                """, about)
            $0.query(
                """
                SELECT patient_id, vital, side, since_error, since_warning, since_info, device_id, raised
                FROM alarm_conditions WHERE patient_id = ANY ($1)
                """, about)
            $0.query(
                """
                SELECT patient_id, vital, side, severity, id FROM alerts
                WHERE ended_at IS NULL AND vital IS NOT NULL AND patient_id = ANY ($1)
                """, about)
            $0.query("SELECT patient_id, vital, ordered_at, device_id FROM latest_readings WHERE patient_id = ANY ($1)", about)
            $0.query("SELECT id, skin_temperature_valid, default_profile FROM wards WHERE skin_temperature_valid OR default_profile IS NOT NULL")
            $0.query("SELECT id, profile, profile_confirmed_at, to_char(birth_date, 'YYYY-MM-DD') FROM patients WHERE id = ANY ($1)", about)
            $0.query(
                """
                SELECT patient_id, ceil(extract(epoch FROM ends_at - now()) * 1000)::bigint FROM monitoring_holds
                WHERE kind = '\(MonitoringHold.Kind.cuff.rawValue)' AND ended_at IS NULL AND ends_at > now() AND patient_id = ANY ($1)
                """, about)
        }
        let rules = try IngestRules(answers[1], patients: answers[6], wards: answers[5], today: today)
        patients = rules.of(wards).mapValues { Patient(rules: $0) }
        for row in answers[7] { patients[try row[0]]?.cuffMilliseconds = try row[1] }
        for row in answers[2] {
            guard let key = try AlarmCondition.Key(row, from: 1) else { continue }
            var since: [Severity: Instant] = [:]
            for (index, severity) in [Severity.error, .warning, .info].enumerated() {
                let at: Timestamp? = try row[3 + index]
                since[severity] = at.map(Instant.init)
            }
            let raised = (try row[7] as String?).flatMap(Severity.init(rawValue:))
            patients[try row[0]]?.state.conditions[key, default: [:]][ReadingSource(code: try row[6])] = AlarmCondition(since: since, raised: raised)
        }
        for row in answers[3] {
            guard let key = try AlarmCondition.Key(row, from: 1) else { continue }
            patients[try row[0]]?.open[key] = (id: try row[4], severity: Severity(rawValue: try row[3]) ?? .error)
        }
        // Nothing is raised where no alert is open: it was ended meanwhile, and a condition that lasts is raised again.
        for patient in patients.keys {
            for (key, sources) in patients[patient]?.state.conditions ?? [:] where patients[patient]?.open[key] == nil {
                for source in sources.keys { patients[patient]?.state.conditions[key]?[source]?.raised = nil }
            }
        }
        for row in answers[4] {
            guard let vital = Vital(code: try row[1]) else { continue }
            patients[try row[0]]?.state.evaluatedUntil[vital, default: [:]][ReadingSource(code: try row[3])] = Instant(try row[2])
        }
    }

    /// What a source measured before is looked at again: the reading that counted is not what it was.
    mutating func forget(_ vital: Vital, of patient: PatientID, from source: ReadingSource) {
        patients[patient]?.state.evaluatedUntil[vital]?[source] = nil
    }

    func cuffMilliseconds(of patient: PatientID) -> Int? { patients[patient]?.cuffMilliseconds }

    /// The rules that hold for what a device measures on a patient, unless they are of this version.
    func rules(of patient: PatientID, unless version: Int) -> AlarmRules? {
        guard let rules = patients[patient]?.rules, rules.ofDevices.version != version else { return nil }
        return rules.ofDevices.rules
    }
}

extension IngestAlarms {
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
        var severities = known.open.mapValues(\.severity)
        /// Where in `new` the alert lies that this batch itself raised.
        var fresh: [AlarmCondition.Key: Int] = [:]
        for change in state.pass(rows.map(\.evaluated), under: known.rules.rules) {
            switch change {
            case .raised(let rule, _, let reading):
                let key = AlarmCondition.Key(rule.key.vital, rule.key.side)
                // There is one already where its conditions were forgotten, as after a correction.
                if let (id, severity) = open[key] {
                    let found = IngestAlarms.Found(id: id, rule: rule, reading: reading)
                    if rule.key.severity > severity { worse.append(found) } else { joined.append(found) }
                    continue
                }
                tally.raised.append((rule.key.severity, reading.measuredAt))
                severities[key] = rule.key.severity
                fresh[key] = new.count
                let receivedAt = rows.first { $0.evaluated == reading }?.receivedAt
                new.append(
                    IngestAlarms.New(
                        patient: patient, rule: rule, profile: known.rules.profile, measuredAt: reading.measuredAt,
                        receivedAt: receivedAt ?? reading.measuredAt,
                        value: reading.value, sources: [reading.source]))
            case .worsened(let rule, _, let reading):
                let key = AlarmCondition.Key(rule.key.vital, rule.key.side)
                severities[key] = rule.key.severity
                if let index = fresh[key] {
                    (new[index].rule, new[index].value) = (rule, reading.value)
                    new[index].add(reading.source)
                } else if let (id, _) = open[key] {
                    worse.removeAll { $0.id == id }  // one row an alert: of two, the statement would take either
                    worse.append(IngestAlarms.Found(id: id, rule: rule, reading: reading))
                }
            case .joined(let rule, let reading):
                let key = AlarmCondition.Key(rule.key.vital, rule.key.side)
                if let index = fresh[key] {
                    new[index].add(reading.source)
                } else if let (id, _) = open[key] {
                    joined.append(IngestAlarms.Found(id: id, rule: rule, reading: reading))
                }
            case .ended(let key, let reading):
                if let severity = severities[key] { tally.ended.append(severity) }
                if let index = fresh.removeValue(forKey: key) {
                    new[index].endedAt = reading.measuredAt
                } else if let id = open.removeValue(forKey: key)?.id {
                    ended.append((id, reading.measuredAt))
                }
            }
        }
        if state.conditions == known.state.conditions { return }
        remember(state, of: patient, instead: known.state)
    }

    private mutating func remember(_ state: AlarmState, of patient: PatientID, instead known: AlarmState) {
        let keys = Set(state.conditions.keys).union(known.conditions.keys)
        for key in keys.sorted(by: { ($0.vital.code, $0.side.rawValue) < ($1.vital.code, $1.side.rawValue) }) {
            let (after, before) = (state.conditions[key] ?? [:], known.conditions[key] ?? [:])
            for source in Set(after.keys).union(before.keys).sorted() where after[source] != before[source] {
                conditions.append((patient, key, source, after[source] ?? AlarmCondition()))
            }
        }
    }
}
