import Clinical

/// A JSON Schema (2020-12), as OpenAPI 3.1 takes it.
struct Schema: Sendable, Hashable {
    var members: [String: JSON]

    init(_ members: [String: JSON]) { self.members = members }

    private init(type: String, _ others: [String: JSON] = [:]) { members = ["type": .string(type)].merging(others) { $1 } }

    var json: JSON { .object(members) }

    // MARK: Values

    static let anything = Schema([:])
    static let text = Schema(type: "string")
    static let flag = Schema(type: "boolean")
    static let number = Schema(type: "number")
    static let integer = Schema(type: "integer")
    /// RFC 3339; answers have UTC, milliseconds and `Z`.
    static let instant = Schema(type: "string", ["format": .string("date-time")])
    static let day = Schema(type: "string", ["format": .string("date")])
    /// The number of a patient, a device, a ward, an account.
    static let id = integer(1...Int(Int32.max))

    static func text(_ count: ClosedRange<Int>) -> Schema {
        var schema = text
        if count.lowerBound > 0 { schema.members["minLength"] = .integer(count.lowerBound) }
        schema.members["maxLength"] = .integer(count.upperBound)
        return schema
    }

    static func integer(_ range: ClosedRange<Int>) -> Schema {
        Schema(type: "integer", ["minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound)])
    }

    static func number(_ range: ClosedRange<Double>) -> Schema {
        Schema(type: "number", ["minimum": .number(range.lowerBound), "maximum": .number(range.upperBound)])
    }

    static func choice(_ words: [String]) -> Schema { Schema(type: "string", ["enum": .array(words.map { .string($0) })]) }

    static func choice<Value: CaseIterable & RawRepresentable>(_: Value.Type) -> Schema where Value.RawValue == String {
        choice(Value.allCases.map(\.rawValue))
    }

    /// Nothing but this.
    static func only(_ value: JSON) -> Schema { Schema(["const": value]) }

    // MARK: What is made of others

    static func list(_ element: Schema, atMost limit: Int? = nil) -> Schema {
        var schema = Schema(type: "array", ["items": element.json])
        if let limit { schema.members["maxItems"] = .integer(limit) }
        return schema
    }

    /// An array of so many numbers.
    static func numbers(_ count: Int) -> Schema {
        var schema = list(.number, atMost: count)
        schema.members["minItems"] = .integer(count)
        return schema
    }

    /// - Parameter optional: members that may be missing; all others are always there.
    static func object(_ members: KeyValuePairs<String, Schema>, optional: Set<String> = []) -> Schema {
        object(Dictionary(uniqueKeysWithValues: members.map { ($0, $1) }), optional: optional)
    }

    static func object(_ members: [String: Schema], optional: Set<String> = []) -> Schema {
        var schema = Schema(type: "object", ["properties": .object(members.mapValues(\.json))])
        let required = members.keys.filter { !optional.contains($0) }.sorted()
        if !required.isEmpty { schema.members["required"] = .array(required.map { .string($0) }) }
        return schema
    }

    /// An object whose members have names of their own.
    static func map(_ names: Schema, to value: Schema) -> Schema {
        Schema(type: "object", ["propertyNames": names.json, "additionalProperties": value.json])
    }

    static func any(_ schemas: [Schema]) -> Schema { Schema(["anyOf": .array(schemas.map(\.json))]) }

    static func component(_ component: SchemaComponent) -> Schema {
        Schema(["$ref": .string("#/components/schemas/\(component.rawValue)")])
    }

    // MARK: With something else

    /// With more members that are always there.
    func adding(_ members: KeyValuePairs<String, Schema>) -> Schema {
        var schema = self
        let properties = (self.members["properties"]?.members ?? [:]).merging(members.map { ($0, $1.json) }) { $1 }
        var required: [JSON] = if case .array(let names) = self.members["required"] { names } else { [] }
        required += members.map { .string($0.key) }
        schema.members["properties"] = .object(properties)
        schema.members["required"] = .array(required)
        return schema
    }

    /// With members that have other names.
    func others(_ value: Schema) -> Schema {
        var schema = self
        schema.members["additionalProperties"] = value.json
        return schema
    }

    /// With a member that may be missing.
    func optional(_ name: String) -> Schema {
        var schema = self
        guard case .array(let required) = members["required"] else { return self }
        schema.members["required"] = .array(required.filter { $0 != .string(name) })
        return schema
    }

    var orNull: Schema {
        guard case .string(let type) = members["type"] else { return .any([self, Schema(type: "null")]) }
        var schema = self
        schema.members["type"] = .array([.string(type), .string("null")])
        if case .array(let words) = members["enum"] { schema.members["enum"] = .array(words + [.null]) }
        return schema
    }

    /// - Parameter text: a sentence for those who read.
    func saying(_ text: String) -> Schema {
        var schema = self
        schema.members["description"] = .string(text)
        return schema
    }
}
