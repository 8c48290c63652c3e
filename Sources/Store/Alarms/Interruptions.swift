import Clinical
import Postgres

/// A time in which the database did not store what devices report, or no daemon looked after alarms.
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

    /// Says that alarms are looked after now.
    ///
    /// - Returns: the time in which no daemon did so before this call; nil: as long as a change of the leader takes.
    public func watch() throws -> Interruption? {
        let results = try connection.pipeline {
            $0.query("BEGIN")
            // The last second may get lost with the machine: nothing has to wait for the disk.
            $0.query("SET LOCAL synchronous_commit = off")
            $0.query(
                """
                WITH before AS (SELECT watched_at FROM alarm_watch), written AS (
                    INSERT INTO alarm_watch (watched_at) VALUES (clock_timestamp()) ON CONFLICT (is_only) DO UPDATE SET watched_at = excluded.watched_at
                )
                SELECT watched_at, clock_timestamp() FROM before WHERE clock_timestamp() - watched_at >= $1 * interval '1 second'
                """, [TechnicalAlarm.interruptedSeconds])
            $0.query("COMMIT")
        }
        return try results[2].map { Interruption(since: Instant(try $0[0]), until: Instant(try $0[1])) }.first
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
