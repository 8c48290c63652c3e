import Access
import Clinical
import Postgres
import Store
import TestDatabase
import Testing

@testable import API

/// What leaves a trace in the audit, seen from HTTP.
@Suite struct AuditTests {
    let api: TestService
    private let owner: Connection
    private static let address = "192.0.2.7"
    /// Change nothing: the route table's body takes away an end that is not there, or no pause runs; or never do.
    private static let silent: Set<String> = [
        "PATCH /api/iot/dispositifs/{id}/affectations/{affectation}/", "POST /api/patients/{id}/limites/essai/",
        "DELETE /api/patients/{id}/pause/", "DELETE /api/services/{id}/pause/",
        "DELETE /api/patients/{id}/absence/", "DELETE /api/patients/{id}/brassard/",
    ]
    /// Where the route table's own body would change nothing.
    private static let bodies = ["POST /api/iot/dispositifs/{id}/update_status/": #"{"statut":"panne"}"#]

    init() throws {
        api = try TestService()
        owner = try api.store.connection()
        let store = api.store
        _ = try store.database.addAlert(patient: 1, kind: "k", message: "m", severity: .error, measuredAt: api.now, store.admin)
        let reading = Reading(vital: .spo2, value: 95, measuredAt: api.now.advanced(bySeconds: -5))
        _ = try api.ingest.submit(Submission(origin: .device(store.keys[0]), readings: [reading], receivedAt: api.now))
        _ = try api.makeKey()
        try owner.script(calibrations(store))
        try owner.script("INSERT INTO sessions (id, user_id, kind) SELECT 'session-' || id, id, 'program' FROM users")
    }

    private struct Entry {
        let action, username: String
        let user: Int?, address: String?, patient: Int?, subject: String?
    }

    private func last() throws -> Int { try api.count("SELECT coalesce(max(id), 0) FROM audit") }

    private func entries(after id: Int) throws -> [Entry] {
        try owner.query("SELECT action, username, user_id, address, patient_id, subject FROM audit WHERE id > $1 ORDER BY id", [id]).map {
            Entry(action: try $0[0], username: try $0[1], user: try $0[2], address: try $0[3], patient: try $0[4], subject: try $0[5])
        }
    }

    private func send(_ method: String, _ path: String, as sender: TestService.Sender, _ body: String = "") throws -> Answer {
        try api.send(method, path, bearer: api.credentials(sender), Array(body.utf8), address: Self.address)
    }

    @Test("every route that changes something says who did it, from where and on which patient; one that reads changes nothing", arguments: guarded)
    func routes(route: Route) throws {
        let expected = try #require(expectations[route.testDescription])
        let name = route.testDescription
        let before = try last()
        let body = Self.bodies[name] ?? expected.body.replacing("#", with: "0")
        let answer = try send(
            route.method, "\(route.path(ward: 0, in: api, as: .admin))?\(expected.query.replacing("#", with: "0"))", as: .admin, body)
        guard answer.status < 300 else {
            #expect(answer.status == expected.status, "\(answer.text)")
            return
        }
        let entries = try entries(after: before)
        let reads = route.method == "GET" || Self.silent.contains(name)
        #expect(reads ? entries.allSatisfy { $0.action == "patient.opened" } : entries.contains { $0.action != "patient.opened" })
        for entry in entries {
            #expect(entry.username == "admin" && entry.user == api.store.admin.user && entry.address == Self.address)
            switch entry.action.split(separator: ".").first {
            case "patient" where route.path.contains("{id}"), "reading", "alert", "hold": #expect(entry.patient == 1)
            case "limit": #expect(entry.patient == (route.path.contains("/patients/") ? 1 : nil))
            case "patient", "assignment": #expect(entry.patient != nil)
            default: break
            }
        }
    }

    @Test(
        "what a device does itself leaves nothing",
        arguments: [
            ("/api/iot/data/", #"{"type_donnee":"spo2","valeur":97}"#), ("/api/iot/dispositifs/1/update_status/", #"{"statut":"panne"}"#),
        ]) func device(path: String, body: String) throws
    {
        let before = try last()
        #expect(try send("POST", path, as: .device, body).status < 300)
        #expect(try entries(after: before).isEmpty)
    }

    @Test("a login and its end are in the audit, and the session is in what it did; no password, key, hash or token is") func secrets() throws {
        let password = "quatre étages sans ascenseur"
        let hash = try quickHash(password)
        try owner.query("UPDATE users SET password_hash = $1 WHERE username = 'nurse'", [hash])
        let start = try last()
        let login = try api.send(
            "POST", "/api/token/", bearer: nil, Array(#"{"username":"nurse","password":"\#(password)"}"#.utf8), address: Self.address)
        let (access, refresh) = (try #require(login["access"]?.text), try #require(login["refresh"]?.text))
        #expect(try api.send("PATCH", "/api/patients/1/", bearer: access, Array(#"{"lit":"7"}"#.utf8)).status == 200)
        let key = try #require(try send("POST", "/api/iot/dispositifs/1/cle/", as: .admin)["cle"]?.text)
        #expect(try api.send("POST", "/api/token/blacklist/", bearer: nil, Array(#"{"refresh":"\#(refresh)"}"#.utf8)).status == 200)
        #expect(
            try entries(after: start).map(\.action) == ["session.created", "patient.changed", "patient.opened", "device.changed", "session.ended"])
        #expect(try entries(after: start)[0].address == Self.address)
        #expect(
            try api.count(
                "SELECT count(DISTINCT session) FROM audit WHERE action IN ('patient.opened', 'patient.changed', 'session.ended') AND id > \(start)")
                == 1)
        let audit: String = try owner.query("SELECT string_agg(a::text, '') FROM audit a")[0][0]
        let hashes: [String] = try owner.query(
            "SELECT password_hash FROM users UNION ALL SELECT encode(key_hash, 'hex') FROM devices WHERE key_hash IS NOT NULL"
        )
        .map { try $0[0] }
        let secrets = [password, access, refresh, key, String(key.suffix(43))] + hashes.filter { $0 != "-" }
        #expect(hashes.contains(hash))
        for secret in secrets { #expect(!audit.contains(secret)) }
    }

    @Test("a refused login names the account that exists, and never what was typed") func logins() throws {
        let start = try last()
        for name in ["nurse", "my password"] {
            let body = #"{"username":"\#(name)","password":"wrong"}"#
            #expect(try api.send("POST", "/api/token/", bearer: nil, Array(body.utf8), address: Self.address).status == 401)
        }
        let entries = try entries(after: start)
        #expect(entries.map(\.username) == ["nurse", "-"] && entries.map(\.user) == [api.store.nurse.user, nil])
        #expect(entries.allSatisfy { $0.action == "login.refused" && $0.address == Self.address })
        #expect(try api.count("SELECT count(*) FROM audit a WHERE a::text LIKE '%my password%' OR a::text LIKE '%wrong%'") == 0)
    }

    @Test("a refusal is written once an hour for each route, with its template; of a device only where the key is its own") func refusals() throws {
        let start = try last()
        for _ in 0..<2 {
            #expect(try send("GET", "/api/audit/", as: .infirmier).status == 403)
            #expect(try send("DELETE", "/api/iot/dispositifs/2/", as: .infirmier).status == 403)
            #expect(try send("GET", "/api/patients/1/", as: .device).status == 403)
            let forged = try DeviceKey.make(device: 2).text
            #expect(try api.send("GET", "/api/patients/1/", bearer: forged, []).status == 401)
            #expect(try send("GET", "/api/patients/1/", as: .nobody).status == 401)
        }
        let entries = try entries(after: start)
        #expect(entries.map(\.username) == ["nurse", "nurse", "device 1"] && entries.allSatisfy { $0.action == "request.refused" })
        #expect(entries.map(\.subject) == ["GET /api/audit/", "DELETE /api/iot/dispositifs/{id}/", "GET /api/patients/{id}/"])
    }

    @Test("looking at a patient is written once an hour, by whichever route and name; one that may not be seen is refused") func opened() throws {
        let start = try last()
        for path in ["/api/patients/1/", "/api/patients/H0/", "/api/iot/data/latest_data/?patient_id=1", "/api/iot/data/?patient_id=1"] {
            #expect(try send("GET", path, as: .infirmier).status == 200)
        }
        #expect(try send("GET", "/api/patients/2/", as: .infirmier).status == 404)
        #expect(try send("GET", "/api/patients/", as: .infirmier).status == 200)
        let entries = try entries(after: start)
        #expect(entries.map(\.action) == ["patient.opened", "patient.refused"] && entries.map(\.patient) == [1, 2])
    }

    @Test("what cannot be recorded is neither shown nor done; a refusal stays one") func unrecordable() throws {
        try owner.script("ALTER TABLE audit ADD CONSTRAINT audit_full CHECK (false) NOT VALID")
        let shown = try send("GET", "/api/patients/1/", as: .infirmier)
        #expect(shown.status == 500 && !shown.text.contains("Petit"))
        #expect(try send("PATCH", "/api/iot/dispositifs/1/", as: .admin, #"{"nom":"X"}"#).status == 500)
        #expect(try api.count("SELECT count(*) FROM devices WHERE name = 'X'") == 0)
        let body = #"{"patient":1,"mesures":[{"type_donnee":"spo2","valeur":97}]}"#
        #expect(try send("POST", "/api/iot/data/", as: .infirmier, body).status == 500)
        #expect(try api.count("SELECT count(*) FROM readings WHERE device_id = 0") == 0)
        #expect(try send("GET", "/api/audit/?format=csv", as: .admin).status == 500)
        #expect(try send("GET", "/api/audit/", as: .infirmier).status == 403)
        #expect(try send("POST", "/api/iot/data/", as: .device, #"{"type_donnee":"spo2","valeur":97}"#).status == 201)
    }

    @Test("the list is newest first, with every member, in pages that join, and filtered") func list() throws {
        #expect(try send("PATCH", "/api/patients/1/", as: .infirmier, #"{"lit":"9"}"#).status == 200)
        let first = try #require(try send("GET", "/api/audit/", as: .admin).json?[1])
        #expect(
            first.names == [
                "id", "le", "action", "utilisateur", "utilisateur_id", "adresse", "session", "patient", "objet", "avant", "apres", "scelle",
            ])
        #expect(first["action"]?.text == "patient.changed" && first["utilisateur"]?.text == "nurse" && first["adresse"]?.text == Self.address)
        #expect(first["avant"]?["bed"]?.text == "1" && first["apres"]?["bed"]?.text == "9" && first["scelle"] == .bool(false))
        _ = try api.store.database.sealAudit(most: 1000)
        #expect(try send("GET", "/api/audit/", as: .admin).json?[0]?["scelle"] == .bool(true))

        let all = try #require(try send("GET", "/api/audit/?limit=1000", as: .admin).json?.array)
        var (pages, next) = ([JSON](), "?limit=7")
        while true {
            let page = try send("GET", "/api/audit/\(next)", as: .admin)
            pages += page.json?.array ?? []
            guard let link = page.header("Link") else { break }
            next = String(link.dropFirst().prefix { $0 != ">" })
        }
        #expect(pages == all)

        func count(_ query: String) throws -> Int? { try send("GET", "/api/audit/?\(query)", as: .admin).json?.array?.count }
        #expect(try count("action=patient.changed") == 1)
        #expect(try count("utilisateur=\(api.store.nurse.user)") == 2)
        #expect(try count("utilisateur=nurse&action=patient.opened") == 1)
        #expect(try count("patient_id=H0&action=patient.changed") == 1)
        #expect(try count("patient_id=2&action=patient.changed") == 0)
        #expect(try count("fin=2020-01-01T00:00:00Z") == 0)
        #expect(try send("GET", "/api/audit/?debut=x", as: .admin).status == 400)
        #expect(try send("GET", "/api/audit/?format=pdf", as: .admin).status == 400)
    }

    @Test("as a file it is recorded first, and a name that a spreadsheet would calculate is none there") func file() throws {
        try api.store.database.record(.opened(1), by: Author(name: "=1+1"))
        let start = try last()
        let answer = try send("GET", "/api/audit/?format=csv&action=patient.opened", as: .admin)
        #expect(answer.status == 200 && answer.header("Content-Type") == "text/csv; charset=utf-8")
        #expect(answer.header("Content-Disposition")?.hasPrefix("attachment") == true)
        let lines = answer.text.split(separator: "\r\n")
        #expect(lines.first == "id,le,action,utilisateur,utilisateur_id,adresse,session,patient,objet,avant,apres,scelle")
        #expect(lines.count == 2 && lines[1].contains(",patient.opened,'=1+1,,,,1,patient 1,,,false"))
        let entries = try entries(after: start)
        #expect(entries.map(\.action) == ["audit.exported"] && entries[0].address == Self.address)
        let after: String = try owner.query("SELECT after::text FROM audit ORDER BY id DESC LIMIT 1")[0][0]
        #expect(after == #"{"action": "patient.opened", "format": "csv"}"#)
    }
}
