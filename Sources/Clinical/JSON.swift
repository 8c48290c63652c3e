/// Any JSON value: to pass on what is not looked into, or to lay a change over what is there.
public enum JSON: Codable, Hashable, Sendable {
    case null, bool(Bool), integer(Int), number(Double), string(String), array([JSON]), object([String: JSON])

    /// Arrays and objects in one another. Decoding recurses, with kilobytes of stack a level, and each wrong guess at a
    /// value's type costs the length of its path.
    public static let maximumDepth = 32

    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        guard decoder.codingPath.count <= Self.maximumDepth else {
            throw DecodingError.dataCorruptedError(in: value, debugDescription: "nested too deeply")
        }
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let integer = try? value.decode(Int.self) {
            self = .integer(integer)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let string = try? value.decode(String.self) {
            self = .string(string)
        } else if let array = try? value.decode([JSON].self) {
            self = .array(array)
        } else {
            self = .object(try value.decode([String: JSON].self))
        }
    }

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

    /// This object with the members of `patch` in place of its own; anything but two objects: `patch`.
    public func overlaid(by patch: JSON) -> JSON {
        guard case .object(let own) = self, case .object(let others) = patch else { return patch }
        return .object(own.merging(others) { $1 })
    }
}
