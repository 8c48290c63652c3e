/// A rule as somebody writes it: what is left out comes from the farther rule with the same key.
public struct AlarmRuleChange: Hashable, Sendable {
    public var key: AlarmRule.Key
    /// Nil: left out. Nil within: no alarm of this priority.
    public var limit: Double??
    public var includesLimit: Bool?
    public var delaySeconds: Double?
    public var hysteresis: Double?

    public init(
        _ key: AlarmRule.Key, limit: Double?? = .none, includesLimit: Bool? = nil, delaySeconds: Double? = nil, hysteresis: Double? = nil
    ) {
        (self.key, self.limit, self.includesLimit) = (key, limit, includesLimit)
        (self.delaySeconds, self.hysteresis) = (delaySeconds, hysteresis)
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
    /// With these as the level's own rules.
    public func replacing(ownWith changes: [AlarmRuleChange]) throws(AlarmRuleProblem) -> AlarmLevels {
        let inherited = inherited
        var rules: [AlarmRule] = []
        for change in changes { rules.append(try change.rule(inherited: inherited)) }
        return replacing(own: rules)
    }
}
