import Clinical
import Store

/// The members of a body, read one by one. What is wrong with any of them is kept until all have been looked at, so that a client hears of all
/// of it at once.
struct BodyFields {
    /// Unknown members beyond these are not listed.
    private static let listedUnknown = 20

    private let members: [String: JSON]
    /// PATCH: what is left out stays as it is.
    let isPatch: Bool
    private var names: [String] = []
    private(set) var faults: [String: [Problem.Message]] = [:]
    /// What was asked for, where that is what is wanted; else nil.
    private(set) var asked: [BodyMember]?

    init(_ members: [String: JSON], isPatch: Bool = false) { (self.members, self.isPatch) = (members, isPatch) }

    /// For the description of a body: has no members, says of each that it is there, and keeps what it was asked for.
    static func describing(isPatch: Bool) -> BodyFields {
        var fields = BodyFields([:], isPatch: isPatch)
        fields.asked = []
        return fields
    }

    /// The fault of a field that is looked at with others.
    mutating func refuse(_ name: String, _ message: Problem.Message) { faults[name, default: []].append(message) }

    mutating func required<Value>(_ name: String, _ type: FieldType<Value>) -> Value {
        asked?.append(BodyMember(name, type.allowed, isRequired: true))
        return value(name, type)
    }

    /// Nil where it is left out or null.
    mutating func optional<Value>(_ name: String, _ type: FieldType<Value>) -> Value? {
        asked?.append(BodyMember(name, type.allowed, mayBeNull: true))
        return find(name, type)
    }

    /// As `required`; nil where a PATCH leaves it out.
    mutating func unlessPatched<Value>(_ name: String, _ type: FieldType<Value>) -> Value? {
        if isPatch, !has(name) {
            names.append(name)
            return nil
        }
        asked?.append(BodyMember(name, type.allowed, isRequired: !isPatch))
        return value(name, type)
    }

    private mutating func value<Value>(_ name: String, _ type: FieldType<Value>) -> Value {
        if let value = find(name, type) { return value }
        if faults[name] == nil { refuse(name, .text(.required)) }
        return type.placeholder
    }

    private mutating func find<Value>(_ name: String, _ type: FieldType<Value>) -> Value? {
        names.append(name)
        guard let json = members[name], json != .null else { return nil }
        if let value = type.read(json) { return value }
        refuse(name, type.fault(of: json))
        return nil
    }

    /// Whether it is there, be it null.
    func has(_ name: String) -> Bool { members[name] != nil || asked != nil }

    /// A member that a record has in any case.
    mutating func change<Record, Value>(
        _ member: WritableKeyPath<Record, Value> & Sendable, _ name: String, _ type: FieldType<Value>, in change: inout Change<Record>
    ) {
        if let value = unlessPatched(name, type) { change.set(member, to: value) }
    }

    /// A member that a record may be without.
    mutating func change<Record, Value>(
        optional member: WritableKeyPath<Record, Value?> & Sendable, _ name: String, _ type: FieldType<Value>, in change: inout Change<Record>
    ) {
        if isPatch, !has(name) { return names.append(name) }
        change.set(member, to: optional(name, type))
    }

    /// A list of objects. The faults of an element stand under the list's name, with the element's number, from 1.
    mutating func elements<Element>(
        _ name: String, atMost limit: Int, ignoring shown: [String] = [], _ read: (inout BodyFields) -> Element
    ) -> [Element] {
        names.append(name)
        if asked != nil {
            var element = BodyFields.describing(isPatch: false)
            _ = read(&element)
            asked?.append(BodyMember(name, elements: element.asked ?? [], atMost: limit, ignoring: shown))
        }
        guard let json = members[name], json != .null else {
            refuse(name, .text(.required))
            return []
        }
        guard case .array(let list) = json else {
            refuse(name, .own { Allowed.list(limit).text(for: json, in: $0) })
            return []
        }
        guard list.count <= limit else {
            refuse(name, .text(.tooMany))
            return []
        }
        return list.enumerated().map { index, json in
            var fields = BodyFields(json.members ?? [:])
            if json.members == nil { refuse(name, .own { "n° \(index + 1) : \(Texts.fault(.wrongType, in: $0))" }) }
            let element = read(&fields)
            fields.refuseUnknown(except: shown)
            for (member, messages) in fields.faults.sorted(by: { $0.key < $1.key }) where json.members != nil {
                for message in messages { refuse(name, .own { "n° \(index + 1), \(member) : \(message.text(in: $0))" }) }
            }
            return element
        }
    }

    /// Refuses members that nobody has read. - Parameter shown: what the resource shows and nobody writes: a client may send back what it got.
    mutating func refuseUnknown(except shown: [String]) {
        let unknown = members.keys.filter { !names.contains($0) && !shown.contains($0) }
        guard !unknown.isEmpty else { return }
        let known = names
        for name in unknown.sorted().prefix(Self.listedUnknown) { refuse(name, .own { Texts.unknownMember(known, in: $0) }) }
    }

    /// - Throws: 400 with every fault.
    func check() throws {
        guard faults.isEmpty else { throw Problem(status: 400, code: .invalid, fields: faults) }
    }
}
