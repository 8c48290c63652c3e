/// A rule as somebody writes it: what is left out comes from the farther rule with the same key.
public struct AlarmRuleChange: Hashable, Sendable {
    public var key: AlarmRule.Key
    /// Nil: left out. Nil within: no alarm of this priority.
    public var limit: Double??
    public var includesLimit: Bool?
    public var delaySeconds: Double?
    public var hysteresis: Double?
    /// Nil: left out, and as it was where the rule stays the same. Nil within: until somebody changes it.
    public var expiresAt: Instant??

    public init(
        _ key: AlarmRule.Key, limit: Double?? = .none, includesLimit: Bool? = nil, delaySeconds: Double? = nil, hysteresis: Double? = nil,
        expiresAt: Instant?? = .none
    ) {
        (self.key, self.limit, self.includesLimit) = (key, limit, includesLimit)
        (self.delaySeconds, self.hysteresis, self.expiresAt) = (delaySeconds, hysteresis, expiresAt)
    }

    /// With nothing left out.
    public init(_ rule: AlarmRule) {
        self.init(
            rule.key, limit: .some(rule.limit), includesLimit: rule.includesLimit, delaySeconds: rule.delaySeconds, hysteresis: rule.hysteresis)
    }

    /// - Throws: where something is left out that the farther rules do not have.
    fileprivate func rule(inherited: [AlarmRule.Key: AlarmRule]) throws(AlarmRuleProblem) -> AlarmRule {
        let farther = inherited[key]
        guard let limit = limit ?? farther.map(\.limit) else { throw AlarmRuleProblem(key, .incomplete) }
        // Where there is no alarm, nobody waits for it.
        let none = limit == nil ? 0.0 : nil
        guard let delay = delaySeconds ?? farther?.delaySeconds ?? none, let hysteresis = hysteresis ?? farther?.hysteresis ?? none
        else { throw AlarmRuleProblem(key, .incomplete) }
        return AlarmRule(
            key, limit: limit, includesLimit: includesLimit ?? farther?.includesLimit ?? false, delaySeconds: delay, hysteresis: hysteresis)
    }
}

extension AlarmLevels {
    /// With these as the level's own rules. What stays as it is keeps its reason and, unless the change says otherwise, its end.
    ///
    /// - Parameter reason: of what changes.
    public func replacing(ownWith changes: [AlarmRuleChange], reason: String? = nil) throws(AlarmRuleProblem) -> AlarmLevels {
        let (inherited, before) = (inherited, Dictionary(own.map { ($0.key, $0) }) { $1 })
        var rules: [AlarmRule] = []
        var changedTerms: [AlarmRule.Key: AlarmRuleTerms] = [:]
        for change in changes {
            let rule = try change.rule(inherited: inherited)
            rules.append(rule)
            let (isSame, known) = (before[rule.key] == rule, terms[rule.key] ?? AlarmRuleTerms())
            let expiresAt = change.expiresAt ?? (isSame ? known.expiresAt : nil)
            changedTerms[rule.key] = isSame && expiresAt == known.expiresAt ? known : AlarmRuleTerms(reason: reason, expiresAt: expiresAt)
        }
        return replacing(own: rules, terms: changedTerms)
    }
}
