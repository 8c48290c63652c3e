import Foundation

/// A recorded PPG: a CSV with a row a sample. Read strictly: what is not understood must not become a pulse.
struct Recording {
    static let maximumBytes = 256 << 20

    /// One value a sample; NaN where a cell is empty: that sample was lost.
    let infrared: [Float]
    /// As many; nil: the recording has one channel.
    let red: [Float]?

    /// - Parameters:
    ///   - infrared: a column, by its name in the heading, or by its number from 1 in a file without a heading.
    ///   - red: the same.
    /// - Throws: `Failure`, which names the line and the column.
    init(_ bytes: Data, infrared: String, red: String?) throws {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Self.trimmed)
        while lines.last?.isEmpty == true { lines.removeLast() }
        guard let first = lines.first else { throw Failure("the file is empty") }
        let cells = Self.cells(first.starts(with: Self.byteOrderMark) ? first.dropFirst(Self.byteOrderMark.count) : first)
        let hasHeading = !cells.allSatisfy { Self.number($0) != nil }
        let names = hasHeading ? cells.map { String(decoding: $0, as: UTF8.self) } : cells.indices.map { "\($0 + 1)" }
        let columns = try [infrared, red].compactMap { $0 }.map { try (name: $0, index: Self.column($0, names)) }
        var channels = columns.map { _ in [Float]() }
        for index in channels.indices { channels[index].reserveCapacity(lines.count) }
        for (number, line) in zip(1..., lines).dropFirst(hasHeading ? 1 : 0) {
            let cells = Self.cells(line)
            guard cells.count == names.count else {
                throw Failure("line \(number): \(cells.count) cells, \(hasHeading ? "the heading" : "the first line") has \(names.count)")
            }
            for (channel, column) in columns.enumerated() {
                let cell = cells[column.index]
                guard let value = cell.isEmpty ? .nan : Self.number(cell) else { throw Failure("line \(number): column \(column.name) is no number") }
                channels[channel].append(value)
            }
        }
        guard !channels[0].isEmpty else { throw Failure("the file has no samples") }
        self.infrared = channels[0]
        self.red = red == nil ? nil : channels[1]
    }

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private static func column(_ name: String, _ names: [String]) throws -> Int {
        guard let index = names.firstIndex(of: name) else {
            throw Failure("line 1: there is no column \(name); there are \(names.joined(separator: ", "))")
        }
        guard names.lastIndex(of: name) == index else { throw Failure("line 1: two columns are named \(name)") }
        return index
    }

    private static func cells(_ line: Data) -> [Data] { line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map(trimmed) }

    private static func trimmed(_ bytes: Data) -> Data {
        let blank: Set<UInt8> = [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r")]
        var bytes = bytes
        while let first = bytes.first, blank.contains(first) { bytes = bytes.dropFirst() }
        while let last = bytes.last, blank.contains(last) { bytes = bytes.dropLast() }
        return bytes
    }

    private static func number(_ cell: Data) -> Float? {
        Float(String(decoding: cell, as: UTF8.self)).flatMap { $0.isFinite ? $0 : nil }
    }
}
