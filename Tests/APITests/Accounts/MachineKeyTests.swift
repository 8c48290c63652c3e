import Access
import Clinical
import Foundation
import Store
import TestDatabase
import Testing

@testable import API

/// Keys of the hospital's programs: made, renewed, revoked, and what they do under their name.
@Suite struct MachineKeyTests {
    let api: TestService

    init() throws { api = try TestService() }

    private func sql(_ text: String) throws { try api.store.connection().script(text) }

    private func audit(_ action: String) throws -> Int { try api.count("SELECT count(*) FROM audit WHERE action = '\(action)'") }

    @Test("a key is shown once, and the database has none of it") func once() throws {
        let key = try api.makeKey("Moteur d'intégration", [.readPatients])
        #expect(key.text.hasPrefix("fjs_\(key.id)_"))
        let list = try api.send("GET", "/api/cles/")
        #expect(list.json?.array?.count == 1 && !list.text.contains(key.secret))
        let shown = try api.send("GET", "/api/cles/\(key.id)/")
        #expect(shown["etat"]?.text == "valide" && shown["cree_par"]?.text == "admin" && shown["cle"] == nil)
        #expect(shown["client_id"]?.text == "fjs_\(key.id)" && shown["derniere_utilisation"] == .null)
        #expect(try api.count("SELECT count(*) FROM audit WHERE coalesce(before::text, '') || coalesce(after::text, '') LIKE '%\(key.secret)%'") == 0)
        #expect(try api.count("SELECT count(*) FROM audit WHERE action = 'key.created' AND after ->> 'name' = 'Moteur d''intégration'") == 1)
        #expect(try audit("user.created") == api.count("SELECT count(*) FROM users WHERE role <> 'machine'"))
    }

    @Test("every faulty field is named, and nothing is made")
    func faults() throws {
        let answer = try api.send(
            "POST", "/api/cles/",
            #"{"permissions":["readPatients","manageKeys"],"services":[1],"tous_services":true,"expire_le":"demain","role":"admin"}"#)
        #expect(answer.status == 400)
        #expect(answer["errors"]?.names == ["nom", "permissions", "services", "expire_le", "role"])
        #expect(try api.send("POST", "/api/cles/", "{}")["errors"]?.names == ["nom", "permissions", "services", "expire_le"])
        func make(_ body: String) throws -> Answer { try api.send("POST", "/api/cles/", body) }
        let late = Date.now.addingTimeInterval(732 * 86_400).ISO8601Format()
        let both = try make(#"{"nom":"A","permissions":["readPatients"],"services":[1,99],"expire_le":"\#(late)"}"#)
        #expect(both.status == 400 && both["errors"]?.names == ["services", "expire_le"])
        let past = try make(#"{"nom":"A","permissions":["readPatients"],"services":[1],"expire_le":"2020-01-01T00:00:00Z"}"#)
        #expect(past.status == 400 && past["errors"]?.names == ["expire_le"])
        let taken = try make(#"{"nom":"NURSE","permissions":["readPatients"],"services":[1],"expire_le":"\#(TestService.nextYear)"}"#)
        #expect(taken.status == 409 && taken["errors"]?.names == ["nom"])
        for permission in Permission.allCases where !Permission.ofMachineKeys.contains(permission) {
            let body = #"{"nom":"A","permissions":["\#(permission.rawValue)"],"services":[1],"expire_le":"\#(TestService.nextYear)"}"#
            #expect(try make(body)["errors"]?.names == ["permissions"])
        }
        #expect(try api.count("SELECT count(*) FROM machine_keys") == 0)
        #expect(try api.count("SELECT count(*) FROM users WHERE role = 'machine'") == 0)
    }

    @Test("a key learns who it is, and is no person: neither a list of accounts nor a login knows it") func identity() throws {
        let key = try api.makeKey("Moteur", [.readPatients, .readReadings])
        let me = try api.send("GET", "/api/moi/", with: key)
        #expect(me.status == 200 && me["role"]?.text == "machine" && me["username"]?.text == "Moteur")
        #expect(me["permissions"]?.array?.compactMap(\.text) == ["readPatients", "readReadings"])
        #expect(me["services"]?.array?.count == 1 && me["fin_session"]?.text != nil && me["inactivite_s"] == .null)
        #expect(try api.send("GET", "/api/utilisateurs/").text.contains("Moteur") == false)
        #expect(try api.send("GET", "/api/utilisateurs/\(key.id)/").status == 404)
        #expect(try api.send("PATCH", "/api/utilisateurs/\(key.id)/", #"{"role":"admin"}"#).status == 404)
        #expect(try api.send("POST", "/api/utilisateurs/\(key.id)/mot_de_passe/", "{}").status == 404)
        for password in ["!", key.text, key.secret] {
            let login = try api.send("POST", "/api/token/", as: .nobody, #"{"username":"Moteur","password":"\#(password)"}"#)
            #expect(login.status == 401 && login["code"]?.text == "no_active_account")
        }
        // A token that is signed for its account, and not for its secret, opens nothing.
        #expect(try api.send("GET", "/api/moi/", bearer: api.access(key.id), []).status == 401)
        #expect(try api.send("PATCH", "/api/moi/", with: key, #"{"langue":"en"}"#).status == 403)
    }

    @Test("what a key does has its name: in alerts, in its own entries, in the audit") func author() throws {
        let key = try api.makeKey("Moteur")
        let raised = try api.send(
            "POST", "/api/iot/alertes/", with: key, #"{"patient":1,"type_alerte":"chute","message":"Chute","niveau_gravite":"warning"}"#)
        #expect(raised["levee_par"]?.text == "Moteur", "\(raised.text)")
        let alert = try #require(raised["id"]?.number.map { Int($0) })
        #expect(try api.send("POST", "/api/iot/alertes/\(alert)/acquitter/", with: key)["acquittee_par"]?.text == "Moteur")
        let entered = try api.send("POST", "/api/iot/data/", with: key, #"{"patient":1,"type_donnee":"spo2","valeur":96}"#)
        #expect(entered.status == 201, "\(entered.text)")
        let id = try #require(entered["id"]?.text)
        #expect(try api.send("GET", "/api/patients/1/saisies/", with: key).json?.array?.count == 1)
        #expect(try api.send("PATCH", "/api/iot/data/\(id)/", with: key, #"{"valeur":97}"#).status == 200)
        for action in ["alert.created", "alert.changed", "reading.created", "reading.changed"] {
            #expect(
                try api.count(
                    "SELECT count(*) FROM audit WHERE action = '\(action)' AND username = 'Moteur' AND user_id = \(key.id) AND address = '192.0.2.20'"
                )
                    == 1, "\(action)")
        }
        let listed = try api.send("GET", "/api/audit/?utilisateur=Moteur")
        #expect(try #require(listed.json?.array?.count) >= 4)
    }

    @Test("a renewed key has a new secret; the old one works for the hours that were said, or not at all") func renewal() throws {
        let first = try api.makeKey()
        func renew(_ body: String) throws -> TestService.Key {
            let answer = try api.send("POST", "/api/cles/\(first.id)/renouveler/", body)
            #expect(answer.status == 200, "\(answer.text)")
            return .init(id: first.id, text: try #require(answer["cle"]?.text))
        }
        let second = try renew(#"{"ancienne_valable_h":24}"#)
        #expect(second.text != first.text)
        for key in [first, second] { #expect(try api.send("GET", "/api/moi/", with: key).status == 200) }
        let ends = try api.send("GET", "/api/moi/", with: first)["fin_session"]?.text
        #expect(ends == (try api.send("GET", "/api/cles/\(first.id)/")["ancienne_jusqu_a"]?.text))
        try sql("UPDATE machine_keys SET former_secret_until = now()")
        #expect(try api.send("GET", "/api/moi/", with: first).status == 401 && audit("key.used_expired") == 1)
        let third = try renew("{}")
        #expect(try api.send("GET", "/api/moi/", with: second).status == 401)
        #expect(try api.send("GET", "/api/moi/", with: third).status == 200)
        #expect(try audit("key.renewed") == 2)
        #expect(try api.send("POST", "/api/cles/99/renouveler/").status == 404)
        #expect(try api.send("POST", "/api/cles/\(first.id)/renouveler/", #"{"ancienne_valable_h":169}"#).status == 400)
    }

    @Test("an expired key opens nothing, is audited once an hour, and can be renewed") func expiry() throws {
        let key = try api.makeKey()
        try sql("UPDATE machine_keys SET expires_at = now() + interval '29 days'")
        #expect(try api.send("GET", "/api/cles/\(key.id)/")["etat"]?.text == "expire_bientot")
        #expect(try api.store.database.machineKeysToRenew().map(\.state) == [.expiring])
        try sql("UPDATE machine_keys SET expires_at = now()")
        for _ in 0..<3 {
            let refused = try api.send("GET", "/api/moi/", with: key)
            #expect(refused.status == 401 && refused["code"]?.text == "token_not_valid")
        }
        #expect(try audit("key.used_expired") == 1)
        #expect(try api.send("GET", "/api/cles/\(key.id)/")["etat"]?.text == "expiree")
        #expect(try api.store.database.machineKeysToRenew().map(\.state) == [.expired])
        #expect(try api.send("POST", "/api/cles/\(key.id)/renouveler/")["errors"]?.names == ["expire_le"])
        let renewed = try api.send("POST", "/api/cles/\(key.id)/renouveler/", #"{"expire_le":"\#(TestService.nextYear)"}"#)
        #expect(renewed.status == 200 && renewed["etat"]?.text == "valide")
        #expect(try api.store.database.machineKeysToRenew().isEmpty)
        // What has expired is not brought back by letting the old secret overlap.
        #expect(try api.send("GET", "/api/moi/", with: key).status == 401)
    }

    @Test("a revoked key opens nothing, for good, and its name stays its own") func revocation() throws {
        let key = try api.makeKey()
        #expect(try api.send("DELETE", "/api/cles/\(key.id)/").status == 204)
        #expect(try api.send("DELETE", "/api/cles/\(key.id)/").status == 204)
        #expect(try api.send("DELETE", "/api/cles/99/").status == 404)
        #expect(try api.send("GET", "/api/moi/", with: key).status == 401)
        #expect(try audit("key.revoked") == 1 && audit("key.used_revoked") == 1)
        #expect(try api.send("GET", "/api/cles/\(key.id)/")["etat"]?.text == "revoquee")
        let renewed = try api.send("POST", "/api/cles/\(key.id)/renouveler/", #"{"expire_le":"\#(TestService.nextYear)"}"#)
        #expect(renewed.status == 409 && renewed["errors"]?.names == ["revoquee_le"])
    }

    @Test("a ward stays while a key names it") func ward() throws {
        let ward = try #require(api.send("POST", "/api/services/", #"{"nom":"Later"}"#)["id"]?.number.map { Int($0) })
        let key = try api.makeKey(wards: [ward])
        let refused = try api.send("DELETE", "/api/services/\(ward)/")
        #expect(refused.status == 409 && refused["errors"]?.names == ["utilisateurs"])
        #expect(try api.send("DELETE", "/api/cles/\(key.id)/").status == 204)
        #expect(try api.send("DELETE", "/api/services/\(ward)/").status == 204)
    }

    @Test("the last use is kept with its address, and written once a minute") func lastUse() throws {
        let key = try api.makeKey()
        #expect(try api.send("GET", "/api/moi/", with: key).status == 200)
        let row = "SELECT xmin::text::bigint FROM machine_keys"
        let written = try api.count(row)
        for _ in 0..<3 { #expect(try api.send("GET", "/api/moi/", with: key).status == 200) }
        #expect(try api.count(row) == written)
        let shown = try api.send("GET", "/api/cles/\(key.id)/")
        #expect(shown["derniere_utilisation"]?.text != nil && shown["derniere_adresse"]?.text == "192.0.2.20")
        try sql("UPDATE machine_keys SET last_used_at = now() - interval '61 seconds'")
        let before = try api.count(row)
        #expect(try api.send("GET", "/api/moi/", with: key).status == 200 && api.count(row) != before)
        #expect(try audit("key.changed") == 0)
    }

    @Test("wrong keys are held up by their address, and never the right one") func throttle() throws {
        let key = try api.makeKey()
        let wrong = TestService.Key(id: key.id, text: try MachineKey.make(id: key.id).text)
        for _ in 0..<60 { #expect(try api.send("GET", "/api/moi/", with: wrong).status == 401) }
        let refused = try api.send("GET", "/api/moi/", with: wrong)
        #expect(refused.status == 429 && refused.header("Retry-After") != nil)
        #expect(try api.send("GET", "/api/moi/", with: key).status == 200)
        #expect(try audit("key.refused") == 1)
        // People log in from there all the same, and elsewhere nothing is held up.
        #expect(
            try api.send("POST", "/api/token/", bearer: nil, Array(#"{"username":"x","password":"y"}"#.utf8), address: "192.0.2.20").status == 401)
        #expect(try api.send("GET", "/api/moi/", bearer: wrong.text, [], address: "198.51.100.1").status == 401)
        for text in ["fjs_", "fjs_0_x", "fjs_\(key.id)", "fjs_\(key.id)_\(key.secret)x", "\(key.text) x"] {
            #expect(try api.send("GET", "/api/moi/", bearer: text, [], address: "203.0.113.5").status == 401)
        }
    }

    @Test("an Idempotency-Key is the machine key's own; with other permissions it is another request") func idempotency() throws {
        let (one, other) = (try api.makeKey("one"), try api.makeKey("other"))
        let alert = #"{"patient":1,"type_alerte":"chute","message":"Chute","niveau_gravite":"warning"}"#
        func raise(_ key: TestService.Key) throws -> Answer {
            try api.send("POST", "/api/iot/alertes/", with: key, alert, headers: ["Idempotency-Key": "a"])
        }
        let first = try raise(one)
        #expect(first.status == 201)
        #expect(try raise(one).text == first.text)
        let second = try raise(other)
        #expect(second.status == 201 && second.text != first.text)
        #expect(try api.count("SELECT count(*) FROM alerts WHERE raised_by IS NOT NULL") == 2)
        try sql("UPDATE machine_keys SET permissions = '{raiseAlerts}' WHERE user_id = \(one.id)")
        #expect(try raise(one).status == 422)
        let renewed = try api.send("POST", "/api/cles/\(other.id)/renouveler/")
        #expect(try raise(.init(id: other.id, text: #require(renewed["cle"]?.text))).text == second.text)
        // The answer with a secret is not kept.
        let body = #"{"nom":"third","permissions":["readPatients"],"services":[1],"expire_le":"\#(TestService.nextYear)"}"#
        #expect(try api.send("POST", "/api/cles/", body, headers: ["Idempotency-Key": "k"]).status == 201)
        #expect(try api.send("POST", "/api/cles/", body, headers: ["Idempotency-Key": "k"]).status == 409)
        #expect(try api.count("SELECT count(*) FROM idempotency_keys WHERE convert_from(body, 'UTF8') LIKE '%fjs_%'") == 0)
    }

    @Test("a patient is admitted and changed by number, again and again the same, in the key's wards only") func upsert() throws {
        let key = try api.makeKey("Moteur", [.managePatients])
        func put(_ ward: Int, bed: String = "9") throws -> Answer {
            try api.send(
                "PUT", "/api/patients/?identifiant=N7", with: key,
                #"{"nom":"Roux","prenom":"Luc","date_naissance":"1950-01-01","sexe":"M","service":\#(ward),"lit":"\#(bed)"}"#)
        }
        #expect(try put(1).status == 201)
        #expect(try put(1).status == 200 && put(1, bed: "10")["lit"]?.text == "10")
        #expect(try put(2).status == 400)
        #expect(try api.count("SELECT count(*) FROM patients WHERE hospital_number = 'N7'") == 1)
        // Of what is in another ward it learns nothing and changes nothing.
        let foreign = try api.send("PUT", "/api/patients/?identifiant=H1", with: key, #"{"nom":"X","prenom":"Y","service":1,"lit":"8"}"#)
        #expect([403, 404, 409].contains(foreign.status), "\(foreign.text)")
        #expect(try api.count("SELECT count(*) FROM patients WHERE hospital_number = 'H1' AND ward_id = 2") == 1)
    }
}
