/// Why a level's own rule is there, and until when.
public struct AlarmRuleTerms: Hashable, Sendable {
    public var reason: String?
    /// From then on the farther level's holds again; nil: until somebody changes it.
    public var expiresAt: Instant?

    /// So far ahead an end may lie, at most.
    public static let longestDays = 30.0

    public init(reason: String? = nil, expiresAt: Instant? = nil) { (self.reason, self.expiresAt) = (reason, expiresAt) }
}

extension AlarmRule {
    /// Whether a rule of the same key lets more pass than another: a limit that is further out or not there, a longer delay, a wider hysteresis.
    /// Nil: no rule.
    public static func isLooser(_ after: AlarmRule?, than before: AlarmRule?) -> Bool {
        guard let before, let old = before.limit else { return false }
        guard let after, let new = after.limit else { return true }
        let isFurtherOut = before.key.side == .low ? new < old : new > old
        return isFurtherOut || new == old && before.includesLimit && !after.includesLimit || after.delaySeconds > before.delaySeconds
            || after.hysteresis > before.hysteresis
    }
}

/// What a change of a level's own rules makes of one limit: what held before and what holds after, whichever level it comes from.
public struct AlarmRuleEffect: Hashable, Sendable {
    /// Nil within: nothing does.
    public struct Holding: Hashable, Sendable {
        public var rule: AlarmRule?
        public var level: AlarmLevel?
    }
    public var key: AlarmRule.Key
    public var before: Holding
    public var after: Holding
    /// Of the level's own rule; empty where there is none any more.
    public var terms: AlarmRuleTerms
    /// Less is an alarm than before, or for longer: it asks for a reason.
    public var isLooser: Bool
}

extension AlarmLevels {
    /// The limits that differ in another state of the same level's own rules, in the order of `AlarmRule.Key`.
    public func effects(of after: AlarmLevels) -> [AlarmRuleEffect] {
        let (old, new) = (byKey(own), byKey(after.own))
        let (holding, becomes, inherited) = (holding, after.holding, inherited)
        return Set(old.keys).union(new.keys).sorted().compactMap { key in
            let (was, terms) = (self.terms[key] ?? AlarmRuleTerms(), after.terms[key] ?? AlarmRuleTerms())
            guard old[key] != new[key] || was != terms else { return nil }
            let (before, after) = (holding[key] ?? .init(), becomes[key] ?? .init())
            let lastsLonger = new[key] != nil && was.expiresAt.map { end in terms.expiresAt.map { $0 > end } ?? true } ?? false
            return AlarmRuleEffect(
                key: key, before: before, after: after, terms: terms,
                isLooser: AlarmRule.isLooser(after.rule, than: before.rule) || lastsLonger && AlarmRule.isLooser(new[key], than: inherited[key]))
        }
    }

    /// The limits that let more pass in another state, whatever changed: the profile, the ward, the age. In the order of `AlarmRule.Key`.
    public func loosened(by after: AlarmLevels) -> [AlarmRuleEffect] {
        let (holding, becomes) = (holding, after.holding)
        return holding.keys.sorted().compactMap { key in
            let (before, after) = (holding[key] ?? .init(), becomes[key] ?? .init())
            var rule = after.rule
            // How far inside its limit a value must come back belongs to the limit.
            if let was = before.rule, rule?.limit != was.limit { rule?.hysteresis = was.hysteresis }
            guard AlarmRule.isLooser(rule, than: before.rule) else { return nil }
            return AlarmRuleEffect(key: key, before: before, after: after, terms: AlarmRuleTerms(), isLooser: true)
        }
    }

    private var holding: [AlarmRule.Key: AlarmRuleEffect.Holding] {
        Dictionary(uniqueKeysWithValues: effective.map { ($0.rule.key, AlarmRuleEffect.Holding(rule: $0.rule, level: $0.level)) })
    }

    private func byKey(_ rules: [AlarmRule]) -> [AlarmRule.Key: AlarmRule] { Dictionary(rules.map { ($0.key, $0) }) { $1 } }
}
