import Access
import Clinical
import FoundationEssentials
import Logging
import Store

/// The HTTP interface, apart from how requests arrive. Blocks; any number of threads may call it.
public struct Service: Sendable {
    let database: Database
    let ingest: Ingest
    let tokens: Tokens
    let logger: Logger
    /// How long a person's page may lie untouched.
    let idleSeconds: Double
    /// Of the values in an early warning score.
    let maximumAge: EarlyWarningScore.MaximumAge
    /// Whether a password belongs to a stored text, or to none: `Password.verify`.
    let verifyPassword: @Sendable (String, String?) -> Bool
    let now: @Sendable () -> Instant
    let rehearsals = ConcurrencyLimit(Service.rehearsalsAtOnce)
    let histories = ConcurrencyLimit(Service.historiesAtOnce)
    let traces = ConcurrencyLimit(Service.tracesAtOnce)
    public let requests = RequestMetrics(Service.routes)
    private let router = Router(Service.routes)

    /// 1 MiB.
    public static let bodyLimit = 1 << 20

    public init(
        database: Database, ingest: Ingest, tokens: Tokens, logger: Logger, idleSeconds: Double = 30 * 60,
        maximumAge: EarlyWarningScore.MaximumAge = .init(),
        verifyPassword: @escaping @Sendable (String, String?) -> Bool = { Password.verify($0, against: $1) },
        now: @escaping @Sendable () -> Instant
    ) {
        (self.database, self.ingest, self.tokens, self.logger) = (database, ingest, tokens, logger)
        (self.idleSeconds, self.maximumAge, self.verifyPassword, self.now) = (idleSeconds, maximumAge, verifyPassword, now)
    }

    /// Answers every request; an error becomes an answer here.
    public func respond(to request: Request) -> Response {
        var route: Route?
        let response = answer(request, &route)
        requests.count(route, status: response.status)
        return response
    }

    /// - Parameter found: the row of the table, where there is one.
    private func answer(_ request: Request, _ found: inout Route?) -> Response {
        var asked: (route: Route, caller: Caller)?
        do {
            let (route, parameters) = try router.find(request.method, request.path)
            found = route
            if request.body.count > Self.bodyLimit { throw Problem.tooLarge }
            let caller = try route.isOpen ? .nobody : caller(of: request)
            asked = (route, caller)
            try route.requirement.check(caller)
            try checkMediaType(request)
            return try route.handle(self, Call(request: request, caller: caller, parameters: parameters))
        } catch {
            let problem = Problem(error, logger: log(for: request))
            if problem.status == 403, let asked { recordRefusal(of: asked.route, to: asked.caller, request) }
            return problem.response(to: request)
        }
    }

    /// What the server answers for a body that it did not read to its end.
    public static func tooLarge(_ request: Request) -> Response { Problem.tooLarge.response(to: request) }

    /// Every line about a request carries its id as `request`, by which it is found in the web server's access log.
    func log(for request: Request) -> Logger {
        var logger = logger
        if let id = request.id { logger[metadataKey: "request"] = "\(id)" }
        return logger
    }

    /// A missing type passes: small HTTP clients send none.
    private func checkMediaType(_ request: Request) throws {
        guard !request.body.isEmpty, let type = request.header("Content-Type"), !type.isEmpty else { return }
        if type == "application/json" { return }
        let name = type.prefix { $0 != ";" }.filter { !$0.isWhitespace }.lowercased()
        guard name == "application/json" || name.hasSuffix("+json") else {
            throw Problem(status: 415, code: .unsupportedMediaType)
        }
    }
}

extension Route {
    /// Logging in with an expired token in the header must work.
    fileprivate var isOpen: Bool {
        if case .anyone = requirement { true } else { false }
    }
}

/// Any JSON, not looked at.
private struct Anything: Decodable { init(from decoder: any Decoder) {} }

extension Call {
    /// - Throws: `DecodingError`, which becomes a 400 that names the field.
    func decode<T: Decodable>(_: T.Type = T.self) throws -> T {
        try Self.read(Data(request.body))
    }

    /// JSONDecoder says of a number that does not fit, and of a text with half a surrogate, that the whole is no JSON.
    private static func read<T: Decodable>(_ data: Data) throws -> T {
        do {
            return try JSONDecoder().decode(T.self, from: data)
        } catch DecodingError.dataCorrupted(let context) where context.codingPath.isEmpty {
            guard (try? JSONDecoder().decode(Anything.self, from: data)) != nil else { throw Problem.parseError }
            throw Problem.invalid("body", .unreadable)
        }
    }

    /// The body laid over `current` for PATCH, or by itself for PUT.
    func decode<T: Codable>(over current: T) throws -> T {
        guard request.method == "PATCH" else { return try decode() }
        let patch: JSON = try decode()
        guard case .object = patch else { throw Problem.invalid("body", .wrongType) }
        let before = try JSONDecoder().decode(JSON.self, from: JSONEncoder().encode(current))
        return try Self.read(JSONEncoder().encode(before.overlaid(by: patch)))
    }

    /// A page of a list, from `Query.page`; while more follow, with a link to the next, whose cursor `cursor` makes of the
    /// last row shown.
    func list<T: Encodable, Cursor>(_ rows: [T], _ page: Page<Cursor>, _ cursor: (T) -> String) throws -> Response {
        let shown = rows.prefix(page.limit - 1)
        guard rows.count > shown.count, let last = shown.last else { return try .json(rows) }
        return try .json(Array(shown), headers: [nextLink(cursor(last))])
    }

    func nextLink(_ cursor: String) -> (String, String) { ("Link", "<?\(query.next(cursor))>; rel=\"next\"") }

    func found<T>(_ value: T?) throws -> T {
        guard let value else { throw Problem.notFound }
        return value
    }
}
