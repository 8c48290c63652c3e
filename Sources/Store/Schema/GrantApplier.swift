import Postgres

/// Gives the application's role what `Grants` says, and takes everything else in our schema from it and from PUBLIC: every role of the
/// server. Only what differs is touched, so that a second run changes nothing. What belongs to others (an extension's functions,
/// the schema `public` of a database that an older PostgreSQL made) stays as it is; `fajma doctor` names what is dangerous in it.
struct GrantApplier {
    let connection: Connection
    /// The role's name, as it stands in `pg_roles`.
    let application: String

    /// - Returns: whether something had to be changed.
    func apply() throws -> Bool {
        try connection.transaction { _ in
            let statements = try tables() + functions() + places() + defaults()
            for statement in statements { try connection.script(statement, statement: "grant") }
            return !statements.isEmpty
        }
    }

    private func tables() throws -> [String] {
        let wanted = Grants.columns
        return try connection.query(
            """
            WITH wanted AS (
                SELECT name, string_agg(privilege || coalesce(' (' || quote_ident(nullif("column", '')) || ')', ''), ', ' ORDER BY privilege, "column") AS rights
                FROM unnest($2::text[], $3::text[], $4::text[]) AS w (name, privilege, "column") GROUP BY name
            )
            SELECT format('REVOKE ALL ON public.%I FROM PUBLIC, %I', c.relname, $1)
                || coalesce('; GRANT ' || w.rights || format(' ON public.%I TO %I', c.relname, $1), '')
            FROM pg_class c LEFT JOIN wanted w ON w.name = c.relname
            CROSS JOIN LATERAL (
                SELECT string_agg(\(Self.entry), ', ' ORDER BY privilege_type, name) AS rights
                FROM (
                    SELECT a.*, NULL::name AS name FROM aclexplode(c.relacl) AS a
                    UNION ALL
                    SELECT a.*, t.attname FROM pg_attribute t, aclexplode(t.attacl) AS a WHERE t.attrelid = c.oid
                ) AS a
                WHERE \(Self.concerned)
            ) AS held
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
                AND pg_has_role(c.relowner, 'USAGE') AND \(Self.notOfAnExtension("pg_class", "c.oid"))
                AND held.rights IS DISTINCT FROM w.rights
            ORDER BY c.relname
            """, [application, wanted.tables, wanted.privileges, wanted.columns]
        ).map { try $0[0] }
    }

    private func functions() throws -> [String] {
        try connection.query(
            """
            SELECT format('REVOKE ALL ON ROUTINE %s FROM PUBLIC, %I', p.oid::regprocedure, $1)
                || CASE WHEN wanted.rights IS NULL THEN '' ELSE format('; GRANT EXECUTE ON ROUTINE %s TO %I', p.oid::regprocedure, $1) END
            FROM pg_proc p
            CROSS JOIN LATERAL (SELECT CASE WHEN \(Self.executable) THEN 'EXECUTE' END AS rights) AS wanted
            CROSS JOIN LATERAL (
                SELECT string_agg(\(Self.entry), ', ')
                FROM (SELECT a.*, NULL::name AS name FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a) AS a
                WHERE \(Self.concerned)
            ) AS held (rights)
            WHERE p.pronamespace = 'public'::regnamespace AND pg_has_role(p.proowner, 'USAGE')
                AND \(Self.notOfAnExtension("pg_proc", "p.oid")) AND held.rights IS DISTINCT FROM wanted.rights
            ORDER BY p.oid::regprocedure::text
            """, [application, Grants.definers]
        ).map { try $0[0] }
    }

    /// The schema and the database itself. Whoever may connect can LISTEN and hears every patient's values, so nobody else may; whoever
    /// may make temporary tables can hide ours behind them.
    private func places() throws -> [String] {
        try connection.query(
            """
            SELECT format('REVOKE ALL ON %1$s FROM PUBLIC, %2$I; GRANT %3$s ON %1$s TO %2$I', place, $1, wanted)
            FROM (
                SELECT 'SCHEMA public', 'USAGE', nspowner, coalesce(nspacl, acldefault('n', nspowner))
                FROM pg_namespace WHERE nspname = 'public'
                UNION ALL
                SELECT format('DATABASE %I', datname), 'CONNECT', datdba, coalesce(datacl, acldefault('d', datdba))
                FROM pg_database WHERE datname = current_database()
            ) AS p (place, wanted, owner, acl)
            CROSS JOIN LATERAL (
                SELECT string_agg(\(Self.entry), ', ') FROM (SELECT a.*, NULL::name AS name FROM aclexplode(p.acl) AS a) AS a
                WHERE \(Self.concerned)
            ) AS held (rights)
            WHERE pg_has_role(p.owner, 'USAGE') AND held.rights IS DISTINCT FROM p.wanted
            """, [application]
        ).map { try $0[0] }
    }

    /// What somebody once said of tables to come would hold for every day's new partition.
    private func defaults() throws -> [String] {
        try connection.query(
            """
            SELECT format('ALTER DEFAULT PRIVILEGES %s REVOKE ALL ON %s FROM PUBLIC, %I', coalesce('IN SCHEMA ' || quote_ident(n.nspname), ''),
                CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' ELSE 'SEQUENCES' END, $1)
            FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
            WHERE d.defaclrole = (SELECT oid FROM pg_roles WHERE rolname = current_user) AND d.defaclobjtype IN ('r', 'S')
                AND EXISTS (SELECT FROM aclexplode(d.defaclacl) AS a WHERE \(Self.concerned))
            """, [application]
        ).map { try $0[0] }
    }

    private static let concerned = "a.grantee IN (0, (SELECT oid FROM pg_roles WHERE rolname = $1))"

    /// One entry of an access list, written as `Grants` would be; anything beyond that makes it differ.
    private static let entry = """
        CASE a.grantee WHEN 0 THEN 'PUBLIC ' ELSE '' END || a.privilege_type || coalesce(' (' || quote_ident(a.name) || ')', '')
            || CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END
        """

    /// What the application may call; $2: the definers. A trigger needs no right to its function.
    static let executable = "CASE WHEN p.prosecdef THEN p.proname = ANY ($2::text[]) ELSE p.prorettype <> 'trigger'::regtype END"

    static func notOfAnExtension(_ catalog: String, _ oid: String) -> String {
        "NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = '\(catalog)'::regclass AND e.objid = \(oid) AND e.deptype = 'e')"
    }
}
