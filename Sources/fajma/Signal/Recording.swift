import Clinical
import Foundation

/// A recorded PPG: a CSV with a row a sample. Read strictly: what is not understood must not become a pulse.
struct Recording {
    static let maximumBytes = 256 << 20
    /// Seconds that one row may be after the one before.
    static let longestHoleSeconds = 86_400.0

    /// What the numbers of a time column count.
    enum TimeUnit: String, CaseIterable {
        case s, ms

        var seconds: Double { self == .s ? 1 : 1e-3 }
    }

    /// One value a sample; NaN where a cell is empty or says that it is no number: that sample was lost.
    private(set) var infrared: [Float] = []
    /// As many; nil: the recording has one channel.
    private(set) var red: [Float]?
    /// When each sample was taken (s), in their order; nil: the recording has no such column.
    private(set) var times: [Double]?
    /// Rows that had the time of the row before, and were left out.
    private(set) var doubled = 0
    /// From sample to sample by the times (s), and the step to which these are rounded; nil: unknown.
    private var period: Double?
    private var roundedTo = 0.0

    /// More doubled times than this part are rounded ones.
    private static let mostDoubled = 0.02
    /// So many samples make the period.
    private static let periodReach = 50

    /// - Parameters:
    ///   - infrared: a column, by its name in the heading, or by its number from 1 in a file without a heading.
    ///   - red: the same.
    ///   - time: the same; numbers, or times of day (12:34:56.789) with or without a date.
    /// - Throws: `Failure`, which names the line and the column.
    init(_ bytes: Data, infrared: String, red: String?, time: String? = nil, timeUnit: TimeUnit = .s) throws {
        var text = DelimitedText([UInt8](bytes), quotes: .both)
        guard let first = try text.next() else { throw Failure("the file is empty") }
        let hasHeading = !first.cells.allSatisfy { Self.value($0, text) != nil || (time != nil && Self.timeOfDay($0) != nil) }
        let names = hasHeading ? first.cells : first.cells.indices.map { "\($0 + 1)" }
        func column(_ name: String) throws -> (name: String, index: Int) { (name, try Self.column(name, names, line: first.line)) }
        let (infrared, red, time) = (try column(infrared), try red.map(column), try time.map(column))
        (self.red, times) = (red == nil ? nil : [], time == nil ? nil : [])
        var row = hasHeading ? try text.next() : first
        if hasHeading, let units = row, Self.areUnits(units.cells, text), units.cells.count == names.count { row = try text.next() }
        while let cells = row?.cells, let line = row?.line {
            guard cells.count == names.count else {
                throw Failure("line \(line): \(cells.count) cells, \(hasHeading ? "the heading" : "the first line") has \(names.count)")
            }
            func value(_ column: (name: String, index: Int)) throws -> Float {
                guard let value = Self.value(cells[column.index], text) else { throw Failure("line \(line): column \(column.name) is no number") }
                return Float(value)
            }
            if let time { try add(time: cells[time.index], time.name, timeUnit, text, line: line) }
            self.infrared.append(try value(infrared))
            if let red { self.red?.append(try value(red)) }
            row = try text.next()
        }
        guard !self.infrared.isEmpty else { throw Failure("the file has no samples") }
        settleTimes()
    }

    /// Samples that the times say are missing before one of them.
    func missing(before sample: Int) -> Int {
        guard let times, let period, sample > 0 else { return 0 }
        return max(0, Int(((times[sample] - times[sample - 1] - roundedTo) / period).rounded()) - 1)
    }

    /// Leaves rows with a doubled time out. Where there are many the times are only written with too few digits, and each row is a sample.
    private mutating func settleTimes() {
        guard let all = times, all.count > 2 else { return }
        let steps = zip(all.dropFirst(), all).map { $0 - $1 }
        let isDoubled = [false] + steps.map { $0 == 0 }
        let count = isDoubled.count { $0 }
        if Double(count) > Self.mostDoubled * Double(all.count) {
            roundedTo = steps.lazy.filter { $0 > 0 }.min() ?? 0
        } else if count > 0 {
            func kept<T>(_ values: [T]) -> [T] { zip(values, isDoubled).filter { !$1 }.map(\.0) }
            (times, infrared, red, doubled) = (kept(all), kept(infrared), red.map(kept), count)
        }
        guard let times else { return }
        // Over many samples rounding is small, and a hole is rare.
        let reach = min(Self.periodReach, times.count - 1)
        period = zip(times.dropFirst(reach), times).map { ($0 - $1) / Double(reach) }.sorted()[(times.count - reach) / 2]
    }

    /// Samples a second by the time column, holes counted as what they lost; nil: there is none, or there are too few samples.
    var rateHz: Double? {
        guard let times, let first = times.first, let last = times.last, period != nil, last > first else { return nil }
        let taken = times.indices.dropFirst().reduce(0) { $0 + 1 + missing(before: $1) }
        return Double(taken) / (last - first)
    }

    private mutating func add(time cell: String, _ name: String, _ unit: TimeUnit, _ text: DelimitedText, line: Int) throws {
        guard var seconds = text.number(cell).map({ $0 * unit.seconds }) ?? Self.timeOfDay(cell), seconds.isFinite else {
            throw Failure("line \(line): column \(name) is no time")
        }
        guard let last = times?.last else {
            times = [seconds]
            return
        }
        // Past midnight a time of day begins again.
        if text.number(cell) == nil { seconds += ((last - seconds - 43_200) / 86_400).rounded(.up) * 86_400 }
        guard seconds >= last else { throw Failure("line \(line): column \(name) goes back") }
        guard seconds - last <= Self.longestHoleSeconds else { throw Failure("line \(line): column \(name) is a day later than the row before") }
        times?.append(seconds)
    }

    private static func column(_ name: String, _ names: [String], line: Int) throws -> Int {
        guard let index = names.firstIndex(of: name) else {
            throw Failure("line \(line): there is no column \(name); there are \(names.joined(separator: ", "))")
        }
        guard names.lastIndex(of: name) == index else { throw Failure("line \(line): two columns are named \(name)") }
        return index
    }

    /// NaN: there is none.
    private static func value(_ cell: String, _ text: DelimitedText) -> Double? {
        if ["", "na", "n/a", "nan", "-nan", "null", "-"].contains(cell.lowercased()) { return .nan }
        return text.number(cell).flatMap { $0.isFinite ? $0 : nil }
    }

    /// A line below the heading that says what the columns count.
    private static func areUnits(_ cells: [String], _ text: DelimitedText) -> Bool {
        cells.allSatisfy { !$0.isEmpty && value($0, text) == nil && timeOfDay($0) == nil && $0.count <= 16 } && cells.count > 1
    }

    /// Of `2026-01-31 12:34:56.789`, `[12:34:56.789 31/01/2026]` or `12:34.5`, in seconds since midnight.
    private static func timeOfDay(_ cell: String) -> Double? {
        let parts = cell.split { " T[]Z+".contains($0) }
        guard let parts = parts.first(where: { $0.contains(":") })?.split(separator: ":"), (2...3).contains(parts.count) else { return nil }
        let numbers = parts.compactMap { Double($0.replacingOccurrences(of: ",", with: ".")) }
        guard numbers.count == parts.count, numbers.allSatisfy({ $0 >= 0 && $0 < 86_400 }) else { return nil }
        return numbers.reduce(0) { $0 * 60 + $1 }
    }
}
