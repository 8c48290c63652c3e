import Clinical
import Foundation
import Store
import Testing

@testable import API

/// Text stays text, wherever it comes in.
@Suite struct TextTests {
    let api: TestService

    init() throws { api = try TestService() }

    static let hostile = [
        "'; DROP TABLE readings; --", "' OR '1'='1", "1); DELETE FROM patients; --", "$1", "\\'; SELECT pg_sleep(9); --",
        "%s%n{0}", "<script>alert(1)</script>", "é\u{301}🫀",
    ]

    @Test("SQL and markup in text fields come back as they were sent, and the tables stand", arguments: hostile)
    func stored(text: String) throws {
        let json = try quoted(text)
        func same(_ path: String, _ body: String, _ members: [String]) throws {
            let answer = try api.send("POST", path, body)
            #expect(answer.status == 201, "\(answer.text)")
            let id = try #require(answer["id"]?.number)
            let read = try api.send("GET", "\(path)\(Int(id))/")
            for member in members { #expect(read[member]?.text == text) }
        }
        try same("/api/services/", #"{"nom":\#(json)}"#, ["nom"])
        try same(
            "/api/patients/", #"{"identifiant":"N1","nom":\#(json),"prenom":\#(json),"service":1}"#, ["nom", "prenom"])
        let bed = String(text.prefix(19))
        let moved = try api.send("PATCH", "/api/patients/N1/", #"{"lit":\#(try quoted(bed + " "))}"#)
        // Spaces round a bed's name are no part of it.
        #expect(moved["lit"]?.text == bed.trimmingCharacters(in: .whitespacesAndNewlines))
        try same(
            "/api/iot/dispositifs/", #"{"nom":\#(json),"type_dispositif":\#(json),"statut":\#(json)}"#,
            ["nom", "type_dispositif", "statut"])
        try same(
            "/api/iot/alertes/", #"{"patient":1,"type_alerte":\#(json),"message":\#(json),"niveau_gravite":"info"}"#,
            ["type_alerte", "message"])
        for member in ["identifiant", "sexe", "date_naissance"] {
            let answer = try api.send("PATCH", "/api/patients/1/", #"{"\#(member)":\#(json)}"#)
            #expect(answer.status == 400 && answer[member] != nil)
        }
        #expect(try api.send("POST", "/api/token/", #"{"username":\#(json),"password":\#(json)}"#).status == 401)
        #expect(try api.send("POST", "/api/iot/data/", as: .device, #"{"type_donnee":\#(json),"valeur":1}"#)["type_donnee"] != nil)
        let encoded = text.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(try api.send("GET", "/api/iot/data/latest_data/?patient_id=\(encoded)").status == 404)
        #expect(try api.send("GET", "/api/patients/?service=\(encoded)").status == 400)
        #expect(try api.count("SELECT count(*) FROM patients WHERE last_name = 'Petit'") == 2)
        #expect(try api.store.stored() == 0)
    }

    @Test(
        "a name that shows nothing, or backwards, is refused at its field",
        arguments: ["\u{202E}é\u{301}🫀", "\t\n\r", "\u{7F}\u{1}", " ", "\u{200B}", "a\u{2066}b", "\u{7}\u{1B}"])
    func unshown(text: String) throws {
        let json = try quoted(text)
        for (method, path, body, fields) in [
            ("POST", "/api/services/", #"{"nom":\#(json)}"#, ["nom"]), ("PATCH", "/api/services/1/", #"{"nom":\#(json)}"#, ["nom"]),
            ("POST", "/api/patients/", #"{"identifiant":"N1","nom":\#(json),"prenom":"a","service":1}"#, ["nom"]),
            ("PATCH", "/api/patients/1/", #"{"nom":\#(json)}"#, ["nom"]),
            (
                "POST", "/api/iot/dispositifs/", #"{"nom":\#(json),"type_dispositif":\#(json),"statut":\#(json)}"#,
                ["nom", "type_dispositif", "statut"]
            ),
            ("PATCH", "/api/iot/dispositifs/1/", #"{"nom":\#(json)}"#, ["nom"]),
            ("POST", "/api/iot/dispositifs/1/update_status/", #"{"statut":\#(json)}"#, ["statut"]),
            (
                "POST", "/api/iot/alertes/", #"{"patient":1,"type_alerte":\#(json),"message":\#(json),"niveau_gravite":"info"}"#,
                ["type_alerte", "message"]
            ),
        ] {
            let answer = try api.send(method, path, body)
            #expect(answer.status == 400, "\(path)")
            for field in fields { #expect(answer[field] != nil, "\(path) \(field)") }
        }
        // What may be empty may be spaces, and is nothing then; what cannot be seen is refused.
        let isSpace = text.allSatisfy(\.isWhitespace)
        #expect(try api.send("PATCH", "/api/patients/1/", #"{"lit":\#(json),"prenom":\#(json)}"#).status == (isSpace ? 200 : 400))
        #expect(try api.count("SELECT count(*) FROM alerts") == 0)
    }

    @Test("a name from before this rule is no reason to refuse another change") func former() throws {
        try api.store.connection().script(
            "UPDATE patients SET last_name = E'a\\u200B' WHERE id = 1; UPDATE devices SET name = E'a\\u200B' WHERE id = 1")
        #expect(try api.send("PATCH", "/api/patients/1/", #"{"lit":"7"}"#).status == 200)
        #expect(try api.send("PATCH", "/api/iot/dispositifs/1/", #"{"patient":null}"#).status == 200)
    }

    @Test(
        "a NUL character, which PostgreSQL's text cannot hold, is refused and changes nothing",
        arguments: [
            ("POST", "/api/services/", #"{"nom":"a\u0000b"}"#),
            ("PATCH", "/api/patients/1/", #"{"nom":"a\u0000b"}"#),
            ("PATCH", "/api/iot/dispositifs/1/", #"{"nom":"a\u0000b"}"#),
            ("POST", "/api/iot/dispositifs/1/update_status/", #"{"statut":"a\u0000b"}"#),
            ("POST", "/api/iot/alertes/", #"{"patient":1,"type_alerte":"t","message":"a\u0000b","niveau_gravite":"info"}"#),
            ("POST", "/api/iot/data/", #"{"patient":"a\u0000b","type_donnee":"spo2","valeur":97}"#),
            ("POST", "/api/token/", #"{"username":"a\u0000b","password":"x"}"#),
            ("GET", "/api/iot/data/latest_data/?patient_id=%00", ""),
        ]) func nul(method: String, path: String, body: String) throws
    {
        let answer = try api.send(method, path, body)
        #expect(answer.status == 400 && answer["code"]?.text == "invalid", "\(answer.text)")
        #expect(try api.send("GET", "/api/patients/1/")["nom"]?.text == "Petit")
        #expect(try api.count("SELECT count(*) FROM wards") == 2)
    }

    @Test("a NUL in what a device says of itself costs no reading") func nulInState() throws {
        let answer = try api.send(
            "POST", "/api/iot/data/", as: .device,
            #"{"mesures":[{"type_donnee":"spo2","valeur":97}],"etat":{"firmware":"1\u0000","batterie":80}}"#)
        #expect(answer.status == 201 && answer["recues"]?.number == 1)
        #expect(try api.send("GET", "/api/iot/dispositifs/1/")["batterie"]?.number == 80)
    }

    @Test(
        "odd query strings neither break anything nor show more",
        arguments: [
            "%", "%%%", "%ff", "%zz=1", "=", "&&&", "=&=", "a=b=c", "limit", "limit=1&limit=1", "curseur=0", "curseur=-5",
        ]) func queries(query: String) throws
    {
        for path in ["/api/patients/", "/api/iot/dispositifs/", "/api/services/"] {
            let answer = try api.send("GET", "\(path)?\(query)", as: .infirmier)
            // A parameter that there is not is refused; the others change nothing.
            let isRefused = answer.status == 400 && answer["errors"] != nil
            let names = query.split(separator: "&").map { $0.prefix { $0 != "=" } }
            #expect(isRefused == names.contains { !["limit", "curseur"].contains($0) }, "\(path): \(answer.text)")
            #expect(isRefused || answer.status == 200 && answer.json?.array?.count == 1, "\(path): \(answer.text)")
        }
    }
}
