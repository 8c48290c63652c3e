import Clinical
import FoundationEssentials
import Store

/// The parameters behind the question mark.
struct Query {
    let values: [String: String]

    /// - Parameter known: whose aliases stand for them.
    /// - Throws: 400 for more parameters than any route has.
    init(_ text: String, _ known: [QueryParameter] = []) throws {
        guard var values = text.isEmpty ? [:] : Self.values(text) else { throw Problem.invalid("query", .tooComplex) }
        for parameter in known {
            for alias in parameter.aliases {
                guard let value = values.removeValue(forKey: alias), values[parameter.name]?.isEmpty ?? true else { continue }
                values[parameter.name] = value
            }
        }
        self.values = values
    }

    /// Of a query or a form; of several with the same name the last one counts. Nil for more than any has.
    static func values(_ text: String) -> [String: String]? {
        var values: [String: String] = [:]
        // By bytes: each is looked at once, and a combining mark does not join a separator.
        for (index, pair) in text.utf8.split(separator: UInt8(ascii: "&"), maxSplits: maximumPairs).enumerated() {
            guard index < maximumPairs else { return nil }
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            // A longer name is none that anybody reads, and takes long to compare.
            let name = parts[0].count <= maximumNameBytes ? decode(parts[0]) : "…"
            values[name] = parts.count > 1 ? decode(parts[1]) : ""
        }
        return values
    }
    private static let maximumPairs = 200
    private static let maximumNameBytes = 200

    /// `a%20b`; what is no escape, or no UTF-8, stays as it is.
    ///
    /// - Parameter isForm: `a+b` is `a b`.
    static func decode(_ text: Substring.UTF8View, isForm: Bool = true) -> String {
        var (bytes, at) = ([UInt8](), text.startIndex)
        bytes.reserveCapacity(text.count)
        while at < text.endIndex {
            let byte = text[at]
            at = text.index(after: at)
            if byte == UInt8(ascii: "%"), let high = hexadecimal(text, at), let low = hexadecimal(text, text.index(after: at)) {
                bytes.append(high << 4 | low)
                at = text.index(at, offsetBy: 2)
            } else {
                bytes.append(isForm && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(validating: bytes, as: UTF8.self) ?? String(Substring(text))
    }

    private static func hexadecimal(_ text: Substring.UTF8View, _ at: Substring.Index) -> UInt8? {
        guard at < text.endIndex else { return nil }
        switch text[at] {
        case let digit where UInt8(ascii: "0")...UInt8(ascii: "9") ~= digit: return digit - UInt8(ascii: "0")
        case let digit where UInt8(ascii: "a")...UInt8(ascii: "f") ~= digit | 0x20: return (digit | 0x20) - UInt8(ascii: "a") + 10
        default: return nil
        }
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
    func flag(_ name: String) throws -> Bool { try optionalFlag(name) ?? false }
    func optionalFlag(_ name: String) throws -> Bool? { try value(name) { JSON.string($0).lenientFlag } }
    func instant(_ name: String) throws -> Instant? { try value(name, Self.readInstant) }

    /// Also with the plus sign of the offset as it is, which is a space in a query: `…T20:17:20+02:00`.
    static func readInstant(_ text: String) -> Instant? {
        Instant(rfc3339: text) ?? text.lastIndex(of: " ").flatMap { Instant(rfc3339: "\(text[..<$0])+\(text[text.index(after: $0)...])") }
    }

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
