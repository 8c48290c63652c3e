import Clinical
import Logging
import Store
import Testing

@testable import API

/// What stands behind the question mark.
@Suite struct QueryTests {
    /// One for all: nothing here changes anything.
    private static let shared = Result { try TestService() }
    let api: TestService

    init() throws { api = try Self.shared.get() }

    @Test("a parameter that a route does not have is refused, and those that it has are named", arguments: Service.routes)
    func unknown(route: Route) throws {
        let path = try route.path(ward: 0, in: api)
        let answer = try api.send(route.method, "\(path)?patient_id2=1", expectations[route.testDescription]?.body ?? "{}")
        #expect(answer.status == 400 && answer["code"]?.text == "invalid", "\(answer.text)")
        let message = try #require(answer["errors"]?["patient_id2"]?[0]?.text)
        for name in route.query.map(\.name) { #expect(message.contains(name)) }
        #expect(answer["patient_id2"] == answer["errors"]?["patient_id2"])
    }

    @Test("what keeps caches away, and format=json, are accepted everywhere", arguments: Service.routes.filter { $0.method == "GET" })
    func harmless(route: Route) throws {
        let path = try route.path(ward: 0, in: api)
        let query = expectations[route.testDescription]?.query ?? ""
        let plain = try api.send("GET", "\(path)?\(query)").status
        #expect(try api.send("GET", "\(path)?_=1700000000&t=1&ts=2&format=json&\(query)").status == plain)
    }

    @Test("a filter that is spelt as another list has it does not show another patient's data") func typing() throws {
        for path in [
            "/api/patients/?identifiant2=zzz", "/api/iot/alertes/?patients=1", "/api/iot/data/?patient-id=1", "/api/audit/?patient=&user=1",
        ] {
            #expect(try api.send("GET", path).status == 400, "\(path)")
        }
    }

    @Test("the offset of an instant may have its plus sign as it is, which is a space in a query") func plus() throws {
        for from in ["2026-11-22T20:17:20+02:00", "2026-11-22T20:17:20.5+0200", "2026-11-22T20:17:20%2B02:00"] {
            #expect(try api.send("GET", "/api/iot/alertes/?debut=\(from)").status == 200, "\(from)")
        }
        for from in ["2026-11-22T20:17:20", "2026-11-22+20:17:20", "2026-11-22T20:17:20++02:00"] {
            #expect(try api.send("GET", "/api/iot/alertes/?debut=\(from)").status == 400, "\(from)")
        }
    }

    @Test("a compressed body is 415") func compressed() throws {
        let body = #"{"nom":"Urgences"}"#
        let refused = try api.send("POST", "/api/services/", body, headers: ["Content-Encoding": "gzip"])
        #expect(refused.status == 415 && refused.header("Accept-Encoding") == "identity")
        #expect(try api.send("POST", "/api/services/", body, headers: ["Content-Encoding": "identity"]).status == 201)
    }

    @Test("patient_id is the filter of every list, `patient` its older name; by id and by hospital number; unknown is 404")
    func patients() throws {
        for key in [0, 1].map({ api.store.keys[$0].text }) {
            #expect(try api.send("POST", "/api/iot/data/", bearer: key, Array(#"{"type_donnee":"spo2","valeur":97}"#.utf8)).status == 201)
        }
        for patient in 1...2 {
            let alert = #"{"patient":\#(patient),"type_alerte":"x","message":"m","niveau_gravite":"info"}"#
            #expect(try api.send("POST", "/api/iot/alertes/", alert).status == 201)
        }
        for path in ["/api/iot/data/", "/api/iot/alertes/", "/api/iot/dispositifs/"] {
            for filter in ["patient_id=1", "patient=1", "patient_id=H0", "patient=H0"] {
                let rows = try #require(try api.send("GET", "\(path)?\(filter)").json?.array)
                #expect(rows.count == 1 && rows[0]["patient"]?.number == 1, "\(path) \(filter)")
            }
            for filter in ["patient_id=77", "patient=NOBODY", "patient_id=999999999999999999999"] {
                #expect(try api.send("GET", "\(path)?\(filter)").status == 404, "\(path) \(filter)")
            }
            #expect(try api.send("GET", "\(path)?patient_id=2", as: .infirmier).status == 404)
        }
        #expect(try api.send("GET", "/api/audit/?patient_id=77").status == 404)
    }

    @Test("all that is wrong is said at once, with what is allowed") func everyFault() throws {
        let answer = try api.send("GET", "/api/iot/alertes/?niveau_gravite=high&limit=5000&debut=hier&acquittee=perhaps&curseurs=1&service=un")
        #expect(answer.status == 400)
        #expect(answer["errors"]?.names == ["niveau_gravite", "limit", "debut", "acquittee", "curseurs", "service"])
        #expect(answer["niveau_gravite"]?[0]?.text == "« high » n’existe pas : info, warning ou error.")
        #expect(answer["limit"]?[0]?.text == "Un nombre entier de 1 à 1000 est requis.")
        let english = try api.send("GET", "/api/iot/alertes/?niveau_gravite=high", headers: ["Accept-Language": "en"])
        #expect(english["niveau_gravite"]?[0]?.text == #""high" does not exist: info, warning or error."#)
    }

    @Test("a flag is also 1 or 0") func flags() throws {
        #expect(try api.send("GET", "/api/patients/?sortis=0").json?.array?.count == 2)
        #expect(try api.send("GET", "/api/patients/?sortis=True").json == .array([]))
    }

    @Test("while clients are being mended, an unknown parameter is answered with a warning") func warning() throws {
        let service = Service(
            database: api.store.database, ingest: api.ingest, tokens: api.tokens, logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() },
            unknownQuery: .warn, now: { [now = api.now] in now })
        let headers = ["Authorization": "Bearer \(try #require(try api.credentials(.admin)))"]
        let response = service.respond(
            to: Request(method: "GET", path: "/api/patients/", query: "identifiants=1&x%0d%0aSet-Cookie:y=1", headers: { headers[$0] }))
        #expect(response.status == 200)
        let warning = response.headers.first { $0.0 == "Warning" }?.1
        #expect(warning == #"299 - "unknown query parameter: identifiants, xSetCookiey""#)
        #expect(service.respond(to: Request(method: "GET", path: "/api/patients/", query: "limit=0", headers: { headers[$0] })).status == 400)
    }
}
