import Clinical
import Foundation

/// A CSV of vitals: a header with `t_s` and columns such as `heart_rate_bpm`, then a row an instant. Read strictly: a column that
/// is not understood must not become another vital's values.
struct ReplayTable {
    struct Row: Equatable {
        /// Of the file.
        var line: Int
        /// Seconds, on the file's own scale.
        var seconds: Double
        var values: [Value]
    }

    struct Value: Equatable {
        var vital: Vital
        var value: Double
    }

    static let maximumBytes = 256 << 20
    static let timeColumn = "t_s"

    private(set) var rows: [Row] = []
    private let timeColumn: String

    /// - Parameters:
    ///   - time: the column of the time, in seconds.
    ///   - names: what a column of another name is.
    ///   - skipped: columns that are left out.
    /// - Throws: `Failure`, which names the line.
    init(_ data: Data, time: String = ReplayTable.timeColumn, names renamed: [String: String] = [:], without skipped: Set<String> = []) throws {
        var text = DelimitedText([UInt8](data), quotes: .both)
        timeColumn = time
        guard let heading = try text.next() else { throw Failure("the file is empty") }
        let names = heading.cells
        guard let timeIndex = names.firstIndex(of: time) else { throw Failure("line \(heading.line): there is no column \(time)") }
        for name in [String](renamed.keys) + skipped where !names.contains(name) { throw Failure("line \(heading.line): there is no column \(name)") }
        var vitals: [Int: Vital] = [:]
        for (index, name) in names.enumerated() where index != timeIndex && !skipped.contains(name) {
            let vital = try Self.vital(ofColumn: renamed[name] ?? name)
            guard !vitals.values.contains(vital) else { throw Failure("line \(heading.line): two columns are \(vital.rawValue)") }
            vitals[index] = vital
        }
        while let next = try text.next() {
            guard next.cells.count == names.count else {
                throw Failure("line \(next.line): \(next.cells.count) cells, the heading has \(names.count)")
            }
            let row = try row(next, timeIndex, vitals, text)
            if let last = rows.last, row.seconds <= last.seconds { throw Failure("line \(next.line): \(time) does not grow") }
            rows.append(row)
        }
        guard !rows.isEmpty else { throw Failure("the file has no rows") }
    }

    private func row(_ next: DelimitedText.Row, _ timeIndex: Int, _ vitals: [Int: Vital], _ text: DelimitedText) throws -> Row {
        func number(_ cell: String) -> Double? { text.number(cell).flatMap { $0.isFinite ? $0 : nil } }
        guard let seconds = number(next.cells[timeIndex]) else { throw Failure("line \(next.line): \(timeColumn) is no number") }
        var values: [Value] = []
        for (index, cell) in next.cells.enumerated() where !cell.isEmpty {
            guard let vital = vitals[index] else { continue }  // the time's own column, or one that is left out
            if let letters = vital.properties.letters {
                guard let place = letters.firstIndex(of: cell) else {
                    throw Failure("line \(next.line): \(vital.rawValue) must be one of \(letters.joined(separator: ", "))")
                }
                values.append(Value(vital: vital, value: Double(place)))
            } else {
                guard let value = number(cell) else { throw Failure("line \(next.line): \(vital.rawValue) is no number") }
                values.append(Value(vital: vital, value: value))
            }
        }
        return Row(line: next.line, seconds: seconds, values: values)
    }

    /// The vital of a column: its wire name and, where it has one, its unit.
    static func vital(ofColumn name: String) throws -> Vital {
        for vital in Vital.allCases {
            let suffixes = suffixes(of: vital.unit)
            if suffixes.isEmpty ? name == vital.rawValue : suffixes.contains(where: { name == "\(vital.rawValue)_\($0)" }) {
                return vital
            }
        }
        let known = Vital.allCases.map { vital in
            suffixes(of: vital.unit).first.map { "\(vital.rawValue)_\($0)" } ?? vital.rawValue
        }
        throw Failure("unknown column \(name); known are \(known.joined(separator: ", ")); --column and --skip say what another one is")
    }

    private static func suffixes(of unit: String) -> [String] {
        switch unit {
        case "%": ["percent"]
        case "bpm": ["bpm", "per_min"]
        case "/min": ["per_min"]
        case "°C": ["celsius", "c"]
        case "mmHg": ["mmhg"]
        default: []
        }
    }
}
