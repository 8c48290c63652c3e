import Clinical

/// Where each stretch of a history comes from. A roll-up knows whole minutes, and does not hold where its hour is stale.
struct HistorySources: Hashable {
    private static let hour: Int64 = 3_600_000
    /// Stretches of stale hours that are read one by one; with more, all from the first to the last are read.
    private static let mostLeft = 8

    /// Widened to whole minutes where only roll-ups are left.
    private(set) var grid: HistoryGrid
    private(set) var rolledUp: Range<Instant>?
    /// Whole hours within `rolledUp` that are left out of it.
    private(set) var left: [Range<Instant>] = []
    /// What is read from the readings; with `rolledUp` without `left` it makes the whole span, each instant once.
    private(set) var direct: [Range<Instant>]

    /// - Parameters:
    ///   - builtUntil: where the roll-ups end.
    ///   - readingsFrom: where the readings begin, a midnight; nil: none were taken away.
    ///   - stale: the hours whose roll-up does not hold.
    init(_ grid: HistoryGrid, builtUntil: Instant, readingsFrom: Instant?, stale: Set<Instant>) {
        self.grid = grid
        let span = grid.span
        direct = [span]
        let from = readingsFrom?.milliseconds ?? .min
        let (begin, end) = (span.lowerBound.milliseconds, span.upperBound.milliseconds)
        if begin < from { self.grid.widenToMinutes() }
        guard self.grid.isOfMinutes else { return }
        // Of the minutes in which the span begins and ends a part is read, but where there are no readings any more, all.
        let first = begin < from ? begin.floored(to: HistoryGrid.minute) : begin.ceiled(to: HistoryGrid.minute)
        let last = min(end < from ? end.ceiled(to: HistoryGrid.minute) : end.floored(to: HistoryGrid.minute), builtUntil.milliseconds)
        guard first < last else { return }
        let (lower, upper) = (Instant(milliseconds: first), Instant(milliseconds: last))
        rolledUp = lower..<upper
        left = Self.stretches(stale.filter { $0.milliseconds + Self.hour > first && $0 < upper })
        direct = left.map { $0.clamped(to: lower..<upper) }
        if begin < first { direct.insert(span.lowerBound..<lower, at: 0) }
        if last < end { direct.append(upper..<span.upperBound) }
    }

    private static func stretches(_ hours: Set<Instant>) -> [Range<Instant>] {
        var stretches: [Range<Instant>] = []
        for begin in hours.sorted() {
            let end = Instant(milliseconds: begin.milliseconds + hour)
            if let last = stretches.last, last.upperBound == begin {
                stretches[stretches.count - 1] = last.lowerBound..<end
            } else {
                stretches.append(begin..<end)
            }
        }
        guard stretches.count > mostLeft, let first = stretches.first, let last = stretches.last else { return stretches }
        return [first.lowerBound..<last.upperBound]
    }
}

extension Int64 {
    fileprivate func floored(to unit: Int64) -> Int64 { self - ((self % unit) + unit) % unit }
    fileprivate func ceiled(to unit: Int64) -> Int64 { (self + unit - 1).floored(to: unit) }
}

/// Buckets that come in parts.
struct HistorySums {
    struct Sum {
        var minimum: Double
        var total: Double
        var maximum: Double
        var count: Int
    }
    private var sums: [Int: Sum] = [:]

    /// - Parameter begin: in milliseconds.
    mutating func add(_ part: Sum, at begin: Int) {
        guard let known = sums[begin] else {
            sums[begin] = part
            return
        }
        sums[begin] = Sum(
            minimum: min(known.minimum, part.minimum), total: known.total + part.total, maximum: max(known.maximum, part.maximum),
            count: known.count + part.count)
    }

    /// Oldest first.
    var buckets: [HistoryBucket] {
        sums.sorted { $0.key < $1.key }.map { begin, sum in
            HistoryBucket(
                begin: Instant(milliseconds: Int64(begin)), minimum: sum.minimum, average: sum.total / Double(sum.count), maximum: sum.maximum,
                count: sum.count)
        }
    }
}
