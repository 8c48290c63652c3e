import Clinical

/// A query parameter of a route, as its row of the table names it.
struct QueryParameter: Sendable {
    let name: String
    /// Under which older clients know it.
    var aliases: [String] = []
    /// Its handler refuses a request without it, once it is known whom the path names.
    var isRequired = false
    let allowed: Allowed
    /// What is wrong with a text, if anything is.
    let fault: @Sendable (String) -> Problem.Message?

    init<Value>(_ name: String, _ type: FieldType<Value>, aliases: [String] = []) {
        (self.name, self.aliases, allowed) = (name, aliases, type.allowed)
        fault = { type.read(.string($0)) == nil ? type.fault(of: .string($0)) : nil }
    }

    /// Not to be left out.
    var required: QueryParameter {
        var parameter = self
        parameter.isRequired = true
        return parameter
    }

    /// By number or hospital number.
    static let patient = QueryParameter("patient_id", .text(1...64), aliases: ["patient"])
    /// Of the hospital, never an id.
    static let hospitalNumber = QueryParameter("identifiant", .text(1...64))
    static let ward = QueryParameter("service", .id)
    static let device = QueryParameter("dispositif", .idOrZero)
    static let vital = QueryParameter("type_donnee", FieldType<Vital>.choice)
    static let profile = QueryParameter("profil", FieldType<LimitProfile>.choice)
    static let severity = QueryParameter("niveau_gravite", FieldType<Severity>.choice)
    static let from = QueryParameter("debut", .queryInstant)
    static let to = QueryParameter("fin", .queryInstant)

    static let points = QueryParameter("points", .integer(Service.pointsRange))
    static let user = QueryParameter("utilisateur", .text(1...150))
    static let action = QueryParameter("action", .text(1...64))
    static let format = QueryParameter("format", .choice(["json", "csv"]))

    static func flag(_ name: String) -> QueryParameter { QueryParameter(name, .flag) }

    /// Accepted everywhere, and of no effect: what keeps caches away, and the replaced system's way to ask for JSON.
    static func isHarmless(_ name: String, _ value: String) -> Bool {
        ["_", "t", "ts"].contains(name) || (name == "format" && value == "json")
    }
}

extension [QueryParameter] {
    /// Of every list. A cursor is read by its list.
    static let page = [QueryParameter("limit", .integer(1...Query.maximumLimit)), QueryParameter("curseur", .text(1...200))]
}

extension Query {
    /// Parameters that come beyond these are not listed.
    private static let listedUnknown = 20

    /// The names that a route does not have.
    func unknown(_ known: [QueryParameter]) -> [String] {
        let names = Set(known.map(\.name))
        return values.filter { !names.contains($0.key) && !QueryParameter.isHarmless($0.key, $0.value) }.keys.sorted().prefix(Self.listedUnknown)
            .map { String($0.unicodeScalars.prefix(64)) }
    }

    /// - Parameter unknown: to be refused, too.
    /// - Throws: 400 with every fault.
    func check(_ known: [QueryParameter], unknown: [String]) throws {
        var faults: [String: [Problem.Message]] = [:]
        for name in unknown { faults[name] = [.own { Texts.unknownParameter(known.map(\.name), in: $0) }] }
        for parameter in known {
            if let fault = self[parameter.name].flatMap(parameter.fault) { faults[parameter.name] = [fault] }
        }
        guard faults.isEmpty else { throw Problem(status: 400, code: .invalid, fields: faults) }
    }
}
