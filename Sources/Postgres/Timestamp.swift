/// A `timestamptz`: microseconds since 1970-01-01T00:00:00Z.
public struct Timestamp: Hashable, Comparable, Sendable {
    public var microseconds: Int64

    public init(microseconds: Int64) { self.microseconds = microseconds }

    public static func < (a: Timestamp, b: Timestamp) -> Bool { a.microseconds < b.microseconds }

    /// PostgreSQL counts from 2000-01-01.
    static let postgresEpoch: Int64 = 946_684_800_000_000
}
