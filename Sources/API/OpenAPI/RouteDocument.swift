import Clinical

/// What is said of a route beside its row of the table: a test finds a row without.
struct RouteDocument: Sendable {
    let method: String
    let path: String
    /// One line.
    let summary: String
    /// Bodies that may be sent, as JSON: the tests send them.
    let bodies: [String]
    let answers: [DocumentedAnswer]
    /// Beside those that the row's requirement, query and body entail.
    let errors: [Problem.Code]

    init(
        _ method: String, _ path: String, _ summary: String, body: String..., answers: DocumentedAnswer..., errors: [Problem.Code] = []
    ) {
        (self.method, self.path, self.summary) = (method, path, summary)
        (bodies, self.answers, self.errors) = (body, answers, errors)
    }
}

/// What a route answers when all is well.
struct DocumentedAnswer: Sendable {
    let status: Int
    /// Nil: no body.
    var schema: Schema?
    /// A body by another type.
    var otherTypes: [String: Schema] = [:]
    var example: JSON?
    /// Header fields, with what they say.
    var headers: [String: String] = [:]
    var text: String

    static func json(_ schema: Schema, status: Int = 200, example: String? = nil, _ text: String = "The answer.") -> DocumentedAnswer {
        DocumentedAnswer(status: status, schema: schema, example: example.map { JSON(example: $0) } ?? schema.example, text: text)
    }

    static func one(_ component: SchemaComponent, status: Int = 200, _ text: String? = nil) -> DocumentedAnswer {
        DocumentedAnswer(status: status, schema: .component(component), example: component.schema.example, text: text ?? component.rawValue)
    }

    static func made(_ component: SchemaComponent, _ text: String? = nil) -> DocumentedAnswer { one(component, status: 201, text) }

    /// All of them.
    static func list(_ component: SchemaComponent) -> DocumentedAnswer {
        DocumentedAnswer(
            status: 200, schema: .list(.component(component)), example: component.schema.example.map { .array([$0]) },
            text: "A list of \(component.rawValue).")
    }

    /// A page of a list.
    static func page(_ component: SchemaComponent) -> DocumentedAnswer {
        var answer = list(component)
        answer.headers = linked
        return answer
    }
    static let linked = ["Link": "While more follow: `<?…>; rel=\"next\"`, the query of the next page."]

    /// Or a file of comma-separated values, as `format` or `Accept` says.
    func orFile(_ columns: String) -> DocumentedAnswer {
        var answer = self
        answer.otherTypes = ["text/csv": .text]
        answer.text += " With `format=csv`, or `Accept: text/csv`, a file of comma-separated values: \(columns)."
        return answer
    }

    /// A pause or a hold by its name, or null.
    static func current(_ name: String, _ component: SchemaComponent) -> DocumentedAnswer {
        DocumentedAnswer(
            status: 200, schema: .object([name: .any([.component(component), Schema(["type": .string("null")])])]),
            example: component.schema.example.map { .object([name: $0]) }, text: "Null where none runs.")
    }

    static let nothing = DocumentedAnswer(status: 204, text: "Done.")
}
