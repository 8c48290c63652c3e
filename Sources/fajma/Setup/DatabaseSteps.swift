import Access
import Foundation
import Glibc
import Postgres
import Settings
import Store

/// Where the database is, and what it is called there.
struct DatabasePlace {
    /// A name, several between commas, or the directory of a server's unix socket.
    var host = "localhost"
    var port = 5432
    var database = "fajma"
    var application = "fajma"
    var owner = "fajma_owner"
    /// libpq's `sslmode`; nil: `verify-full`, or none where nothing goes over a network.
    var sslMode: String?

    var hosts: [String] { host.split(separator: ",").map(String.init) }

    /// The connection stays on this machine.
    var isLocal: Bool { host.hasPrefix("/") || ["localhost", "127.0.0.1", "::1"].contains(host) }

    /// How a role logs in. The password has characters only that need no escape.
    func url(_ role: String, password: String) -> String {
        let places = hosts.map { host in
            let name =
                host.contains(":")
                ? "[\(host)]" : host.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(.init(charactersIn: "-._"))) ?? host
            return "\(name):\(port)"
        }
        var options: [String] = []
        if !host.hasPrefix("/") { options.append("sslmode=\(sslMode ?? (isLocal ? "disable" : "verify-full"))") }
        if hosts.count > 1 { options.append("target_session_attrs=read-write") }
        return "postgresql://\(role):\(password)@\(places.joined(separator: ","))/\(database)"
            + (options.isEmpty ? "" : "?" + options.joined(separator: "&"))
    }

    /// The lines of pg_hba.conf that let both roles in, and into no other database.
    var rules: String {
        let (kind, address) = host.hasPrefix("/") ? ("local", "") : isLocal ? ("host", "localhost") : ("hostssl", "THIS-MACHINE/32")
        return """
            \(kind)  \(database)  \(application),\(owner)  \(address)  scram-sha-256
            \(kind)  all  \(application),\(owner)  \(address)  reject
            """
    }
}

/// Two roles and a database in a PostgreSQL that is there already.
struct DatabaseSteps {
    private static let passwordBytes = 24
    private static let superuserVariable = "FAJMA_SUPERUSER_DATABASE_URL"

    let files: SetupFiles
    let report: SetupReport
    let place: DatabasePlace
    /// A role that exists and whose password is not known here gets another one.
    let replacesPasswords: Bool

    private struct Login {
        let step: String
        let role: String
        let file: String
        let variable: String
    }

    private var logins: [Login] {
        [
            Login(step: "owner's role", role: place.owner, file: SecretSteps.owner, variable: "FAJMA_OWNER_DATABASE_URL"),
            Login(step: "application's role", role: place.application, file: SecretSteps.settings, variable: "DATABASE_URL"),
        ]
    }

    func run() throws {
        if logins.allSatisfy({ login in stored(login).map { reasonAgainst($0) == nil } ?? false }) {
            for login in logins { report.already(login.step, "\(login.role) can log in") }
            try checkPowers(try Connection(url: stored(logins[1]) ?? "", application: "fajma setup"))
            return report.already("database", "\(place.database) is there")
        }
        let superuser = try superuser()
        // What follows has passwords in it.
        try superuser.script("SET log_statement = none; SET log_min_duration_statement = -1; SET log_min_error_statement = panic")
        for login in logins { try prepare(login, superuser) }
        try superuser.script("ALTER ROLE \(place.application) SET log_error_verbosity = terse")
        try checkPowers(superuser)
        try prepareDatabase(superuser)
        for login in logins {
            guard let url = stored(login), let reason = reasonAgainst(url) else { continue }
            throw Failure(
                """
                database: \(login.role) cannot log in: \(reason). Add these lines to pg_hba.conf above its broader ones, reload PostgreSQL and run \
                fajma setup again:\n\(place.rules)
                """)
        }
    }

    private func stored(_ login: Login) -> String? {
        files.text(login.file).flatMap { EnvironmentFile($0)[login.variable] }
    }

    /// Why nobody can log in so; nil: it works.
    private func reasonAgainst(_ url: String) -> String? {
        do {
            _ = try Connection(url: url, application: "fajma setup")
            return nil
        } catch { return explanation(of: error).replacingOccurrences(of: "no connection to the database: ", with: "") }
    }

    /// As PostgreSQL's own account where root does it on the database's machine: the server asks the system who is calling.
    private func superuser() throws -> Connection {
        if let url = ProcessInfo.processInfo.environment[Self.superuserVariable] { return try Connection(url: url, application: "fajma setup") }
        guard place.isLocal else {
            throw Failure(
                "database: set \(Self.superuserVariable) to a login of \(place.host) that may make roles and databases, and run fajma setup again")
        }
        guard geteuid() == 0, let account = getpwnam("postgres") else {
            throw Failure(
                "database: PostgreSQL is not installed here: apt install postgresql, or name its machine with --database-host; then run fajma setup again"
            )
        }
        let (uid, gid) = (account.pointee.pw_uid, account.pointee.pw_gid)
        guard setegid(gid) == 0, seteuid(uid) == 0 else { throw Failure("cannot act as postgres: \(String(cString: strerror(errno)))") }
        defer {
            seteuid(0)
            setegid(0)
        }
        let directory = place.host.hasPrefix("/") ? place.host : "/var/run/postgresql"
        do {
            return try Connection(url: "postgresql:///postgres?host=\(directory)&port=\(place.port)&user=postgres", application: "fajma setup")
        } catch {
            throw Failure("database: no superuser's login on this machine: \(explanation(of: error)). Mend that, or set \(Self.superuserVariable)")
        }
    }

    /// The password is stored before the role has it: a run that is broken off here finds it again.
    private func prepare(_ login: Login, _ superuser: Connection) throws {
        let exists = try superuser.query("SELECT FROM pg_roles WHERE rolname = $1", [login.role]).first() != nil
        let known = stored(login).flatMap { self.password(in: $0, of: login.role) }
        if exists, let known, reasonAgainst(place.url(login.role, password: known)) == nil {
            try store(login, password: known)
            return report.already(login.step, "\(login.role) can log in")
        }
        if exists, known == nil { try checkReplacement(login) }
        let password = try known ?? Base64URL.encode(Random.bytes(Self.passwordBytes))
        try store(login, password: password)
        try superuser.script("\(exists ? "ALTER" : "CREATE") ROLE \(login.role) LOGIN PASSWORD '\(password)'")
        report.done(login.step, exists ? "\(login.role) has the password of \(files.path(login.file))" : "made \(login.role)")
    }

    private func checkReplacement(_ login: Login) throws {
        if replacesPasswords { return }
        let why = "role \(login.role) exists, and \(files.path(login.file)) does not have its password"
        guard !report.takesDefaults, report.agrees("The \(why). Give it a new one? Who uses the old one cannot log in any more.") else {
            throw Failure(
                "\(login.step): \(why). Run fajma setup again with --replace-passwords, or with the login in that file as \(login.variable), or with another role"
            )
        }
    }

    private func password(in url: String, of role: String) -> String? {
        guard let parts = url.wholeMatch(of: /postgres(?:ql)?:\/\/([A-Za-z0-9_]+):([A-Za-z0-9_-]+)@.*/), parts.1 == role else { return nil }
        return String(parts.2)
    }

    /// A line that exists and works is an administrator's, and stays.
    private func store(_ login: Login, password: String) throws {
        if let url = stored(login), self.password(in: url, of: login.role) == password, reasonAgainst(url) == nil { return }
        _ = try SecretSteps.set([login.variable: place.url(login.role, password: password)], in: login.file, files)
    }

    private func checkPowers(_ connection: Connection) throws {
        let rows = try connection.query(
            """
            SELECT rolname::text, array_remove(ARRAY[CASE WHEN rolsuper THEN 'SUPERUSER' END, CASE WHEN rolcreatedb THEN 'CREATEDB' END,
                CASE WHEN rolcreaterole THEN 'CREATEROLE' END, CASE WHEN rolbypassrls THEN 'BYPASSRLS' END,
                CASE WHEN rolreplication THEN 'REPLICATION' END], NULL)
            FROM pg_roles WHERE rolname = ANY($1) ORDER BY rolname
            """, [[place.application, place.owner]])
        for row in rows {
            let (role, powers): (String, [String]) = try (row[0], row[1])
            guard !powers.isEmpty else { continue }
            throw Failure(
                """
                database: role \(role) has more power than a program may have. As a superuser: \
                ALTER ROLE \(role) \(powers.map { "NO\($0)" }.joined(separator: " ")); then run fajma setup again
                """)
        }
    }

    private func prepareDatabase(_ superuser: Connection) throws {
        let row = try superuser.query(
            "SELECT pg_get_userbyid(datdba)::text, pg_encoding_to_char(encoding)::text FROM pg_database WHERE datname = $1", [place.database]
        ).first()
        guard let row else {
            try superuser.script("CREATE DATABASE \(place.database) OWNER \(place.owner) ENCODING 'UTF8' TEMPLATE template0")
            return report.done("database", "made \(place.database), which belongs to \(place.owner)")
        }
        let (owner, encoding): (String, String) = try (row[0], row[1])
        guard owner == place.owner else {
            throw Failure(
                """
                database: \(place.database) exists and belongs to \(owner). Choose another name with --database, or, as a superuser: \
                ALTER DATABASE \(place.database) OWNER TO \(place.owner); then run fajma setup again
                """)
        }
        guard encoding == "UTF8" else {
            throw Failure("database: \(place.database) has the encoding \(encoding): choose another name with --database, which is made with UTF8")
        }
        report.already("database", "\(place.database) belongs to \(place.owner)")
    }
}
