/// How long to wait before the next try: doubles from `first` to `limit`, each shortened by a random share of up to a half, so
/// that many who lost the same server do not return at once.
public struct Backoff: Sendable {
    private let first: Double
    private let limit: Double
    private var next: Double

    public init(firstSeconds: Double, limitSeconds: Double) {
        first = firstSeconds
        limit = limitSeconds
        next = firstSeconds
    }

    /// Seconds to wait now. - Parameter jitter: 0..<1.
    public mutating func delay(jitter: Double = .random(in: 0..<1)) -> Double {
        defer { next = min(next * 2, limit) }
        return next * (1 - jitter / 2)
    }

    public mutating func reset() { next = first }
}
