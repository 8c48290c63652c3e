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
    public private(set) var widthMilliseconds: Int64

    static let minute: Int64 = 60_000
    /// Wider buckets are whole minutes, which roll-ups can be cut into: a history of hours then reads a row an hour, not one a second.
    private static let widestOfReadings: Int64 = 30_000

    /// At most this many buckets: the first and the last may lie half outside. Widths from a second on are whole seconds, so that spans
    /// that differ by little agree as well.
    public init(_ span: Range<Instant>, points: Int) {
        precondition(points >= 2)
        self.span = span
        let length = span.upperBound.milliseconds - span.lowerBound.milliseconds
        let width = max(1, length.dividedRoundingUp(by: Int64(points - 1)))
        let unit = width < 1000 ? 1 : width <= Self.widestOfReadings ? 1000 : Self.minute
        widthMilliseconds = width.dividedRoundingUp(by: unit) * unit
    }

    var isOfMinutes: Bool { widthMilliseconds.isMultiple(of: Self.minute) }

    mutating func widenToMinutes() {
        widthMilliseconds = widthMilliseconds.dividedRoundingUp(by: Self.minute) * Self.minute
    }
}

extension Int64 {
    fileprivate func dividedRoundingUp(by divisor: Int64) -> Int64 { (self + divisor - 1) / divisor }
}

extension Database {
    /// A vital's history, oldest first, without empty buckets; late readings are among the others. From the roll-ups as far as they reach and
    /// hold, else from the readings. Empty where the caller sees no such patient.
    public func history(_ patient: PatientID, _ vital: Vital, _ grid: HistoryGrid, _ scope: Scope) throws -> [HistoryBucket] {
        try pool.with { connection in
            guard let sources = try historySources(patient, vital, grid, scope, on: connection) else { return [] }
            var sums = HistorySums()
            let results = try connection.pipeline {
                $0.planForItsParameters()
                if let rolledUp = sources.rolledUp { Self.queryRollUps(patient, vital, rolledUp, sources, &$0) }
                for span in sources.direct { Self.queryReadings(patient, vital, span, sources.grid, &$0) }
            }
            for row in results.dropFirst().joined() {
                sums.add(
                    HistorySums.Sum(minimum: try row[1], total: try row[2], maximum: try row[3], count: try row[4]),
                    at: try row[0])
            }
            return sums.buckets
        }
    }

    /// Nil where the caller sees no such patient.
    private func historySources(
        _ patient: PatientID, _ vital: Vital, _ grid: HistoryGrid, _ scope: Scope, on connection: Connection
    ) throws -> HistorySources? {
        try connection.query(
            """
            SELECT u.built_until, nullif(u.readings_from, '-infinity'), ARRAY(
                SELECT DISTINCT s.hour FROM stale_hours s
                WHERE s.patient_id = $1 AND s.vital = $2 AND s.hour >= u.readings_from AND s.hour > $3 - interval '1 hour' AND s.hour < $4)
            FROM rolled_up u
            WHERE EXISTS (SELECT FROM patients p WHERE p.id = $1 AND \(Scope.visible("p", wards: 5)))
            """,
            [Int32(patient), vital.code, grid.span.lowerBound.timestamp, grid.span.upperBound.timestamp, scope.wards]
        ).first().map { row in
            let (built, from, stale): (Timestamp, Timestamp?, [Timestamp]) = try (row[0], row[1], row[2])
            return HistorySources(
                grid, builtUntil: Instant(built), readingsFrom: from.map(Instant.init), stale: Set(stale.map(Instant.init)))
        }
    }

    /// Rows of bucket, minimum, sum, maximum, number; a bucket is its begin in milliseconds.
    private static func queryRollUps(
        _ patient: PatientID, _ vital: Vital, _ span: Range<Instant>, _ sources: HistorySources, _ pipeline: inout Pipeline
    ) {
        let minute = HistoryGrid.minute
        pipeline.query(
            """
            WITH hours AS MATERIALIZED (
                SELECT (extract(epoch FROM h.hour) / 60)::bigint AS first, h.* FROM reading_hours h
                WHERE h.patient_id = $1 AND h.vital = $2 AND h.hour > $3 - interval '1 hour' AND h.hour < $4 AND NOT EXISTS (
                    SELECT FROM unnest($5::timestamptz[], $6::timestamptz[]) AS d (begins, ends) WHERE h.hour >= d.begins AND h.hour < d.ends)
            )
            SELECT (first + minute) / $7 * $7 * 60000, min(least), sum(total), max(greatest), sum(number)
            FROM hours, unnest(minutes, minimums, sums, maximums, counts) AS m (minute, least, total, greatest, number)
            WHERE first + minute >= $8 AND first + minute < $9
            GROUP BY 1
            """,
            [
                Int32(patient), vital.code, span.lowerBound.timestamp, span.upperBound.timestamp,
                sources.left.map(\.lowerBound.timestamp), sources.left.map(\.upperBound.timestamp), Int(sources.grid.widthMilliseconds / minute),
                Int(span.lowerBound.milliseconds / minute), Int(span.upperBound.milliseconds / minute),
            ])
    }

    /// The same of single readings: one range of the primary key in each day's partition of the span, and no other partition.
    private static func queryReadings(
        _ patient: PatientID, _ vital: Vital, _ span: Range<Instant>, _ grid: HistoryGrid, _ pipeline: inout Pipeline
    ) {
        // date_bin counts in whole microseconds; the epoch in milliseconds is made of each bucket, not of each reading.
        pipeline.query(
            """
            WITH buckets AS (
                SELECT date_bin($5::bigint * interval '1 millisecond', at, '1970-01-01Z') AS begins,
                    min(value) AS least, sum(value) AS total, max(value) AS greatest, count(*) AS number
                FROM readings_within($1, $2, $3, $4)
                GROUP BY 1
            )
            SELECT epoch_ms(begins), least, total, greatest, number FROM buckets
            """,
            [Int32(patient), vital.code, span.lowerBound.timestamp, span.upperBound.timestamp, Int(grid.widthMilliseconds)])
    }
}

extension Pipeline {
    /// A plan that is made for any span opens every day's partition there is; one for this span those of its days. Holds for the statements
    /// that follow, and has a result of its own.
    mutating func planForItsParameters() { query("SELECT set_config('plan_cache_mode', 'force_custom_plan', true)") }
}
