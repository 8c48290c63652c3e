import Clinical
import Postgres

/// Whose alarm rules.
public enum AlarmRuleOwner: Hashable, Sendable {
    case hospital
    case ward(WardID)
    case patient(PatientID)

    fileprivate var ward: WardID? { if case .ward(let id) = self { id } else { nil } }
    fileprivate var patient: PatientID? { if case .patient(let id) = self { id } else { nil } }
}

extension Database {
    /// The rules that hold there, by level. Nil where the caller sees no such ward or patient.
    ///
    /// - Parameter profile: whose rules; nil: an adult's, and of a patient those of the profile that holds.
    public func alarmRules(_ owner: AlarmRuleOwner, profile: LimitProfile? = nil, _ scope: Scope) throws -> AlarmLevels? {
        try pool.with { try alarmRules(owner, profile: profile, scope, on: $0) }
    }

    /// Replaces a level's own rules; those that stay as they are are not touched. Nil where the caller sees no such ward or patient.
    ///
    /// - Parameters:
    ///   - profile: as `alarmRules`.
    ///   - versions: which version of the rules there may be (`AlarmLevels.version`); nil: any.
    ///   - reason: needed where anything becomes looser.
    /// - Throws: `StoreError.changedMeanwhile`, `.limitsContradict`, `.reasonNeeded`; `AlarmRuleProblem`; `ShownText.Faults`.
    public func changeAlarmRules(
        _ owner: AlarmRuleOwner, profile: LimitProfile? = nil, _ scope: Scope, ifVersionIn versions: Set<UInt32>? = nil, to rules: [AlarmRuleChange],
        reason: String? = nil
    ) throws -> AlarmLevels? {
        let reason = try reason.map { try ShownText.checked([.init("motif", $0)])[0] }
        return try self.change(by: scope.author) { connection in
            // One at a time: a farther level's change is compared with every nearer one's rules. Whoever stores readings waits for nobody.
            try connection.query("SELECT pg_advisory_xact_lock(hashtext($1))", [AdvisoryLock.alarmRules])
            guard let before = try alarmRules(owner, profile: profile, scope, isLocked: true, on: connection) else { return nil }
            guard versions?.contains(before.version) ?? true else { throw StoreError.changedMeanwhile }
            let after = try before.replacing(ownWith: rules, reason: reason)
            if let problem = after.problem { throw problem }
            let effects = before.effects(of: after)
            if reason == nil, effects.contains(where: \.isLooser) { throw StoreError.reasonNeeded }
            try checkNearer(owner, before.profile, before.own, after.own, on: connection)
            try LimitEffects(effects, reason: reason).tell(on: connection)
            try replaceAlarmRules(owner, after, on: connection)
            return after
        }
    }

    /// - Parameter isLocked: to the end of the transaction nobody moves or discharges the patient, or deletes the ward.
    private func alarmRules(
        _ owner: AlarmRuleOwner, profile: LimitProfile?, _ scope: Scope, isLocked: Bool = false, on connection: Connection
    ) throws -> AlarmLevels? {
        var profile = profile
        var provisional: LimitProfile?
        let (level, ward): (AlarmLevel, WardID?)
        switch owner {
        case .hospital: (level, ward) = (.hospital, nil)
        case .ward(let id):
            let known = try connection.query("SELECT id FROM wards WHERE id = $1\(isLocked ? " FOR KEY SHARE" : "")", [id])
            guard scope.sees(ward: id), !known.isEmpty else { return nil }
            (level, ward) = (.ward, id)
        case .patient(let id):
            guard let patient = try patient(.id(id), scope, isLocked: isLocked, on: connection) else { return nil }
            if profile == nil { (profile, provisional) = (patient.profile.inForce, patient.profile.provisional) }
            (level, ward) = (.patient, patient.fields.ward)
        }
        return try AlarmLevels(of: level, profile: profile ?? .adult, provisional: provisional, ward: ward, patient: owner.patient, on: connection)
    }

    private func replaceAlarmRules(_ owner: AlarmRuleOwner, _ levels: AlarmLevels, on connection: Connection) throws {
        let rules = levels.own
        let profile = owner.patient == nil ? levels.profile.stored : nil
        let terms = rules.map { levels.terms[$0.key] }
        let keys: [any PostgresEncodable] = [
            rules.map(\.key.vital.code), rules.map(\.key.side.rawValue), rules.map(\.key.severity.rawValue),
        ]
        try connection.pipeline {
            $0.query(
                """
                DELETE FROM alarm_rules WHERE ward_id IS NOT DISTINCT FROM $1 AND patient_id IS NOT DISTINCT FROM $2
                    AND profile IS NOT DISTINCT FROM $6 AND \(AlarmRule.holds)
                    AND (vital, side, severity) NOT IN (SELECT * FROM unnest($3::smallint[], $4::text[], $5::text[]))
                """, [owner.ward, owner.patient] + keys + [profile])
            $0.query(
                """
                INSERT INTO alarm_rules AS r (ward_id, patient_id, profile, \(AlarmRule.columns), reason, expires_at)
                SELECT $1::bigint, $2::bigint, $12::text, *
                FROM unnest($3::smallint[], $4::text[], $5::text[], $6::float8[], $7::boolean[], $8::float8[], $9::float8[], $10::text[], $11::timestamptz[])
                ON CONFLICT ON CONSTRAINT alarm_rules_key DO UPDATE SET limit_value = excluded.limit_value,
                    includes_limit = excluded.includes_limit, delay_seconds = excluded.delay_seconds, hysteresis = excluded.hysteresis,
                    reason = excluded.reason, expires_at = excluded.expires_at
                WHERE (r.limit_value, r.includes_limit, r.delay_seconds, r.hysteresis, r.reason, r.expires_at) IS DISTINCT FROM
                    (excluded.limit_value, excluded.includes_limit, excluded.delay_seconds, excluded.hysteresis, excluded.reason, excluded.expires_at)
                """,
                [owner.ward, owner.patient] + keys
                    + [rules.map(\.limit), rules.map(\.includesLimit), rules.map(\.delaySeconds), rules.map(\.hysteresis)]
                    + [terms.map { $0?.reason }, terms.map { $0?.expiresAt?.timestamp }, profile])
        }
    }
}

extension Database {
    /// The rules of wards and patients that have their own, as far as they meet a farther level's.
    private struct Nearer {
        var ward: WardID?
        var patient: PatientID?
        var name: String
        var rules: [AlarmRule] = []
    }

    /// Whoever has rules of their own chose them against the farther ones: a change there must not make what holds for them
    /// nonsense behind their back. What a move to another ward makes so already is not held against it.
    ///
    /// - Throws: `StoreError.limitsContradict`.
    ///
    /// - Parameter profile: of others the rules are other ones.
    private func checkNearer(
        _ owner: AlarmRuleOwner, _ profile: LimitProfile, _ before: [AlarmRule], _ after: [AlarmRule], on connection: Connection
    ) throws {
        if case .patient = owner { return }
        var (hospital, nearer): ([AlarmRule], [Nearer]) = ([], [])
        let rows = try connection.query(
            """
            SELECT coalesce(r.ward_id, p.ward_id), r.patient_id, coalesce(w.name, p.hospital_number, ''), \(AlarmRule.columns)
            FROM alarm_rules r LEFT JOIN patients p ON p.id = r.patient_id LEFT JOIN wards w ON w.id = r.ward_id
            LEFT JOIN wards here ON here.id = p.ward_id
            WHERE p.discharged_at IS NULL AND \(AlarmRule.holds) AND ($1::bigint IS NULL OR coalesce(r.ward_id, p.ward_id, $1) = $1)
                AND coalesce(CASE WHEN p.id IS NULL THEN r.profile ELSE coalesce(p.profile, here.default_profile) END, $2) = $3
            ORDER BY r.ward_id, p.hospital_number
            """, [owner.ward, LimitProfile.adult.rawValue, profile.rawValue])
        for row in rows {
            guard let rule = try AlarmRule(row, from: 3) else { continue }
            let (ward, patient): (WardID?, PatientID?) = (try row[0], try row[1])
            if ward == nil {
                hospital.append(rule)
            } else if let last = nearer.last, (last.ward, last.patient) == (ward, patient) {
                nearer[nearer.count - 1].rules.append(rule)
            } else {
                nearer.append(Nearer(ward: ward, patient: patient, name: try row[2], rules: [rule]))
            }
        }
        let wards = Dictionary(nearer.filter { $0.patient == nil }.map { ($0.ward, $0.rules) }) { $1 }
        func isValid(_ one: Nearer, _ changed: [AlarmRule]) -> Bool {
            let wardRules = owner == .hospital ? wards[one.ward] ?? [] : changed
            let levels = AlarmLevels(
                of: one.patient == nil ? .ward : .patient, profile: profile, hospital: owner == .hospital ? changed : hospital, ward: wardRules,
                patient: one.patient == nil ? [] : one.rules)
            return levels.rules.fault(under: profile) == nil
        }
        let broken = nearer.filter { ($0.patient != nil || owner == .hospital) && isValid($0, before) && !isValid($0, after) }
        guard broken.isEmpty else {
            throw StoreError.limitsContradict(
                wards: broken.filter { $0.patient == nil }.map(\.name), patients: broken.filter { $0.patient != nil }.map(\.name))
        }
    }
}

extension AlarmLevels {
    /// What holds now; `tidied`: also what ended and is still stored.
    ///
    /// - Parameter provisional: whose limits hold besides (`ProfileChoice.provisional`).
    init(
        of level: AlarmLevel, profile: LimitProfile, provisional: LimitProfile? = nil, ward: WardID?, patient: PatientID?, tidied: Bool = false,
        on connection: Connection
    ) throws {
        var rules: [AlarmLevel: [AlarmRule]] = [:]
        var others: [AlarmLevel: [AlarmRule]] = [:]
        var terms: [AlarmRule.Key: AlarmRuleTerms] = [:]
        let rows = try connection.query(
            """
            SELECT CASE WHEN patient_id IS NOT NULL THEN 'patient' WHEN ward_id IS NOT NULL THEN 'service' ELSE 'hopital' END, reason, expires_at,
                patient_id IS NULL AND profile IS DISTINCT FROM $4, \(AlarmRule.columns)
            FROM alarm_rules WHERE (ward_id = $1 OR patient_id = $2 OR num_nonnulls(ward_id, patient_id) = 0) AND ($3 OR \(AlarmRule.holds))
                AND (patient_id IS NOT NULL OR profile IS NOT DISTINCT FROM $4 OR $6 AND profile IS NOT DISTINCT FROM $5)
            """, [ward, patient, tidied, profile.stored, provisional?.stored, provisional != nil])
        for row in rows {
            guard let owner = AlarmLevel(rawValue: try row[0]), let rule = try AlarmRule(row, from: 4) else { continue }
            if try row[3] {
                others[owner, default: []].append(rule)
                continue
            }
            rules[owner, default: []].append(rule)
            let own = AlarmRuleTerms(reason: try row[1], expiresAt: (try row[2] as Timestamp?).map(Instant.init))
            if owner == level, own != AlarmRuleTerms() { terms[rule.key] = own }
        }
        self.init(
            of: level, profile: profile, hospital: rules[.hospital] ?? [], ward: rules[.ward] ?? [], patient: rules[.patient] ?? [],
            provisional: provisional.map { ProvisionalLimits($0, hospital: others[.hospital] ?? [], ward: others[.ward] ?? []) },
            isSkinTemperatureValid: try connection.query("SELECT FROM wards WHERE id = $1 AND skin_temperature_valid", [ward]).count > 0,
            terms: terms)
    }
}

extension LimitProfile {
    /// As the database keeps it: an adult's is NULL.
    var stored: String? { self == .adult ? nil : rawValue }

    /// An unknown one is of a newer version: an adult's limits hold, as for everybody whom nobody has looked at.
    init(stored: String?) { self = stored.flatMap(LimitProfile.init(rawValue:)) ?? .adult }
}

extension AlarmRule {
    static let columns = "vital, side, severity, limit_value, includes_limit, delay_seconds, hysteresis"
    /// THE condition under which a row of `alarm_rules` counts. Every reader of rules asks it: none waits for the job that takes away what has ended.
    static let holds = "(expires_at IS NULL OR expires_at > now())"

    /// Nil: of a newer version's registry.
    init?(_ row: Row, from first: Int) throws {
        guard let condition = try AlarmCondition.Key(row, from: first), let severity = Severity(rawValue: try row[first + 2]) else {
            return nil
        }
        self.init(
            Key(condition.vital, condition.side, severity), limit: try row[first + 3], includesLimit: try row[first + 4],
            delaySeconds: try row[first + 5], hysteresis: try row[first + 6])
    }
}

extension AlarmCondition.Key {
    /// From the columns vital and side. Nil: of a newer version's registry.
    init?(_ row: Row, from first: Int) throws {
        guard let vital = Vital(code: try row[first]), let side = Side(rawValue: try row[first + 1]) else { return nil }
        self.init(vital, side)
    }
}
