/// Any JSON value: what a client sent before it is looked into, or what is passed on unseen.
public enum JSON: Encodable, Hashable, Sendable {
    case null, bool(Bool), integer(Int)
    /// Not finite: digits that no Double can hold, or more of them than `JSON.maximumNumberBytes`.
    case number(Double)
    case string(String), array([JSON]), object([String: JSON])

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let bool): try container.encode(bool)
        case .integer(let integer): try container.encode(integer)
        case .number(let number): try container.encode(number)
        case .string(let string): try container.encode(string)
        case .array(let array): try container.encode(array)
        case .object(let object): try container.encode(object)
        }
    }

    /// A text that is short enough to be compared: Swift compares as Unicode does, which takes long for thousands of combining marks.
    public var word: String? { if case .string(let text) = self, text.utf8.count <= Self.maximumNameBytes { text } else { nil } }

    public var members: [String: JSON]? { if case .object(let members) = self { members } else { nil } }
}

/// Values as Django REST framework converts them, so that its clients, and forms, whose values are all texts, go on working.
extension JSON {
    private static let trueWords: Set<String> = ["true", "1"]
    private static let falseWords: Set<String> = ["false", "0"]

    /// `97.5`, `"97.5"` and `" 97.5 "`. Nil: no number, or none that is finite.
    public var lenientNumber: Double? {
        switch self {
        case .integer(let integer): return Double(integer)
        case .number(let number): return number.isFinite ? number : nil
        case .string(let text):
            // Swift would read `nan`, `inf` and hexadecimal numbers, too.
            guard text.utf8.count <= Self.maximumNumberBytes else { return nil }
            let digits = text.trimmed
            guard digits.utf8.allSatisfy({ Self.decimalBytes.contains($0) }), let number = Double(digits) else { return nil }
            return number.isFinite ? number : nil
        default: return nil
        }
    }

    /// `1`, `1.0`, `"1"` and `" 1 "`.
    public var lenientInteger: Int? {
        switch self {
        case .integer(let integer): integer
        case .number(let number): Int(exactly: number)
        case .string(let text): text.utf8.count <= Self.maximumNumberBytes ? Int(text.trimmed) : nil
        default: nil
        }
    }

    /// `true`, `"true"`, `"True"`, `1` and `"1"`.
    public var lenientFlag: Bool? {
        switch self {
        case .bool(let bool): return bool
        case .integer(0), .integer(1): return self == .integer(1)
        case .string(let text):
            guard text.utf8.count <= 5 else { return nil }
            let word = text.lowercased()
            return Self.trueWords.contains(word) ? true : Self.falseWords.contains(word) ? false : nil
        default: return nil
        }
    }

    /// `"12"` and `12`.
    public var lenientText: String? {
        switch self {
        case .string(let text): text
        case .integer(let integer): String(integer)
        case .number(let number): number.isFinite ? String(number) : nil
        default: nil
        }
    }

    private static let decimalBytes = Set("+-.0123456789eE".utf8)
}

extension String {
    /// Without blanks around it.
    fileprivate var trimmed: Substring {
        let from = drop { $0.isWhitespace }
        return from.lastIndex { !$0.isWhitespace }.map { from[...$0] } ?? ""
    }
}
