import Clinical
import Postgres

/// What `fajma doctor` wants to know of the server.
public struct ServerHealth: Sendable {
    /// As the server writes it: `15.14 (Debian …)`.
    public var version: String
    /// `150014`.
    public var versionNumber: Int
    /// A standby takes no readings.
    public var isReadOnly: Bool
    public var clock: Instant
}

/// And of the schema.
public struct SchemaHealth: Sendable {
    /// Days after today whose partitions are there without a gap; -1: not even today's.
    public var partitionDaysAhead: Int
    /// Readings that lie in no day's partition.
    public var hasStrayReadings: Bool
}

extension Database {
    public func serverHealth() throws -> ServerHealth {
        try pool.with {
            let row = try $0.query(
                """
                SELECT current_setting('server_version'), current_setting('server_version_num')::integer,
                    pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean, clock_timestamp()
                """)[0]
            return try ServerHealth(version: row[0], versionNumber: row[1], isReadOnly: row[2], clock: Instant(row[3]))
        }
    }

    /// Only for a schema that `checkSchema` accepts.
    public func schemaHealth() throws -> SchemaHealth {
        try pool.with {
            let row = try $0.query(
                """
                SELECT coalesce(min(day) - 1, 60), EXISTS (SELECT FROM readings_default)
                FROM generate_series(0, 60) AS n (day)
                WHERE to_regclass('public.readings_' || to_char((now() AT TIME ZONE 'UTC')::date + day, 'YYYYMMDD')) IS NULL
                """)[0]
            return try SchemaHealth(partitionDaysAhead: row[0], hasStrayReadings: row[1])
        }
    }
}
