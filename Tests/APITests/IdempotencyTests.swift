import Clinical
import Store
import TestDatabase
import Testing

@testable import API

/// `Idempotency-Key` on people's POSTs.
@Suite struct IdempotencyTests {
    let api: TestService

    init() throws { api = try TestService() }

    private static let alert = #"{"patient":1,"type_alerte":"chute","message":"Chute","niveau_gravite":"warning"}"#

    private func raise(_ key: String?, _ body: String = alert, as sender: TestService.Sender = .infirmier) throws -> Answer {
        try api.send("POST", "/api/iot/alertes/", as: sender, body, headers: key.map { ["Idempotency-Key": $0] } ?? [:])
    }

    private func alerts() throws -> Int { try api.count("SELECT count(*) FROM alerts") }

    private func keys() throws -> Int { try api.count("SELECT count(*) FROM idempotency_keys") }

    @Test("the same request with the same key gets the first answer and changes nothing") func repeated() throws {
        let first = try raise("a")
        #expect(first.status == 201)
        let again = try raise("a")
        #expect(again.status == 201 && again.text == first.text && again.header("Content-Type") == first.header("Content-Type"))
        #expect(try alerts() == 1)
        // The same alert of the same person says no more than the first; the answer is another one.
        #expect(try raise("b").status == 200 && raise(nil).status == 200)
        #expect(try alerts() == 1 && keys() == 2)
    }

    @Test("a key is its account's, and of another request it is 422") func others() throws {
        #expect(try raise("a").status == 201)
        #expect(try raise("a", as: .medecin).status == 201)
        let reused = try raise("a", Self.alert.replacing("warning", with: "error"))
        #expect(reused.status == 422 && reused["code"]?.text == "idempotency_key_reused")
        #expect(try api.send("POST", "/api/patients/1/pause/", as: .infirmier, headers: ["Idempotency-Key": "a"]).status == 422)
        #expect(try alerts() == 2)
        for bad in ["", String(repeating: "k", count: 129), "é", "a b"] { #expect(try raise(bad).status == 400) }
    }

    @Test("who may not is told so, whatever the key; with other wards the account does not get the first answer again") func rights() throws {
        #expect(try raise("a").status == 201)
        #expect(try raise("a", as: .ecran).status == 403)
        #expect(try raise("a", as: .nobody).status == 401)
        let nurse = try #require(api.id(.infirmier))
        try api.store.connection().script("UPDATE user_wards SET ward_id = \(api.store.wards[1].id) WHERE user_id = \(nurse)")
        #expect(try raise("a").status == 422)
    }

    @Test("what failed is not kept, and leaves nothing behind") func failed() throws {
        #expect(try raise("a", #"{"patient":99,"type_alerte":"chute","message":"Chute","niveau_gravite":"warning"}"#).status == 400)
        #expect(try keys() == 0)
        #expect(try raise("a").status == 201)
        let patient = #"{"identifiant":"H7","nom":"Roux","prenom":"Luc","date_naissance":"1950-01-01","sexe":"M","service":1,"lit":"9"}"#
        func admit(_ body: String) throws -> Answer {
            try api.send("POST", "/api/patients/", as: .infirmier, body, headers: ["Idempotency-Key": "p"])
        }
        #expect(try admit(patient.replacing("H7", with: "H0")).status == 409)
        let admitted = try admit(patient)
        #expect(try admitted.status == 201 && admit(patient).text == admitted.text)
        #expect(try api.count("SELECT count(*) FROM patients WHERE hospital_number = 'H7'") == 1)
    }

    @Test("while the first is being carried out the second is 409") func running() throws {
        let blocker = try api.store.connection()
        try blocker.script("BEGIN; LOCK TABLE alerts IN SHARE MODE")
        let api = api
        let first = OnThread { try api.send("POST", "/api/iot/alertes/", as: .infirmier, Self.alert, headers: ["Idempotency-Key": "a"]).status }
        try api.store.waitForLocked()
        let second = try raise("a")
        #expect(second.status == 409 && second["code"]?.text == "request_running" && second.header("Retry-After") != nil)
        try blocker.script("ROLLBACK")
        #expect(try first.value() == 201)
        #expect(try raise("a").status == 201 && alerts() == 1)
    }

    @Test("values by hand without a time are stored once") func readings() throws {
        func enter() throws -> Answer {
            try api.send(
                "POST", "/api/iot/data/", as: .infirmier, #"{"patient":1,"mesures":[{"type_donnee":"spo2","valeur":97}]}"#,
                headers: ["Idempotency-Key": "r"])
        }
        let first = try enter()
        api.pass(minutes: 1)
        #expect(try first.status == 201 && enter().text == first.text)
        #expect(try api.store.stored() == 1)
    }

    @Test("answers with secrets are not stored") func secrets() throws {
        let headers = ["Idempotency-Key": "s"]
        let keys = try (0..<2).map { _ in try api.send("POST", "/api/iot/dispositifs/1/cle/", as: .admin, headers: headers)["cle"]?.text }
        #expect(keys[0] != nil && keys[1] != nil && keys[0] != keys[1])
        let account = #"{"username":"roux","role":"infirmier","services":[1],"password":"quatre mots bien choisis"}"#
        #expect(try api.send("POST", "/api/utilisateurs/", as: .admin, account, headers: headers).status < 500)
        #expect(try self.keys() == 0)
        for path in Service.notKept { #expect(Service.routes.contains { $0.method == "POST" && $0.path == path }) }
    }

    @Test("a day later a key is free, and an account has a thousand at most") func bounded() throws {
        #expect(try raise("a").status == 201)
        let connection = try api.store.connection()
        try connection.script("UPDATE idempotency_keys SET created_at = created_at - interval '25 hours'")
        #expect(try raise("a").status == 200)
        try connection.script(
            """
            INSERT INTO idempotency_keys SELECT user_id, 'k' || i, request, status, headers, body, now() - i * interval '1 s'
            FROM idempotency_keys, generate_series(1, 1200) AS i
            """)
        #expect(try raise("b").status == 200 && keys() == 1000)
        #expect(try raise("a")["version"]?.number == 2)
        try connection.script("UPDATE idempotency_keys SET created_at = created_at - interval '25 hours'")
        _ = try api.store.database.forgetExpired()
        #expect(try keys() == 0)
    }
}
