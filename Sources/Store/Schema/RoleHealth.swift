import Postgres

/// What `fajma doctor` wants to know of the role that the application logs in as.
public struct RoleHealth: Sendable {
    /// The three names as SQL writes them, in quotes where need be.
    public var application: String
    /// Whose the tables are.
    public var owner: String
    public var database: String
    public var ownerIsSuperuser: Bool
    public var powers: [Power]
    /// What `CommitProbe` of fajma-push calls, as SQL writes it, and whether the role may.
    public var probeFunction: String
    public var mayProbe: Bool
    /// PostgreSQL's log quotes the row that an error of this role is about: a patient's name may be in it.
    public var logsRows: Bool
    /// What is set for the role by itself, as `statement_timeout=1ms`, but for what it is to have.
    public var settings: [String]
    /// As `INSERT on audit`: needed, and not there.
    public var missing: [String]
    /// There, and not needed. Also what everybody has: the application's role is one of them.
    public var excess: [String]

    /// What lies in the role itself and beyond every list of rights.
    public enum Power: Sendable, Hashable, CustomStringConvertible {
        /// `SUPERUSER`
        case attribute(String)
        case member(of: String)
        /// `SCHEMA public`
        case owner(of: String)

        public var description: String {
            switch self {
            case .attribute(let name): name
            case .member(let group): "membership in \(group)"
            case .owner(let place): "ownership of \(place)"
            }
        }
    }
}

extension Database {
    /// Only for a schema that `checkSchema` accepts.
    public func roleHealth() throws -> RoleHealth {
        try pool.with { connection in
            let row = try connection.query(
                """
                SELECT quote_ident(session_user), quote_ident(o.rolname), o.rolsuper,
                    array_remove(ARRAY[
                        CASE WHEN r.rolsuper THEN 'SUPERUSER' END, CASE WHEN r.rolcreaterole THEN 'CREATEROLE' END,
                        CASE WHEN r.rolcreatedb THEN 'CREATEDB' END, CASE WHEN r.rolreplication THEN 'REPLICATION' END,
                        CASE WHEN r.rolbypassrls THEN 'BYPASSRLS' END], NULL),
                    array(SELECT quote_ident(g.rolname) FROM pg_roles g
                        WHERE NOT r.rolsuper AND g.oid <> r.oid AND g.rolname <> 'pg_database_owner' AND pg_has_role(r.oid, g.oid, 'MEMBER')
                        ORDER BY 1),
                    array(SELECT format('DATABASE %I', datname) FROM pg_database WHERE datname = current_database() AND datdba = r.oid
                        UNION ALL SELECT 'SCHEMA public' FROM pg_namespace WHERE nspname = 'public' AND nspowner = r.oid),
                    quote_ident(current_database()), f.oid::regprocedure::text, has_function_privilege(f.oid, 'EXECUTE'),
                    current_setting('log_error_verbosity') <> 'terse',
                    array(SELECT c FROM pg_db_role_setting s, unnest(s.setconfig) AS c WHERE s.setrole = r.oid AND c <> 'log_error_verbosity=terse' ORDER BY 1)
                FROM pg_roles r, pg_proc f, pg_class c JOIN pg_roles o ON o.oid = c.relowner
                WHERE f.pronamespace = 'pg_catalog'::regnamespace AND f.proname = 'pg_logical_emit_message' AND f.proargtypes[2] = 'text'::regtype AND r.rolname = session_user AND c.oid = 'public.schema_migrations'::regclass
                """)[0]
            let (attributes, groups, places): ([String], [String], [String]) = try (row[3], row[4], row[5])
            let differences = try differences(on: connection)
            return try RoleHealth(
                application: row[0], owner: row[1], database: row[6], ownerIsSuperuser: row[2],
                powers: attributes.map(RoleHealth.Power.attribute) + groups.map(RoleHealth.Power.member) + places.map(RoleHealth.Power.owner),
                probeFunction: row[7], mayProbe: row[8], logsRows: row[9], settings: row[10],
                missing: differences.filter(\.isMissing).map(\.right), excess: differences.filter { !$0.isMissing }.map(\.right))
        }
    }

    /// Where what the role can do, by whatever way it came to it, is not what `Grants` says.
    private func differences(on connection: Connection) throws -> [(right: String, isMissing: Bool)] {
        let wanted = Grants.columns
        return try connection.query(
            """
            WITH wanted AS (
                SELECT name, privilege, array_remove(array_agg("column"), '') AS columns
                FROM unnest($1::text[], $3::text[], $4::text[]) AS w (name, privilege, "column") GROUP BY name, privilege
            ), on_tables AS (
                SELECT p.privilege || ' on ' || c.relname AS what, w.name IS NOT NULL AS is_wanted,
                    CASE
                        WHEN w.columns <> '{}' THEN (
                            SELECT bool_and(has_column_privilege(c.oid, t, p.privilege)) FROM unnest(w.columns) AS t)
                        ELSE has_table_privilege(c.oid, p.privilege)
                    END AS has_all,
                    CASE
                        WHEN w.columns = '{}' THEN false
                        WHEN p.by_column THEN EXISTS (
                            SELECT FROM pg_attribute t
                            WHERE t.attrelid = c.oid AND t.attnum > 0 AND NOT t.attisdropped AND t.attname <> ALL (coalesce(w.columns, '{}'))
                                AND has_column_privilege(c.oid, t.attnum, p.privilege))
                        ELSE has_table_privilege(c.oid, p.privilege)
                    END AS has_more
                FROM pg_class c
                CROSS JOIN (
                    VALUES ('SELECT', true), ('INSERT', true), ('UPDATE', true), ('REFERENCES', true), ('DELETE', false),
                        ('TRUNCATE', false), ('TRIGGER', false)
                ) AS p (privilege, by_column)
                LEFT JOIN wanted w ON w.name = c.relname AND w.privilege = p.privilege
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
                    AND \(GrantApplier.notOfAnExtension("pg_class", "c.oid"))
            ), others (what, is_wanted, has) AS (
                SELECT 'use of ' || c.relname, false, has_sequence_privilege(s.seqrelid, 'USAGE, SELECT, UPDATE')
                FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid WHERE c.relnamespace = 'public'::regnamespace
                UNION ALL
                SELECT 'EXECUTE on ' || p.proname, \(GrantApplier.executable), has_function_privilege(p.oid, 'EXECUTE')
                FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND \(GrantApplier.notOfAnExtension("pg_proc", "p.oid"))
                UNION ALL
                SELECT 'CREATE on schema public', false, has_schema_privilege('public', 'CREATE')
                UNION ALL
                SELECT p || ' on the database', false, has_database_privilege(current_database(), p)
                FROM unnest('{CREATE,TEMPORARY}'::text[]) AS p
                UNION ALL
                SELECT 'CONNECT to the database for PUBLIC', false, EXISTS (
                    SELECT FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) AS a
                    WHERE d.datname = current_database() AND a.grantee = 0 AND a.privilege_type = 'CONNECT')
            )
            SELECT what, true FROM on_tables WHERE is_wanted AND NOT has_all
            UNION ALL SELECT what, false FROM on_tables WHERE has_more
            UNION ALL SELECT what, is_wanted FROM others WHERE has <> is_wanted
            ORDER BY 1
            """, [wanted.tables, Grants.definers, wanted.privileges, wanted.columns]
        ).map { try ($0[0], $0[1]) }
    }
}
