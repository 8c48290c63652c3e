import Clinical
import Store

/// A member that a body's `init` asked for: of these the body's schema is made, so that the two cannot differ.
struct BodyMember: Sendable {
    enum Kind: Sendable {
        case value(Allowed)
        case elements([BodyMember], atMost: Int, ignoring: [String])
    }

    let name: String
    let kind: Kind
    let isRequired: Bool
    /// Null counts as left out.
    let mayBeNull: Bool

    init(_ name: String, _ allowed: Allowed, isRequired: Bool = false, mayBeNull: Bool = false) {
        (self.name, kind, self.isRequired, self.mayBeNull) = (name, .value(allowed), isRequired, mayBeNull)
    }

    init(_ name: String, elements: [BodyMember], atMost limit: Int, ignoring shown: [String]) {
        (self.name, kind, isRequired, mayBeNull) = (name, .elements(elements, atMost: limit, ignoring: shown), true, false)
    }

    fileprivate var schema: Schema {
        switch kind {
        case .value(let allowed): mayBeNull ? allowed.schema.orNull : allowed.schema
        case .elements(let members, let limit, let shown): .list(.body(members, others: .refused(except: shown)), atMost: limit)
        }
    }
}

extension ObjectBody {
    static func schema(isPatch: Bool) -> Schema? {
        let members = members(isPatch: isPatch)
        return members.isEmpty ? nil : .body(members, others: others)
    }

    /// What `init` asks for.
    static func members(isPatch: Bool) -> [BodyMember] {
        var fields = BodyFields.describing(isPatch: isPatch || isPartial)
        _ = Self(&fields)
        return fields.asked ?? []
    }
}

extension Schema {
    fileprivate static func body(_ members: [BodyMember], others: OtherMembers) -> Schema {
        var properties = Dictionary(uniqueKeysWithValues: members.map { ($0.name, $0.schema) })
        let optional = Set(members.filter { !$0.isRequired }.map(\.name))
        guard case .refused(let shown) = others else { return .object(properties, optional: optional) }
        let ignored = shown.filter { properties[$0] == nil }
        for name in ignored { properties[name] = Schema(["readOnly": .bool(true)]) }
        var schema = Schema.object(properties, optional: optional.union(ignored))
        schema.members["additionalProperties"] = .bool(false)
        return schema
    }

    /// Where a value may be a number or the letter of a vital that has letters.
    static let readingValue: Schema = {
        let letters = Set(Vital.allCases.flatMap { $0.properties.letters ?? [] }).sorted()
        return .any([.number, .choice(letters)])
    }()
}

extension Allowed {
    /// What programs should send. Texts that hold such a value are taken, too.
    var schema: Schema {
        switch self {
        case .text(let count): .text(count)
        case .choice(let words): .choice(words)
        case .choices(let words): .list(.choice(words), atMost: words.count)
        case .integer(let range): .integer(range)
        case .number(let range): range.map { .number($0) } ?? .number
        case .id: .id
        case .flag: .flag
        case .instant: .instant
        case .day: .day
        case .reading: .readingValue
        case .list(let limit): .list(.id, atMost: limit)
        }
    }
}
