import Clinical
import Testing

@testable import API

/// The document and its operations, as a client reads them.
struct Description {
    static let own = try! Description()  // it is our own JSON

    let json: JSON
    var check: SchemaCheck { SchemaCheck(document: json) }

    struct Operation {
        let method: String
        let path: String
        let json: JSON

        var name: String { "\(method) \(path)" }
        /// The schema and the example of what is answered with the status, by type.
        func answers(_ status: Int) -> [String: JSON]? { json["responses"]?["\(status)"].map { $0["content"]?.members ?? [:] } }
    }

    init(_ document: OpenAPIDocument = OpenAPIDocument(Service.routes)) throws {
        json = try JSON(parsing: Array(document.text().utf8), maximumValues: .max)
        operations = Self.operations(json)
    }

    /// With what the document refers to in place of the reference, but not in schemas.
    let operations: [Operation]

    private static func operations(_ json: JSON) -> [Operation] {
        (json["paths"]?.members ?? [:]).sorted { $0.key < $1.key }.flatMap { path, methods in
            (methods.members ?? [:]).sorted { $0.key < $1.key }.map { Operation(method: $0.uppercased(), path: path, json: resolved($1, json)) }
        }
    }

    private static func resolved(_ operation: JSON, _ json: JSON) -> JSON {
        guard var members = operation.members, let responses = members["responses"]?.members else { return operation }
        members["responses"] = .object(
            responses.mapValues { answer in
                guard let reference = answer["$ref"]?.text, let name = reference.split(separator: "/").last else { return answer }
                return json["components"]?["responses"]?[String(name)] ?? answer
            })
        return .object(members)
    }
}

/// Expects of an answer that the description has it, to the last member.
func expectDescribed(_ answer: Answer, _ route: Route, _ place: Comment) throws {
    let name = route.testDescription
    let operation = try #require(Description.own.operations.first { $0.name == name })
    let types = try #require(operation.answers(answer.status), "\(name), \(place): \(answer.status) is not described: \(answer.text)")
    if types.isEmpty {
        #expect(answer.text.isEmpty, place)
        return
    }
    let type = answer.header("Content-Type") ?? ""
    let schema = try #require(types[type]?["schema"], "\(name), \(place): \(type) is not described")
    #expect(Description.own.check.faults(try #require(answer.json), schema) == [], "\(name), \(place)")
}
