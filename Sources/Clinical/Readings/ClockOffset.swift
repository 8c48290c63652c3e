/// What lies between a device's clock and the server's, kept per device and start (`demarrage`). It moves the device's whole time axis, never
/// single readings, so that what the device kept for hours stays old. All differences are `server - device` in milliseconds.
///
/// With `heure` it is the smallest `received - heure` of the last one to two minutes: of the report that was quickest on its way.
/// Without, only a clock that is ahead can be told, by a reading that was measured after it arrived: a clock behind looks like a backlog.
public struct ClockOffset: Hashable, Sendable {
    /// Smallest differences are kept of the present window and of the one before.
    static let windowSeconds = 60.0
    /// So much longer than the quickest a report may be on its way. Two in a row that are later, and by the same time but for
    /// `stepToleranceMilliseconds`: the clock was set back.
    static let wayMilliseconds: Int64 = 1_500
    static let stepToleranceMilliseconds: Int64 = 1_000
    /// After so long a silence a report that is late may be the first one after the clock was set back.
    static let silenceSeconds = 5.0
    /// For so long a clock that was set back may still bring what it measured before.
    static let formerSeconds = 900.0
    /// A report of readings from longer ago than this is no live one.
    static let liveReportMilliseconds: Int64 = 5_000
    /// A clock that is further off was never set: it is not corrected, and its readings are late.
    public static let maximumMilliseconds: Int64 = 86_400_000
    /// A smaller difference is the time on the way: it is neither corrected nor kept with a reading.
    public static let keptMilliseconds: Int64 = 250

    /// The smallest differences of a window and of the one before.
    public struct Window: Hashable, Sendable {
        public var begin: Instant
        public var least: Int64
        public var before: Int64?

        public init(begin: Instant, least: Int64, before: Int64? = nil) {
            (self.begin, self.least, self.before) = (begin, least, before)
        }

        var value: Int64 { min(least, before ?? least) }

        mutating func add(_ difference: Int64, at now: Instant) {
            switch now.seconds(since: begin) {
            case ..<windowSeconds: least = min(least, difference)
            case ..<(2 * windowSeconds): self = Window(begin: now, least: difference, before: least)
            default: self = Window(begin: now, least: difference)
            }
        }
    }

    /// A difference and when it was seen.
    public struct Seen: Hashable, Sendable {
        public var difference: Int64
        public var at: Instant

        public init(difference: Int64, at: Instant) { (self.difference, self.at) = (difference, at) }

        func holds(at now: Instant) -> Bool { now.seconds(since: at) <= formerSeconds }
    }

    /// The start of which all this is known.
    public var boot: Int?
    /// `received - heure`.
    public var way: Window?
    /// The difference of the last report, where it was later than the quickest one by more than the way takes.
    public var later: Int64?
    /// `received - measured`, under zero: how far ahead the clock was seen.
    public var ahead: Seen?
    /// `way` before the clock was set back.
    public var former: Seen?
    /// When the device was heard last.
    public var heardAt: Instant?
    /// The last report came after a silence, and late: whether it was long on its way or its clock was set back, the next one tells.
    /// Alarms must not look at it: moved by as much as the clock was, it would make up a delay.
    public private(set) var isInDoubt = false

    public init(boot: Int? = nil, way: Window? = nil, later: Int64? = nil, ahead: Seen? = nil, former: Seen? = nil, heardAt: Instant? = nil) {
        (self.boot, self.way, self.later, self.ahead, self.former, self.heardAt) = (boot, way, later, ahead, former, heardAt)
    }

    /// Takes a report into account; called before its readings are placed.
    ///
    /// - Parameters:
    ///   - clock: the report's `heure`.
    ///   - newest: the newest instant by the device's clock among its readings, but those that are refused.
    public mutating func observe(clock: Instant?, boot: Int?, newest: Instant?, receivedAt: Instant) {
        if let boot, boot != self.boot { self = ClockOffset(boot: boot) }
        let isAfterSilence = heardAt.map { receivedAt.seconds(since: $0) > Self.silenceSeconds } ?? true
        heardAt = receivedAt
        isInDoubt = false
        if let newest, newest > receivedAt { note(&ahead, receivedAt.milliseconds - newest.milliseconds, at: receivedAt) }
        guard let difference = Self.difference(clock, receivedAt) else {
            if clock == nil, let newest { noteSetBack(receivedAt.milliseconds - newest.milliseconds) }
            return
        }
        if let way, difference > way.value + Self.wayMilliseconds {
            let isConfirmed = later.map { abs(difference - $0) <= Self.stepToleranceMilliseconds } ?? false
            later = isConfirmed ? nil : difference
            isInDoubt = isAfterSilence && !isConfirmed
            if !isConfirmed { return }
            note(&former, way.value, at: receivedAt)
            self.way = Window(begin: receivedAt, least: difference)
        } else {
            later = nil
            if way?.add(difference, at: receivedAt) == nil { way = Window(begin: receivedAt, least: difference) }
        }
    }

    /// Without `heure`, a clock was ahead, and now its newest readings are as old as the way takes, twice: it was set back.
    private mutating func noteSetBack(_ age: Int64) {
        guard let ahead, age - ahead.difference > Self.wayMilliseconds, 0...Self.wayMilliseconds ~= age else {
            later = nil
            return
        }
        guard later != nil else {
            later = age
            return
        }
        (later, former, self.ahead) = (nil, ahead, nil)
    }

    private func note(_ seen: inout Seen?, _ difference: Int64, at now: Instant) {
        if let known = seen, known.holds(at: now), known.difference < difference { return }
        seen = Seen(difference: difference, at: now)
    }

    /// Nil: such a clock was never set.
    private static func difference(_ clock: Instant?, _ receivedAt: Instant) -> Int64? {
        guard let clock, clock >= Report.earliestInstant else { return nil }
        let difference = receivedAt.milliseconds - clock.milliseconds
        return abs(difference) <= maximumMilliseconds ? difference : nil
    }

    /// When the readings of a report were measured, by the server's clock as far as it can be told, at the latest when they arrived.
    ///
    /// - Parameter clock: the report's `heure`.
    public func instants(_ readings: [Reading], clock: Instant?, receivedAt: Instant) -> [Instant] {
        let offset = offset(of: readings, clock: clock, receivedAt: receivedAt)
        return readings.map { reading in
            let measured = reading.measuredAt.milliseconds
            let effective = min(measured + (reading.isDatedByServer ? 0 : offset), receivedAt.milliseconds)
            return abs(effective - measured) < Self.keptMilliseconds
                ? min(reading.measuredAt, receivedAt) : Instant(milliseconds: effective)
        }
    }

    private func offset(of readings: [Reading], clock: Instant?, receivedAt: Instant) -> Int64 {
        let own = readings.lazy.filter { !$0.isDatedByServer }.map(\.measuredAt.milliseconds)
        guard let newest = own.max(), let oldest = own.min() else { return 0 }
        let ahead = self.ahead.flatMap { $0.holds(at: receivedAt) ? $0.difference : nil } ?? 0
        guard let way = way?.value, let clock, Self.difference(clock, receivedAt) != nil else { return ahead }
        let former = self.former.flatMap { $0.holds(at: receivedAt) ? $0.difference : nil }
        // Measured after it was sent, or long before it by a clock that was set back meanwhile: perhaps by the clock as it was.
        if newest > clock.milliseconds + Self.keptMilliseconds { return min(ahead, former ?? 0) }
        return clock.milliseconds - oldest > Self.liveReportMilliseconds ? min(way, former ?? way) : way
    }
}
