import Clinical
import Store

/// The alarm limits of the hospital, a ward or a patient.
extension Service {
    private struct Limits: Encodable {
        let version: UInt32
        let limites: [WireLimit]
        let propres: [WireLimit]
    }

    func showHospitalLimits(_ call: Call) throws -> Response { try show(.hospital, call) }
    func showWardLimits(_ call: Call) throws -> Response { try show(.ward(call.number("id")), call) }
    func showPatientLimits(_ call: Call) throws -> Response { try show(patient(call), call) }

    func changeHospitalLimits(_ call: Call) throws -> Response { try change(.hospital, call) }
    func changeWardLimits(_ call: Call) throws -> Response { try change(.ward(call.number("id")), call) }
    func changePatientLimits(_ call: Call) throws -> Response { try change(patient(call), call) }

    private func patient(_ call: Call) throws -> AlarmRuleOwner { try .patient(patient(call.parameters["id"] ?? "", call).id) }

    /// For a handover sheet: what of the audit concerns a patient's limits, and nothing else of it.
    func listLimitChanges(_ call: Call) throws -> Response {
        let patient = try patient(call.parameters["id"] ?? "", call)
        let page = try call.query.page { Int($0) }
        let changes = try database.limitChanges(
            patient.id, from: call.query.instant("debut"), to: call.query.instant("fin"), call.scope(), page)
        return try call.list(changes, page) { String($0.id) }
    }

    private func show(_ owner: AlarmRuleOwner, _ call: Call) throws -> Response {
        try answer(call.found(database.alarmRules(owner, call.scope())))
    }

    private func change(_ owner: AlarmRuleOwner, _ call: Call) throws -> Response {
        let after = try database.changeAlarmRules(owner, call.scope()) { before in
            try call.requireMatch(before.rules.version)
            return try call.decode(LimitList.self).rules(of: before)
        }
        return try answer(call.found(after))
    }

    private func answer(_ levels: AlarmLevels) throws -> Response {
        let version = levels.rules.version
        return try .json(
            Limits(
                version: version, limites: levels.effective.map { WireLimit(rule: $0.rule, origin: $0.level) },
                propres: levels.own.map { WireLimit(rule: $0) }),
            headers: [("ETag", "\"\(version)\"")])
    }
}

extension Call {
    /// - Throws: 412 where `If-Match` names another version.
    fileprivate func requireMatch(_ version: UInt32) throws {
        guard let header = request.header("If-Match") else { return }
        let tags = header.split(separator: ",").map { $0.filter { !$0.isWhitespace } }
        guard tags.contains("*") || tags.contains("\"\(version)\"") else { throw Problem.changedMeanwhile }
    }
}

/// A level's own limits, as a client sends them.
struct LimitList: Decodable {
    private let limites: [Limit]

    private struct Limit: Decodable {
        let type_donnee: Vital
        let cote: Side
        let niveau_gravite: Severity
        /// Nil: left out. Nil within: no alarm of this priority.
        let seuil: Double??
        let inclus: Bool?
        let delai_s: Double?
        let hysteresis: Double?

        enum CodingKeys: String, CodingKey { case type_donnee, cote, niveau_gravite, seuil, inclus, delai_s, hysteresis }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            type_donnee = try container.decode(Vital.self, forKey: .type_donnee)
            cote = try container.decode(Side.self, forKey: .cote)
            niveau_gravite = try container.decode(Severity.self, forKey: .niveau_gravite)
            seuil = container.contains(.seuil) ? .some(try container.decodeIfPresent(Double.self, forKey: .seuil)) : .none
            inclus = try container.decodeIfPresent(Bool.self, forKey: .inclus)
            delai_s = try container.decodeIfPresent(Double.self, forKey: .delai_s)
            hysteresis = try container.decodeIfPresent(Double.self, forKey: .hysteresis)
        }
    }

    /// With what is left out taken from the farther rules of the same key.
    ///
    /// - Throws: `AlarmRuleProblem` where there is none; 400 for more than there can be.
    func rules(of levels: AlarmLevels) throws -> [AlarmRule] {
        guard limites.count <= AlarmRule.Key.limit else { throw Problem.invalid("limites", .tooMany) }
        let inherited = levels.inherited
        return try limites.map { one in
            let key = AlarmRule.Key(one.type_donnee, one.cote, one.niveau_gravite)
            let farther = inherited[key]
            guard let limit = one.seuil ?? farther.map(\.limit) else { throw AlarmRuleProblem(key, .incomplete) }
            // Where there is no alarm, nobody waits for it.
            let none = limit == nil ? 0.0 : nil
            guard let delay = one.delai_s ?? farther?.delaySeconds ?? none, let hysteresis = one.hysteresis ?? farther?.hysteresis ?? none
            else { throw AlarmRuleProblem(key, .incomplete) }
            return AlarmRule(
                key, limit: limit, includesLimit: one.inclus ?? farther?.includesLimit ?? false, delaySeconds: delay, hysteresis: hysteresis)
        }
    }
}

/// A limit as the wire carries it.
struct WireLimit: Encodable {
    let rule: AlarmRule
    var origin: AlarmLevel?

    enum CodingKeys: String, CodingKey { case type_donnee, cote, niveau_gravite, seuil, inclus, delai_s, hysteresis, origine }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(rule.key.vital, forKey: .type_donnee)
        try container.encode(rule.key.side, forKey: .cote)
        try container.encode(rule.key.severity, forKey: .niveau_gravite)
        try container.encode(rule.limit, forKey: .seuil)  // null: no alarm of this priority
        try container.encode(rule.includesLimit, forKey: .inclus)
        try container.encode(rule.delaySeconds, forKey: .delai_s)
        try container.encode(rule.hysteresis, forKey: .hysteresis)
        try container.encodeIfPresent(origin, forKey: .origine)
    }
}
