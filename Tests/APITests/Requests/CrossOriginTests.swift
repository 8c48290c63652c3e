import TestDatabase
import Testing

@testable import API

/// The replaced system's page is on another server than the API.
@Suite struct CrossOriginTests {
    let api: TestService
    private static let page = "https://tableau.hopital.example"
    private static let preflight = [
        "Origin": page, "Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization,content-type",
    ]

    init() throws { api = try TestService(crossOrigin: CrossOrigin(origins: ["https://Tableau.hopital.example", "http://localhost:3000"])) }

    @Test("OPTIONS says what a path takes, to everybody", arguments: Set(Service.routes.map(\.path)).sorted()) func methods(path: String) throws {
        let known = Set(Service.routes.filter { $0.path == path }.map(\.method)).sorted() + ["OPTIONS"]
        let answer = try api.send("OPTIONS", path.replacing("{id}", with: "1"), as: .nobody)
        #expect(answer.status == 204 && answer.header("Allow") == known.joined(separator: ", "))
        #expect(answer.header("Access-Control-Allow-Origin") == nil && answer.header("Access-Control-Allow-Methods") == nil)
    }

    @Test("OPTIONS of what does not exist is 404") func unknown() throws {
        #expect(try api.send("OPTIONS", "/api/nothing/", as: .nobody, headers: Self.preflight).status == 404)
    }

    @Test("a browser that asks for an allowed page is told methods, headers and for how long") func preflight() throws {
        let answer = try api.send("OPTIONS", "/api/iot/alertes/1/", as: .nobody, headers: Self.preflight)
        #expect(answer.status == 204 && answer.header("Access-Control-Allow-Origin") == Self.page && answer.header("Vary") == "Origin")
        #expect(answer.header("Access-Control-Allow-Methods")?.contains("PATCH") == true)
        #expect(answer.header("Access-Control-Max-Age") == "600")
        let headers = try #require(answer.header("Access-Control-Allow-Headers")?.lowercased())
        for name in ["authorization", "content-type", "idempotency-key", "if-match"] { #expect(headers.contains(name)) }
    }

    @Test("an allowed page may read every answer, errors too, and never with cookies", arguments: ["/api/patients/", "/api/patients/99999/", "/x"])
    func answers(path: String) throws {
        for sender in [TestService.Sender.infirmier, .nobody] {
            let answer = try api.send("GET", path, as: sender, headers: ["Origin": Self.page])
            #expect(answer.header("Access-Control-Allow-Origin") == Self.page && answer.header("Vary") == "Origin")
            #expect(answer.header("Access-Control-Expose-Headers")?.contains("Link") == true)
            #expect(answer.header("Access-Control-Allow-Credentials") == nil)
        }
    }

    @Test(
        "another origin may read nothing", arguments: ["https://evil.example", "null", "https://tableau.hopital.example.evil.example", "*", ""])
    func foreign(origin: String) throws {
        for (method, headers) in [("GET", ["Origin": origin]), ("OPTIONS", Self.preflight.merging(["Origin": origin]) { $1 })] {
            let answer = try api.send(method, "/api/patients/", headers: headers)
            #expect(answer.header("Access-Control-Allow-Origin") == nil && answer.header("Access-Control-Allow-Methods") == nil)
            #expect(answer.header("Vary") == "Origin")
        }
    }

    @Test("the browser's session is for our own pages") func cookies() throws {
        for method in ["OPTIONS", "POST", "PUT", "DELETE"] {
            let answer = try api.send(method, "/api/session/", as: .nobody, headers: Self.preflight)
            #expect(answer.header("Access-Control-Allow-Origin") == nil && answer.header("Access-Control-Allow-Methods") == nil)
        }
    }

    @Test("without an allowed origin nothing is said of origins") func off() throws {
        let answer = try TestService().send("GET", "/api/patients/", headers: ["Origin": Self.page])
        #expect(answer.status == 200 && answer.header("Vary") == nil && answer.header("Access-Control-Allow-Origin") == nil)
    }
}
