import Testing

@testable import API

/// Paths and methods that lead nowhere.
@Suite struct RouteAddressTests {
    /// One for all: nothing here changes anything.
    private static let shared = Result { try TestService() }
    let api: TestService

    init() throws { api = try Self.shared.get() }

    @Test("numbers that name nothing are 404, however large or odd", arguments: guarded.filter { $0.path.contains("{id}") })
    func unknown(route: Route) throws {
        let expected = try #require(expectations[route.testDescription])
        for id in [
            "0", "-1", "999999", "2147483648", "1000000000000000000", "99999999999999999999999999", "1.5", "1e3", "%", "x'y",
            "1;DROP TABLE patients", "1.1.1.1", "1.1.99999999999999999999.1", "\u{0}", "é",
        ] {
            let answer = try api.send(route.method, route.path.replacing("{id}", with: id), expected.body)
            // A hospital number is any text, and one with a NUL is refused by the database.
            #expect(answer.status == 404 || (id == "\u{0}" && answer.status == 400), "\(id): \(answer.status) \(answer.text)")
        }
    }

    /// What an open route answers to a request without body and credentials.
    private static let statusOfNobody = ["GET": 200, "POST": 400, "PUT": 401, "DELETE": 204]

    @Test("with and without the trailing slash", arguments: Service.routes) func slashes(route: Route) throws {
        let path = try route.path(ward: 0, in: api)
        let headers = route.path == "/api/session/" ? ["Content-Type": "application/json"] : [:]
        let with = try api.send(route.method, path, as: .nobody, headers: headers)
        let other = path.hasSuffix("/") ? String(path.dropLast()) : path + "/"
        let without = try api.send(route.method, other, as: .nobody, headers: headers)
        #expect(with.status == without.status && with.json == without.json)
        #expect(with.status == (route.isOpen ? Self.statusOfNobody[route.method] : 401))
    }

    @Test(
        "a method that a path does not have is 405, and Allow names those it has",
        arguments: Set(Service.routes.map(\.path)).sorted())
    func methods(path: String) throws {
        let known = Set(Service.routes.filter { $0.path == path }.map(\.method))
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"] where !known.contains(method) {
            let answer = try api.send(method, path.replacing("{id}", with: "1"))
            #expect(answer.status == 405 && answer["code"]?.text == "method_not_allowed")
            #expect(answer.header("Allow") == known.sorted().joined(separator: ", "))
        }
    }

    @Test(
        "unknown paths are 404, also for the administrator",
        arguments: [
            "/", "/api", "/api/x/", "/api/patients/1/2/3/", "/api/iot/", "/api/token/refresh/x", "/API/patients/",
        ]) func paths(path: String) throws
    {
        let answer = try api.send("GET", path)
        #expect(answer.status == 404 && answer["code"]?.text == "not_found")
    }
}
