/// Which side of a vital's normal range an alarm watches.
public enum Side: String, Codable, Sendable, CaseIterable {
    case low = "bas"
    case high = "haut"
}

/// When a vital on one side is an alarm of one priority.
public struct AlarmRule: Hashable, Sendable {
    /// A rule of a patient replaces the ward's with the same key, and that one the hospital's.
    public struct Key: Hashable, Sendable {
        public var vital: Vital
        public var side: Side
        public var severity: Severity

        public init(_ vital: Vital, _ side: Side, _ severity: Severity) {
            (self.vital, self.side, self.severity) = (vital, side, severity)
        }
    }

    public var key: Key
    /// In the vital's own unit; nil: no alarm of this priority, whatever a farther rule says.
    public var limit: Double?
    /// The limit itself violates: `≤ 35.0`, not `< 35.0`.
    public var includesLimit: Bool
    /// How long violating readings must span.
    public var delaySeconds: Double
    /// How far inside the limit a value must come back to end the alarm.
    public var hysteresis: Double

    public static let maximumDelaySeconds = 300.0

    public init(_ key: Key, limit: Double?, includesLimit: Bool = false, delaySeconds: Double, hysteresis: Double) {
        (self.key, self.limit, self.includesLimit) = (key, limit, includesLimit)
        (self.delaySeconds, self.hysteresis) = (delaySeconds, hysteresis)
    }

    /// - Parameter inside: how far the limit is moved inwards.
    func isViolated(by value: Double, inside: Double = 0) -> Bool {
        guard let limit else { return false }
        switch key.side {
        case .low: return includesLimit ? value <= limit + inside : value < limit + inside
        case .high: return includesLimit ? value >= limit - inside : value > limit - inside
        }
    }
}

extension AlarmRule {
    /// An adult's, until the hospital sets its own. Other profiles: `LimitProfile`.
    public static let defaults: [AlarmRule] =
        rules(.spo2, hysteresis: 1, [(.low, .error, 90, false, 10), (.low, .warning, 94, false, 15)])
        + rules(
            .heartRate, hysteresis: 3,
            [
                (.low, .error, 40, false, 5), (.low, .warning, 50, false, 10), (.high, .warning, 110, false, 10),
                (.high, .error, 130, false, 5),
            ])
        + rules(
            .temperature, hysteresis: 0.2,
            [(.low, .error, 35.0, true, 60), (.high, .warning, 38.0, false, 60), (.high, .error, 39.1, true, 60)])
        + rules(.respiratoryRate, hysteresis: 1, [(.low, .error, 8, true, 15), (.high, .error, 25, true, 15)])
        // Measured by hand, hours apart: one reading is all there is.
        + rules(.systolicBP, hysteresis: 0, [(.low, .error, 90, true, 0), (.high, .error, 220, true, 0)])

    static func rules(
        _ vital: Vital, hysteresis: Double, _ limits: [(Side, Severity, Double, Bool, Double)]
    ) -> [AlarmRule] {
        limits.map { side, severity, limit, includesLimit, delay in
            AlarmRule(
                Key(vital, side, severity), limit: limit, includesLimit: includesLimit, delaySeconds: delay, hysteresis: hysteresis)
        }
    }
}

/// The rules that hold for one patient: the nearest of each key.
public struct AlarmRules: Hashable, Sendable {
    private var byCondition: [AlarmCondition.Key: [AlarmRule]] = [:]
    /// For the temperature that a device measures on the skin, where others hold for it than for one taken by hand. Nil: the same.
    private var onSkin: [AlarmCondition.Key: [AlarmRule]]?

    /// Where nobody has set any.
    public static let defaults = AlarmRules(AlarmRule.defaults)

    /// - Parameter levels: the hospital's, the ward's, the patient's: a later one replaces what has the same key.
    public init(_ levels: [AlarmRule]...) {
        var nearest: [AlarmRule.Key: AlarmRule] = [:]
        for rule in levels.joined() { nearest[rule.key] = rule }
        for rule in nearest.values where rule.limit != nil {
            byCondition[AlarmCondition.Key(rule.key.vital, rule.key.side), default: []].append(rule)
        }
        // The most severe first: a reading that raises both raises the worse.
        byCondition = byCondition.mapValues { $0.sorted { $0.key.severity > $1.key.severity } }
    }

    /// - Parameter onSkin: those of `rules` that hold for a temperature of the skin.
    init(_ rules: [AlarmRule], onSkin: [AlarmRule]) {
        self.init(rules)
        self.onSkin = AlarmRules(onSkin).byCondition
    }

    /// The most severe first; empty: nothing is an alarm there.
    func rules(of key: AlarmCondition.Key) -> [AlarmRule] { byCondition[key] ?? [] }

    /// Those that a source's readings are held against. What a device measures as a temperature is the skin's.
    func rules(of key: AlarmCondition.Key, from source: ReadingSource) -> [AlarmRule] {
        guard key.vital == .temperature, source != .byHand, let onSkin else { return rules(of: key) }
        return onSkin[key] ?? []
    }

    /// Those that a device's readings are held against, for the device itself.
    public var ofDevices: AlarmRules {
        guard let onSkin else { return self }
        var rules = AlarmRules()
        rules.byCondition = byCondition.filter { $0.key.vital != .temperature }.merging(onSkin) { $1 }
        return rules
    }

    public var all: [AlarmRule] { byCondition.values.flatMap { $0 } }
}

extension AlarmRules {
    /// What is wrong with rules, before they are stored.
    public enum Fault: String, Error, CaseIterable, Sendable {
        /// The limit is no value that the vital can have.
        case implausible
        /// A delay outside 0…5 min, or a hysteresis that is negative, or so wide that no normal value would end the alarm.
        case delay, hysteresis
        /// A worse priority lies inside a milder one's limit.
        case order
        /// The low limit with its hysteresis lies above the high one: an alarm could never end.
        case overlap
        /// Two rules with the same key.
        case twice
        /// Something is missing that no farther rule gives.
        case incomplete
    }

    /// The first fault, with the rule that has it.
    ///
    /// - Parameter profile: whose normal values must end an alarm.
    public func fault(under profile: LimitProfile = .adult) -> (key: AlarmRule.Key, fault: Fault)? {
        for rule in all.sorted(by: { $0.key.text < $1.key.text }) {
            if let fault = rule.fault(under: profile) { return (rule.key, fault) }
        }
        for (key, rules) in byCondition.sorted(by: { $0.key.text < $1.key.text }) {
            for (worse, milder) in zip(rules, rules.dropFirst()) {
                guard let outer = worse.limit, let inner = milder.limit else { continue }
                if key.side == .low ? outer > inner : outer < inner { return (worse.key, .order) }
            }
            if key.side == .low, isOverlapping(key.vital) { return (rules[0].key, .overlap) }
        }
        return nil
    }

    /// The low alarm of a vital ends where the high one begins already.
    func isOverlapping(_ vital: Vital) -> Bool {
        guard let low = rules(of: AlarmCondition.Key(vital, .low)).map(Self.innerEdge).max(),
            let high = rules(of: AlarmCondition.Key(vital, .high)).map(Self.innerEdge).min()
        else { return false }
        return low >= high
    }

    private static func innerEdge(_ rule: AlarmRule) -> Double {
        (rule.limit ?? 0) + (rule.key.side == .low ? rule.hysteresis : -rule.hysteresis)
    }
}

extension AlarmRule {
    /// What is wrong with the rule by itself.
    func fault(under profile: LimitProfile) -> AlarmRules.Fault? {
        let plausible = key.vital.properties.plausible
        if let limit, !plausible.contains(limit) { return .implausible }
        guard (0...Self.maximumDelaySeconds).contains(delaySeconds) else { return .delay }
        guard (0...plausible.upperBound - plausible.lowerBound).contains(hysteresis) else { return .hysteresis }
        // A normal value must end the alarm; where the limit lies beyond those, one that can be.
        guard let limit else { return nil }
        let normal = profile.normal(key.vital) ?? plausible
        switch key.side {
        case .low: return limit + hysteresis <= (limit < normal.upperBound ? normal : plausible).upperBound ? nil : .hysteresis
        case .high: return limit - hysteresis >= (limit > normal.lowerBound ? normal : plausible).lowerBound ? nil : .hysteresis
        }
    }
}

extension AlarmRule.Key {
    var text: String { "\(vital.rawValue) \(side.rawValue) \(severity.rawValue)" }
}

extension AlarmRule {
    /// The alert's `type_alerte`: `spo2_bas`.
    public var kind: String { "\(key.vital.rawValue)_\(key.side.rawValue)" }

    /// The alert's `message`: `SpO2 : 88 % (< 90 %)`. What is stored is French.
    public func message(for value: Double, in language: Language = .french) -> String {
        let sign = key.side == .low ? (includesLimit ? "≤" : "<") : (includesLimit ? "≥" : ">")
        let (shown, limit) = (Texts.value(value, key.vital, in: language), Texts.value(limit ?? value, key.vital, in: language))
        // 89.6 is under 90, and must not read like it.
        let finer = (1...3).lazy.map { Texts.value(value, key.vital, more: $0, in: language) }.first { $0 != limit }
        let exact = shown == limit && !includesLimit ? finer ?? shown : shown
        return "\(Texts.vital(key.vital, in: language))\(Texts.colon(language))\(exact) (\(sign) \(limit))"
    }
}
