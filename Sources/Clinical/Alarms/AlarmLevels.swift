/// Whose an alarm rule is, the farthest first.
public enum AlarmLevel: String, Codable, Sendable, CaseIterable {
    case defaults = "defaut"
    case hospital = "hopital"
    case ward = "service"
    case patient
}

/// The rules that meet in the hospital, a ward or a patient, each level's own. The hospital's and a ward's are those of one profile: what was set for
/// adults never holds for a child.
public struct AlarmLevels: Hashable, Sendable {
    /// Whose `own` are.
    public let level: AlarmLevel
    public let profile: LimitProfile
    /// Of a patient for whom nobody has confirmed a profile, where the age is another one's than the ward's default: what holds besides.
    public let provisional: ProvisionalLimits?
    private var byLevel: [AlarmLevel: [AlarmRule]]
    /// The ward has validated the site where its devices measure the temperature. Until then, limits made for a core temperature are none
    /// for the skin's, which is normal at 30 to 35 °C: only those hold that a ward or a patient was given.
    public let isSkinTemperatureValid: Bool
    /// Why the own rules are there, and until when, as far as there is anything to say.
    public private(set) var terms: [AlarmRule.Key: AlarmRuleTerms]

    /// - Parameters:
    ///   - level: nearer ones are left out.
    ///   - profile: whose `hospital` and `ward` are.
    ///   - provisional: of a patient's level only.
    ///   - terms: of the level's own rules.
    public init(
        of level: AlarmLevel, profile: LimitProfile = .adult, hospital: [AlarmRule] = [], ward: [AlarmRule] = [], patient: [AlarmRule] = [],
        provisional: ProvisionalLimits? = nil, isSkinTemperatureValid: Bool = false, terms: [AlarmRule.Key: AlarmRuleTerms] = [:]
    ) {
        (self.level, self.profile, self.isSkinTemperatureValid, self.terms) = (level, profile, isSkinTemperatureValid, terms)
        self.provisional = provisional
        byLevel = [.defaults: profile.rules, .hospital: hospital, .ward: ward, .patient: patient]
    }

    /// In the order of `AlarmRule.Key`.
    public var own: [AlarmRule] { (byLevel[level] ?? []).sorted { $0.key < $1.key } }

    public func replacing(own rules: [AlarmRule], terms: [AlarmRule.Key: AlarmRuleTerms] = [:]) -> AlarmLevels {
        var changed = self
        changed.byLevel[level] = rules
        changed.terms = terms.filter { $0.value != AlarmRuleTerms() }
        return changed
    }

    /// What is left at an instant: an own rule whose end has come holds no more.
    public func left(at instant: Instant) -> AlarmLevels {
        let ended = Set(terms.filter { $0.value.expiresAt.map { $0 <= instant } ?? false }.keys)
        if ended.isEmpty { return self }
        return replacing(own: own.filter { !ended.contains($0.key) }, terms: terms.filter { !ended.contains($0.key) })
    }

    /// A digest of what holds and until when, as `AlarmRules.version`: of a level without ends it is that.
    public var version: UInt32 {
        let ends = terms.compactMap { key, terms in terms.expiresAt.map { "\(key.text) \($0.rfc3339)" } }.sorted()
        return ends.isEmpty ? rules.version : AlarmRules.digest(ends, from: rules.version)
    }

    /// The nearest rule of each key, and whose it is, in the order of `AlarmRule.Key`; also those that say that there is no alarm.
    public var effective: [(rule: AlarmRule, level: AlarmLevel)] { nearest(through: level).values.sorted { $0.rule.key < $1.rule.key } }

    public var rules: AlarmRules {
        let effective = effective.map(\.rule)
        if isSkinTemperatureValid { return AlarmRules(effective) }
        let onSkin = nearest(through: level, from: [.ward, .patient]).values.map(\.rule).filter { $0.key.vital == .temperature }
        return AlarmRules(effective, onSkin: onSkin)
    }

    /// The rules that would hold without any of this level's own.
    public var inherited: [AlarmRule.Key: AlarmRule] {
        let farther = AlarmLevel.allCases.prefix { $0 != level }.last
        return farther.map { nearest(through: $0).mapValues(\.rule) } ?? [:]
    }

    /// - Parameter levels: only what comes from one of these.
    private func nearest(through last: AlarmLevel, from levels: [AlarmLevel] = AlarmLevel.allCases) -> NearestRules {
        func nearest(in byLevel: [AlarmLevel: [AlarmRule]]) -> NearestRules {
            var nearest: NearestRules = [:]
            for level in AlarmLevel.allCases where level != .patient {
                for rule in byLevel[level] ?? [] { nearest[rule.key] = (rule, level) }
                if level == last { break }
            }
            return nearest.filter { levels.contains($0.value.level) }
        }
        var rules = nearest(in: byLevel)
        if let provisional { rules = rules.stricter(nearest(in: provisional.byLevel)) }
        if last == .patient {
            for rule in byLevel[.patient] ?? [] { rules[rule.key] = (rule, .patient) }
        }
        return rules
    }
}

/// What is wrong with rules that are to be stored, and with which.
public struct AlarmRuleProblem: Error, Hashable, Sendable {
    public var key: AlarmRule.Key
    public var fault: AlarmRules.Fault

    public init(_ key: AlarmRule.Key, _ fault: AlarmRules.Fault) { (self.key, self.fault) = (key, fault) }
}

extension AlarmLevels {
    /// The first problem of the own rules, or of what holds with them, now or when some of them have ended.
    public var problem: AlarmRuleProblem? {
        let ends = Set(terms.values.compactMap(\.expiresAt)).sorted()
        return problemNow ?? ends.lazy.compactMap { left(at: $0).problemNow }.first
    }

    private var problemNow: AlarmRuleProblem? {
        var seen: Set<AlarmRule.Key> = []
        for rule in own {
            if !seen.insert(rule.key).inserted { return AlarmRuleProblem(rule.key, .twice) }
            if let fault = rule.fault(under: profile) { return AlarmRuleProblem(rule.key, fault) }
        }
        return rules.fault(under: profile).map { AlarmRuleProblem($0.key, $0.fault) }
    }
}

/// By vital, the low side first, the worst priority first.
extension AlarmRule.Key: Comparable {
    public static func < (a: Self, b: Self) -> Bool { a.order < b.order }

    private var order: (Int16, Int, Int) { (vital.code, side == .low ? 0 : 1, -severity.rank) }

    /// How many there can be.
    public static let limit = Vital.allCases.count * Side.allCases.count * Severity.allCases.count
}
