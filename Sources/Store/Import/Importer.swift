import Clinical
import Postgres

/// Brings users, patients, devices, readings and alerts over from the replaced system's PostgreSQL, table by table. docs/replacing.md describes it.
///
/// The source is read in one transaction, as it was at one moment, into temporary tables; from there on nothing is asked of it. A table is stored in one
/// transaction. What is stored is put down in `imported` (of readings their identity tells), so that a second run, after whatever end of the first,
/// takes what is missing.
public struct Importer {
    private let database: Database
    private let target: Connection
    private let source: Connection
    private let options: ImportOptions

    /// - Parameters:
    ///   - database: for rules that know the hospital's day.
    ///   - url: of the schema's owner.
    ///   - source: how to log in to the replaced system's PostgreSQL.
    public init(_ database: Database, url: String, source: String, options: ImportOptions) throws {
        (self.database, self.options) = (database, options)
        self.source = try Connection(url: source, application: "fajma import")
        target = try Connection(url: url, application: "fajma import")
        // When this program is killed, its server process would work on: it checks every second whether the client is still connected.
        try target.script("SET client_connection_check_interval = '1s'; SET work_mem = '128MB'; SET jit = off")
    }

    /// - Parameters:
    ///   - applies: false: a dry run. It judges every row and changes nothing.
    ///   - progress: is told what begins.
    /// - Throws: `ImportFault`.
    public func run(applies: Bool, by author: Author, progress: (String) -> Void = { _ in }) throws -> ImportReport {
        let isAlone: Bool = try target.query("SELECT pg_try_advisory_lock($1)", [AdvisoryLock.importing])[0][0]
        guard isAlone else { throw ImportFault.running }
        defer { try? target.script("SELECT pg_advisory_unlock(\(AdvisoryLock.importing))") }  // it ends with the connection anyway

        let (tables, name, groups) = try read(progress)
        let verdicts = Verdicts(connection: target, options: options, source: name)
        let taking = Taking(database: database, connection: target, options: options, source: name, author: author)
        var report = ImportReport(source: name, isApplied: applies, tables: [])
        report.groupsWithoutRole = groups.filter { options.roles[$0] == nil }
        for noun in ImportNoun.allCases {
            guard tables[noun] != nil else {
                report.tables.append(ImportReport.Table(noun: noun, table: nil))
                continue
            }
            progress(applies ? "taking \(noun.rawValue)" : "judging \(noun.rawValue)")
            try judge(noun, verdicts)
            if applies { try taking.take(noun) }
            report.tables.append(try table(noun, tables[noun]?.shown))
        }
        report.devicesWithoutKey = try target.query(
            "SELECT target FROM import_devices s JOIN devices d ON d.id = s.target WHERE s.verdict IN ('take', 'there') AND d.key_hash IS NULL ORDER BY 1"
        ).map { try $0[0] }
        return report
    }

    /// - Returns: the tables, the source's name, and the groups of accounts that there are.
    private func read(_ progress: (String) -> Void) throws -> (tables: [ImportNoun: SourceTable], name: String, groups: [String]) {
        try source.script("SET DateStyle = 'ISO'; SET TimeZone = 'UTC'; SET extra_float_digits = 1")
        try source.script("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        defer { try? source.script("ROLLBACK") }  // it has read only
        let place = "SELECT ARRAY[current_database(), pg_postmaster_start_time()::text]"
        let (there, here): ([String], [String]) = try (source.query(place)[0][0], target.query(place)[0][0])
        guard there != here else { throw ImportFault.ownDatabase }
        let known = try SourceTables(source)
        var tables: [ImportNoun: SourceTable] = [:]
        for noun in ImportNoun.allCases where !options.leftOut.contains(noun) { tables[noun] = try known.table(of: noun, options) }
        progress("reading \(known.database)")
        try Staging(source: source, target: target).load(tables, groups: tables[.users].flatMap(known.groups))
        let groups = try target.query("SELECT DISTINCT unnest(groups) FROM import_users ORDER BY 1").map { try $0[0] as String }
        let unknown = options.roles.keys.filter { !groups.contains($0) }.sorted()
        guard unknown.isEmpty else { throw ImportFault.groupsUnknown(unknown, known: groups) }
        return (tables, options.source ?? known.database, groups)
    }

    private func judge(_ noun: ImportNoun, _ verdicts: Verdicts) throws {
        let checks = RowChecks(connection: target, options: options, today: database.today())
        if noun == .readings {
            try checks.vitals()
            return try verdicts.readings()
        }
        try verdicts.recognise(noun)
        switch noun {
        case .users: try checks.users()
        case .patients: try checks.patients()
        case .devices: try checks.devices()
        case .alerts: try checks.alerts()
        case .readings: break
        }
        switch noun {
        case .users: try verdicts.users()
        case .patients: try verdicts.patients()
        case .devices: try verdicts.devices()
        case .alerts: try verdicts.alerts()
        case .readings: break
        }
        try verdicts.number(noun)
        if noun == .patients { try verdicts.leavers() }
    }

    // MARK: The report

    private func table(_ noun: ImportNoun, _ name: String?) throws -> ImportReport.Table {
        let staging = noun == .readings ? "import_judged" : noun.staging
        var table = ImportReport.Table(noun: noun, table: name)
        for row in try target.query(
            "SELECT verdict, count(*), (array_agg(id ORDER BY id))[1:$1] FROM \(staging) GROUP BY 1 ORDER BY 2 DESC, 1", [options.examples])
        {
            let (verdict, count): (String, Int) = try (row[0], row[1])
            table.found += count
            switch ImportRefusal(rawValue: verdict) {
            case let refusal?: table.refused.append(.init(reason: refusal, count: count, ids: try row[2]))
            case nil where verdict == "there": table.there = count
            case nil: table.taken = count
            }
        }
        let noted =
            noun == .readings
            ? "SELECT id, '\(ImportNote.beforeDeviceChange.rawValue)' AS note FROM import_judged WHERE verdict = 'take' AND is_old"
            : "SELECT id, unnest(notes) AS note FROM \(staging) WHERE verdict = 'take'"
        table.notes = try target.query(
            "SELECT note, count(*), (array_agg(id ORDER BY id))[1:$1] FROM (\(noted)) AS n GROUP BY 1 ORDER BY 2 DESC, 1", [options.examples]
        ).compactMap { row in
            try ImportNote(rawValue: row[0]).map { .init(reason: $0, count: try row[1], ids: try row[2]) }
        }
        return table
    }
}
