import Access
import ArgumentParser
import Foundation
import Settings
import Store

struct SetupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "setup", abstract: "Install FAJMA on this machine: database, secrets, nginx, first administrator.",
        discussion: """
            As root. It may be repeated: what is there already stays as it is. What belongs to somebody else, such as nginx' server, is shown before \
            it is changed. A step that fails says what to do; then run it again. Roles and database are made as PostgreSQL's own account; in a \
            PostgreSQL on another machine with the login that FAJMA_SUPERUSER_DATABASE_URL names.
            """)

    @Flag(help: "Ask nothing: take the options and what would be proposed. The administrator's password is then a line of standard input.") var yes =
        false
    @Option(help: "The database's host, several between commas, or the directory of its unix socket.") var databaseHost = "localhost"
    @Option(help: "Its port.") var databasePort = 5432
    @Option(help: "The database's name.") var database = "fajma"
    @Option(help: "The role of the daemons.") var role = "fajma"
    @Option(help: "The role that the tables belong to.") var owner = "fajma_owner"
    @Option(help: "libpq's sslmode; verify-full over a network unless set.") var sslmode: String?
    @Flag(help: "Give roles that exist, and whose passwords are not known here, new ones.") var replacePasswords = false
    @Option(help: "The hospital's time zone, such as Africa/Dakar.") var timeZone: String?
    @Option(help: "As people call the hospital: no password is made of it.") var hospitalName: String?
    @Option(help: "Where FAJMA is served: / or a path such as /fajma/.") var prefix = "/fajma/"
    @Option(help: "nginx' file with the server that shall serve FAJMA, such as /etc/nginx/sites-available/default.") var nginxServer: String?
    @Option(help: "The account that nginx runs as.") var nginxUser = "www-data"
    @Flag(help: "Leave nginx alone.") var noNginx = false
    @Option(help: "The first administrator's name.") var admin = "admin"
    @Option(help: ArgumentHelp("Work on an image of a machine below this directory.", visibility: .hidden)) var root = ""

    func validate() throws {
        for (option, name) in [("--database", database), ("--role", role), ("--owner", owner)]
        where name.wholeMatch(of: /[a-z_][a-z0-9_]{0,62}/) == nil {
            throw ValidationError("\(option) must have small letters, digits and _, at most 63 of them, and begin with no digit")
        }
        guard role != owner else { throw ValidationError("--role and --owner must be two roles: the daemons own nothing") }
        guard databaseHost.wholeMatch(of: /\/[A-Za-z0-9_.\/-]+|[A-Za-z0-9.:-]+(,[A-Za-z0-9.:-]+)*/) != nil else {
            throw ValidationError("--database-host must be a host, hosts between commas, or the path of a directory")
        }
        guard (1...65_535).contains(databasePort) else { throw ValidationError("--database-port must be from 1 to 65535") }
        let modes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]
        guard sslmode.map(modes.contains) ?? true else { throw ValidationError("--sslmode must be one of \(modes.joined(separator: ", "))") }
        guard prefix == "/" || prefix.wholeMatch(of: /(\/[A-Za-z0-9_.~-]+)+\//) != nil else {
            throw ValidationError("--prefix must be / or a path with a slash at both ends, of letters, digits and _.~-")
        }
        guard nginxServer.map({ $0.hasPrefix("/") }) ?? true else { throw ValidationError("--nginx-server must be a whole path") }
        guard root.isEmpty || root.hasPrefix("/") else { throw ValidationError("--root must be a whole path") }
    }

    func run() throws {
        guard yes || isatty(STDIN_FILENO) == 1 else { throw Failure("standard input is no terminal: answer by options, with --yes") }
        guard !root.isEmpty || geteuid() == 0 else { throw Failure("run it as root: sudo fajma setup") }
        let (files, report) = (SetupFiles(root: root), SetupReport(takesDefaults: yes))
        let before = files.text(SecretSteps.settings)
        let secrets = [SecretSteps.secret, SecretSteps.nginxSecret].map { files.text($0) }
        try SecretSteps(files: files, report: report).run(timeZone: zone(files, report), hospitalName: hospitalName)
        try DatabaseSteps(files: files, report: report, place: place(files, report), replacesPasswords: replacePasswords).run()
        try takeSettings(files)
        try migrate(report)
        if noNginx {
            report.skipped("nginx", "left alone")
        } else {
            try nginx(files, report)
        }
        let isNew = before != files.text(SecretSteps.settings) || secrets != [SecretSteps.secret, SecretSteps.nginxSecret].map { files.text($0) }
        let services = ServiceSteps(files: files, report: report, account: nginxUser)
        try services.run(restarts: isNew)
        if !noNginx { services.reloadNginx() }
        try addAdministrator(report)
        Console.say("")
        try DoctorCommand.parse(["--nginx", files.path("/etc/nginx/nginx.conf")]).run()
    }

    private func place(_ files: SetupFiles, _ report: SetupReport) -> DatabasePlace {
        var place = DatabasePlace(
            host: databaseHost, port: databasePort, database: database, application: role, owner: owner, sslMode: sslmode)
        let isKnown = files.text(SecretSteps.settings).map { EnvironmentFile($0)["DATABASE_URL"] != nil } ?? false
        if !isKnown { place.host = report.ask("The database's host", proposal: databaseHost) }
        return place
    }

    private func zone(_ files: SetupFiles, _ report: SetupReport) -> String? {
        if timeZone != nil || yes { return timeZone }
        if files.text(SecretSteps.settings).map({ EnvironmentFile($0)["FAJMA_TIME_ZONE"] != nil }) ?? false { return nil }
        return report.ask("The hospital's time zone", proposal: TimeZone.current.identifier.contains("/") ? TimeZone.current.identifier : "UTC")
    }

    /// From here on this process has the settings of the daemons, whatever the shell had.
    private func takeSettings(_ files: SetupFiles) throws {
        let settings = EnvironmentFile.missing(in: ["FAJMA_ETC": files.path(SecretSteps.directory)])
        for (name, value) in settings { setenv(name, value, 1) }
    }

    private func migrate(_ report: SetupReport) throws {
        let settings = Settings()
        let applied = try Migrator(url: settings.ownerDatabaseURL ?? settings.databaseURL(), application: settings.databaseURL()).migrate()
        applied.isEmpty ? report.already("schema", "up to date") : report.done("schema", "applied \(applied.count) parts")
    }

    private func nginx(_ files: SetupFiles, _ report: SetupReport) throws {
        var server = nginxServer
        let proposal = "/etc/nginx/sites-available/default"
        if server == nil, !yes, files.exists("/etc/nginx/snippets/fajma-locations.conf"), !files.exists("/etc/nginx/snippets/fajma-site.conf") {
            let typed = report.ask(
                "nginx' file with the server that shall serve FAJMA, or - for none", proposal: files.exists(proposal) ? proposal : "-")
            server = typed == "-" ? nil : typed
        }
        try NginxSteps(files: files, report: report, prefix: prefix, server: server, account: nginxUser).run()
    }

    private func addAdministrator(_ report: SetupReport) throws {
        let database = try Database.opened()
        if let known = try database.everyUser().first(where: { $0.role == .admin && $0.isActive }) {
            return report.already("administrator", "there is one, \(known.username)")
        }
        let name = report.ask("The first administrator's name", proposal: admin)
        do {
            let hash = try newPasswordHash(for: name, database)
            _ = try database.addUser(
                username: name, passwordHash: hash, isProvisional: false, role: .admin, wards: [], by: Scope.administrator.author)
        } catch {
            throw Failure(
                "administrator: \(explanation(of: error)). Run fajma setup again\(yes ? ", with the password as a line of its standard input" : "")")
        }
        report.done("administrator", "made \(name)")
    }
}
