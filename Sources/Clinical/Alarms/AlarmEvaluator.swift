/// Where one vital of a patient stands on one side, as one source of readings says: what runs towards an alert, and what has been raised.
public struct AlarmCondition: Hashable, Sendable {
    /// What an alert is about: a patient has one open alert of each, whatever number of sources violate.
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
    /// The priority that this source has raised, its condition not ended; nil: none.
    public var raised: Severity?

    public init(since: [Severity: Instant] = [:], raised: Severity? = nil) { (self.since, self.raised) = (since, raised) }

    /// Nothing to remember.
    public var isQuiet: Bool { since.isEmpty && raised == nil }
}

/// What is remembered of one patient between readings.
public struct AlarmState: Hashable, Sendable {
    /// A source's condition belongs to the source alone: another one can neither cancel, end nor delay it.
    public var conditions: [AlarmCondition.Key: [ReadingSource: AlarmCondition]]
    /// The newest reading of each vital and source that was looked at: an older one of the same source changes nothing any more.
    public var evaluatedUntil: [Vital: [ReadingSource: Instant]]

    public init(
        conditions: [AlarmCondition.Key: [ReadingSource: AlarmCondition]] = [:], evaluatedUntil: [Vital: [ReadingSource: Instant]] = [:]
    ) {
        (self.conditions, self.evaluatedUntil) = (conditions, evaluatedUntil)
    }

    /// The priority of the alert that is open: the worst that any source has raised; nil: none.
    public func raised(_ key: AlarmCondition.Key) -> Severity? { conditions[key]?.values.compactMap(\.raised).max() }
}

/// What readings do to a patient's alerts.
public enum AlarmChange: Hashable, Sendable {
    /// A new alert. `since`: the first violating reading.
    case raised(AlarmRule, since: Instant, by: Reading)
    /// The open alert is more urgent now: whoever acknowledged it did not know that.
    case worsened(AlarmRule, since: Instant, by: Reading)
    /// One more source violates, no worse than those that do already.
    case joined(AlarmRule, by: Reading)
    /// No source violates any more.
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
        // Of two of a source at one instant the lower counts: it is the same whatever order they came in.
        let ordered =
            isInOrder
            ? readings
            : readings.sorted {
                ($0.measuredAt, $0.vital.code, $0.source, $0.value) < ($1.measuredAt, $1.vital.code, $1.source, $1.value)
            }
        var first = 0
        while first < ordered.count {
            let (vital, source) = (ordered[first].vital, ordered[first].source)
            let next = ordered[first...].firstIndex { $0.vital != vital || $0.source != source } ?? ordered.count
            pass(ordered[first..<next], of: vital, source, under: rules, &changes)
            first = next
        }
        return changes
    }

    /// - Parameter run: readings of one vital and source that follow one another. What is remembered of it is looked up once for all of them.
    private mutating func pass(
        _ run: ArraySlice<Reading>, of vital: Vital, _ source: ReadingSource, under rules: AlarmRules, _ changes: inout [AlarmChange]
    ) {
        var until = evaluatedUntil[vital]?[source]
        var sides = Side.allCases.map { side in
            let key = AlarmCondition.Key(vital, side)
            let sources = conditions[key] ?? [:]
            let others = sources.compactMap { $0.key == source ? nil : $0.value.raised }.max()
            return (key: key, others: others, condition: sources[source] ?? AlarmCondition(), rules: rules.rules(of: key, from: source))
        }
        for reading in run {
            if let until, reading.measuredAt <= until { continue }
            until = reading.measuredAt
            for index in sides.indices {
                let change = sides[index].condition.pass(reading, sides[index].key, sides[index].rules)
                if let change = change?.beside(sides[index].others) { changes.append(change) }
            }
        }
        if let until { evaluatedUntil[vital, default: [:]][source] = until }
        for side in sides {
            conditions[side.key, default: [:]][source] = side.condition.isQuiet ? nil : side.condition
            if conditions[side.key] == [:] { conditions[side.key] = nil }
        }
    }
}

extension AlarmChange {
    /// What a source's change is to the patient's alert. Nil: nothing.
    ///
    /// - Parameter others: the worst priority that the other sources have raised.
    fileprivate func beside(_ others: Severity?) -> AlarmChange? {
        guard let others else { return self }
        return switch self {
        case .raised(let rule, let since, let reading), .worsened(let rule, let since, let reading):
            rule.key.severity > others ? .worsened(rule, since: since, by: reading) : .joined(rule, by: reading)
        case .joined: self
        case .ended: nil
        }
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
