import Clinical
import Foundation
import Testing

@testable import API

/// The description of the interface is that of the route table.
@Suite struct DescriptionTests {
    private let description: Description
    private static let documents = OpenAPIDocument.subjects.flatMap(\.documents)
    private static let repository = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../..").standardizedFileURL

    init() throws { description = try Description() }

    @Test("every row of the route table is described, and nothing else") func rows() {
        let rows = Service.routes.map(\.testDescription)
        #expect(Set(description.operations.map(\.name)) == Set(rows))
        #expect(Self.documents.map { "\($0.method) \($0.path)" }.sorted() == rows.sorted())
        #expect(Set(Service.routes.map(\.operationID)).count == rows.count)
    }

    @Test("each route has a line about it, an answer, its query and its errors") func said() {
        for operation in description.operations {
            let route = Service.routes.first { $0.testDescription == operation.name }!
            let summary = operation.json["summary"]?.text ?? ""
            #expect((3...120).contains(summary.count) && !summary.contains("\n"), "\(operation.name)")
            let statuses = (operation.json["responses"]?.members ?? [:]).keys.compactMap { Int($0) }
            #expect(statuses.contains { $0 < 300 }, "\(operation.name)")
            let names = (operation.json["parameters"]?.array ?? []).filter { $0["in"]?.text == "query" }.compactMap { $0["name"]?.text }
            #expect(names == route.query.map(\.name), "\(operation.name)")
            #expect(statuses.contains(400) && statuses.contains(503), "\(operation.name)")
            #expect(statuses.contains(401) || operation.json["security"] != nil, "\(operation.name)")
        }
    }

    @Test("each body has an example, and no route without one has any") func bodies() {
        for document in Self.documents {
            let route = Service.routes.first { ($0.method, $0.path) == (document.method, document.path) }
            let schema = route?.body.schema(isPatch: document.method == "PATCH")
            #expect(document.bodies.isEmpty == (schema == nil), "\(document.method) \(document.path)")
        }
    }

    @Test("every example is what its schema says") func examples() throws {
        let check = description.check
        for component in SchemaComponent.allCases {
            if let example = component.schema.example { #expect(check.faults(example, component.schema.json) == [], "\(component)") }
        }
        for operation in description.operations {
            let sent = operation.json["requestBody"]?["content"]?["application/json"]
            for (name, example) in sent?["examples"]?.members ?? [:] {
                #expect(check.faults(example["value"]!, sent!["schema"]!) == [], "\(operation.name) \(name)")
            }
            for (status, answer) in operation.json["responses"]?.members ?? [:] {
                for (type, content) in answer["content"]?.members ?? [:] {
                    guard let example = content["example"] else { continue }
                    #expect(check.faults(example, content["schema"]!) == [], "\(operation.name) \(status) \(type)")
                }
            }
        }
    }

    @Test("every object has its place on the pages") func places() {
        #expect(
            RoutePages.objects.values.flatMap(\.self).sorted { $0.rawValue < $1.rawValue }
                == SchemaComponent.allCases.sorted { $0.rawValue < $1.rawValue })
    }

    /// FAJMA_WRITE_DOCS=1 writes the files, for review.
    @Test("the committed description and its pages are what the server has") func committed() throws {
        var files = ["docs/openapi.json": description.json.readable() + "\n"]
        for (name, text) in RoutePages(description).pages { files["docs/interface/\(name)"] = text }
        for (path, text) in files {
            let file = Self.repository.appendingPathComponent(path)
            if ProcessInfo.processInfo.environment["FAJMA_WRITE_DOCS"] != nil { try text.write(to: file, atomically: true, encoding: .utf8) }
            let committed = try String(contentsOf: file, encoding: .utf8)
            #expect(committed == text, "\(path): FAJMA_WRITE_DOCS=1 scripts/swift-test --filter DescriptionTests writes it")
        }
    }
}

@Suite struct DescriptionServedTests {
    let api: TestService

    init() throws { api = try TestService() }

    @Test("the description is served to anyone, with and without a slash, and not again to who has it") func served() throws {
        let answer = try api.send("GET", "/api/openapi.json", as: .nobody)
        #expect(answer.status == 200 && answer.header("Content-Type") == "application/json")
        #expect(answer.json == (try Description().json))
        #expect(try api.send("GET", "/api/openapi.json/", as: .nobody).text == answer.text)
        let tag = try #require(answer.header("ETag"))
        for known in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
            let again = try api.send("GET", "/api/openapi.json", as: .nobody, headers: ["If-None-Match": known])
            #expect(again.status == 304 && again.text.isEmpty && again.header("ETag") == tag)
        }
        #expect(try api.send("GET", "/api/openapi.json", as: .nobody, headers: ["If-None-Match": "\"other\""]).status == 200)
    }

    @Test("under a prefix the description names it") func prefix() throws {
        let answer = try api.send("GET", "/api/openapi.json", bearer: nil, [], prefix: "/fajma")
        #expect(answer["servers"]?[0]?["url"]?.text == "/fajma")
        #expect(answer["paths"] == (try Description().json["paths"]))
    }
}
