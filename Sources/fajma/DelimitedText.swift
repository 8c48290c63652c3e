import Foundation

/// The rows of a CSV file: cells between commas, semicolons or tabs, in quotes or not, blanks around them, comment lines (`#`) and a mark at the beginning.
struct DelimitedText {
    struct Row: Equatable {
        /// Of the file, from 1.
        let line: Int
        let cells: [String]
    }

    private let bytes: [UInt8]
    private var place: Int
    private var line = 0
    private(set) var separator: UInt8 = comma

    private static let comma = UInt8(ascii: ","), semicolon = UInt8(ascii: ";"), tab = UInt8(ascii: "\t"), newline = UInt8(ascii: "\n")
    private static let quotes: Set<UInt8> = [UInt8(ascii: "\""), UInt8(ascii: "'")]
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Blank lines at the end are none.
    init(_ data: Data) {
        let blank: Set<UInt8> = [UInt8(ascii: " "), Self.tab, UInt8(ascii: "\r"), Self.newline]
        let all = [UInt8](data)
        place = all.starts(with: Self.byteOrderMark) ? Self.byteOrderMark.count : 0
        var end = all.count
        // A tab may be a cell.
        while end > place, blank.contains(all[end - 1]), all[end - 1] != Self.tab || end == place + 1 { end -= 1 }
        bytes = Array(all[..<end])
        // The first line that says something decides what stands between cells.
        var copy = self
        while let text = copy.nextLine() {
            if Self.isComment(text) { continue }
            let outside = Self.outsideQuotes(text)
            separator = [Self.tab, Self.semicolon].first { outside.contains($0) } ?? Self.comma
            break
        }
    }

    /// Nil: the end. Comments are passed over. - Throws: `Failure`, which names the line.
    mutating func next() throws -> Row? {
        while let text = nextLine() {
            if !Self.isComment(text) { return Row(line: line, cells: try cells(text)) }
        }
        return nil
    }

    /// A number as these files write it; a comma may stand for the point where it does not stand between cells.
    func number(_ cell: String) -> Double? {
        var text = cell
        if separator != Self.comma, !text.contains("."), text.count(where: { $0 == "," }) == 1 {
            text = text.replacingOccurrences(of: ",", with: ".")
        }
        return Double(text)
    }

    private mutating func nextLine() -> ArraySlice<UInt8>? {
        guard place < bytes.count else { return nil }
        let end = bytes[place...].firstIndex(of: Self.newline) ?? bytes.count
        defer { place = end + 1 }
        line += 1
        return bytes[place..<end]
    }

    private static func isComment(_ line: ArraySlice<UInt8>) -> Bool {
        line.first { $0 != UInt8(ascii: " ") && $0 != tab && $0 != UInt8(ascii: "\r") } == UInt8(ascii: "#")
    }

    private static func outsideQuotes(_ line: ArraySlice<UInt8>) -> [UInt8] {
        var (quote, outside) = (UInt8?.none, [UInt8]())
        for byte in line {
            if byte == quote {
                quote = nil
            } else if quote == nil, quotes.contains(byte) {
                quote = byte
            } else if quote == nil {
                outside.append(byte)
            }
        }
        return outside
    }

    private func cells(_ text: ArraySlice<UInt8>) throws -> [String] {
        var (cells, cell, quote, wasQuoted) = ([String](), [UInt8](), UInt8?.none, false)
        var at = text.startIndex
        func trimmed() -> String {
            let text = String(decoding: cell, as: UTF8.self)
            return wasQuoted ? text : text.trimmingCharacters(in: .whitespaces.union(.init(charactersIn: "\r")))
        }
        while at < text.endIndex {
            let byte = text[at]
            at += 1
            if let open = quote {
                if byte != open {
                    cell.append(byte)
                } else if at < text.endIndex, text[at] == open {
                    // A doubled quote is one of the text.
                    cell.append(byte)
                    at += 1
                } else {
                    quote = nil
                }
            } else if byte == separator {
                cells.append(trimmed())
                (cell, wasQuoted) = ([], false)
            } else if Self.quotes.contains(byte), cell.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == Self.tab }), !wasQuoted {
                (quote, wasQuoted, cell) = (byte, true, [])
            } else if !wasQuoted {
                cell.append(byte)
            } else if byte != UInt8(ascii: " "), byte != UInt8(ascii: "\r"), byte != Self.tab {
                throw Failure("line \(line): text after a closing quote")
            }
        }
        guard quote == nil else { throw Failure("line \(line): a quote is not closed") }
        return cells + [trimmed()]
    }
}
