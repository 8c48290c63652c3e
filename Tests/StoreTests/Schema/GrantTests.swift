import Clinical
import Postgres
import TestDatabase
import Testing

@testable import Store

/// The application's role on a real server: everything that FAJMA does works, everything else is refused by PostgreSQL.
@Suite struct GrantTests {
    /// For statements that change nothing, because they are refused.
    private static let roles: Swift.Result<TestRoles, any Error> = .init { try TestRoles() }
    private static let insufficientPrivilege = "42501"

    private struct Refused: Error {}

    private func sqlState(_ statement: String, on connection: Connection) -> String {
        do {
            try connection.script(statement)
            return "allowed"
        } catch {
            return (error as? PostgresError)?.sqlState ?? "\(error)"
        }
    }

    // What is refused

    @Test(
        "the audit can be added to and read, nothing else",
        arguments: [
            "UPDATE audit SET username = 'somebody else'",
            "DELETE FROM audit",
            "TRUNCATE audit",
            "SELECT FROM audit FOR UPDATE",
            "BEGIN; LOCK TABLE audit IN ACCESS EXCLUSIVE MODE",
            "INSERT INTO audit (id, action, username) OVERRIDING SYSTEM VALUE VALUES (1, 'x', 'x')",
            "INSERT INTO audit (at, action, username) VALUES ('2020-01-01', 'x', 'x')",
            "INSERT INTO audit (action, username) VALUES ('x', 'x') ON CONFLICT (once) DO UPDATE SET username = 'y'",
            "MERGE INTO audit USING (SELECT 1) AS s ON true WHEN MATCHED THEN DELETE",
            "SELECT setval('audit_id_seq', 1)",
            "SELECT nextval('audit_id_seq')",
            "ALTER SEQUENCE audit_id_seq RESTART",
            "INSERT INTO audit_pending VALUES (1)",
            "DELETE FROM audit_pending",
            "TRUNCATE audit_pending",
            "INSERT INTO audit_chain VALUES (1, 1, now(), decode(repeat('00', 32), 'hex'))",
            "UPDATE audit_chain SET hash = hash",
            "DELETE FROM audit_chain",
            "TRUNCATE audit_chain",
        ])
    func audit(_ statement: String) throws { try expectRefused(statement) }

    @Test(
        "what keeps the audit cannot be switched off or replaced",
        arguments: [
            "ALTER TABLE users DISABLE TRIGGER ALL",
            "ALTER TABLE users DISABLE TRIGGER users_audited",
            "DROP TRIGGER users_audited ON users",
            "CREATE TRIGGER mine BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            "CREATE RULE mine AS ON INSERT TO audit DO INSTEAD NOTHING",
            "ALTER TABLE audit ENABLE ROW LEVEL SECURITY",
            "CREATE POLICY mine ON audit USING (false)",
            "SET session_replication_role = replica",
            "CREATE OR REPLACE FUNCTION audited() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
            "DROP FUNCTION audited() CASCADE",
            "CREATE EVENT TRIGGER mine ON sql_drop EXECUTE FUNCTION audited()",
            // A table of this name would stand before ours.
            "CREATE TEMP TABLE audit (id bigint)",
            "SELECT 1 AS id INTO TEMP audit_chain",
            "CREATE FUNCTION pg_temp.jsonb_each(jsonb) RETURNS jsonb LANGUAGE sql AS 'SELECT NULL::jsonb'",
            "CREATE SCHEMA mine",
            "CREATE FUNCTION public.to_jsonb(users) RETURNS jsonb LANGUAGE sql AS 'SELECT NULL::jsonb'",
        ])
    func triggers(_ statement: String) throws { try expectRefused(statement) }

    @Test(
        "the schema and its functions are the owner's",
        arguments: [
            "CREATE TABLE mine (id integer)",
            "CREATE VIEW mine AS SELECT * FROM users",
            "CREATE FUNCTION mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
            "CREATE EXTENSION pgcrypto",
            "DROP EXTENSION btree_gist CASCADE",
            "DROP TABLE readings",
            "DROP SCHEMA public CASCADE",
            "ALTER TABLE users ADD COLUMN mine integer",
            "ALTER TABLE users OWNER TO CURRENT_USER",
            "ALTER TABLE alerts RENAME TO mine",
            "CREATE INDEX mine ON users (username)",
            "ALTER TABLE readings DETACH PARTITION readings_default",
            "ALTER FUNCTION make_partitions(integer) SET search_path = pg_temp",
            "CREATE OR REPLACE FUNCTION make_partitions(days integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'",
            "DROP FUNCTION make_partitions(integer)",
            "ALTER DEFAULT PRIVILEGES FOR ROLE postgres GRANT ALL ON TABLES TO PUBLIC",
            "UPDATE schema_migrations SET version = 99",
            "SELECT FROM schema_routines",
            "UPDATE schema_routines SET digest = ''",
            "INSERT INTO vitals VALUES (999, 'x', 'x')",
        ])
    func schema(_ statement: String) throws { try expectRefused(statement) }

    @Test(
        "rows that must stay cannot be deleted, and no table emptied",
        arguments: [
            "DELETE FROM patients", "DELETE FROM users", "DELETE FROM devices", "DELETE FROM alerts", "DELETE FROM sessions",
            "TRUNCATE readings", "TRUNCATE wards CASCADE", "TRUNCATE device_assignment", "TRUNCATE latest_readings",
            "TRUNCATE readings_default", "DELETE FROM readings_default", "INSERT INTO readings_default VALUES (1, 1, now(), 1, 1, now())",
        ])
    func rows(_ statement: String) throws { try expectRefused(statement) }

    @Test(
        "nothing leads out of the role, the database or the server",
        arguments: [
            "ALTER ROLE CURRENT_USER SUPERUSER", "ALTER ROLE CURRENT_USER BYPASSRLS", "CREATE ROLE mine", "SET ROLE pg_write_all_data",
            "GRANT pg_execute_server_program TO CURRENT_USER", "ALTER SYSTEM SET fsync = off", "CREATE DATABASE mine",
            "COPY users TO PROGRAM 'cat'", "COPY users TO '/tmp/fajma-users'", "COPY wards (name) FROM '/etc/passwd'",
            "SELECT pg_read_file('/etc/passwd')", "SELECT pg_ls_dir('/')", "SELECT lo_import('/etc/passwd')", "LOAD 'auto_explain'",
            "SELECT rolpassword FROM pg_authid", "SELECT pg_reload_conf()", "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p",
            "CREATE PUBLICATION p FOR TABLE readings", "SELECT pg_create_logical_replication_slot('s', 'pgoutput')",
            "CREATE FUNCTION pg_temp.mine() RETURNS void LANGUAGE c AS 'libc', 'system'",
        ])
    func server(_ statement: String) throws { try expectRefused(statement) }

    @Test("the owner's role cannot be put on, and its day's partitions not be written past the triggers") func owner() throws {
        let roles = try Self.roles.get()
        try expectRefused("SET ROLE \"\(roles.owner)\"")
        try expectRefused("SET SESSION AUTHORIZATION \"\(roles.owner)\"")
        try expectRefused("GRANT \"\(roles.owner)\" TO CURRENT_USER")
        try expectRefused("ALTER DATABASE \(roles.database) SET search_path = pg_temp")
        let connection = try Connection(url: roles.url, application: "tests")
        let partition: String = try connection.query("SELECT 'readings_' || to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDD')")[0][0]
        for statement in ["SELECT FROM \(partition)", "DELETE FROM \(partition)", "TRUNCATE \(partition)", "DROP TABLE \(partition)"] {
            try expectRefused(statement)
        }
    }

    @Test("rights are not its to give: PostgreSQL warns and changes nothing") func gift() throws {
        let roles = try TestRoles()
        try Connection(url: roles.url, application: "tests").script(
            "GRANT ALL ON audit TO CURRENT_USER; GRANT ALL ON audit, users TO PUBLIC; GRANT ALL ON SCHEMA public TO CURRENT_USER")
        #expect(try roles.health().excess == [] && roles.migrate() == [])
    }

    @Test("another role of the server cannot even connect: it could listen to every patient's values") func stranger() throws {
        let (ours, other) = (try Self.roles.get(), try TestRoles(migrated: false))
        #expect(throws: PostgresError.self) {
            try Connection(url: TestCluster.shared.url(database: ours.database, role: other.application), application: "tests")
        }
        _ = try Connection(url: ours.url, application: "tests")
    }

    @Test("make_partitions makes no more than a year of them") func tooManyPartitions() throws {
        let connection = try Connection(url: Self.roles.get().url, application: "tests")
        #expect(sqlState("SELECT make_partitions(2000000000)", on: connection) == "22023")
    }

    private func expectRefused(_ statement: String) throws {
        let connection = try Connection(url: Self.roles.get().url, application: "tests")
        let state = sqlState(statement, on: connection)
        #expect(state == Self.insufficientPrivilege, "\(statement)")
    }

    // What works

    @Test("a day in the hospital works with the application's rights") func aDay() throws {
        let roles = try TestRoles()
        let store = try TestStore(url: roles.url)  // wards, accounts, patients, devices and keys
        let (database, nurse, patient) = (store.database, store.nurse, store.patients[0])
        let now = try TestStore.now
        let readings = [Reading(vital: .spo2, value: 97, measuredAt: now), Reading(vital: .heartRate, value: 80, measuredAt: now)]
        let submission = Submission(origin: .device(store.keys[0]), readings: readings, state: DeviceState(battery: 80), receivedAt: now)
        let ingest = store.ingest()
        #expect(try ingest.submit(submission).duplicates == 0)
        #expect(try ingest.submit(submission).duplicates == 2)
        try database.makePartitions()
        let source = LoginSource(username: "nurse", address: "192.0.2.1", browsers: [])
        guard case .counted(let attempt) = try database.countAttempt(database.loginCandidate(source), source) else { throw Refused() }
        try database.giveBack(attempt)
        _ = try database.rememberBrowser([], fresh: [1], of: nurse.user)
        _ = try database.changeUser(nurse.user, UserChanges(wards: [store.wards[1].id], isActive: true), by: store.admin.author)
        #expect(try database.setPassword(nurse.user, passwordHash: "-", by: store.admin.author))
        try database.forgetExpired()
        #expect(try store.connection().query("SELECT make_partitions(\(Migrator.partitionDaysAhead + 6))")[0][0] == 6)
        #expect(try database.schemaHealth().partitionDaysAhead >= Migrator.partitionDaysAhead)
        _ = try database.updateDevice(store.devices[0].id, DeviceFields(name: "D", kind: "bracelet", patient: nil), store.admin)
        #expect(try database.retireDevice(store.devices[1].id, store.admin))
        #expect(try database.serverHealth().isReadOnly == false)
        try database.checkSchema()
        // A correction, a deletion and an alert, in the words of the statements themselves: their triggers are what matters here.
        try store.connection().script(
            """
            UPDATE readings SET value = 96 WHERE patient_id = \(patient.id) AND vital = \(Vital.spo2.code);
            DELETE FROM readings WHERE patient_id = \(patient.id) AND vital = \(Vital.heartRate.code);
            INSERT INTO alerts (patient_id, kind, message, severity, measured_at, raised_by) VALUES (\(patient.id), 'x', 'x', 'error', now(), \(nurse.user));
            UPDATE alerts SET ended_at = now(), acknowledged_at = now(), acknowledged_by = \(nurse.user);
            UPDATE patients SET ward_id = \(store.wards[1].id), bed = '9' WHERE id = \(patient.id);
            DELETE FROM user_wards WHERE user_id = \(nurse.user);
            DELETE FROM device_assignment;
            DELETE FROM refresh_tokens; DELETE FROM login_buckets; DELETE FROM known_browsers;
            LISTEN fajma_reading;
            """)
        #expect(try store.stored() == 1)
        try database.recordOnceAnHour(.opened(patient.id), by: nurse.author)
        try database.record(.exported(format: "csv", [:]), by: store.admin.author)
        try database.recordRefusedLogin(username: "nurse", address: nil)
        #expect(try database.sealAudit(most: 1000) > 10)
        let audit = try database.verifyAudit { Issue.record("\($0)") }
        #expect(audit.pending == 0 && audit.head != nil)
        #expect(try database.audit(store.admin, AuditFilter(action: "audit.exported"), Page(limit: 10)).count == 1)
    }

    // Who gets it, and how

    @Test("migrating a second time changes no right") func idempotent() throws {
        let roles = try TestRoles(migrated: false)
        #expect(try roles.migrate().last == "rights of \(roles.application)")
        #expect(try roles.migrate() == [])
        let health = try roles.health()
        #expect(health.application == "\"\(roles.application)\"" && health.owner == "\"\(roles.owner)\"" && !health.ownerIsSuperuser)
        #expect(health.powers.isEmpty && health.missing.isEmpty && health.excess.isEmpty)
    }

    @Test(
        "a right too many is found, and taken by the next migration",
        arguments: [
            ("GRANT UPDATE ON audit TO APP", "UPDATE on audit"),
            ("GRANT UPDATE (username) ON audit TO APP", "UPDATE on audit"),
            ("GRANT INSERT ON audit TO APP", "INSERT on audit"),
            ("GRANT SELECT ON users TO PUBLIC; GRANT DELETE ON audit TO PUBLIC", "DELETE on audit"),
            ("GRANT TRUNCATE ON readings_default TO APP", "TRUNCATE on readings_default"),
            ("GRANT TRIGGER ON audit_chain TO APP WITH GRANT OPTION", "TRIGGER on audit_chain"),
            ("GRANT USAGE ON SEQUENCE audit_id_seq TO APP", "use of audit_id_seq"),
            ("GRANT CREATE ON SCHEMA public TO PUBLIC", "CREATE on schema public"),
            ("GRANT TEMPORARY ON DATABASE DB TO PUBLIC", "TEMPORARY on the database"),
            ("GRANT CONNECT ON DATABASE DB TO PUBLIC", "CONNECT to the database for PUBLIC"),
            ("ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO APP; DROP TABLE readings_TODAY", "DELETE on readings_TODAY"),
            ("CREATE FUNCTION mine() RETURNS integer LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'", "EXECUTE on mine"),
        ])
    func excess(_ statement: String, _ right: String) throws {
        let roles = try TestRoles()
        let owner = try Connection(url: roles.ownerURL, application: "tests")
        let today: String = try owner.query("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDD')")[0][0]
        func filled(_ text: String) -> String {
            text.replacing("APP", with: "\"\(roles.application)\"").replacing("DB", with: roles.database).replacing("TODAY", with: today)
        }
        try owner.script(filled(statement))
        try owner.query("SELECT make_partitions(14)")
        #expect(try roles.health().excess.contains(filled(right)))
        #expect(try roles.migrate() == ["rights of \(roles.application)"])
        #expect(try roles.health().excess == [])
        #expect(try roles.migrate() == [])
    }

    @Test("a right that is not there is found, and given back") func missing() throws {
        let roles = try TestRoles()
        let owner = try Connection(url: roles.ownerURL, application: "tests")
        try owner.script(
            """
            REVOKE INSERT ON readings FROM "\(roles.application)"; REVOKE INSERT (action) ON audit FROM "\(roles.application)";
            REVOKE EXECUTE ON FUNCTION make_partitions(integer) FROM "\(roles.application)"
            """)
        #expect(try roles.health().missing == ["EXECUTE on make_partitions", "INSERT on audit", "INSERT on readings"])
        try roles.migrate()
        #expect(try roles.health().missing == [])
    }

    @Test("power that lies in the role itself is found") func powers() throws {
        let roles = try TestRoles()
        try roles.superuser("ALTER ROLE \"\(roles.application)\" CREATEROLE; GRANT \"\(roles.owner)\" TO \"\(roles.application)\"")
        #expect(try roles.health().powers == [.attribute("CREATEROLE"), .member(of: "\"\(roles.owner)\"")])
        try roles.superuser(
            """
            REVOKE \"\(roles.owner)\" FROM \"\(roles.application)\"; ALTER ROLE \"\(roles.application)\" NOCREATEROLE SUPERUSER;
            ALTER DATABASE \(roles.database) OWNER TO \"\(roles.application)\"
            """)
        #expect(try roles.health().powers == [.attribute("SUPERUSER"), .owner(of: "DATABASE \(roles.database)")])
    }

    @Test("what an older version's one role owned is the owner's after REASSIGN OWNED, as `fajma migrate` says") func oneRoleBefore() throws {
        let roles = try TestRoles(migrated: false)
        try roles.superuser("ALTER DATABASE \(roles.database) OWNER TO \"\(roles.application)\"")
        _ = try Migrator(url: roles.url).migrate()
        #expect(try roles.health().owner == "\"\(roles.application)\"")
        let error = #expect(throws: Misconfiguration.self) { try roles.migrate() }
        let advice = "REASSIGN OWNED BY \"\(roles.application)\" TO \"\(roles.owner)\""
        #expect(error?.description.hasSuffix(advice) == true)
        try roles.superuser(advice)
        #expect(throws: SchemaTooOld.self) { try Database(url: roles.url, application: "tests", connections: 1).checkSchema() }
        try roles.migrate()
        let health = try roles.health()
        #expect(health.owner == "\"\(roles.owner)\"" && health.powers.isEmpty && health.missing.isEmpty && health.excess.isEmpty)
    }

    @Test("two URLs of different databases are refused before anything happens") func differentDatabases() throws {
        let (one, other) = (try TestRoles(migrated: false), try TestRoles(migrated: false))
        #expect(throws: Misconfiguration.self) { try Migrator(url: one.ownerURL, application: other.url) }
    }

    // The list itself

    @Test("every table has its line in the list of rights, and every line its table") func everyTable() throws {
        let connection = try Connection(url: Self.roles.get().superuserURL, application: "tests")
        let tables: [String] = try connection.query(
            """
            SELECT relname FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
                AND relname !~ '^readings_[0-9]{8}$'
            """
        ).map { try $0[0] }
        #expect(Set(tables) == Set(Grants.tables.keys))
    }

    @Test("a function with the owner's rights is on the list, pins its search path with pg_temp last, and is nobody else's") func definers() throws {
        let store = try TestStore()
        defer { withExtendedLifetime(store) {} }  // its database goes with it
        let connection = try store.connection()
        let functions = try connection.query(
            """
            SELECT proname, coalesce(proconfig @> '{"search_path=pg_catalog, public, pg_temp"}', false),
                NOT EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) AS a WHERE a.grantee = 0),
                prorettype = 'trigger'::regtype
            FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef
            """)
        for row in functions {
            let (name, isPinned, isPrivate, isTrigger): (String, Bool, Bool, Bool) = try (row[0], row[1], row[2], row[3])
            #expect(isTrigger || Grants.definers.contains(name), "\(name)")
            #expect(isPinned, "\(name)")
            #expect(isTrigger || isPrivate, "\(name)")
        }
        #expect(!functions.isEmpty)
    }
}
