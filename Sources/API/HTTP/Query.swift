import Clinical
import FoundationEssentials
import Store

/// The parameters behind the question mark.
struct Query {
    private let values: [String: String]

    init(_ text: String) {
        values = text.split(separator: "&").reduce(into: [:]) { values, pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            values[Self.decode(parts[0])] = parts.count > 1 ? Self.decode(parts[1]) : ""
        }
    }

    private static func decode(_ text: Substring) -> String {
        let spaced = text.contains("+") ? text.replacing("+", with: " ") : text
        return String(spaced).removingPercentEncoding ?? String(spaced)
    }

    var all: [String: String] { values.filter { !$0.value.isEmpty } }

    /// Empty counts as absent, as forms send it.
    subscript(name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }

    func value<T>(_ name: String, _ read: (String) -> T?) throws -> T? {
        guard let text = self[name] else { return nil }
        guard let value = read(text) else { throw Problem.invalid(name, .malformed) }
        return value
    }

    func number(_ name: String) throws -> Int? { try value(name) { Int($0) } }
    /// False where it is absent.
    func flag(_ name: String) throws -> Bool { try value(name) { Bool($0.lowercased()) } ?? false }
    func instant(_ name: String) throws -> Instant? { try value(name) { Instant(rfc3339: $0) } }

    /// `debut` and `fin`, 31 days at most; `fin` is now unless said otherwise.
    ///
    /// - Parameter defaultSeconds: how long before `fin` it begins unless said otherwise.
    func span(now: Instant, defaultSeconds: Double) throws -> Range<Instant> {
        let end = try instant("fin") ?? now
        let begin = try instant("debut") ?? end.advanced(bySeconds: -defaultSeconds)
        guard begin < end else { throw Problem.invalid("fin", .endsBeforeBegin) }
        guard end.seconds(since: begin) <= Self.longestSpanSeconds else { throw Problem.invalid("debut", .spanTooLong) }
        return begin..<end
    }

    /// `limit` and `curseur`; the cursor is where the page before ended, as its `Link` header says. The page
    /// asks for one row more than is shown, which tells whether more follow.
    func page<Cursor>(_ cursor: (String) -> Cursor?) throws -> Page<Cursor> {
        let limit = try number("limit") ?? Self.defaultLimit
        guard (1...Self.maximumLimit).contains(limit) else { throw Problem.invalid("limit", .outOfRange) }
        return Page(limit: limit + 1, after: try value("curseur", cursor))
    }

    /// The same query with another cursor.
    func next(_ cursor: String) -> String {
        values.merging(["curseur": cursor]) { $1 }.sorted { $0.key < $1.key }
            .map { "\(Self.encode($0.key))=\(Self.encode($0.value))" }.joined(separator: "&")
    }

    private static func encode(_ text: String) -> String {
        text.utf8.map { byte in
            switch UInt8(byte) {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                String(UnicodeScalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }

    static let longestSpanSeconds = 31 * 86_400.0
    static let defaultLimit = 100
    static let maximumLimit = 1000
}
