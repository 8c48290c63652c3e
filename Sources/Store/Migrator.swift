import Access
import Clinical
import Postgres

/// Brings the database to the schema that this program needs, and tells whether it is there.
public struct Migrator {
    /// How many days of partitions are kept ahead: a fortnight's holiday of whatever makes them loses nothing.
    public static let partitionDaysAhead = 14

    private let connection: Connection

    /// - Parameter url: of the schema's owner.
    public init(url: String) throws {
        connection = try Connection(url: url, application: "fajma migrate")
    }

    /// Applies what is missing; does nothing where nothing is. Two at once wait for each other.
    ///
    /// - Returns: what was applied, by name.
    public func migrate() throws -> [String] {
        try connection.script("SELECT pg_advisory_lock(\(Self.lock))")
        defer { try? connection.script("SELECT pg_advisory_unlock(\(Self.lock))") }  // the lock ends with the connection anyway
        try connection.script(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                version integer CONSTRAINT schema_migrations_pkey PRIMARY KEY,
                name text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now()
            );
            CREATE TABLE IF NOT EXISTS schema_routines (
                name text CONSTRAINT schema_routines_pkey PRIMARY KEY,
                digest bytea NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now()
            );
            """)
        return try applyMigrations() + applyRoutines() + fillIn()
    }

    private func applyMigrations() throws -> [String] {
        let done: Int = try connection.query("SELECT coalesce(max(version), 0) FROM schema_migrations")[0][0]
        return try Migrations.migrations.enumerated().dropFirst(done).map { index, migration in
            try connection.transaction { connection in
                try connection.script(migration.sql, statement: migration.name)
                try connection.query(
                    "INSERT INTO schema_migrations (version, name) VALUES ($1, $2)", [index + 1, migration.name])
            }
            return migration.name
        }
    }

    private func applyRoutines() throws -> [String] {
        try connection.transaction { connection in
            try Migrations.routines.compactMap { routine in
                let digest = Bytes(sha256(Array(routine.sql.utf8)))
                let row = try connection.query("SELECT digest = $2 FROM schema_routines WHERE name = $1", [routine.name, digest])
                if try row.first()?[0] == true { return nil }
                try connection.script(routine.sql, statement: routine.name)
                try connection.query(
                    """
                    INSERT INTO schema_routines (name, digest) VALUES ($1, $2)
                    ON CONFLICT (name) DO UPDATE SET digest = excluded.digest, applied_at = now()
                    """, [routine.name, digest])
                return routine.name
            }
        }
    }

    /// The vitals' names, and the partitions of the next days.
    private func fillIn() throws -> [String] {
        let written = try connection.query(
            """
            INSERT INTO vitals AS v (code, name, unit) SELECT * FROM unnest($1::smallint[], $2::text[], $3::text[])
            ON CONFLICT (code) DO UPDATE SET name = excluded.name, unit = excluded.unit
            WHERE (v.name, v.unit) IS DISTINCT FROM (excluded.name, excluded.unit)
            """, [Vital.allCases.map(\.code), Vital.allCases.map(\.rawValue), Vital.allCases.map(\.unit)])
        let made: Int = try connection.query("SELECT make_partitions($1)", [Int32(Self.partitionDaysAhead)])[0][0]
        return (written.affectedRows > 0 ? ["vitals"] : []) + (made > 0 ? ["\(made) partitions"] : [])
    }

    private static let lock = 0x46_414A_4D41_00
}

/// Why a daemon refuses to start.
public struct SchemaTooOld: Error, CustomStringConvertible {
    public let description: String
}

extension Database {
    /// - Throws: `SchemaTooOld` when the schema is older than this program; `PostgresError` when the database is away.
    ///   A newer schema is accepted: the programs are replaced one by one after it.
    public func checkSchema() throws {
        let version = try pool.with { connection -> Int in
            let exists: Bool = try connection.query("SELECT to_regclass('schema_migrations') IS NOT NULL")[0][0]
            return exists ? try connection.query("SELECT coalesce(max(version), 0) FROM schema_migrations")[0][0] : 0
        }
        let needed = Migrations.migrations.count
        guard version >= needed else {
            throw SchemaTooOld(description: "the database's schema is at version \(version), this program needs \(needed); run: fajma migrate")
        }
    }

    /// Makes the coming days' partitions. Harmless at any time; somebody must do it every day.
    public func makePartitions() throws {
        try pool.with { _ = try $0.query("SELECT make_partitions($1)", [Int32(Migrator.partitionDaysAhead)]) }
    }
}
