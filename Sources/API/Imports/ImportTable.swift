import Clinical
import FoundationEssentials

/// The rows of a CSV file, each as the members that a body of the same resource would have.
protocol ImportTable: RequestBody {
    /// What columns may be called.
    static var columns: [String] { get }
    /// The column that says whom or what a row is about. Every row has it, and no two rows the same.
    static var key: String { get }

    init(rows: [ImportRow])
}

struct ImportRow: Sendable {
    /// Of the file, from 1.
    let line: Int
    /// Without those of empty cells: what is left out stays as it is.
    var members: [String: JSON]
}

enum ImportLimit {
    static let bytes = 8 << 20
    static let rows = 5_000
    /// With those that are blank or comments.
    static let lines = 10_000
}

extension ImportTable {
    static var limitBytes: Int { ImportLimit.bytes }
    static var mediaType: String { "text/csv" }

    static func schema(isPatch: Bool) -> Schema? {
        .text.saying(
            "UTF-8, a heading and at most \(ImportLimit.rows) rows. Columns, in any order: \(columns.joined(separator: ", ")); \(key) must be there.")
    }

    static func read(_ body: [UInt8], _ context: BodyContext) throws -> Self { try Self(file: body) }

    /// - Throws: 400, which names the column or the line.
    init(file: [UInt8]) throws {
        guard String(validating: file, as: UTF8.self) != nil, !file.contains(0) else { throw Problem.invalid(Problem.wholeBody, .notUTF8) }
        var text = DelimitedText(file, quotes: .double)
        do {
            guard let heading = try text.next(), heading.cells.contains(where: { !$0.isEmpty }) else {
                throw Problem.invalid(Problem.wholeBody, .emptyFile)
            }
            let names = heading.cells.map { $0.lowercased() }
            try Self.check(names)
            var rows: [ImportRow] = []
            while let row = try text.next() {
                guard rows.count < ImportLimit.rows, row.line <= ImportLimit.lines else {
                    throw Problem.invalid(Problem.wholeBody) { Texts.tooManyRows(ImportLimit.rows, in: $0) }
                }
                if row.cells.allSatisfy(\.isEmpty) { continue }
                guard row.cells.count == names.count else {
                    throw Problem.invalid(Problem.wholeBody) { Texts.wrongCellCount(row.cells.count, of: names.count, line: row.line, in: $0) }
                }
                let members = zip(names, row.cells).filter { !$1.isEmpty }.map { ($0, JSON.string($1)) }
                rows.append(ImportRow(line: row.line, members: Dictionary(uniqueKeysWithValues: members)))
            }
            self.init(rows: rows)
        } catch let fault as DelimitedText.Fault {
            throw Problem.invalid(Problem.wholeBody) { Texts.unreadableLine(fault, in: $0) }
        }
    }

    /// - Throws: 400 with every column that is not known, there twice or missing.
    private static func check(_ names: [String]) throws {
        var fields: [String: [Problem.Message]] = [:]
        for name in Set(names) {
            // What a client makes up is cut: it is a member of the answer.
            let shown = String(name.prefix(40))
            if !columns.contains(name) {
                fields[shown] = [.own { Texts.unknownColumn(columns, in: $0) }]
            } else if names.count(where: { $0 == name }) > 1 {
                fields[shown] = [.text(.columnTwice)]
            }
        }
        if !names.contains(key) { fields[key] = [.text(.required)] }
        guard fields.isEmpty else { throw Problem(status: 400, code: .invalid, fields: fields) }
    }
}
