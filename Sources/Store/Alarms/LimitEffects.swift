import Clinical
import FoundationEssentials
import Postgres

/// What changes of limits do for those whom they concern, as the audit keeps it beside each: the effective limit before and after, which may be
/// another level's, the reason and the end.
struct LimitEffects {
    private let effects: [AlarmRuleEffect]
    private let reason: String?

    init(_ effects: [AlarmRuleEffect], reason: String?) { (self.effects, self.reason) = (effects, reason) }

    /// For the trigger on `alarm_rules`, to the end of the transaction.
    func tell(on connection: Connection) throws {
        let told = effects.map { effect in
            (effect.key.auditID, JSON.object(["before": .object(Self.members(effect.before)), "after": .object(after(effect))]))
        }
        let text = String(decoding: try JSONEncoder().encode(JSON.object(Dictionary(told) { $1 })), as: UTF8.self)
        try connection.query("SELECT set_config('fajma.limit_effects', $1, true)", [text])
    }

    /// For the trigger on `patients`: why another profile holds. To the end of the transaction.
    static func tell(reasonForProfile reason: String, on connection: Connection) throws {
        let told = JSON.object(["profile": .object(["after": .object(["reason": .string(reason)])])])
        let text = String(decoding: try JSONEncoder().encode(told), as: UTF8.self)
        try connection.query("SELECT set_config('fajma.limit_effects', $1, true)", [text])
    }

    private func after(_ effect: AlarmRuleEffect) -> [String: JSON] {
        var members = Self.members(effect.after)
        members["reason"] = reason.map { .string($0) }
        members["expires_at"] = effect.terms.expiresAt.map { .string($0.rfc3339) }
        return members
    }

    /// `none`: the audit's word for no alarm of this priority.
    static func members(_ holding: AlarmRuleEffect.Holding) -> [String: JSON] {
        guard let rule = holding.rule, let level = holding.level else { return ["effective_limit": .string("none")] }
        let common: [String: JSON] = [
            "effective_limit": rule.limit.map { .number($0) } ?? .string("none"), "effective_level": .string(level.rawValue),
        ]
        guard rule.limit != nil else { return common }
        return common.merging([
            "effective_includes": .bool(rule.includesLimit), "effective_delay": .number(rule.delaySeconds),
            "effective_hysteresis": .number(rule.hysteresis),
        ]) { $1 }
    }
}

extension AlarmRule.Key {
    /// As the audit names a limit, but for a ward's prefix: `spo2-bas-error`.
    var auditID: String { "\(vital.rawValue)-\(side.rawValue)-\(severity.rawValue)" }
}

extension LeaderSession {
    /// So many patients in a turn.
    private static let tidiedPatients = 50

    /// Takes away own limits whose end has come: they do not hold any more; now the audit and the screens say so too.
    public func endLimits() throws {
        let patients: [PatientID] = try connection.query(
            "SELECT DISTINCT patient_id FROM alarm_rules WHERE expires_at <= now() ORDER BY 1 LIMIT $1", [Self.tidiedPatients]
        ).map { try $0[0] }
        for patient in patients { try endLimits(of: patient) }
    }

    private func endLimits(of patient: PatientID) throws {
        try connection.transaction { connection in
            // Who changes limits does so first; then this is looked at again.
            guard try connection.query("SELECT pg_try_advisory_xact_lock(hashtext($1))", [AdvisoryLock.alarmRules])[0][0] else { return }
            let row = try connection.query("SELECT \(Database.patientColumns), now() FROM patients p WHERE p.id = $1", [patient])[0]
            let (choice, ward): (ProfileChoice, WardID) = (try ProfileChoice(row, today: today()), try row[6])
            let before = try AlarmLevels(
                of: .patient, profile: choice.inForce, provisional: choice.provisional, ward: ward, patient: patient, tidied: true, on: connection)
            let effects = before.effects(of: before.left(at: Instant(try row[Database.columnAfterPatient] as Timestamp)))
            try LimitEffects(effects, reason: nil).tell(on: connection)
            try connection.query("SELECT set_config('fajma.actor', $1, true)", [try Author(name: "fajma").json])
            try connection.query("DELETE FROM alarm_rules WHERE patient_id = $1 AND expires_at <= now()", [patient])
        }
    }
}
