/// The limits of a second profile that hold besides, while no person has confirmed one. Of two limits the stricter counts on each side: neither a newborn's
/// pulse of 60 nor an adult's of 140 is silent.
public struct ProvisionalLimits: Hashable, Sendable {
    public let profile: LimitProfile
    let byLevel: [AlarmLevel: [AlarmRule]]

    /// - Parameters:
    ///   - hospital: of that profile.
    ///   - ward: of that profile.
    public init(_ profile: LimitProfile, hospital: [AlarmRule] = [], ward: [AlarmRule] = []) {
        self.profile = profile
        byLevel = [.defaults: profile.rules, .hospital: hospital, .ward: ward]
    }
}

extension AlarmRule {
    /// A rule whose limit lets no more pass than that of either of two with its key, and that waits no longer. How far inside its limit a value must come
    /// back belongs to the limit.
    func stricter(_ other: AlarmRule) -> AlarmRule {
        guard let limit else { return other }
        guard let second = other.limit else { return self }
        let isSame = limit == second
        var rule = isSame || (key.side == .low ? limit > second : limit < second) ? self : other
        rule.includesLimit = isSame ? includesLimit || other.includesLimit : rule.includesLimit
        rule.delaySeconds = min(delaySeconds, other.delaySeconds)
        if isSame { rule.hysteresis = min(hysteresis, other.hysteresis) }
        return rule
    }
}

/// The nearest rule of each key, and whose it is.
typealias NearestRules = [AlarmRule.Key: (rule: AlarmRule, level: AlarmLevel)]

extension NearestRules {
    /// Of two profiles' rules, on each side the stricter.
    func stricter(_ other: NearestRules) -> NearestRules {
        merging(other) { one, other in
            let rule = one.rule.stricter(other.rule)
            return (rule, rule.limit == one.rule.limit ? one.level : other.level)
        }.inOrder
    }

    /// Two profiles' rules together may make no sense. A warning that lies beyond the error's limit comes with it. Limits so close together that what ends
    /// the low alarm raises the high one end without a hysteresis.
    private var inOrder: NearestRules {
        var rules = self
        for condition in Set(keys.map { AlarmCondition.Key($0.vital, $0.side) }) {
            var worse: (rule: AlarmRule, level: AlarmLevel)?
            for severity in Severity.allCases.sorted(by: >) {
                let key = AlarmRule.Key(condition.vital, condition.side, severity)
                guard var found = rules[key], let limit = found.rule.limit else { continue }
                if let (rule, level) = worse, let outer = rule.limit, condition.side == .low ? limit <= outer : limit >= outer {
                    found.rule.includesLimit = rule.includesLimit || limit == outer && found.rule.includesLimit
                    (found.rule.limit, found.level) = (outer, level)
                }
                (rules[key], worse) = (found, found)
            }
        }
        for vital in Set(keys.map(\.vital)) where AlarmRules(rules.values.map(\.rule)).isOverlapping(vital) {
            for key in rules.keys where key.vital == vital { rules[key]?.rule.hysteresis = 0 }
        }
        return rules
    }
}
