import Clinical
import Foundation

@testable import API

/// Whether a value is what a schema says, as far as our document goes: a keyword that this does not know is a fault, so that nothing is passed over.
///
/// Stricter than the standard: where a schema names its members, others are a fault.
struct SchemaCheck {
    let document: JSON

    private static let silent: Set<String> = ["description", "examples", "readOnly"]

    /// What is wrong, each with its place; empty: nothing.
    func faults(_ value: JSON, _ schema: JSON, at place: String = "", isStrict: Bool = true) -> [String] {
        guard let keywords = schema.members else { return schema == .bool(true) ? [] : ["\(place): must not be"] }
        var faults: [String] = []
        for (keyword, rule) in keywords.sorted(by: { $0.key < $1.key }) where !Self.silent.contains(keyword) {
            faults += check(keyword, rule, value, keywords, place, isStrict)
        }
        return faults
    }

    private func check(_ keyword: String, _ rule: JSON, _ value: JSON, _ schema: [String: JSON], _ place: String, _ isStrict: Bool) -> [String] {
        func fault(unless holds: Bool) -> [String] { holds ? [] : ["\(place): \(keyword) \(Self.short(rule)) of \(Self.short(value))"] }
        switch keyword {
        case "$ref": return faults(value, resolve(rule.text ?? ""), at: place, isStrict: isStrict)
        case "type": return fault(unless: (rule.array ?? [rule]).contains { Self.isType($0.text ?? "", value) })
        case "enum": return fault(unless: rule.array?.contains(value) == true)
        case "const": return fault(unless: rule == value)
        case "anyOf":
            let all = (rule.array ?? []).map { faults(value, $0, at: place, isStrict: isStrict) }
            return all.contains { $0.isEmpty } ? [] : ["\(place): none of \(all)"]
        case "allOf": return (rule.array ?? []).flatMap { faults(value, $0, at: place, isStrict: false) }
        case "minimum": return fault(unless: value.number.map { $0 >= rule.number! } ?? true)
        case "maximum": return fault(unless: value.number.map { $0 <= rule.number! } ?? true)
        case "minLength": return fault(unless: value.text.map { $0.unicodeScalars.count >= Int(rule.number!) } ?? true)
        case "maxLength": return fault(unless: value.text.map { $0.unicodeScalars.count <= Int(rule.number!) } ?? true)
        case "minItems": return fault(unless: value.array.map { $0.count >= Int(rule.number!) } ?? true)
        case "maxItems": return fault(unless: value.array.map { $0.count <= Int(rule.number!) } ?? true)
        case "pattern": return fault(unless: value.text.map { $0.range(of: rule.text!, options: .regularExpression) != nil } ?? true)
        case "format":
            guard let text = value.text else { return [] }
            return fault(unless: rule.text == "date" ? Instant.isDay(text) : rule.text == "date-time" && Instant(rfc3339: text) != nil)
        case "items":
            return (value.array ?? []).enumerated().flatMap { faults($1, rule, at: "\(place)[\($0)]", isStrict: isStrict) }
        case "required":
            guard let members = value.members else { return [] }
            return (rule.array ?? []).compactMap(\.text).filter { members[$0] == nil }.map { "\(place): \($0) is missing" }
        case "properties":
            guard let members = value.members, let known = rule.members else { return [] }
            let unknown = isStrict && schema["additionalProperties"] == nil ? members.keys.filter { known[$0] == nil } : []
            return unknown.map { "\(place): \($0) is not described" }
                + known.flatMap { name, one in members[name].map { faults($0, one, at: "\(place).\(name)", isStrict: isStrict) } ?? [] }
        case "additionalProperties":
            let known = schema["properties"]?.members ?? [:]
            return (value.members ?? [:]).filter { known[$0.key] == nil }
                .flatMap { faults($0.value, rule, at: "\(place).\($0.key)", isStrict: isStrict) }
        case "propertyNames": return (value.members ?? [:]).keys.flatMap { faults(.string($0), rule, at: "\(place).\($0)", isStrict: isStrict) }
        default: return ["\(place): the keyword \(keyword) is not known"]
        }
    }

    private func resolve(_ reference: String) -> JSON {
        reference.split(separator: "/").dropFirst().reduce(document) { $0[String($1)] ?? .bool(false) }
    }

    private static func isType(_ type: String, _ value: JSON) -> Bool {
        switch (type, value) {
        case ("null", .null), ("boolean", .bool), ("string", .string), ("array", .array), ("object", .object), ("integer", .integer),
            ("number", .integer), ("number", .number):
            true
        default: false
        }
    }

    private static func short(_ value: JSON) -> String {
        String(decoding: (try? JSONEncoder().encode(value)) ?? Data(), as: UTF8.self).prefix(200).description
    }
}
