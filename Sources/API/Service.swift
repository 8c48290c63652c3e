import Access
import Clinical
import FoundationEssentials
import Logging
import Store

/// The HTTP interface, apart from how requests arrive. Blocks; any number of threads may call it.
public struct Service: Sendable {
    private(set) var database: Database
    let ingest: Ingest
    let tokens: Tokens
    let logger: Logger
    /// How long a person's page may lie untouched.
    let idleSeconds: Double
    /// Nil: not said.
    let hospitalName: String?
    /// The hospital's.
    let timeZone: TimeZone
    /// Of the values in an early warning score.
    let maximumAge: EarlyWarningScore.MaximumAge
    /// Whether a password belongs to a stored text, or to none: `Password.verify`.
    let verifyPassword: @Sendable (String, String?) -> Bool
    let now: @Sendable () -> Instant
    var shares = AccountShares()
    let passwords = PasswordLine()
    public let requests = RequestMetrics(Service.routes)
    let confirmedKeys = ConfirmedKeys()
    let confirmedMachineKeys = ConfirmedMachineKeys()
    private let unknownQuery: UnknownQuery
    private let crossOrigin: CrossOrigin
    private let router = Router(Service.routes)

    /// In bytes: of the route that takes the most.
    public static let bodyLimit = BodyLimit.greatest

    /// What becomes of a query parameter that a route does not have.
    public enum UnknownQuery: String, Sendable, CaseIterable {
        case refuse
        /// Answered all the same, with a `Warning` header and a line in the log: while clients of the replaced system are being mended.
        case warn
    }

    public init(
        database: Database, ingest: Ingest, tokens: Tokens, logger: Logger, idleSeconds: Double = 30 * 60,
        hospitalName: String? = nil, timeZone: TimeZone = .gmt,
        maximumAge: EarlyWarningScore.MaximumAge = .init(), unknownQuery: UnknownQuery = .refuse, crossOrigin: CrossOrigin = CrossOrigin(),
        verifyPassword: @escaping @Sendable (String, String?) -> Bool = { Password.verify($0, against: $1) },
        now: @escaping @Sendable () -> Instant
    ) {
        (self.ingest, self.tokens, self.logger) = (ingest, tokens, logger)
        self.database = database.inHospital(timeZone, now)
        (self.hospitalName, self.timeZone) = (hospitalName, timeZone)
        (self.idleSeconds, self.maximumAge, self.verifyPassword, self.now) = (idleSeconds, maximumAge, verifyPassword, now)
        (self.unknownQuery, self.crossOrigin) = (unknownQuery, crossOrigin)
    }

    /// The same, on other connections: what waits for one of these does not wait for one of those.
    public func using(_ database: Database) -> Service {
        var service = self
        service.database = database.inHospital(timeZone, now)
        return service
    }

    /// Answers every request; an error becomes an answer here.
    public func respond(to request: Request, body: [UInt8] = []) -> Response {
        var route: Route?
        var response = answer(request, body, &route)
        response.headers += crossOrigin.headers(for: request)
        requests.count(route, status: response.status)
        return response
    }

    /// - Parameter found: the row of the table, where there is one.
    private func answer(_ request: Request, _ body: [UInt8], _ found: inout Route?) -> Response {
        var asked: (route: Route, call: Call)?
        do {
            if request.method == "OPTIONS" { return crossOrigin.options(request, methods: try router.methods(request.segments)) }
            let (route, parameters) = try router.find(request.method, request.segments)
            found = route
            if body.count > route.bodyLimit { throw Problem.tooLarge(limitBytes: route.bodyLimit) }
            return try inShare(of: request, for: route) {
                // Who is not known, or may not use the route, gets nothing decoded.
                let caller = try route.isOpen ? .nobody : caller(of: request)
                asked = (route, Call(request: request, caller: caller, parameters: parameters, query: try Query("")))
                try route.requirement.check(caller)
                let (query, warning) = try query(of: request, route)
                let call = Call(request: request, caller: caller, parameters: parameters, query: query)
                asked = (route, call)
                let encoding = try encoding(of: request, body, route)
                let act = try route.read(body, BodyContext(request: request, now: now(), encoding: encoding))
                var response = try handle(route, call, body, act)
                if let warning { response.headers.append(warning) }
                return response
            }
        } catch {
            let problem = Problem(error, logger: log(for: request))
            if let asked { recordRefusal(problem, of: asked.route, in: asked.call, body) }
            return problem.response(to: request)
        }
    }

    /// - Throws: 400 for what the route does not know, or cannot be.
    /// - Returns: also the header that warns of what is answered all the same.
    private func query(of request: Request, _ route: Route) throws -> (Query, warning: (String, String)?) {
        let query = try Query(request.query, route.query)
        guard !query.values.isEmpty else { return (query, nil) }
        let unknown = query.unknown(route.query)
        try query.check(route.query, unknown: unknownQuery == .refuse ? unknown : [])
        guard !unknown.isEmpty else { return (query, nil) }
        // Our own words and the route: a name that a client makes up may hold anything.
        log(for: request).warning(
            "unknown query parameter", metadata: ["route": "\(route.method) \(route.path)", "known": "\(route.query.map(\.name))"])
        let names = unknown.map { $0.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") } }.joined(separator: ", ")
        return (query, ("Warning", "299 - \"unknown query parameter: \(names)\""))
    }

    /// How long the body of a request may be that says it is longer than `bodyLimit`: a file, of a caller who may import one. Nil: no longer.
    public func longBodyLimit(of request: Request) -> Int? {
        guard let (route, _) = try? router.find(request.method, request.segments), route.bodyLimit > Self.bodyLimit,
            let caller = try? caller(of: request), (try? route.requirement.check(caller)) != nil
        else { return nil }
        return route.bodyLimit
    }

    /// What the server answers for a body that it did not read to its end.
    public static func tooLarge(_ request: Request) -> Response { Problem.tooLarge(limitBytes: bodyLimit).response(to: request) }

    /// What is answered while nothing can be asked of the database.
    public static func unavailable(_ request: Request) -> Response { Problem.unavailable.response(to: request) }

    /// Every line about a request carries its id as `request`, by which it is found in the web server's access log.
    func log(for request: Request) -> Logger {
        var logger = logger
        if let id = request.id { logger[metadataKey: "request"] = "\(id)" }
        return logger
    }

    /// A missing type passes: small HTTP clients send none. - Throws: 415, for a compressed body too.
    private func encoding(of request: Request, _ body: [UInt8], _ route: Route) throws -> BodyEncoding {
        if let encoding = request.header("Content-Encoding"), !body.isEmpty, !["", "identity"].contains(encoding.lowercased()) {
            throw Problem(status: 415, code: .unsupportedMediaType, headers: [("Accept-Encoding", "identity")])
        }
        let expected = route.body.mediaType
        guard !body.isEmpty, let type = request.header("Content-Type"), !type.isEmpty, type != expected else { return .plain }
        let name = type.prefix { $0 != ";" }.filter { !$0.isWhitespace }.lowercased()
        if route.takesForms {
            if name == "application/x-www-form-urlencoded" { return .form }
            if name == "multipart/form-data", let boundary = FormParts.parameter("boundary", of: type) { return .parts(boundary: boundary) }
        }
        guard name == expected || (expected == "application/json" && name.hasSuffix("+json")) else {
            throw Problem.unsupportedMediaType(instead: expected)
        }
        return .plain
    }
}

extension Database {
    fileprivate func inHospital(_ timeZone: TimeZone, _ now: @escaping @Sendable () -> Instant) -> Database {
        var database = self
        database.today = {
            let now = now()
            return now.day(offsetSeconds: timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: now.seconds(since: Instant(milliseconds: 0)))))
        }
        return database
    }
}

extension Route {
    /// Logging in with an expired token in the header must work.
    fileprivate var isOpen: Bool {
        if case .anyone = requirement { true } else { false }
    }
}

extension Call {
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
