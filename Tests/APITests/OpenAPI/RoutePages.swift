import Clinical
import Foundation

@testable import API

/// The description as pages for people: `docs/interface/routes-….md`, one for each subject, and `objects-….md`.
struct RoutePages {
    private let description: Description

    init(_ description: Description) { self.description = description }

    private static let note = "<!-- Made from the route table: FAJMA_WRITE_DOCS=1 scripts/swift-test --filter DescriptionTests -->\n"

    var pages: [String: String] {
        var pages: [String: String] = [:]
        for (file, components) in Self.objects { pages[file] = objects(components) }
        pages["vitals.md"] = vitals
        for subject in OpenAPIDocument.subjects { pages[Self.file(subject.name)] = page(subject) }
        return pages
    }

    static let objects: [String: [SchemaComponent]] = [
        "objects-people.md": [
            .problem, .account, .me, .session, .machineKey, .auditEntry, .ward, .patient, .dischargedPatient, .returnedPatient, .importReport,
            .score,
        ],
        "objects-alarms.md": [
            .limit, .limits, .limitChange, .limitsTrial, .pause, .hold, .alert, .signalTrace, .alarmLoad, .alarmStatistics,
        ],
        "objects-devices.md": [
            .device, .assignment, .calibration, .value, .reading, .ownEntry, .receipt, .singleReading, .readingMap, .report, .deviceState,
        ],
    ]

    static func file(_ subject: String) -> String { "routes-\(subject.lowercased()).md" }

    private func page(_ subject: (name: String, text: String, documents: [RouteDocument])) -> String {
        var lines = [Self.note, "# \(subject.name)", "", "\(subject.text). [The rules for every route](../interface.md)", ""]
        for document in subject.documents {
            guard let operation = description.operations.first(where: { ($0.method, $0.path) == (document.method, document.path) }) else { continue }
            lines += route(operation)
        }
        return lines.dropLast().joined(separator: "\n") + "\n"
    }

    private func route(_ operation: Description.Operation) -> [String] {
        var lines = ["## \(operation.method) `\(operation.path)`", "", "\(operation.json["summary"]?.text ?? "").", ""]
        let callers = (operation.json["x-callers"]?.array ?? []).compactMap(\.text)
        lines += ["Who: \(callers.isEmpty ? "anyone" : callers.joined(separator: ", ")).", ""]
        let parameters = (operation.json["parameters"]?.array ?? []).filter { $0["in"]?.text != "path" }
        if !parameters.isEmpty { lines += table(parameters.map { parameter($0) }) }
        if let body = operation.json["requestBody"]?["content"] {
            lines += self.body(body, isRequired: operation.json["requestBody"]?["required"] == .bool(true))
        }
        let responses = (operation.json["responses"]?.members ?? [:]).sorted { $0.key < $1.key }
        for (status, answer) in responses where Int(status)! < 400 { lines += self.answer(status, answer) }
        lines += ["Errors: " + responses.filter { Int($0.key)! >= 400 }.map { "\($0) \(codes($1))" }.joined(separator: "; ") + ".", ""]
        return lines
    }

    private func codes(_ answer: JSON) -> String {
        let all = answer["content"]?["application/problem+json"]?["schema"]?["allOf"]?[1]?["properties"]?["code"]?["enum"]?.array ?? []
        return all.compactMap(\.text).map { "`\($0)`" }.joined(separator: ", ")
    }

    private func parameter(_ parameter: JSON) -> (name: String, what: String, text: String) {
        let place = parameter["in"]?.text == "header" ? "header, " : ""
        let need = parameter["required"] == .bool(true) ? ", required" : ""
        return (parameter["name"]?.text ?? "", place + type(parameter["schema"] ?? .null) + need, parameter["description"]?.text ?? "")
    }

    private func body(_ types: JSON, isRequired: Bool) -> [String] {
        let json = types["application/json"] ?? types["text/csv"]
        let schema = json?["schema"] ?? .null
        var lines = [
            "Body\(types["text/csv"] == nil ? "" : ", `text/csv`")\(isRequired ? "" : " (may be left out)")\(types["application/x-www-form-urlencoded"] == nil ? "" : ", JSON or a form"):",
            "",
        ]
        if let properties = schema["properties"]?.members {
            let shown = properties.filter { $0.value["readOnly"] == .bool(true) }.keys.sorted()
            lines += table(members(schema, isSent: true).filter { !shown.contains($0.name) })
            if !shown.isEmpty { lines += ["Ignored: \(shown.map { "`\($0)`" }.joined(separator: ", ")).", ""] }
        } else if let text = schema["description"]?.text {
            lines += [text, ""]
        } else {
            lines += ["\(type(schema)).", ""]
        }
        return lines + (json?["examples"]?.members ?? [:]).sorted { $0.key < $1.key }.flatMap { code($0.value["value"] ?? .null) }
    }

    private func answer(_ status: String, _ answer: JSON) -> [String] {
        var line = "**\(status)**: \(answer["description"]?.text ?? "")"
        if !line.hasSuffix(".") { line += "." }
        for (name, header) in (answer["headers"]?.members ?? [:]).sorted(by: { $0.key < $1.key }) {
            line += " `\(name)`: \(header["description"]?.text ?? "")"
        }
        var lines = [line, ""]
        guard let json = answer["content"]?["application/json"] else { return lines }
        let schema = json["schema"] ?? .null
        if schema["properties"] != nil {
            lines += table(members(schema))
        } else {
            lines[0] += " \(type(schema).prefix(1).uppercased())\(type(schema).dropFirst())."
        }
        // Of an object that has its own place, once there.
        let isNamed = schema["$ref"] != nil || schema["items"]?["$ref"] != nil
        if !isNamed, let example = json["example"] { lines += code(example) }
        return lines
    }

    private func objects(_ components: [SchemaComponent]) -> String {
        var lines = [
            Self.note, "# Objects", "", "What routes have in common. Members that may be missing are marked; null is said where it may be.", "",
        ]
        for component in components {
            lines += ["## \(component.rawValue)", ""]
            if let text = component.schema.members["description"]?.text { lines += [text, ""] }
            lines += table(members(component.schema.json))
            if let example = component.schema.example { lines += code(example) }
        }
        return lines.dropLast().joined(separator: "\n") + "\n"
    }

    private var vitals: String {
        var lines = [
            Self.note, "# Vitals", "",
            "What `type_donnee` may be. A unit is sent as it is shown, or as its UCUM code; it may be left out. A value outside the range is refused.",
            "", "| `type_donnee` | unit | UCUM | LOINC | values | decimals shown |", "|---|---|---|---|---|---|",
        ]
        for vital in Vital.allCases {
            let one = vital.properties
            let range = "\(shown(one.plausible.lowerBound)) to \(shown(one.plausible.upperBound))"
            let values = one.letters.map { $0.map { "`\($0)`" }.joined(separator: ", ") } ?? range
            let decimals = one.letters == nil ? "\(one.decimals)" : ""
            lines.append("| `\(vital.rawValue)` | \(one.unit) | \(one.ucum) | \(one.loinc.joined(separator: ", ")) | \(values) | \(decimals) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: Pieces

    private func members(_ schema: JSON, isSent: Bool = false) -> [(name: String, what: String, text: String)] {
        let required = Set((schema["required"]?.array ?? []).compactMap(\.text))
        return (schema["properties"]?.members ?? [:]).sorted { $0.key < $1.key }.map { name, one in
            let need = required.contains(name) ? (isSent ? ", required" : "") : (isSent ? "" : ", may be missing")
            return (name, type(one) + need, one["description"]?.text ?? "")
        }
    }

    private func table(_ rows: [(name: String, what: String, text: String)]) -> [String] {
        if rows.isEmpty { return [] }
        return ["| name | type | |", "|---|---|---|"] + rows.map { "| `\($0.name)` | \($0.what) | \($0.text) |" } + [""]
    }

    private func code(_ json: JSON) -> [String] {
        if case .string(let text) = json { return ["```csv"] + text.split(separator: "\n").map(String.init) + ["```", ""] }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return ["```json", String(decoding: (try? encoder.encode(json)) ?? Data(), as: UTF8.self), "```", ""]
    }

    /// A schema in a few words.
    private func type(_ schema: JSON) -> String {
        if let name = schema["$ref"]?.text?.split(separator: "/").last {
            let file = Self.objects.first { $0.value.contains { $0.rawValue == name } }?.key ?? "?"
            return "[\(name)](\(file)#\(name.lowercased()))"
        }
        if let all = schema["anyOf"]?.array { return all.map(type).joined(separator: " or ") }
        if let value = schema["const"] { return "`\(value.text ?? "")`" }
        let types = (schema["type"]?.array ?? [schema["type"] ?? .null]).compactMap(\.text)
        let null = types.contains("null") && types.count > 1 ? " or null" : ""
        if let words = schema["enum"]?.array?.compactMap(\.text), !words.isEmpty { return words.map { "`\($0)`" }.joined(separator: ", ") + null }
        switch types.first {
        case "string":
            if let format = schema["format"]?.text { return (format == "date" ? "day" : "time") + null }
            if let most = schema["maxLength"]?.number { return "text of \(Int(schema["minLength"]?.number ?? 0)) to \(Int(most))" + null }
            return "text" + null
        case "integer", "number":
            guard let least = schema["minimum"]?.number, let most = schema["maximum"]?.number, most < Double(Int32.max) else {
                return types[0] + null
            }
            return "\(types[0]) from \(shown(least)) to \(shown(most))" + null
        case "boolean": return "true or false" + null
        case "array":
            if let count = schema["minItems"]?.number { return "list of \(Int(count)) " + type(schema["items"] ?? .null) + "s" + null }
            return "list of " + type(schema["items"] ?? .null) + null
        case "object":
            if let parts = schema["properties"]?.members {
                return "{" + parts.sorted { $0.key < $1.key }.map { "`\($0.key)`: \(type($0.value))" }.joined(separator: "; ") + "}" + null
            }
            if let value = schema["additionalProperties"] { return "by name: " + type(value) + null }
            return "object" + null
        case "null": return "null"
        default: return "any"
        }
    }

    private func shown(_ number: Double) -> String { Int(exactly: number).map(String.init) ?? "\(number)" }
}

extension JSON {
    /// With sorted names; what fits into a line stands in one.
    ///
    /// - Parameter used: by what stands before it in its first line.
    func readable(indent: String = "", used: Int = 0) -> String {
        let line = compact
        if used + line.utf8.count < 150 { return line }
        let deeper = indent + " "
        switch self {
        case .array(let elements):
            return "[\n" + elements.map { deeper + $0.readable(indent: deeper, used: deeper.utf8.count) }.joined(separator: ",\n") + "\n\(indent)]"
        case .object(let members):
            let parts = members.sorted { $0.key < $1.key }.map { name, value in
                let start = "\(deeper)\(JSON.string(name).compact): "
                return start + value.readable(indent: deeper, used: start.utf8.count)
            }
            return "{\n" + parts.joined(separator: ",\n") + "\n\(indent)}"
        default: return line
        }
    }

    private var compact: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: (try? encoder.encode(self)) ?? Data(), as: UTF8.self)
    }
}
