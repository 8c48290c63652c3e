import Clinical
import Postgres

/// How far back readings and their roll-ups reach, for `fajma doctor`.
public struct HistoryHealth: Sendable {
    /// Nil: there are none.
    public var readingsFrom: Instant?
    public var rollUpsFrom: Instant?
    /// Roll-ups of earlier hours are built, but for the stale ones.
    public var builtUntil: Instant
    public var staleHours: Int
}

extension Database {
    /// One step: an hour, or less. Harmless at any time; somebody must do it all the time.
    ///
    /// - Parameter settledSeconds: an hour in which somebody stored late, corrected or deleted since then is left as it is.
    /// - Returns: whether there may be more to do.
    public func rollUp(settledSeconds: Double = 20) throws -> Bool {
        try pool.with { try $0.query("SELECT roll_up($1 * interval '1 second')", [settledSeconds])[0][0] }
    }

    /// Only for a schema that `checkSchema` accepts.
    public func historyHealth() throws -> HistoryHealth {
        try pool.with { connection in
            let row = try connection.query(
                """
                SELECT least(
                        (SELECT min(measured_at) FROM readings_default),
                        (SELECT to_timestamp(min(substr(c.relname, 10)) || ' 0', 'YYYYMMDD TZH') FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                            WHERE i.inhparent = 'readings'::regclass AND c.relname ~ '^readings_\\d{8}$')),
                    (SELECT min(h.hour) FROM (SELECT DISTINCT patient_id, vital FROM latest_readings) AS l CROSS JOIN LATERAL (
                        SELECT hour FROM reading_hours h WHERE h.patient_id = l.patient_id AND h.vital = l.vital ORDER BY hour LIMIT 1) AS h),
                    built_until, (SELECT count(*) FROM (SELECT DISTINCT patient_id, vital, hour FROM stale_hours) AS s)
                FROM rolled_up
                """)[0]
            let (readings, rollUps, built): (Timestamp?, Timestamp?, Timestamp) = try (row[0], row[1], row[2])
            return HistoryHealth(
                readingsFrom: readings.map(Instant.init), rollUpsFrom: rollUps.map(Instant.init), builtUntil: Instant(built), staleHours: try row[3])
        }
    }
}
