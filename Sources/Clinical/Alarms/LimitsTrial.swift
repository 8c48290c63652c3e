/// What rules would have raised from readings that are there already: the evaluator that live readings pass, from an empty state.
public struct LimitsTrial: Sendable {
    /// An alert that there would have been.
    public struct Alarm: Hashable, Sendable {
        public var kind: String
        /// The worst that it became, and the value that made it so.
        public var severity: Severity
        public var value: Double
        /// When the reading that raises it was measured, and the one that ends it; nil: it lasts beyond the readings.
        public var begin: Instant
        public var end: Instant?
    }

    /// So many are told one by one, the first; all are counted.
    public static let listLimit = 500
    public static let maximumDays = 7.0

    public let rules: AlarmRules
    public private(set) var bySeverity: [Severity: Int] = [:]
    private var state = AlarmState()
    /// A vital's first ones, in order: vitals may pass one after the other.
    private var alarms: [Vital: [Alarm]] = [:]
    private var open: [AlarmCondition.Key: Open] = [:]

    private struct Open {
        var severity: Severity
        /// Where in the vital's `alarms`; nil: beyond the limit.
        var index: Int?
    }

    public init(_ rules: AlarmRules) { self.rules = rules }

    /// The vitals that raise anything.
    public var vitals: Set<Vital> { Set(rules.all.map(\.key.vital)) }

    public var count: Int { bySeverity.values.reduce(0, +) }

    /// The first ones, by their beginning.
    public var list: [Alarm] {
        let all = alarms.values.joined().sorted { ($0.begin, $0.kind) < ($1.begin, $1.kind) }
        return Array(all.prefix(Self.listLimit))
    }

    /// Lets readings pass: each vital's in the order they were measured, cut into calls anywhere but between two of one instant.
    public mutating func pass(_ readings: [Reading]) {
        for change in state.pass(readings, under: rules) {
            switch change {
            case .raised(let rule, _, let reading): raise(rule, reading)
            case .worsened(let rule, _, let reading): worsen(rule, reading)
            case .joined: break  // its alert is there already
            case .ended(let key, let reading):
                guard let alarm = open.removeValue(forKey: key), let index = alarm.index else { continue }
                alarms[key.vital]?[index].end = reading.measuredAt
            }
        }
    }

    private mutating func raise(_ rule: AlarmRule, _ reading: Reading) {
        let severity = rule.key.severity
        bySeverity[severity, default: 0] += 1
        let (vital, index) = (rule.key.vital, alarms[rule.key.vital]?.count ?? 0)
        let isListed = index < Self.listLimit
        if isListed {
            alarms[vital, default: []].append(Alarm(kind: rule.kind, severity: severity, value: reading.value, begin: reading.measuredAt))
        }
        open[AlarmCondition.Key(vital, rule.key.side)] = Open(severity: severity, index: isListed ? index : nil)
    }

    private mutating func worsen(_ rule: AlarmRule, _ reading: Reading) {
        let (key, severity) = (AlarmCondition.Key(rule.key.vital, rule.key.side), rule.key.severity)
        guard let alarm = open[key] else { return }
        bySeverity[alarm.severity, default: 0] -= 1
        bySeverity[severity, default: 0] += 1
        open[key]?.severity = severity
        guard let index = alarm.index else { return }
        alarms[key.vital]?[index].severity = severity
        alarms[key.vital]?[index].value = reading.value
    }
}
