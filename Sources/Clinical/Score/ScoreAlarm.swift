/// The early warning score as an alarm. All thresholds use the lower bound, what the score surely is. Pure: the leader computes a score each period from
/// medians of that period, keeps a `ScoreWatch` for each patient in the database, and does what `take` answers.
public enum ScoreAlarm {
    /// The alert's `type_alerte`: people may not raise one.
    public static let kind = "score_eleve"

    /// A score is computed once in so long.
    public static let periodSeconds = 60.0
    /// After so many periods above a threshold it is raised: 2 min.
    public static let delayPeriods = 2

    /// What a total and the parameters with 3 points ask for.
    public enum Level: Sendable, Hashable, CaseIterable {
        /// A single 3, the total below 5.
        case single
        /// 5 and 6.
        case urgent
        /// 7 and more.
        case emergency

        /// Nil: no alarm.
        public init?(total: Int, threes: Parameters) {
            if total >= 7 { self = .emergency } else if total >= 5 { self = .urgent } else if !threes.isEmpty { self = .single } else { return nil }
        }

        public var severity: Severity { self == .emergency ? .error : .warning }

    }

    /// After so long the patient is to be measured again: Royal College of Physicians, NEWS2, chart 4 (2017). Its "continuous monitoring" from 7 on is a full
    /// set of observations each half hour here, a local choice.
    public static func nextMeasurementSeconds(_ severity: Severity) -> Double { severity == .error ? 30 * 60 : 60 * 60 }

    /// Some of the score's seven parameters, a bit for each in their order: what the database stores.
    public struct Parameters: OptionSet, Sendable, Hashable {
        public let rawValue: Int
        public init(rawValue: Int) { self.rawValue = rawValue }

        public init(_ parameters: some Sequence<EarlyWarningScore.Parameter>) {
            rawValue = parameters.reduce(0) { $0 | 1 << EarlyWarningScore.Parameter.allCases.firstIndex(of: $1)! }  // a case is among all cases
        }

        public var all: [EarlyWarningScore.Parameter] {
            EarlyWarningScore.Parameter.allCases.enumerated().filter { rawValue & 1 << $0.offset != 0 }.map(\.element)
        }
    }

    /// A score of a patient at the end of a period.
    public struct Finding: Sendable, Hashable {
        public var total: Int
        public var maximum: Int
        /// That surely give 3.
        public var threes: Parameters
        /// Even if everything unknown were at its worst, no threshold would be reached.
        public var isSurelyLow: Bool
        /// Since when the oldest of the seven values is measured; nil: one is missing or too old.
        public var completeSince: Instant?

        public init(_ score: EarlyWarningScore) {
            (total, maximum) = (score.lower, score.upper)
            threes = Parameters(score.parts.filter { $0.points.lowerBound == 3 }.map(\.parameter))
            isSurelyLow = score.upperRisk == .low
            completeSince = score.known == score.parts.count ? score.parts.compactMap { $0.reading?.measuredAt }.min() : nil
        }
    }

    /// A patient's open alert, as far as it decides what happens to it.
    public struct OpenAlert: Sendable, Hashable {
        public var id: Int
        public var severity: Severity
        public var nextMeasurementAt: Instant?

        public init(id: Int, severity: Severity, nextMeasurementAt: Instant?) {
            (self.id, self.severity, self.nextMeasurementAt) = (id, severity, nextMeasurementAt)
        }
    }

    /// What an alert says when it is raised, or raised again.
    public struct Raise: Sendable, Hashable {
        public var level: Level
        public var total: Int
        public var maximum: Int
        public var threes: Parameters
        /// The alert about the vital of a single 3, which says the same already: this one is not sounded.
        public var linked: Int?
        public var since: Instant
        public var nextMeasurementAt: Instant
    }

    public enum Action: Sendable, Hashable {
        case raise(Raise)
        /// Of an open alert: the acknowledgement is taken back and it sounds again, unless it is only linked.
        case raiseAgain(id: Int, Raise, isHeard: Bool)
        case end(id: Int)
        /// A complete measurement has been made since: the next one is due later.
        case measured(id: Int, nextMeasurementAt: Instant)
    }
}

/// What the leader must know of a patient from one period to the next, also when another daemon leads.
public struct ScoreWatch: Sendable, Hashable {
    public struct Period: Sendable, Hashable {
        public var at: Instant
        public var total: Int
        public var threes: ScoreAlarm.Parameters

        public init(at: Instant, total: Int, threes: ScoreAlarm.Parameters) { (self.at, self.total, self.threes) = (at, total, threes) }
    }

    /// What staff were told of, from when it was raised until it is surely over, also after a person closed the alert.
    public struct Told: Sendable, Hashable {
        public var total: Int
        public var threes: ScoreAlarm.Parameters
        public var at: Instant

        public init(total: Int, threes: ScoreAlarm.Parameters, at: Instant) { (self.total, self.threes, self.at) = (total, threes, at) }
    }

    /// The last ones above a threshold, without a gap, the oldest first; at most as many as the delay has.
    public var periods: [Period]
    public var told: Told?

    public init(periods: [Period] = [], told: Told? = nil) { (self.periods, self.told) = (periods, told) }

    public var isEmpty: Bool { periods.isEmpty && told == nil }

    /// Takes the score of one more period; of a period that was taken before, nothing.
    ///
    /// - Parameters:
    ///   - finding: nil: the score does not apply to the patient (any more).
    ///   - at: the end of the period.
    ///   - limitAlerts: open alerts of rules, by vital.
    public mutating func take(
        _ finding: ScoreAlarm.Finding?, at: Instant, periodSeconds: Double = ScoreAlarm.periodSeconds, open: ScoreAlarm.OpenAlert?,
        limitAlerts: [Vital: Int] = [:]
    ) -> ScoreAlarm.Action? {
        if let last = periods.last, at <= last.at { return nil }
        guard let finding, !finding.isSurelyLow else {
            self = ScoreWatch()
            return open.map { .end(id: $0.id) }
        }
        // A leader that was away for more than one period has not seen what lay between.
        if let last = periods.last, at.seconds(since: last.at) > 2.5 * periodSeconds { periods = [] }
        if ScoreAlarm.Level(total: finding.total, threes: finding.threes) == nil {
            periods = []
        } else {
            periods.append(Period(at: at, total: finding.total, threes: finding.threes))
            if periods.count > ScoreAlarm.delayPeriods + 1 { periods.removeFirst() }
        }
        if periods.count > ScoreAlarm.delayPeriods, let action = news(finding, at, open, limitAlerts) { return action }
        guard let open, let told else { return nil }
        let next = Self.nextMeasurement(open.severity, told.at, finding.completeSince)
        return next > open.nextMeasurementAt ?? next ? .measured(id: open.id, nextMeasurementAt: next) : nil
    }

    /// What was so in every period of the delay, where nobody was told of it yet: a higher total, or another 3.
    private mutating func news(
        _ finding: ScoreAlarm.Finding, _ at: Instant, _ open: ScoreAlarm.OpenAlert?, _ limitAlerts: [Vital: Int]
    ) -> ScoreAlarm.Action? {
        let total = periods.map(\.total).min() ?? 0
        let threes = periods.dropFirst().reduce(periods[0].threes) { $0.intersection($1.threes) }
        guard ScoreAlarm.Level(total: total, threes: threes) != nil else { return nil }
        let newThrees = threes.subtracting(told?.threes ?? [])
        let isHigher = told.map { total > $0.total } ?? true
        guard isHigher || !newThrees.isEmpty else { return nil }
        told = Told(total: max(total, told?.total ?? 0), threes: threes.union(told?.threes ?? []), at: at)
        // An open alert shows the worst of its course.
        let shown = open == nil ? total : max(total, told?.total ?? 0)
        guard let level = ScoreAlarm.Level(total: shown, threes: threes) else { return nil }
        let concerned = (newThrees.isEmpty ? threes : newThrees).all.map { limitAlerts[$0.vital] }
        let isShownAlready = !concerned.isEmpty && !concerned.contains(nil) && (level == .single || !isHigher)
        let raise = ScoreAlarm.Raise(
            level: level, total: shown, maximum: max(shown, finding.maximum), threes: threes,
            linked: level == .single && isShownAlready ? concerned[0] : nil, since: periods[0].at,
            nextMeasurementAt: Self.nextMeasurement(max(level.severity, open?.severity ?? .info), at, finding.completeSince))
        return open.map { .raiseAgain(id: $0.id, raise, isHeard: !isShownAlready) } ?? .raise(raise)
    }

    /// After a complete set of values, but never before staff have had the time to measure it.
    private static func nextMeasurement(_ severity: Severity, _ toldAt: Instant, _ completeSince: Instant?) -> Instant {
        max(toldAt, completeSince ?? toldAt).advanced(bySeconds: ScoreAlarm.nextMeasurementSeconds(severity))
    }
}
