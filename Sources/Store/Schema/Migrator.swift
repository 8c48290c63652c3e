import Access
import Clinical
import Postgres

/// Brings the database to the schema that this program needs, and tells whether it is there.
public struct Migrator {
    /// How many days of partitions are kept ahead: a fortnight's holiday of whatever makes them loses nothing.
    public static let partitionDaysAhead = 14

    private let connection: Connection
    /// The application's role; nil where it is the owner itself.
    private let application: String?

    /// - Parameters:
    ///   - url: of the schema's owner.
    ///   - application: how the application logs in to the same database; its role gets the rights it needs. Nil: as the owner.
    /// - Throws: `Misconfiguration` when the two do not name one database; `PostgresError`.
    public init(url: String, application: String? = nil) throws {
        connection = try Connection(url: url, application: "fajma migrate")
        let (owner, place) = try Self.identity(connection)
        let other = try application.map { try Self.identity(Connection(url: $0, application: "fajma migrate")) }
        if let other, other.place != place {
            throw Misconfiguration(description: "DATABASE_URL and FAJMA_OWNER_DATABASE_URL name different databases")
        }
        self.application = other.flatMap { $0.role == owner ? nil : $0.role }
    }

    /// Who logs in, and where: no two servers started in the same microsecond.
    private static func identity(_ connection: Connection) throws -> (role: String, place: [String]) {
        let row = try connection.query("SELECT current_user, ARRAY[current_database(), pg_postmaster_start_time()::text]")[0]
        return try (row[0], row[1])
    }

    /// Applies what is missing; does nothing where nothing is. Two at once wait for each other.
    ///
    /// - Returns: what was applied, by name.
    /// - Throws: `Misconfiguration` when the tables are somebody else's; `PostgresError`.
    public func migrate() throws -> [String] {
        try connection.script("SELECT pg_advisory_lock(\(AdvisoryLock.migration))")
        defer { try? connection.script("SELECT pg_advisory_unlock(\(AdvisoryLock.migration))") }  // the lock ends with the connection anyway
        try checkOwner()
        try connection.script(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                version integer CONSTRAINT schema_migrations_pkey PRIMARY KEY,
                name text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now()
            );
            ALTER TABLE schema_migrations ADD COLUMN IF NOT EXISTS digest bytea;
            CREATE TABLE IF NOT EXISTS schema_routines (
                name text CONSTRAINT schema_routines_pkey PRIMARY KEY,
                digest bytea NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now()
            );
            """)
        try checkDigests()
        return try applyMigrations() + applyRoutines() + fillIn() + grant()
    }

    private func checkOwner() throws {
        let others = try connection.query(
            """
            SELECT quote_ident(o.rolname), quote_ident(current_user) FROM pg_class c JOIN pg_roles o ON o.oid = c.relowner
            WHERE c.oid = to_regclass('public.schema_migrations') AND NOT pg_has_role(o.oid, 'USAGE')
            """)
        guard let row = others.first() else { return }
        let (owner, me): (String, String) = try (row[0], row[1])
        throw Misconfiguration(
            description: """
                the tables belong to \(owner), not to \(me): let FAJMA_OWNER_DATABASE_URL name \(owner), or give them away, as a \
                superuser in this database: REASSIGN OWNED BY \(owner) TO \(me)
                """)
    }

    /// Refuses a database to which another text of a migration was applied: its tables are not those that this program was written for.
    /// What was applied before digests were stored counts as unchanged.
    private func checkDigests() throws {
        let rows = try connection.query("SELECT version, digest FROM schema_migrations ORDER BY version")
        for row in rows {
            let (version, digest): (Int, Bytes?) = try (row[0], row[1])
            guard let migration = Migrations.migrations.dropFirst(version - 1).first else { continue }  // of a newer program
            if let digest {
                if digest.bytes != migration.digest {
                    throw Misconfiguration(
                        description: """
                            migration \(version) (\(migration.name)) differs from the one that was applied to this database. Migrations are frozen: \
                            use the program that made this database, or restore the migration's file and add a new migration
                            """)
                }
            } else {
                try connection.query(
                    "UPDATE schema_migrations SET digest = $2 WHERE version = $1", [version, Bytes(migration.digest)])
            }
        }
    }

    private func applyMigrations() throws -> [String] {
        let done: Int = try connection.query("SELECT coalesce(max(version), 0) FROM schema_migrations")[0][0]
        return try Migrations.migrations.enumerated().dropFirst(done).map { index, migration in
            try connection.transaction { connection in
                try connection.script(migration.sql, statement: migration.name)
                try connection.query(
                    "INSERT INTO schema_migrations (version, name, digest) VALUES ($1, $2, $3)",
                    [index + 1, migration.name, Bytes(migration.digest)])
            }
            return migration.name
        }
    }

    private func applyRoutines() throws -> [String] {
        try connection.transaction { connection in
            try Migrations.routines.compactMap { routine in
                let digest = Bytes(routine.digest)
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

    private func grant() throws -> [String] {
        guard let application else { return [] }
        return try GrantApplier(connection: connection, application: application).apply() ? ["rights of \(application)"] : []
    }
}

/// Why `fajma migrate` does not begin.
public struct Misconfiguration: Error, CustomStringConvertible {
    public let description: String
}

/// Why a daemon refuses to start.
public struct SchemaTooOld: Error, CustomStringConvertible {
    public let description: String
}

extension Database {
    /// - Throws: `SchemaTooOld` when the schema is older than this program, was made by another text of a migration, or is not ours to read;
    ///   `PostgresError` when the database is away. A newer schema is accepted: the programs are replaced one by one after it.
    public func checkSchema() throws {
        let known = Migrations.migrations
        let (version, changed) = try pool.with { connection -> (Int, Int?) in
            let readable: Bool? = try connection.query("SELECT has_table_privilege(to_regclass('schema_migrations'), 'SELECT')")[0][0]
            if readable == false {
                throw SchemaTooOld(description: "the role in DATABASE_URL has no right to the database's tables; run: fajma migrate")
            }
            guard readable == true else { return (0, nil) }
            // By way of JSON: a database that was never migrated since digests are stored has no such column.
            let row = try connection.query(
                """
                SELECT coalesce(max(m.version), 0), min(m.version) FILTER (WHERE to_jsonb(m) ->> 'digest' <> '\\x' || known.digest)
                FROM schema_migrations m LEFT JOIN unnest($1::integer[], $2::text[]) AS known (version, digest) USING (version)
                """, [known.indices.map { Int32($0 + 1) }, known.map(\.hexDigest)])[0]
            return try (row[0], row[1])
        }
        if let changed {
            throw SchemaTooOld(
                description: "migration \(changed) differs from the one that was applied to the database: this program belongs to another schema")
        }
        let needed = known.count
        guard version >= needed else {
            throw SchemaTooOld(description: "the database's schema is at version \(version), this program needs \(needed); run: fajma migrate")
        }
    }
}
