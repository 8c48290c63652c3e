import Clinical
import Store
import Testing

@testable import API

/// Lists come in pages; changing one thing with PATCH and PUT.
@Suite struct ListTests {
    let api: TestService

    init() throws { api = try TestService() }

    /// Follows the links from page to page as a client does.
    private func pages(_ path: String) throws -> [[JSON]] {
        var (next, pages): (String?, [[JSON]]) = (path, [])
        while let url = next {
            let answer = try api.send("GET", url)
            pages.append(try #require(answer.json?.array, "\(answer.text)"))
            try #require(pages.count < 20)
            next = try answer.header("Link").map { link in
                let match = try #require(link.wholeMatch(of: /<(\?[^>]*)>; rel="next"/))
                return "\(path.prefix { $0 != "?" })\(match.1)"
            }
        }
        return pages
    }

    @Test(
        "a list is a bare array; a link to the next page stands there while more follow, and only then",
        arguments: [1, 2, 3, 4, 5, 100])
    func paging(limit: Int) throws {
        for number in 3...6 { try api.send("POST", "/api/services/", #"{"nom":"W\#(number)"}"#) }
        let pages = try pages("/api/services/?limit=\(limit)")
        #expect(pages.count == (6 + limit - 1) / limit)
        #expect(pages.dropLast().allSatisfy { $0.count == limit })
        #expect(pages.flatMap { $0 }.compactMap { $0["id"]?.number } == [1, 2, 3, 4, 5, 6])
    }

    @Test("pages of readings and alerts go from new to old, keep their filter and leave nothing out") func newestFirst() throws {
        let report = (0..<9).map {
            #"{"type_donnee":"spo2","valeur":9\#($0),"age_ms":\#($0 * 1000)},"#
                + #"{"type_donnee":"heart_rate","valeur":70,"age_ms":\#($0)}"#
        }
        let posted = try api.send("POST", "/api/iot/data/", as: .device, #"{"mesures":[\#(report.joined(separator: ","))]}"#)
        #expect(posted["recues"]?.number == 18)
        let rows = try pages("/api/iot/data/?patient_id=H0&type_donnee=spo2&limit=4").flatMap { $0 }
        #expect(rows.compactMap { $0["valeur"]?.number } == [90, 91, 92, 93, 94, 95, 96, 97, 98])

        for index in 0..<5 {
            try api.send("POST", "/api/iot/alertes/", #"{"patient":1,"type_alerte":"t\#(index)","message":"m","niveau_gravite":"info"}"#)
        }
        try api.send("POST", "/api/iot/alertes/2/acquitter/")
        let alerts = try pages("/api/iot/alertes/?acquittee=false&niveau_gravite=info&limit=2").flatMap { $0 }
        #expect(alerts.compactMap { $0["id"]?.number } == [5, 4, 3, 1])
    }

    @Test("a ward's traces and latest values come in one request, without who is elsewhere, has left or has letters") func ward() throws {
        for (device, value) in [(0, 91), (1, 82)] {
            let report = (0..<3).map { #"{"type_donnee":"spo2","valeur":\#(value + $0),"age_ms":\#(60_000 - $0 * 1000)}"# }
            let body = #"{"mesures":[\#(report.joined(separator: ",")),{"type_donnee":"heart_rate","valeur":70,"age_ms":400000}]}"#
            #expect(try api.send("POST", "/api/iot/data/", bearer: api.store.keys[device].text, Array(body.utf8)).status == 201)
        }
        #expect(try api.send("POST", "/api/iot/data/", #"{"patient":1,"type_donnee":"consciousness","valeur":"A"}"#).status == 201)
        let traces = try api.send("GET", "/api/services/1/traces/", as: .ecran)
        let at = Int(api.now.milliseconds) - 60_000
        #expect(traces.json?.names == ["1"] && traces["1"]?.names == ["spo2"], "\(traces.text)")
        #expect(traces["1"]?["spo2"]?.array?.map { [$0[0]?.number, $0[1]?.number] } == (0..<3).map { [Double(at + $0 * 1000), Double(91 + $0)] })
        let since = api.now.advanced(bySeconds: -58.5).rfc3339
        #expect(try api.send("GET", "/api/services/1/traces/?debut=\(since)").json?["1"]?["spo2"]?.array?.count == 1)
        #expect(try api.send("GET", "/api/services/1/traces/?debut=\(api.now.advanced(bySeconds: -301).rfc3339)").status == 400)
        let latest = try api.send("GET", "/api/iot/data/latest_data/?service=1", as: .ecran)
        #expect(latest.json?.names == ["1"] && latest["1"]?.names == ["spo2", "heart_rate", "consciousness"])
        #expect(try latest["1"] == api.send("GET", "/api/iot/data/latest_data/?patient_id=1").json)
        #expect(try api.send("GET", "/api/iot/data/latest_data/?service=2", as: .ecran).status == 404)
        #expect(try api.count("SELECT count(*) FROM audit WHERE action = 'patient.opened' AND username = 'ecran1'") == 0)
        try api.send("POST", "/api/patients/1/sortie/")
        for path in ["/api/services/1/traces/", "/api/iot/data/latest_data/?service=1"] { #expect(try api.send("GET", path).json == .object([:])) }
    }

    @Test("a list reads on where the newest days have not enough, and finds what is years old") func oldReadings() throws {
        let days = [0.0, 0.5, 3, 20, 90, 300, 900]
        try api.store.connection().script(
            days.map {
                "INSERT INTO readings VALUES (1, \(Vital.spo2.code), to_timestamp(\(Double(api.now.milliseconds) / 1000) - \($0 * 86_400)), 1, \(90 + $0 / 1000), now())"
            }.joined(separator: ";"))
        let all = try api.send("GET", "/api/iot/data/?patient_id=1").json?.array ?? []
        #expect(all.compactMap { $0["valeur"]?.number } == days.map { 90 + $0 / 1000 })
        #expect(try pages("/api/iot/data/?patient_id=1&limit=2").flatMap { $0 } == all)
        let (from, to) = (api.now.advanced(bySeconds: -31 * 86_400).rfc3339, api.now.advanced(bySeconds: -86_400).rfc3339)
        #expect(try api.send("GET", "/api/iot/data/?debut=\(from)&fin=\(to)").json?.array == Array(all[2...3]))
        #expect(try api.send("GET", "/api/iot/data/?fin=\(from)&limit=1").json?.array == Array(all[4...4]))
    }

    @Test("100 rows where no limit is given") func defaultLimit() throws {
        let report = (0..<150).map { #"{"type_donnee":"spo2","valeur":97,"age_ms":\#($0 * 1000)}"# }.joined(separator: ",")
        try api.send("POST", "/api/iot/data/", as: .device, #"{"mesures":[\#(report)]}"#)
        #expect(try pages("/api/iot/data/").map(\.count) == [100, 50])
        #expect(try pages("/api/iot/data/?limit=").map(\.count) == [100, 50])
        #expect(try pages("/api/iot/data/?patient_id=1&limit=1000").map(\.count) == [150])
        #expect(try pages("/api/iot/data/?limit=1000").map(\.count) == [100, 50], "nothing narrows it")
    }

    @Test("a time window takes its beginning and leaves its end out") func window() throws {
        for second in 0..<5 {
            let time = api.now.advanced(bySeconds: Double(-second)).rfc3339
            let reading = #"{"type_donnee":"spo2","valeur":9\#(second),"timestamp":"\#(time)"}"#
            try api.send("POST", "/api/iot/data/", as: .device, reading)
        }
        let (from, to) = (api.now.advanced(bySeconds: -3).rfc3339, api.now.advanced(bySeconds: -1).rfc3339)
        let answer = try api.send("GET", "/api/iot/data/?debut=\(from)&fin=\(to.replacing("Z", with: "%2B00:00"))")
        #expect(answer.json?.array?.compactMap { $0["valeur"]?.number } == [92, 93])
    }

    @Test(
        "a reading's id with an instant that cannot be names nothing",
        arguments: [
            Int64.min, -Int64.max, -1 << 52, -86_400_001, 1 << 52, .max,
        ]) func impossibleInstant(milliseconds: Int64) throws
    {
        #expect(try api.send("GET", "/api/iot/data/1.1.\(milliseconds).1/").status == 404)
        #expect(try api.send("GET", "/api/iot/data/?curseur=1.1.\(milliseconds).1")["curseur"] != nil)
    }

    @Test("PATCH changes what it names, PUT everything") func change() throws {
        let path = "/api/patients/H0/"
        let before = try #require(try api.send("GET", path).json)
        let patched = try api.send("PATCH", path, as: .infirmier, #"{"lit":"7","date_naissance":null}"#)
        #expect(patched.status == 200)
        let changed: [String: JSON] = [
            "lit": .string("7"), "date_naissance": .null, "profil_propose": .null, "profil_a_confirmer": .bool(true),
        ]
        #expect(patched.json == .object((before.members ?? [:]).merging(changed) { $1 }))
        #expect(try api.send("GET", "/api/patients/1/").json == patched.json)

        let put = try api.send("PUT", path, #"{"identifiant":"H0","nom":"Autre","prenom":"","service":1}"#)
        #expect(put.status == 200)
        #expect(
            put.json
                == .object([
                    "id": .integer(1), "identifiant": .string("H0"), "nom": .string("Autre"), "prenom": .string(""),
                    "service": .integer(1), "lit": .string(""), "sexe": .null, "date_naissance": .null, "sorti_le": .null,
                    "echelle_spo2": .integer(1), "enceinte": .bool(false), "limites_propres": .array([]),
                    "profil": .null, "profil_confirme_par": .null, "profil_confirme_le": .null, "profil_en_vigueur": .string("adulte"),
                    "profil_propose": .null, "profil_a_confirmer": .bool(true), "profil_provisoire": .null,
                ]))
        #expect(try api.send("PUT", path, #"{"nom":"Autre"}"#).status == 400)
    }

    @Test("a created patient is answered as it is read later") func created() throws {
        let answer = try api.send("POST", "/api/patients/", #"{"identifiant":"N1","nom":"A","prenom":"B","service":1}"#)
        #expect(answer.status == 201)
        #expect(try api.send("GET", "/api/patients/N1/").json == answer.json)
    }

    @Test("nobody moves a patient into a ward that is not theirs, or out of one") func foreignWard() throws {
        let answer = try api.send("PATCH", "/api/patients/1/", as: .medecin, #"{"service":2}"#)
        #expect(answer.status == 400 && answer["service"] != nil)
        #expect(try api.send("PATCH", "/api/patients/2/", as: .medecin, #"{"service":1}"#).status == 404)
    }

    @Test("assigning a device ends where it was before; leaving the patient out of a PATCH does not") func assignment() throws {
        let renamed = try api.send("PATCH", "/api/iot/dispositifs/1/", #"{"nom":"Bracelet 1","statut":"actif"}"#)
        #expect(renamed["patient"]?.number == 1 && renamed["nom"]?.text == "Bracelet 1" && renamed["statut"]?.text == "actif")
        #expect(try api.send("PATCH", "/api/iot/dispositifs/1/", #"{"patient":2,"autres_dispositifs":"garder"}"#)["patient"]?.number == 2)
        #expect(try api.send("GET", "/api/iot/dispositifs/1/", as: .infirmier).status == 404)
        let new = try api.send("POST", "/api/iot/dispositifs/", #"{"nom":"D","type_dispositif":"b","patient":1}"#)
        #expect(new.status == 201 && new["patient"]?.number == 1)
        #expect(try api.send("PATCH", "/api/iot/dispositifs/1/", #"{"patient":null}"#)["patient"] == .null)
        #expect(try api.count("SELECT count(*) FROM device_assignment WHERE device_id = 1 AND during @> now() + interval '1 s'") == 0)
    }

    @Test("an acknowledged alert says by whom and when, once") func acknowledging() throws {
        try api.send("POST", "/api/iot/alertes/", #"{"patient":1,"type_alerte":"t","message":"m","niveau_gravite":"error"}"#)
        let first = try api.send("PATCH", "/api/iot/alertes/1/", as: .infirmier, #"{"acquittee":true}"#)
        #expect(first.status == 200 && first["acquittee"] == .bool(true) && first["acquittee_par"]?.text == "nurse")
        let second = try api.send("POST", "/api/iot/alertes/1/acquitter/", as: .medecin)
        #expect(second.status == 200 && second.json == first.json)
        let undone = try api.send("PATCH", "/api/iot/alertes/1/", as: .medecin, #"{"acquittee":false}"#)
        #expect(undone.status == 409 && undone["acquittee"] != nil)
    }

    @Test("an alert is sent back whole, changed or not, as the replaced system's clients do") func sentBack() throws {
        let raised = try api.send(
            "POST", "/api/iot/alertes/", as: .infirmier, #"{"patient":1,"type_alerte":"t","message":"m","niveau_gravite":"error"}"#)
        for (method, body) in [("PUT", raised.text), ("PATCH", #"{"acquittee":false}"#), ("PATCH", #"{"message":"m"}"#), ("PUT", "{}")] {
            let same = try api.send(method, "/api/iot/alertes/1/", as: .infirmier, body)
            #expect(same.status == 200 && same.json == raised.json, "\(method) \(body)")
        }
        let whole = raised.text.replacing(#""acquittee":false"#, with: #""acquittee":true"#)
        let put = try api.send("PUT", "/api/iot/alertes/1/", as: .infirmier, whole)
        #expect(put.status == 200 && put["acquittee"] == .bool(true) && put["acquittee_par"]?.text == "nurse")
        #expect(try api.send("PUT", "/api/iot/alertes/1/", as: .infirmier, put.text).json == put.json)
        #expect(try api.send("PUT", "/api/iot/alertes/99/", as: .infirmier, whole).status == 404)
    }

    @Test("what a person says of an open alert can be changed, what the system says and what is over cannot") func changed() throws {
        let raise = #"{"patient":1,"type_alerte":"t","message":"m","niveau_gravite":"Warning"}"#
        #expect(try api.send("POST", "/api/iot/alertes/", as: .infirmier, raise)["niveau_gravite"]?.text == "warning")
        let changed = try api.send("PATCH", "/api/iot/alertes/1/", as: .medecin, #"{"message":"Chute\ndans le couloir","niveau_gravite":"error"}"#)
        #expect(changed["message"]?.text == "Chute dans le couloir" && changed["niveau_gravite"]?.text == "error", "\(changed.text)")
        #expect(changed["aggravee_le"]?.text != nil && changed["levee_par"]?.text == "nurse")
        #expect(try api.send("PATCH", "/api/iot/alertes/1/", #"{"message":"\u202e"}"#).status == 400)
        // Beside an acknowledgement it says how bad the alert was that somebody saw.
        #expect(try api.send("PATCH", "/api/iot/alertes/1/", #"{"acquittee":true,"niveau_gravite":"warning"}"#).status == 409)
        let over = try api.send("PATCH", "/api/iot/alertes/1/", #"{"acquittee":true,"message":"Relevé"}"#)
        #expect(over["acquittee"] == .bool(true) && over["message"]?.text == "Relevé" && over["niveau_gravite"]?.text == "error")
        #expect(try api.send("PATCH", "/api/iot/alertes/1/", #"{"message":"Autre"}"#)["message"]?.text == "Relevé")
        try api.store.connection().script(
            "INSERT INTO alerts (patient_id, kind, message, severity, measured_at, device_id) VALUES (1, 'signal_perdu', 'Signal', 'warning', now(), 1)"
        )
        #expect(try api.send("PATCH", "/api/iot/alertes/2/", #"{"message":"Rien","niveau_gravite":"info"}"#)["message"]?.text == "Signal")
    }

    @Test("DELETE acknowledges and keeps; raised with acquittee it is over at once") func dismissed() throws {
        @discardableResult func raise(_ more: String) throws -> Answer {
            try api.send("POST", "/api/iot/alertes/", #"{"patient":1,"type_alerte":"t","message":"m","niveau_gravite":"error"\#(more)}"#)
        }
        try raise("")
        #expect(try api.send("DELETE", "/api/iot/alertes/1/", as: .infirmier).status == 204)
        let kept = try api.send("GET", "/api/iot/alertes/1/")
        #expect(kept["acquittee_par"]?.text == "nurse" && kept["terminee_le"]?.text != nil)
        #expect(try api.send("DELETE", "/api/iot/alertes/9/").status == 404)
        #expect(try api.send("DELETE", "/api/iot/alertes/1/", as: .ecran).status == 403)
        let over = try raise(#","acquittee":true"#)
        #expect(
            over.status == 201 && over["acquittee"] == .bool(true) && over["terminee_le"]?.text != nil && over["acquittee_par"] == over["levee_par"])
        // The author's open one of that kind is the same.
        try raise("")
        let ended = try raise(#","acquittee":"true""#)
        #expect(ended.status == 200 && ended["acquittee"] == .bool(true) && ended["id"]?.number == 3)
    }

    @Test("5,000 characters are kept, and screens hear the first 500") func longMessage() throws {
        let long = String(repeating: "é𝄞", count: 2_500)
        func body(_ text: String) -> String { #"{"patient":1,"type_alerte":"long","message":"\#(text)","niveau_gravite":"info"}"# }
        // Its notification has a limit of 8,000 bytes: one that is longer would be an error here.
        #expect(try api.send("POST", "/api/iot/alertes/", body(long))["message"]?.text == long)
        #expect(try api.count("SELECT char_length(alert_json(alert_briefly(a))->>'message') FROM alerts a") == 500)
        #expect(try api.send("GET", "/api/iot/alertes/1/")["message"]?.text == long)
        #expect(try api.send("POST", "/api/iot/alertes/", body(long + "x"))["message"]?[0]?.text?.contains("5000") == true)
    }

    @Test("who says how bad an alert was does not acknowledge what it has become; who says nothing does") func worseMeanwhile() throws {
        for index in 1...2 {
            try api.send("POST", "/api/iot/alertes/", #"{"patient":1,"type_alerte":"t\#(index)","message":"m","niveau_gravite":"warning"}"#)
        }
        try api.store.connection().script("UPDATE alerts SET severity = 'error'")
        func acknowledge(_ id: Int, _ body: String) throws -> Answer {
            try api.send("POST", "/api/iot/alertes/\(id)/acquitter/", as: .infirmier, body)
        }
        let refused = try acknowledge(1, #"{"niveau_gravite":"warning"}"#)
        #expect(refused.status == 409 && refused["niveau_gravite"] != nil)
        #expect(try api.send("GET", "/api/iot/alertes/1/")["acquittee"] == .bool(false))
        #expect(try acknowledge(1, #"{"niveau_gravite":"grave"}"#).status == 400)
        #expect(try acknowledge(1, #"{"niveau_gravite":"error"}"#)["acquittee"] == .bool(true))
        // Whoever was first stays, whatever the second one saw.
        #expect(try acknowledge(1, #"{"niveau_gravite":"warning"}"#).status == 200)
        #expect(try acknowledge(2, "{}")["acquittee"] == .bool(true))
    }
}
