import Clinical
import Postgres

/// The readings of one stretch of time, together.
public struct HistoryBucket: Sendable, Hashable {
    public var begin: Instant
    public var minimum: Double
    public var average: Double
    public var maximum: Double
    public var count: Int

    public init(begin: Instant, minimum: Double, average: Double, maximum: Double, count: Int) {
        (self.begin, self.minimum, self.average, self.maximum, self.count) = (begin, minimum, average, maximum, count)
    }
}

/// How a span is cut into buckets of one width. They are counted from 1970, not from the span's begin, so that
/// neighbouring requests, and one that is repeated a little later, have the same buckets.
public struct HistoryGrid: Sendable, Hashable {
    public let span: Range<Instant>
    public let widthMilliseconds: Int64

    /// At most this many buckets: the first and the last may lie half outside. Widths from a second on are whole seconds, so that spans
    /// that differ by little agree as well.
    public init(_ span: Range<Instant>, points: Int) {
        precondition(points >= 2)
        self.span = span
        let length = span.upperBound.milliseconds - span.lowerBound.milliseconds
        let width = max(1, length.dividedRoundingUp(by: Int64(points - 1)))
        widthMilliseconds = width < 1000 ? width : width.dividedRoundingUp(by: 1000) * 1000
    }
}

extension Int64 {
    fileprivate func dividedRoundingUp(by divisor: Int64) -> Int64 { (self + divisor - 1) / divisor }
}

extension Database {
    /// A vital's history, oldest first, without empty buckets; late readings are among the others. Reads one range of the primary key
    /// in each day's partition of the span, and no other partition. Empty where the caller sees no such patient.
    public func history(_ patient: PatientID, _ vital: Vital, _ grid: HistoryGrid, _ scope: Scope) throws -> [HistoryBucket] {
        try pool.with {
            // date_bin counts in whole microseconds; the epoch in milliseconds is made of each bucket, not of each reading.
            try $0.query(
                """
                WITH buckets AS (
                    SELECT date_bin($5::bigint * interval '1 millisecond', measured_at, '1970-01-01Z') AS begins,
                        min(value) AS least, avg(value) AS average, max(value) AS greatest, count(*) AS number
                    FROM readings
                    WHERE patient_id = $1 AND vital = $2 AND measured_at >= $3 AND measured_at < $4
                        AND EXISTS (SELECT FROM patients p WHERE p.id = $1 AND \(Scope.visible("p", wards: 6)))
                    GROUP BY 1
                )
                SELECT begins, least, average, greatest, number FROM buckets ORDER BY begins
                """,
                [
                    Int32(patient), vital.code, grid.span.lowerBound.timestamp, grid.span.upperBound.timestamp, Int(grid.widthMilliseconds),
                    scope.wards,
                ]
            ).map {
                HistoryBucket(
                    begin: Instant(try $0[0]), minimum: try $0[1], average: try $0[2], maximum: try $0[3], count: try $0[4])
            }
        }
    }
}
