import FoundationEssentials

/// The rows of a CSV file: cells between commas, semicolons or tabs, in quotes or not, blanks around them, comment lines (`#`) and a mark at the beginning.
public struct DelimitedText: Sendable {
    public struct Row: Equatable, Sendable {
        /// Of the file, from 1.
        public let line: Int
        public let cells: [String]
    }

    /// What makes a line unreadable.
    public struct Fault: Error, Equatable, CustomStringConvertible {
        public enum Kind: Sendable { case openQuote, textAfterQuote }

        public let line: Int
        public let kind: Kind

        public var description: String {
            switch kind {
            case .openQuote: "line \(line): a quote is not closed"
            case .textAfterQuote: "line \(line): text after a closing quote"
            }
        }
    }

    /// Which signs enclose a cell.
    public enum Quotes: Sendable {
        case double
        /// `'`, too: not where cells may be names, which begin with one in some languages.
        case both

        fileprivate func contains(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || (self == .both && byte == UInt8(ascii: "'")) }
    }

    private let bytes: [UInt8]
    private let quotes: Quotes
    private var place: Int
    private var line = 0
    private(set) var separator: UInt8 = comma

    private static let comma = UInt8(ascii: ","), semicolon = UInt8(ascii: ";"), tab = UInt8(ascii: "\t"), newline = UInt8(ascii: "\n")
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Blank lines at the end are none.
    public init(_ all: [UInt8], quotes: Quotes) {
        self.quotes = quotes
        let blank: Set<UInt8> = [UInt8(ascii: " "), Self.tab, UInt8(ascii: "\r"), Self.newline]
        place = all.starts(with: Self.byteOrderMark) ? Self.byteOrderMark.count : 0
        var end = all.count
        // A tab may be a cell.
        while end > place, blank.contains(all[end - 1]), all[end - 1] != Self.tab || end == place + 1 { end -= 1 }
        bytes = Array(all[..<end])
        // The first line that says something decides what stands between cells.
        var copy = self
        while let text = copy.nextLine() {
            if Self.isComment(text) { continue }
            let outside = outsideQuotes(text)
            separator = [Self.tab, Self.semicolon].first { outside.contains($0) } ?? Self.comma
            break
        }
    }

    /// Nil: the end. Comments are passed over.
    public mutating func next() throws(Fault) -> Row? {
        while let text = nextLine() {
            if !Self.isComment(text) { return Row(line: line, cells: try cells(text)) }
        }
        return nil
    }

    /// A number as these files write it; a comma may stand for the point where it does not stand between cells.
    public func number(_ cell: String) -> Double? {
        var text = cell
        if separator != Self.comma, !text.contains("."), text.count(where: { $0 == "," }) == 1 {
            text = String(text.map { $0 == "," ? "." : $0 })
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

    private func outsideQuotes(_ line: ArraySlice<UInt8>) -> [UInt8] {
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

    private func cells(_ text: ArraySlice<UInt8>) throws(Fault) -> [String] {
        var (cells, cell, quote, wasQuoted) = ([String](), [UInt8](), UInt8?.none, false)
        var at = text.startIndex
        func trimmed() -> String {
            guard !wasQuoted, let first = cell.firstIndex(where: { !Self.isBlank($0) }), let last = cell.lastIndex(where: { !Self.isBlank($0) })
            else {
                return wasQuoted ? String(decoding: cell, as: UTF8.self) : ""
            }
            return String(decoding: cell[first...last], as: UTF8.self)
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
            } else if quotes.contains(byte), cell.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == Self.tab }), !wasQuoted {
                (quote, wasQuoted, cell) = (byte, true, [])
            } else if !wasQuoted {
                cell.append(byte)
            } else if byte != UInt8(ascii: " "), byte != UInt8(ascii: "\r"), byte != Self.tab {
                throw Fault(line: line, kind: .textAfterQuote)
            }
        }
        guard quote == nil else { throw Fault(line: line, kind: .openQuote) }
        return cells + [trimmed()]
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == tab || byte == UInt8(ascii: "\r") }
}
