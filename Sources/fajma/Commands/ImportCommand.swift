import Access
import ArgumentParser
import Clinical
import Foundation
import Postgres
import Settings
import Store

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Bring users, patients, devices, readings and alerts over from the system that FAJMA replaces.",
        discussion: """
            Without --apply it is a dry run: it judges every row, says how many would be taken and which cannot be, and changes nothing. With --apply each \
            table is taken whole or not at all; a second run takes what is missing, also after the first was killed. The source is read only, in one \
            transaction.

            The source is a libpq URI without a password: arguments are seen by every account of the machine. The password comes from PGPASSWORD, a \
            password file (PGPASSFILE) or a service (service=NAME); or the whole URI, with its password, from FAJMA_IMPORT_URL.

            Works as the role in FAJMA_OWNER_DATABASE_URL, where that is set. docs/replacing.md says in which order to move, and what is not taken.
            """)

    @Option(help: ArgumentHelp("The replaced system's PostgreSQL; by default FAJMA_IMPORT_URL.", valueName: "url")) var from: String?
    @Flag(help: "Carry it out.") var apply = false
    @Option(help: "The ward, by number or name, of all patients and of all accounts that are no admin. It must exist.") var ward: String
    @Option(help: "The role of a group's accounts: GROUP=ROLE; once for each group. A superuser is an admin.") var roleOf: [String] = []
    @Option(help: "The role of all other accounts.") var role: Role = .infirmier
    @Option(help: "Where a table is found, if not by its columns: users, patients, devices, readings or alerts, as NOUN=TABLE.") var table: [String] =
        []
    @Option(help: "What a column is called there: NOUN.NAME=COLUMN, e.g. patients.identifiant=ipp.") var column: [String] = []
    @Option(help: "Leave a table out: users, patients, devices, readings or alerts.") var without: [String] = []
    @Option(help: "Another spelling of a vital: NAME=VITAL, e.g. bpm=heart_rate.") var vital: [String] = []
    @Option(help: "Another spelling of a sex: NAME=F, M or X, e.g. H=M.") var sex: [String] = []
    @Option(help: "Only readings measured from this instant on, e.g. 2026-11-01T00:00:00Z.") var since: String?
    @Flag(help: "Give a patient, device or alert whose number is taken here another one, instead of refusing it.") var renumber = false
    @Flag(help: "Patients who wear no device are discharged at once.") var dischargeUnworn = false
    @Option(help: "The replaced system's name in the books of this one; by default its database's.") var source: String?
    @Option(help: "How many row numbers are shown for each reason.") var examples = 10
    @OptionGroup var output: OutputOptions

    static let urlSetting = "FAJMA_IMPORT_URL"

    /// All that can be wrong with the options alone.
    func validate() throws {
        guard from ?? ProcessInfo.processInfo.environment[Self.urlSetting] != nil else {
            throw ValidationError("say where from: --from URL, or \(Self.urlSetting) in the environment")
        }
        if let from, ConnectionText.hasPassword(from) {
            throw ValidationError(
                "--from must not hold a password, which every account of this machine could read: use PGPASSWORD, PGPASSFILE, or \(Self.urlSetting) instead"
            )
        }
        guard !dischargeUnworn || !without.contains(ImportNoun.devices.rawValue) else {
            throw ValidationError("--discharge-unworn needs the devices: without them nobody would wear one")
        }
        guard (0...1000).contains(examples) else { throw ValidationError("--examples must be 0 to 1000") }
        _ = try options(ward: 0)
    }

    func run() throws {
        let settings = Settings()
        let database = try Database.opened()
        let url = try settings.ownerDatabaseURL ?? settings.databaseURL()
        guard let from = from ?? settings.importURL else { throw Failure("\(Self.urlSetting) is empty") }
        var options = try options(ward: database.wards(named: [ward])[0])
        options.readingDays = try settings.readingDays()
        let importer: Importer
        do {
            importer = try Importer(database, url: url, source: from, options: options)
        } catch let error as PostgresError where error.kind == .connectionLost {
            throw Failure("no connection to the replaced system's database, or to ours as its owner: \(error.reason)")
        }
        let report = try importer.run(applies: apply, by: Scope.administrator.author) { step in
            if isatty(STDERR_FILENO) == 1 { Console.complain(step) }
        }
        if output.json { try Console.json(report) } else { report.lines.forEach(Console.say) }
    }

    private func options(ward: WardID) throws -> ImportOptions {
        var options = ImportOptions(ward: ward)
        options.roles = try Self.pairs(roleOf, "--role-of", "GROUP=ROLE") { text in Role(rawValue: text) }
        options.vitals = try Self.pairs(vital, "--vital", "NAME=VITAL") { text in Vital(rawValue: text) }
        options.sexes = try Self.pairs(sex, "--sex", "NAME=F, M or X") { ["F", "M", "X"].contains($0) ? $0 : nil }
        for (noun, name) in try Self.pairs(table, "--table", "NOUN=TABLE", { $0 }) { options.tables[try Self.noun(noun, "--table")] = name }
        for (place, name) in try Self.pairs(column, "--column", "NOUN.NAME=COLUMN", { $0 }) {
            let parts = place.split(separator: ".", maxSplits: 1).map(String.init)
            let noun = try Self.noun(parts[0], "--column")
            guard parts.count == 2, noun.columnNames.contains(parts[1]) else {
                throw ValidationError("--column \(place): \(noun.rawValue) has the columns \(noun.columnNames.joined(separator: ", "))")
            }
            options.columns[noun, default: [:]][parts[1]] = name
        }
        options.leftOut = Set(try without.map { try Self.noun($0, "--without") })
        if let since {
            guard let instant = Instant(rfc3339: since) else { throw ValidationError("--since must be an instant such as 2026-11-01T00:00:00Z") }
            options.since = instant
        }
        (options.defaultRole, options.renumbers, options.dischargesUnworn) = (role, renumber, dischargeUnworn)
        (options.source, options.examples) = (source, examples)
        return options
    }

    private static func noun(_ text: String, _ option: String) throws -> ImportNoun {
        guard let noun = ImportNoun(rawValue: text) else {
            throw ValidationError("\(option) \(text): there are \(ImportNoun.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return noun
    }

    private static func pairs<Value>(
        _ texts: [String], _ option: String, _ form: String, _ value: (String) -> Value?
    ) throws -> [String: Value] {
        try texts.reduce(into: [:]) { pairs, text in
            // The last: a group's name may hold one.
            guard let sign = text.lastIndex(of: "="), sign != text.startIndex, let second = value(String(text[text.index(after: sign)...])) else {
                throw ValidationError("\(option) \(text): write it as \(form)")
            }
            pairs[String(text[..<sign])] = second
        }
    }
}
