/// How values are spread: for each bound, how many were no greater. From any thread; it costs two atomic additions.
public final class Histogram: Sendable {
    private static let millionths = 1_000_000.0

    /// Ascending.
    private let bounds: [Double]
    /// One a bound, and one for what is above all of them.
    private let counts: [Counter]
    /// In millionths: a whole number can be added to without a lock.
    private let sum = Counter()

    public init(bounds: [Double]) {
        self.bounds = bounds
        counts = (0...bounds.count).map { _ in Counter() }
    }

    /// Seconds, from a hundredth to a minute.
    public static func seconds() -> Histogram {
        Histogram(bounds: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60])
    }

    /// Less than nothing, as of a clock that is ahead, counts as nothing.
    public func observe(_ value: Double) {
        let value = max(0, value)
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count].add()
        sum.add(Int(value * Self.millionths))
    }

    public var count: Int { counts.reduce(0) { $0 + $1.value } }

    func samples(_ labels: [Sample.Label]) -> [Sample] {
        var total = 0
        var samples = zip(bounds.map { "\($0)" } + ["+Inf"], counts).map { bound, counter in
            total += counter.value
            return Sample("_bucket", labels + [("le", bound)], Double(total))
        }
        // The same total, so that a scrape amid an observation agrees with itself.
        samples.append(Sample("_sum", labels, Double(sum.value) / Self.millionths))
        samples.append(Sample("_count", labels, Double(total)))
        return samples
    }
}
