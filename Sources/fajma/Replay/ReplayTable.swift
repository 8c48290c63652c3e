import Clinical
import Foundation

/// A CSV of vitals: a header with `t_s` and columns such as `heart_rate_bpm`, then a row an instant. Read strictly: a column that
/// is not understood must not become another vital's values.
struct ReplayTable {
    struct Row: Equatable {
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

    var rows: [Row]

    /// - Throws: `Failure`, which names the line.
    init(_ text: String) throws {
        var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        while lines.last?.isEmpty == true { lines.removeLast() }
        guard let heading = lines.first else { throw Failure("the file is empty") }
        let names = heading.trimmingPrefix("\u{FEFF}").split(separator: ",", omittingEmptySubsequences: false).map(Self.trimmed)
        guard let timeIndex = names.firstIndex(of: Self.timeColumn) else {
            throw Failure("line 1: there is no column \(Self.timeColumn)")
        }
        var vitals: [Int: Vital] = [:]
        for (index, name) in names.enumerated() where index != timeIndex {
            let vital = try Self.vital(ofColumn: name)
            guard !vitals.values.contains(vital) else { throw Failure("line 1: two columns are \(vital.rawValue)") }
            vitals[index] = vital
        }
        rows = []
        rows.reserveCapacity(lines.count)
        for (number, line) in zip(2..., lines.dropFirst()) {
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(Self.trimmed)
            guard cells.count == names.count else {
                throw Failure("line \(number): \(cells.count) cells, the heading has \(names.count)")
            }
            let row = try Self.row(cells, timeIndex, vitals, line: number)
            if let last = rows.last, row.seconds <= last.seconds {
                throw Failure("line \(number): \(Self.timeColumn) does not grow")
            }
            rows.append(row)
        }
        guard !rows.isEmpty else { throw Failure("the file has no rows") }
    }

    private static func row(_ cells: [String], _ timeIndex: Int, _ vitals: [Int: Vital], line: Int) throws -> Row {
        guard let seconds = number(cells[timeIndex]) else {
            throw Failure("line \(line): \(timeColumn) is no number")
        }
        var values: [Value] = []
        for (index, cell) in cells.enumerated() where !cell.isEmpty {
            guard let vital = vitals[index] else { continue }  // the time's own column
            if let letters = vital.properties.letters {
                guard let place = letters.firstIndex(of: cell) else {
                    throw Failure("line \(line): \(vital.rawValue) must be one of \(letters.joined(separator: ", "))")
                }
                values.append(Value(vital: vital, value: Double(place)))
            } else {
                guard let value = number(cell) else { throw Failure("line \(line): \(vital.rawValue) is no number") }
                values.append(Value(vital: vital, value: value))
            }
        }
        return Row(seconds: seconds, values: values)
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
        throw Failure("line 1: unknown column \(name); known are \(known.joined(separator: ", "))")
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

    private static func number(_ cell: String) -> Double? {
        Double(cell).flatMap { $0.isFinite ? $0 : nil }
    }

    private static func trimmed(_ cell: some StringProtocol) -> String { cell.trimmingCharacters(in: .whitespaces) }
}
