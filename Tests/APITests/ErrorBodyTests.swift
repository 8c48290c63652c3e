import Clinical
import Testing

@testable import API

/// Errors as RFC 9457 has them, with the members that the replaced system's clients read.
@Suite struct ErrorBodyTests {
    /// One for all: what is refused changes nothing.
    private static let shared = Result { try TestService() }
    let api: TestService

    init() throws { api = try Self.shared.get() }

    @Test("an error has every member of the contract, in French by default") func members() throws {
        let answer = try api.send("GET", "/api/patients/77/")
        #expect(answer.status == 404)
        #expect(answer.header("Content-Type") == "application/problem+json")
        #expect(answer.header("Content-Language") == "fr")
        #expect(
            answer.json
                == .object([
                    "type": .string("about:blank"), "title": .string("Not Found"), "status": .integer(404),
                    "detail": .string("Introuvable."), "error": .string("Introuvable."), "code": .string("not_found"),
                ]))
    }

    @Test("an error carries the id that the web server gave its request, and an answer without error does not") func requestID() throws {
        let refused = try api.send("GET", "/api/patients/77/", bearer: api.credentials(.admin), [], id: "4f0c")
        #expect(refused.status == 404 && refused["request_id"] == .string("4f0c"))
        let answered = try api.send("GET", "/api/version/", bearer: nil, [], id: "4f0c")
        #expect(answered.json?.names == ["version"])
        #expect(answered["version"]?.text?.wholeMatch(of: /[0-9]+\.[0-9]+\.[0-9]+/) != nil)
    }

    @Test(
        "the language follows Accept-Language",
        arguments: [
            ("en", "Not found."), ("en-GB,en;q=0.9,fr;q=0.8", "Not found."), ("fr-CH, fr;q=0.9, en;q=0.8", "Introuvable."),
            ("de", "Introuvable."), ("de, en;q=0.5", "Not found."), ("*", "Introuvable."), ("en;q=0", "Introuvable."),
            ("en;q=abc", "Introuvable."), (";;;,,=", "Introuvable."),
        ]) func language(accepted: String, detail: String) throws
    {
        let answer = try api.send("GET", "/api/patients/77/", headers: ["Accept-Language": accepted])
        #expect(answer["detail"]?.text == detail)
        #expect(answer.header("Content-Language") == (detail == "Introuvable." ? "fr" : "en"))
    }

    @Test("every fault has its sentence in both languages, in one typographic style") func texts() {
        for fault in FieldFault.allCases {
            #expect(Texts.faults[fault]?.count == 2, "\(fault)")
            #expect(Texts.faults[fault]?[.french]?.contains("'") == false, "\(fault)")
        }
    }

    private struct Bad: Sendable, CustomTestStringConvertible {
        let path: String
        let body: String
        let field: String
        var status = 400
        var method = "POST"
        var testDescription: String { "\(method) \(path) \(body.prefix(80))" }
    }

    /// Deeper than a worker's stack is for a decoder that recurses.
    private static func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }

    private static let badFields: [Bad] = [
        Bad(path: "/api/token/", body: #"{"password":"b"}"#, field: "username"),
        Bad(path: "/api/token/", body: #"{"username":"a"}"#, field: "password"),
        Bad(path: "/api/token/", body: #"{"username":["a"],"password":"b"}"#, field: "username"),
        Bad(path: "/api/token/refresh/", body: #"{"refresh":null}"#, field: "refresh"),
        Bad(path: "/api/services/", body: #"{"nom":""}"#, field: "nom"),
        Bad(path: "/api/services/", body: #"{"nom":"Cardiologie"}"#, field: "nom", status: 409),
        Bad(path: "/api/services/", body: #"{"nom":["Cardiologie"]}"#, field: "nom"),
        Bad(path: "/api/patients/", body: #"{"nom":"A","prenom":"B","service":1}"#, field: "identifiant"),
        Bad(path: "/api/patients/", body: patient(["identifiant": #""H0""#]), field: "identifiant", status: 409),
        Bad(path: "/api/patients/", body: patient(["identifiant": #""n:12""#]), field: "identifiant"),
        Bad(path: "/api/patients/", body: patient(["identifiant": #""a b""#]), field: "identifiant"),
        Bad(path: "/api/patients/", body: patient(["date_naissance": #""2056-05-04""#]), field: "date_naissance"),
        Bad(path: "/api/patients/", body: patient(["date_naissance": #""1850-05-04""#]), field: "date_naissance"),
        Bad(path: "/api/patients/", body: patient(["sexe": #""Z""#]), field: "sexe"),
        Bad(path: "/api/patients/", body: patient(["service": "77"]), field: "service"),
        Bad(path: "/api/patients/", body: patient(["service": "1000000000000000000"]), field: "service"),
        Bad(path: "/api/patients/", body: patient(["service": "1e300"]), field: "service"),
        Bad(path: "/api/patients/", body: patient(["service": "1.5"]), field: "service"),
        Bad(path: "/api/patients/", body: patient(["service": #""un""#]), field: "service"),
        Bad(path: "/api/patients/", body: patient(["nom": #""\ud800""#]), field: "non_field_errors"),
        Bad(path: "/api/patients/1/", body: #"{"service":1.5}"#, field: "service", method: "PATCH"),
        Bad(path: "/api/patients/", body: patient(["nom": "\"" + String(repeating: "é", count: 81) + "\""]), field: "nom"),
        Bad(path: "/api/patients/", body: patient(["lit": #""012345678901234567890""#]), field: "lit"),
        Bad(path: "/api/patients/", body: patient(["date_naissance": #""23/04/1950""#]), field: "date_naissance"),
        Bad(path: "/api/patients/", body: patient(["date_naissance": #""1950-02-30""#]), field: "date_naissance"),
        Bad(path: "/api/patients/", body: patient(["date_naissance": #""0000-01-01""#]), field: "date_naissance"),
        Bad(path: "/api/patients/", body: patient(["date_naissance": #""1900-02-29""#]), field: "date_naissance"),
        Bad(path: "/api/patients/", body: patient(["date_naissance": #""infinity""#]), field: "date_naissance"),
        Bad(path: "/api/patients/", body: patient(["lit": #""1""#]), field: "lit", status: 409),
        Bad(path: "/api/patients/", body: patient(["lit": #"" 1\t""#]), field: "lit", status: 409),
        Bad(path: "/api/services/1/", body: #"{"nom":"Pneumologie"}"#, field: "nom", status: 409, method: "PATCH"),
        Bad(path: "/api/services/1/", body: #"{}"#, field: "nom", method: "PATCH"),
        Bad(path: "/api/services/1/", body: "", field: "patients", status: 409, method: "DELETE"),
        Bad(path: "/api/limites/", body: "{}", field: "limites", method: "PUT"),
        Bad(path: "/api/limites/", body: limits(["type_donnee": #""spo3""#]), field: "limites", method: "PUT"),
        Bad(path: "/api/limites/", body: limits(["cote": #""gauche""#]), field: "limites", method: "PUT"),
        Bad(path: "/api/limites/", body: limits(["seuil": #""bas""#]), field: "limites", method: "PUT"),
        Bad(path: "/api/limites/", body: limits(["seuil": "29"]), field: "limites", method: "PUT"),
        Bad(path: "/api/limites/", body: limits(["seuil": "1e999"]), field: "limites", method: "PUT"),
        Bad(path: "/api/limites/", body: limits(["seuil": "null", "delai_s": "1e300"]), field: "limites", method: "PUT"),
        Bad(path: "/api/services/1/limites/", body: limits(["delai_s": "301"]), field: "limites", method: "PUT"),
        Bad(path: "/api/services/1/limites/", body: limits(["hysteresis": "-1"]), field: "limites", method: "PUT"),
        Bad(path: "/api/patients/1/limites/", body: limits(["cote": #""haut""#]), field: "limites", method: "PUT"),
        Bad(path: "/api/patients/1/limites/", body: limits(["seuil": "95"]), field: "limites", method: "PUT"),
        Bad(path: rehearsal, body: #"{"limites":[]}"#, field: "depuis"),
        Bad(path: rehearsal, body: #"{"limites":[],"depuis":"2020-01-01T00:00:00Z"}"#, field: "depuis"),
        Bad(path: rehearsal, body: #"{"limites":[],"depuis":"9999-01-01T00:00:00Z"}"#, field: "depuis"),
        Bad(path: rehearsal, body: #"{"limites":[],"depuis":"2026-01-02T00:00:00Z","jusqu_a":"2026-01-01T00:00:00Z"}"#, field: "jusqu_a"),
        Bad(path: rehearsal, body: #"{"depuis":"2026-01-01T00:00:00Z","jusqu_a":"2026-01-02T00:00:00Z"}"#, field: "limites"),
        Bad(path: assignments, body: "{}", field: "patient"),
        Bad(path: assignments, body: #"{"patient":77}"#, field: "patient"),
        Bad(path: assignments, body: #"{"patient":1000000000000000000}"#, field: "patient"),
        Bad(path: assignments, body: #"{"patient":2,"debut":"infinity"}"#, field: "debut"),
        Bad(path: assignments, body: #"{"patient":2,"debut":"2026-01-01"}"#, field: "debut"),
        Bad(path: assignments, body: #"{"patient":2,"debut":"1970-01-01T00:00:00Z"}"#, field: "debut"),
        Bad(path: assignments, body: #"{"patient":2,"debut":"9999-12-31T23:59:59-23:59"}"#, field: "debut"),
        Bad(path: assignments, body: #"{"patient":2,"fin":"1970-01-01T00:00:00Z"}"#, field: "fin"),
        Bad(path: assignments + "1/", body: #"{"debut":null}"#, field: "debut", method: "PATCH"),
        Bad(path: assignments + "1/", body: #"{"fin":"2000-01-01T00:00:00Z"}"#, field: "fin", method: "PATCH"),
        Bad(path: "/api/patients/?sortis=perhaps", body: "", field: "sortis", method: "GET"),
        Bad(path: "/api/iot/dispositifs/?libres=oui", body: "", field: "libres", method: "GET"),
        Bad(path: "/api/patients/", body: patient(["date_naissance": #""tomorrow""#]), field: "date_naissance"),
        Bad(path: "/api/patients/1/", body: #"{"date_naissance":"now"}"#, field: "date_naissance", method: "PATCH"),
        Bad(path: "/api/patients/1/", body: #"{"service":99999999999}"#, field: "service", method: "PATCH"),
        Bad(path: "/api/patients/1/", body: #"{"identifiant":"H1"}"#, field: "identifiant", status: 409, method: "PATCH"),
        Bad(path: "/api/patients/1/", body: #"{"nom":null}"#, field: "nom", method: "PATCH"),
        Bad(path: "/api/patients/1/", body: #"{"x":\#(nested(500))}"#, field: "non_field_errors", method: "PATCH"),
        Bad(path: "/api/iot/dispositifs/", body: #"{"nom":"D"}"#, field: "type_dispositif"),
        Bad(path: "/api/iot/dispositifs/", body: #"{"nom":"","type_dispositif":"b"}"#, field: "nom"),
        Bad(path: "/api/iot/dispositifs/", body: #"{"nom":"D","type_dispositif":"b","statut":""}"#, field: "statut"),
        Bad(path: "/api/iot/dispositifs/", body: #"{"nom":"D","type_dispositif":"b","patient":77}"#, field: "patient"),
        Bad(
            path: "/api/iot/dispositifs/", body: #"{"nom":"D","type_dispositif":"b","patient":1000000000000000000}"#,
            field: "patient"),
        Bad(path: "/api/iot/dispositifs/1/", body: #"{"patient":-1}"#, field: "patient", method: "PATCH"),
        Bad(path: "/api/iot/dispositifs/1/update_status/", body: #"{"status":"x"}"#, field: "statut"),
        Bad(path: "/api/iot/alertes/", body: alert(["niveau_gravite": #""fatal""#]), field: "niveau_gravite"),
        Bad(path: "/api/iot/alertes/", body: alert(["patient": "77"]), field: "patient"),
        Bad(path: "/api/iot/alertes/", body: alert(["patient": "1000000000000000000"]), field: "patient"),
        Bad(path: "/api/iot/alertes/", body: alert(["timestamp": #""yesterday""#]), field: "timestamp"),
        Bad(path: "/api/iot/alertes/", body: alert(["message": #""""#]), field: "message"),
        Bad(
            path: "/api/iot/alertes/", body: alert(["type_alerte": "\"" + String(repeating: "x", count: 65) + "\""]),
            field: "type_alerte"),
        Bad(path: "/api/iot/data/latest_data/?patient_id=", body: "", field: "", method: "GET"),
        Bad(path: "/api/iot/data/?limit=0", body: "", field: "limit", method: "GET"),
        Bad(path: "/api/iot/data/?limit=1001", body: "", field: "limit", method: "GET"),
        Bad(path: "/api/iot/data/?limit=-1", body: "", field: "limit", method: "GET"),
        Bad(path: "/api/iot/data/?limit=99999999999999999999", body: "", field: "limit", method: "GET"),
        Bad(path: "/api/iot/data/?limit=ten", body: "", field: "limit", method: "GET"),
        Bad(path: "/api/iot/data/?curseur=1", body: "", field: "curseur", method: "GET"),
        Bad(path: "/api/iot/data/?type_donnee=spo3", body: "", field: "type_donnee", method: "GET"),
        Bad(path: "/api/iot/data/?debut=2026-01-01", body: "", field: "debut", method: "GET"),
        Bad(path: "/api/iot/data/?dispositif=x", body: "", field: "dispositif", method: "GET"),
        Bad(path: "/api/iot/alertes/?acquittee=perhaps", body: "", field: "acquittee", method: "GET"),
        Bad(path: "/api/iot/alertes/?curseur=x", body: "", field: "curseur", method: "GET"),
        Bad(path: "/api/patients/?service=x", body: "", field: "service", method: "GET"),
    ]

    private static let rehearsal = "/api/patients/1/limites/essai/"
    private static func limits(_ changed: [String: String]) -> String {
        let one = ["type_donnee": #""spo2""#, "cote": #""bas""#, "niveau_gravite": #""error""#, "seuil": "88"]
        return #"{"limites":[\#(object(one, changed))]}"#
    }
    private static let assignments = "/api/iot/dispositifs/1/affectations/"
    private static func object(_ members: [String: String], _ changed: [String: String]) -> String {
        "{" + members.merging(changed) { $1 }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
    }
    private static func patient(_ changed: [String: String]) -> String {
        object(["identifiant": #""N1""#, "nom": #""A""#, "prenom": #""B""#, "service": "1"], changed)
    }
    private static func alert(_ changed: [String: String]) -> String {
        object(["patient": "1", "type_alerte": #""t""#, "message": #""m""#, "niveau_gravite": #""info""#], changed)
    }

    @Test("a bad field is named by a member of its own, and nothing of SQL is told", arguments: badFields)
    private func fields(bad: Bad) throws {
        let (rows, answer) = (try rows(), try api.send(bad.method, bad.path, bad.body))
        #expect(answer.status == bad.status, "\(answer.text)")
        #expect(answer["code"]?.text == (bad.status == 409 ? "conflict" : "invalid"))
        let own: Set = ["type", "title", "status", "detail", "error", "code"]
        #expect(answer.json?.names == own.union(bad.field.isEmpty ? [] : [bad.field, "errors"]), "\(answer.text)")
        if !bad.field.isEmpty {
            #expect(answer[bad.field]?[0]?.text?.isEmpty == false)
            #expect(answer["errors"] == .object([bad.field: answer[bad.field] ?? .null]))
        }
        for word in ["SELECT", "INSERT", "UPDATE", "constraint", "_key", "_check", "SQLSTATE", "relation", "Swift", "Petit"] {
            #expect(!answer.text.contains(word))
        }
        #expect(try self.rows() == rows)
    }

    private func rows() throws -> Int {
        try api.count(
            """
            SELECT (SELECT count(*) FROM wards) + (SELECT count(*) FROM patients) + (SELECT count(*) FROM devices)
                + (SELECT count(*) FROM alerts) + (SELECT count(*) FROM readings)
            """)
    }

    private static let writing = [
        ("POST", "/api/token/"), ("POST", "/api/token/refresh/"), ("POST", "/api/token/verify/"), ("POST", "/api/session/"),
        ("POST", "/api/services/"), ("POST", "/api/patients/"), ("PUT", "/api/patients/1/"), ("PATCH", "/api/patients/1/"),
        ("POST", "/api/iot/dispositifs/"), ("PATCH", "/api/iot/dispositifs/1/"), ("POST", "/api/iot/dispositifs/1/update_status/"),
        ("POST", "/api/iot/data/"), ("POST", "/api/iot/alertes/"), ("PATCH", "/api/services/1/"),
        ("PUT", "/api/limites/"), ("PUT", "/api/patients/1/limites/"), ("POST", "/api/patients/1/limites/essai/"),
        ("POST", "/api/iot/dispositifs/1/affectations/"), ("PATCH", "/api/iot/dispositifs/1/affectations/1/"),
    ]

    @Test("no body is as good as {}: every member that is missing is named") func noBody() throws {
        for (path, missing) in [
            ("/api/token/", ["username", "password"]), ("/api/iot/data/", ["type_donnee", "valeur", "mesures"]),
            ("/api/iot/alertes/", ["patient", "type_alerte", "message", "niveau_gravite"]), ("/api/iot/dispositifs/", ["nom", "type_dispositif"]),
        ] {
            for body in ["", "{}"] {
                let answer = try api.send("POST", path, body, headers: ["Content-Type": "application/json"])
                #expect(answer.status == 400 && answer["code"]?.text == "invalid", "\(path): \(answer.text)")
                #expect(Set(answer["errors"]?.members?.keys.map { String($0) } ?? []) == Set(missing), "\(path): \(answer.text)")
            }
        }
        #expect(try api.send("PATCH", "/api/iot/dispositifs/1/", "")["nom"]?.text == (try api.send("GET", "/api/iot/dispositifs/1/")["nom"]?.text))
    }

    @Test("a body that is no JSON is a parse error", arguments: writing) func malformed(method: String, path: String) throws {
        let before = try rows()
        for body in [
            "{", "}", "nul", #"{"a":}"#, "{'a':1}", #"{"a":NaN}"#, "\u{1}", "{}{}",
        ] {
            let answer = try api.send(method, path, body, headers: ["Content-Type": "application/json"])
            #expect(answer.status == 400, "\(body): \(answer.text)")
            #expect(answer["code"]?.text == "parse_error", "\(body): \(answer.text)")
        }
        for body in ["[]", "1", #""x""#, "null"] {
            let answer = try api.send(method, path, body)
            #expect(answer.status == 400, "\(body): \(answer.text)")
        }
        let invalidUTF8 = try api.send(method, path, bearer: api.credentials(.admin), [0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D])
        #expect(invalidUTF8.status == 400)
        #expect(try rows() == before)
    }

    @Test("a deeply nested body is refused, not followed", arguments: writing) func nested(method: String, path: String) throws {
        let count = try limit(method, path) / 8 - 1
        for (open, close) in [("[", "]"), (#"{"nom":"#, "}")] {
            let body = String(repeating: open, count: count) + "1" + String(repeating: close, count: count)
            #expect(try api.send(method, path, body).status == 400)
        }
    }

    /// Of the row of the route table.
    private func limit(_ method: String, _ path: String) throws -> Int {
        let pattern = path.replacing(/\/affectations\/1\//, with: "/affectations/{affectation}/").replacing("/1/", with: "/{id}/")
        return try #require(Service.routes.first { ($0.method, $0.path) == (method, pattern) }, "\(pattern)").bodyLimit
    }

    @Test("a body over the route's limit is 413 and names it, one of exactly the limit is read", arguments: writing)
    func large(method: String, path: String) throws {
        let (token, limit) = (try api.credentials(.admin), try limit(method, path))
        let answer = try api.send(method, path, bearer: token, Array(repeating: 0x20, count: limit + 1))
        #expect(answer.status == 413 && answer["code"]?.text == "too_large")
        #expect(answer["detail"]?.text == "Le corps de la requête dépasse \(limit / 1024) Kio.")
        #expect(try api.send(method, path, bearer: token, Array(repeating: 0x20, count: limit)).status == 400)
    }

    @Test("files that are imported take 8 MiB, reports 256 KiB, credentials 8, everything else 64") func limits() {
        let limits = Dictionary(grouping: Service.routes) { $0.bodyLimit >> 10 }.mapValues { Set($0.map(\.testDescription)) }
        #expect(limits[256] == ["POST /api/iot/data/"])
        #expect(
            limits[8] == [
                "POST /api/token/", "POST /api/token/refresh/", "POST /api/token/verify/", "POST /api/token/blacklist/", "POST /api/session/",
                "PUT /api/session/", "POST /api/moi/mot_de_passe/",
            ])
        #expect(limits[8192] == ["POST /api/import/patients/", "POST /api/import/dispositifs/"])
        #expect(Set(limits.keys) == [8, 64, 256, 8192])
    }

    @Test(
        "only JSON is accepted, with or without parameters or a type",
        arguments: [
            ("application/json", 201), ("application/json; charset=utf-8", 201), ("APPLICATION/JSON", 201), ("", 201),
            ("application/vnd.fajma+json", 201), ("text/plain", 415), ("application/x-www-form-urlencoded", 415), ("json", 415),
        ]) func mediaType(type: String, status: Int) throws
    {
        let api = try TestService()  // of its own: here something is changed
        let answer = try api.send("POST", "/api/services/", #"{"nom":"Neurologie"}"#, headers: ["Content-Type": type])
        #expect(answer.status == status)
        if status == 415 { #expect(answer["code"]?.text == "unsupported_media_type") }
    }

    @Test("the replaced system's sentence where patient_id is missing") func patientRequired() throws {
        let answer = try api.send("GET", "/api/iot/data/latest_data/")
        #expect(answer.status == 400 && answer["error"]?.text == "patient_id requis" && answer["detail"] == answer["error"])
    }
}
