import Clinical
import Postgres

/// A time in which the database did not store what devices report.
public struct Interruption: Sendable, Hashable {
    /// When it last stored something before.
    public var since: Instant
    /// When it stored something again; nil: it does not yet.
    public var until: Instant?

    public init(since: Instant, until: Instant? = nil) { (self.since, self.until) = (since, until) }

    /// - Parameter now: counts while it lasts.
    public func seconds(at now: Instant) -> Double { (until ?? now).seconds(since: since) }
}

/// `surveillance_interrompue`: one alert for each ward with patients and interruption. Screens have sounded it by themselves meanwhile.
extension LeaderSession {
    /// Raises it where the ward has none for that time: another daemon, which led before, may have seen the interruption begin a little
    /// earlier or later. One that is over latches as every other error.
    public func raise(_ interruption: Interruption) throws {
        let alarm = TechnicalAlarm.wardInterrupted
        let values: [any PostgresEncodable] = [alarm.rawValue, interruption.since.timestamp, interruption.until?.timestamp]
        let wards = try connection.query(
            """
            SELECT w.id, w.name FROM wards w
            WHERE EXISTS (SELECT FROM patients p WHERE p.ward_id = w.id AND p.discharged_at IS NULL)
                AND NOT EXISTS (
                    SELECT FROM alerts o
                    WHERE o.ward_id = w.id AND o.kind = $1 AND o.measured_at <= coalesce($3::timestamptz, now()) AND coalesce(o.ended_at, now()) >= $2)
            ORDER BY w.id
            """, values
        ).map { row -> (WardID, String) in try (row[0], alarm.message(about: row[1])) }
        if wards.isEmpty { return }
        try connection.query(
            """
            INSERT INTO alerts (ward_id, kind, severity, measured_at, ended_at, raised_at, message)
            SELECT n.ward_id, $1, $4, $2, $3::timestamptz, coalesce($3::timestamptz, now()), n.message
            FROM unnest($5::integer[], $6::text[]) AS n (ward_id, message)
            ON CONFLICT DO NOTHING
            """, values + [alarm.severity.rawValue, wards.map { Int32($0.0) }, wards.map(\.1)])
    }

    /// Ends those that last.
    public func endInterruptions(at until: Instant) throws {
        try connection.query(
            """
            UPDATE alerts SET ended_at = greatest($2, raised_at)
            WHERE id IN (
                SELECT o.id FROM alerts o WHERE o.ended_at IS NULL AND o.ward_id IS NOT NULL AND o.kind = $1 ORDER BY o.id FOR UPDATE SKIP LOCKED)
            """, [TechnicalAlarm.wardInterrupted.rawValue, until.timestamp])
    }
}
