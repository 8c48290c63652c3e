import Clinical
import Store

/// The alarm limits of the hospital, a ward or a patient.
extension Service {
    private struct Limits: Encodable {
        let version: UInt32
        /// Whose; of a patient the one that holds.
        let profil: LimitProfile
        /// Whose limits hold besides, on each side the stricter, until somebody has confirmed a profile; nil: nobody's.
        let profil_provisoire: LimitProfile?
        let limites: [WireLimit]
        let propres: [WireLimit]
        /// The ward's; nil: of the hospital.
        let temperature_cutanee_validee: Bool?
    }

    func showHospitalLimits(_ call: Call) throws -> Response { try show(.hospital, call) }
    func showWardLimits(_ call: Call) throws -> Response { try show(.ward(call.number("id")), call) }
    func showPatientLimits(_ call: Call) throws -> Response { try show(patient(call), call) }

    func changeHospitalLimits(_ call: Call, _ limits: LimitList) throws -> Response { try change(.hospital, call, limits) }
    func changeWardLimits(_ call: Call, _ limits: LimitList) throws -> Response { try change(.ward(call.number("id")), call, limits) }
    func changePatientLimits(_ call: Call, _ limits: LimitList) throws -> Response { try change(patient(call), call, limits) }

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
        try answer(call.found(database.alarmRules(owner, profile: call.profile, call.scope())))
    }

    private func change(_ owner: AlarmRuleOwner, _ call: Call, _ limits: LimitList) throws -> Response {
        try checkEnds(of: limits.rules, owner)
        let after = try database.changeAlarmRules(
            owner, profile: call.profile, call.scope(), ifVersionIn: call.request.versionsToMatch, to: limits.rules, reason: limits.reason)
        return try answer(call.found(after))
    }

    /// - Throws: 400 where a limit would end that cannot, or not then.
    private func checkEnds(of rules: [AlarmRuleChange], _ owner: AlarmRuleOwner) throws {
        let ends = rules.compactMap { $0.expiresAt ?? nil }
        guard case .patient = owner else {
            if !ends.isEmpty { throw Problem.invalid("expire_le", .onlyPatientsExpire) }
            return
        }
        let now = now()
        let isAllowed = ends.allSatisfy { end in
            let ahead = end.seconds(since: now)
            return ahead > 0 && ahead <= AlarmRuleTerms.longestDays * 86_400
        }
        guard isAllowed else { throw Problem.invalid("expire_le", .expiryOutOfRange) }
    }

    private func answer(_ levels: AlarmLevels) throws -> Response {
        let version = levels.version
        return try .json(
            Limits(
                version: version, profil: levels.profile, profil_provisoire: levels.provisional?.profile,
                limites: levels.effective.map { WireLimit(rule: $0.rule, origin: $0.level) },
                propres: levels.own.map { WireLimit(rule: $0, terms: levels.terms[$0.key] ?? AlarmRuleTerms()) },
                temperature_cutanee_validee: levels.level == .hospital ? nil : levels.isSkinTemperatureValid),
            headers: [("ETag", "\"\(version)\"")])
    }
}

extension Call {
    /// Whose limits: nil, where the query does not say so.
    fileprivate var profile: LimitProfile? { query["profil"].flatMap(LimitProfile.init(rawValue:)) }
}

extension Request {
    /// Those that `If-Match` names; nil: any.
    fileprivate var versionsToMatch: Set<UInt32>? {
        guard let header = header("If-Match") else { return nil }
        let tags = header.split(separator: ",").map { $0.filter { !$0.isWhitespace } }
        if tags.contains("*") { return nil }
        return Set(tags.filter { $0.count > 2 && $0.hasPrefix("\"") && $0.hasSuffix("\"") }.compactMap { UInt32($0.dropFirst().dropLast()) })
    }
}

/// A level's own limits, as a client sends them.
struct LimitList: ObjectBody {
    let rules: [AlarmRuleChange]
    /// Of what changes.
    let reason: String?

    static let others = OtherMembers.refused(except: ["version", "profil", "profil_provisoire", "propres", "temperature_cutanee_validee"])

    init(_ fields: inout BodyFields) {
        reason = fields.optional("motif", .text(1...200))
        let shown = [WireLimit.CodingKeys.origine.rawValue, WireLimit.CodingKeys.motif.rawValue]
        rules = fields.elements("limites", atMost: AlarmRule.Key.limit, ignoring: shown) { one in
            let key = AlarmRule.Key(
                one.required("type_donnee", FieldType<Vital>.choice), one.required("cote", FieldType<Side>.choice),
                one.required("niveau_gravite", FieldType<Severity>.choice))
            let limit: Double?? = one.has("seuil") ? .some(one.optional("seuil", .number())) : .none
            let expiresAt: Instant?? = one.has("expire_le") ? .some(one.optional("expire_le", .instant)) : .none
            return AlarmRuleChange(
                key, limit: limit, includesLimit: one.optional("inclus", .flag), delaySeconds: one.optional("delai_s", .number()),
                hysteresis: one.optional("hysteresis", .number()), expiresAt: expiresAt)
        }
    }
}

/// A limit as the wire carries it.
struct WireLimit: Encodable {
    let rule: AlarmRule
    var origin: AlarmLevel?
    /// Of a level's own.
    var terms: AlarmRuleTerms?

    enum CodingKeys: String, CodingKey { case type_donnee, cote, niveau_gravite, seuil, inclus, delai_s, hysteresis, origine, motif, expire_le }

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
        guard let terms else { return }
        try container.encode(terms.reason, forKey: .motif)
        try container.encode(terms.expiresAt, forKey: .expire_le)
    }
}
