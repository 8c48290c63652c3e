import Clinical
import Logging
import Postgres
import Store

/// Reads patients or devices from a file: all rows or none. Each row is checked and stored as a request about it would be.
public struct ListImport: Sendable {
    public enum Subject: Sendable { case patients, devices }

    let database: Database
    let scope: Scope
    let logger: Logger

    public init(database: Database, scope: Scope, logger: Logger) { (self.database, self.scope, self.logger) = (database, scope, logger) }

    /// - Parameters:
    ///   - file: CSV in UTF-8; its heading names columns as the API names members.
    ///   - isTrial: says what would happen, and changes nothing.
    /// - Returns: what became of each row. Where one is refused nothing was changed.
    /// - Throws: an error that `explanation` has a text for.
    public func read(_ file: [UInt8], of subject: Subject, isTrial: Bool, language: Language) throws -> ListReport {
        switch subject {
        case .patients: try run(PatientRows(rows: PatientTable(file: file).rows, importing: self), isTrial: isTrial, language)
        case .devices: try run(DeviceRows(rows: DeviceTable(file: file).rows, importing: self), isTrial: isTrial, language)
        }
    }

    /// Why a file as a whole could not be read: a line for each column.
    public static func explanation(of error: any Error, in language: Language) -> [String]? {
        guard let problem = error as? Problem, !problem.fields.isEmpty else { return nil }
        return problem.fields.sorted { $0.key < $1.key }.flatMap { field, messages in
            messages.map { field == Problem.wholeBody ? $0.text(in: language) : "\(field): \($0.text(in: language))" }
        }
    }

    func run(_ rows: some ImportedRows, isTrial: Bool, _ language: Language) throws -> ListReport {
        try database.together(keeping: { (report: ListReport) in !isTrial && report.count(.refused) == 0 }) {
            var outcomes = try refusingRepetitions(rows) { row in try outcome(of: row) { try rows.store(row) } }
            // A bed may be free once those who stand further down have moved, and two may change places.
            let waiting = outcomes.indices.filter { outcomes[$0].isBedTaken }
            for index in waiting { try rows.makeWay(rows.rows[index]) }
            for index in waiting { outcomes[index] = try outcome(of: rows.rows[index]) { try rows.store(rows.rows[index]) } }
            let lines = zip(rows.rows, outcomes).map { row, outcome in outcome.line(row, key: rows.key, isTrial: isTrial, language) }
            return ListReport(isTrial: isTrial, lines: lines)
        }
    }

    private func refusingRepetitions(_ rows: some ImportedRows, _ store: (ImportRow) throws -> ImportOutcome) throws -> [ImportOutcome] {
        var seen: [String: Int] = [:]
        return try rows.rows.map { row in
            guard let key = row.members[rows.key]?.lenientText else { return .refused([rows.key: [.text(.required)]]) }
            if let line = seen[key] { return .refused([rows.key: [.own { Texts.lineTwice(line, in: $0) }]]) }
            seen[key] = row.line
            return try store(row)
        }
    }

    /// - Throws: what is no fault of the row.
    private func outcome(of row: ImportRow, _ store: () throws -> ImportOutcome) throws -> ImportOutcome {
        do { return try database.apart(store) } catch {
            if let error = error as? PostgresError, error.isAway || error.isTransient { throw error }
            let problem = Problem(error, logger: logger)
            guard problem.status < 500 else { throw error }
            let isBedTaken = (error as? PostgresError)?.constraint == "patients_bed_key"
            return .refused(
                problem.fields.isEmpty ? [Problem.wholeBody: [.own { problem.sentence(in: $0) }]] : problem.fields, isBedTaken: isBedTaken)
        }
    }
}

/// The rows of one subject, and how one is stored.
protocol ImportedRows {
    var rows: [ImportRow] { get }
    var key: String { get }

    func store(_ row: ImportRow) throws -> ImportOutcome
    /// Frees the place that whom a row is about has now.
    func makeWay(_ row: ImportRow) throws
}

enum ImportOutcome {
    case stored(ListReport.Effect, id: Int)
    case refused([String: [Problem.Message]], isBedTaken: Bool = false)

    var isBedTaken: Bool {
        if case .refused(_, let isBedTaken) = self { isBedTaken } else { false }
    }

    func line(_ row: ImportRow, key: String, isTrial: Bool, _ language: Language) -> ListReport.Line {
        let reference = row.members[key]?.lenientText ?? ""
        return switch self {
        case .stored(let effect, let id):
            .init(number: row.line, reference: reference, effect: effect, id: isTrial && effect == .added ? nil : id, errors: [:])
        case .refused(let fields, _):
            .init(
                number: row.line, reference: reference, effect: .refused, id: nil, errors: fields.mapValues { $0.map { $0.text(in: language) } })
        }
    }
}

extension BodyFields {
    /// Of a row, as a body. What is wrong with its cells is added to `faults`.
    static func read<Body: ObjectBody>(_ row: ImportRow, as body: Body.Type, _ faults: inout [String: [Problem.Message]]) -> Body {
        var fields = BodyFields(row.members, isPatch: true)
        let value = Body(&fields)
        faults.merge(fields.faults) { $0 + $1 }
        return value
    }
}
