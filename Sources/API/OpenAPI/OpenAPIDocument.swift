import Access
import Clinical
import Version

/// The description of the interface, OpenAPI 3.1, built from the route table and what is said of each row.
struct OpenAPIDocument {
    /// What belongs together, in the order in which a reader meets it.
    static let subjects: [(name: String, text: String, documents: [RouteDocument])] = [
        ("General", "Open to anyone", RouteDocument.general),
        ("Sessions", "Logging in, staying so and leaving; one's own account", RouteDocument.sessions),
        ("Accounts", "Other accounts and their sessions: administrators", RouteDocument.accounts),
        ("Keys", "Machine keys, of the hospital's programs: administrators", RouteDocument.machineKeys),
        ("Wards", "Wards, and what a ward's page needs", RouteDocument.wards),
        ("Patients", "Stays, profiles, scores, histories", RouteDocument.patients),
        ("Limits", "Alarm limits, trials of them, statistics", RouteDocument.limitsAndStatistics),
        ("Pauses", "Pauses of the sound, absences, cuffs", RouteDocument.pauses),
        ("Devices", "Devices, who wears them, calibrations", RouteDocument.devices),
        ("Readings", "What devices report and people enter", RouteDocument.readings),
        ("Alerts", "Alerts, acknowledging them, raising some by hand", RouteDocument.alerts),
        ("Audit", "Who did what: administrators", RouteDocument.audit),
    ]

    private static let bearer = "bearer"
    private static let cookie = "cookie"
    private static let machineKey = "machineKey"
    private static let clientCredentials = "clientCredentials"

    private let routes: [Route]

    init(_ routes: [Route]) { self.routes = routes }

    /// A row without a document is left out: a test says which.
    var json: JSON {
        var responses: [String: JSON] = [:]
        var paths: [String: [String: JSON]] = [:]
        for subject in Self.subjects {
            for document in subject.documents {
                guard let route = routes.first(where: { ($0.method, $0.path) == (document.method, document.path) }) else { continue }
                paths[route.path, default: [:]][route.method.lowercased()] = operation(route, document, subject.name, &responses)
            }
        }
        return .object([
            "openapi": .string("3.1.1"), "info": Self.info, "servers": .array([.object(["url": .string("/")])]),
            "tags": .array(Self.subjects.map { .object(["name": .string($0.name), "description": .string($0.text)]) }),
            "security": .array([Self.bearer, Self.machineKey, Self.clientCredentials].map { .object([$0: .array([])]) }),
            "paths": .object(paths.mapValues { .object($0) }),
            "components": .object([
                "schemas": .object(Dictionary(uniqueKeysWithValues: SchemaComponent.allCases.map { ($0.rawValue, $0.schema.json) })),
                "responses": .object(responses), "securitySchemes": Self.securitySchemes,
            ]),
        ])
    }

    private static let info = JSON.object([
        "title": .string("FAJMA"), "version": .string(Version.current),
        "description": .string(
            """
            Patient monitoring. Every path is served with and without the slash at its end. Another method than those here is 405 with `Allow`; \
            `_`, `t`, `ts` and `format=json` are accepted in every query; where a number, an id, true or false is asked for, a text that holds one \
            is taken, too. docs/interface.md has the rules for every route, and the WebSockets.
            """),
        "license": .object(["name": .string("See LICENSE")]),
    ])

    private static let securitySchemes = JSON.object([
        bearer: .object([
            "type": .string("http"), "scheme": .string("bearer"),
            "description": .string("A user's access token, or a device key `fjd_<device>_<secret>`."),
        ]),
        machineKey: .object([
            "type": .string("http"), "scheme": .string("bearer"), "bearerFormat": .string("fjs_<id>_<secret>"),
            "description": .string("A machine key: of a program of the hospital, with some permissions and wards."),
        ]),
        clientCredentials: .object([
            "type": .string("oauth2"),
            "description": .string("A machine key as an OAuth client: `client_id` is `fjs_<id>`, `client_secret` the key."),
            "flows": .object([
                "clientCredentials": .object([
                    "tokenUrl": .string("/api/token/"),
                    "scopes": .object(
                        Dictionary(uniqueKeysWithValues: Permission.ofMachineKeys.map { ($0.rawValue, .string("A permission of the key.")) })),
                ])
            ]),
        ]),
        cookie: .object([
            "type": .string("apiKey"), "in": .string("cookie"), "name": .string("fajma_session"),
            "description": .string("A browser's session. Over https the name begins with `__Host-`."),
        ]),
    ])

    private func operation(_ route: Route, _ document: RouteDocument, _ tag: String, _ responses: inout [String: JSON]) -> JSON {
        var operation: [String: JSON] = [
            "tags": .array([.string(tag)]), "summary": .string(document.summary), "operationId": .string(route.operationID),
        ]
        let callers = route.callers
        if callers.isEmpty {
            operation["security"] = .array(route.usesCookie ? [.object([Self.cookie: .array([])])] : [])
        } else {
            operation["x-machine-permission"] = route.machinePermission.map { .string($0.rawValue) }
            operation["x-callers"] = .array(callers.map { .string($0) })
        }
        let parameters = route.pathParameters + route.query.map(\.json) + route.headerParameters
        if !parameters.isEmpty { operation["parameters"] = .array(parameters) }
        if let body = requestBody(route, document) { operation["requestBody"] = body }
        var answers: [String: JSON] = [:]
        for answer in document.answers { answers["\(answer.status)"] = answer.json }
        for (status, codes) in Dictionary(grouping: Set(route.errors + document.errors), by: \.status) {
            let words = Set(codes.map(\.wire)).sorted()
            let name = Self.responseName(status, words)
            responses[name] = Problem.document(status, words)
            answers["\(status)"] = .object(["$ref": .string("#/components/responses/\(name)")])
        }
        operation["responses"] = .object(answers)
        return .object(operation)
    }

    /// Programs of ours read names of 64 bytes: in longer ones each word is cut.
    private static func responseName(_ status: Int, _ codes: [String]) -> String {
        let name = "\(status)-\(codes.joined(separator: "-"))"
        guard name.utf8.count > 64 else { return name }
        return "\(status)-\(codes.map { $0.split(separator: "_").map { $0.prefix(3) }.joined(separator: "_") }.joined(separator: "-"))"
    }

    private func requestBody(_ route: Route, _ document: RouteDocument) -> JSON? {
        guard let schema = route.body.schema(isPatch: route.method == "PATCH") else { return nil }
        var content: [String: JSON] = ["schema": schema.json]
        if !document.bodies.isEmpty {
            let examples = document.bodies.enumerated().map {
                ("\($0 + 1)", JSON.object(["value": route.body.mediaType == "application/json" ? JSON(example: $1) : .string($1)]))
            }
            content["examples"] = .object(Dictionary(uniqueKeysWithValues: examples))
        }
        var types = [route.body.mediaType: JSON.object(content)]
        if route.takesForms {
            for type in ["application/x-www-form-urlencoded", "multipart/form-data"] { types[type] = .object(["schema": schema.json]) }
        }
        // No body is as good as `{}`.
        let mayBeEmpty = schema.members["properties"] != nil && schema.members["required"] == nil
        return .object(["content": .object(types), "required": .bool(!mayBeEmpty)])
    }
}

extension DocumentedAnswer {
    fileprivate var json: JSON {
        var members: [String: JSON] = ["description": .string(text)]
        var content: [String: JSON] = [:]
        if let schema {
            content["application/json"] = .object(["schema": schema.json].merging(example.map { ["example": $0] } ?? [:]) { $1 })
        }
        for (type, schema) in otherTypes { content[type] = .object(["schema": schema.json]) }
        if !content.isEmpty { members["content"] = .object(content) }
        if !headers.isEmpty {
            members["headers"] = .object(headers.mapValues { .object(["description": .string($0), "schema": Schema.text.json]) })
        }
        return .object(members)
    }
}

extension Problem {
    /// - Parameter codes: that it can have.
    fileprivate static func document(_ status: Int, _ codes: [String]) -> JSON {
        let code = Schema.object(["code": .choice(codes)])
        let schema = JSON.object(["allOf": .array([Schema.component(.problem).json, code.json])])
        var members: [String: JSON] = [
            "description": .string(Texts.titles[status] ?? "Error"),
            "content": .object(["application/problem+json": .object(["schema": schema])]),
        ]
        let header: [Int: (String, String)] = [
            401: ("WWW-Authenticate", "`Bearer realm=\"api\"`"), 429: ("Retry-After", "Seconds."), 503: ("Retry-After", "Seconds."),
        ]
        if let (name, text) = header[status] {
            members["headers"] = .object([name: .object(["description": .string(text), "schema": Schema.text.json])])
        }
        return .object(members)
    }
}
