/// Where one vital of a patient stands on one side: what runs towards an alert, and the alert that is open.
public struct AlarmCondition: Hashable, Sendable {
    public struct Key: Hashable, Sendable {
        public var vital: Vital
        public var side: Side

        public init(_ vital: Vital, _ side: Side) { (self.vital, self.side) = (vital, side) }

        var text: String { "\(vital.rawValue) \(side.rawValue)" }

        /// Without the side's name, which Swift would hash: this is looked up for every reading.
        public func hash(into hasher: inout Hasher) {
            hasher.combine(vital)
            hasher.combine(side == .high)
        }
    }

    /// Since when readings have violated each priority's limit without a break.
    public var since: [Severity: Instant]
    /// The priority of the alert that is open, its condition not ended; nil: none.
    public var raised: Severity?

    public init(since: [Severity: Instant] = [:], raised: Severity? = nil) { (self.since, self.raised) = (since, raised) }

    /// Nothing to remember.
    public var isQuiet: Bool { since.isEmpty && raised == nil }
}

/// What is remembered of one patient between readings.
public struct AlarmState: Hashable, Sendable {
    public var conditions: [AlarmCondition.Key: AlarmCondition]
    /// The newest reading of each vital that was looked at: an older one changes nothing any more.
    public var evaluatedUntil: [Vital: Instant]

    public init(conditions: [AlarmCondition.Key: AlarmCondition] = [:], evaluatedUntil: [Vital: Instant] = [:]) {
        (self.conditions, self.evaluatedUntil) = (conditions, evaluatedUntil)
    }
}

/// What readings do to a patient's alerts.
public enum AlarmChange: Hashable, Sendable {
    /// A new alert. `since`: the first violating reading.
    case raised(AlarmRule, since: Instant, by: Reading)
    /// The open alert is more urgent now: whoever acknowledged it did not know that.
    case worsened(AlarmRule, since: Instant, by: Reading)
    /// The condition is over.
    case ended(AlarmCondition.Key, by: Reading)
}

extension AlarmState {
    /// Older readings than this when they arrive are history: they never raise, end or change a live alert.
    public static let liveSeconds = 60.0

    /// Lets readings pass, in any order within the call, and says what they change. Pure and total: readings that come in the order
    /// they were measured give the same changes however they are cut into calls; one that was seen already, or is older than one
    /// that was, changes nothing.
    public mutating func pass(_ readings: [Reading], under rules: AlarmRules) -> [AlarmChange] {
        var changes: [AlarmChange] = []
        // As history comes: sorting it would take as long as the rest.
        let isInOrder = zip(readings, readings.dropFirst()).allSatisfy { $0.measuredAt < $1.measuredAt }
        // Of two at one instant the lower counts: it is the same whatever order they came in.
        let ordered = isInOrder ? readings : readings.sorted { ($0.measuredAt, $0.vital.code, $0.value) < ($1.measuredAt, $1.vital.code, $1.value) }
        var first = 0
        while first < ordered.count {
            let next = ordered[first...].firstIndex { $0.vital != ordered[first].vital } ?? ordered.count
            pass(ordered[first..<next], of: ordered[first].vital, under: rules, &changes)
            first = next
        }
        return changes
    }

    /// - Parameter run: readings of one vital that follow one another. What is remembered of it is looked up once for all of them.
    private mutating func pass(_ run: ArraySlice<Reading>, of vital: Vital, under rules: AlarmRules, _ changes: inout [AlarmChange]) {
        var until = evaluatedUntil[vital]
        var sides = Side.allCases.map { side in
            let key = AlarmCondition.Key(vital, side)
            return (key: key, condition: conditions[key] ?? AlarmCondition(), rules: rules.rules(of: key))
        }
        for reading in run {
            if let until, reading.measuredAt <= until { continue }
            until = reading.measuredAt
            for index in sides.indices {
                if let change = sides[index].condition.pass(reading, sides[index].key, sides[index].rules) { changes.append(change) }
            }
        }
        evaluatedUntil[vital] = until
        for side in sides { conditions[side.key] = side.condition.isQuiet ? nil : side.condition }
    }
}

extension AlarmCondition {
    /// - Parameter rules: of this vital and side, the most severe first.
    mutating func pass(_ reading: Reading, _ key: Key, _ rules: [AlarmRule]) -> AlarmChange? {
        var reached: (rule: AlarmRule, since: Instant)?
        var running: [Severity: Instant] = [:]
        for rule in rules where rule.isViolated(by: reading.value) {
            let severity = rule.key.severity
            let start = since[severity] ?? reading.measuredAt
            running[severity] = start
            // Delays are for sensors that slip. Who measures by hand has looked, and the next value may come hours later.
            if reached == nil, reading.isByHand || reading.measuredAt.seconds(since: start) >= rule.delaySeconds { reached = (rule, start) }
        }
        since = running
        guard let raised else {
            guard let reached else { return nil }
            self.raised = reached.rule.key.severity
            return .raised(reached.rule, since: reached.since, by: reading)
        }
        if let reached, reached.rule.key.severity > raised {
            self.raised = reached.rule.key.severity
            return .worsened(reached.rule, since: reached.since, by: reading)
        }
        // Inside every limit by its hysteresis; a limit that was taken away holds nothing open.
        guard !rules.contains(where: { $0.isViolated(by: reading.value, inside: $0.hysteresis) }) else { return nil }
        self.raised = nil
        return .ended(key, by: reading)
    }
}
