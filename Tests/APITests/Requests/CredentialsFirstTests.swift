import Access
import Clinical
import Foundation
import Postgres
import Testing

@testable import API
@testable import Store

/// Who asks is known before anything is read, and everything is read before anything is locked.
@Suite struct CredentialsFirstTests {
    let api: TestService

    init() throws { api = try TestService() }

    /// Nobody could decode it without finding out.
    private static let malformed = Array("{".utf8)

    @Test("nothing is decoded for who is not known") func nobody() throws {
        for route in guarded where ["POST", "PUT", "PATCH"].contains(route.method) {
            let path = try route.path(ward: 0, in: api)
            let strange = try DeviceKey.make(device: api.store.devices[0].id).text
            for bearer in [nil, "x.y.z", "fjd_1_x", strange, try DeviceKey.make(device: 999).text] {
                #expect(try api.send(route.method, path, bearer: bearer, Self.malformed).status == 401, "\(route.method) \(path)")
            }
            #expect(try api.send(route.method, path, bearer: api.credentials(.ecran), Self.malformed).status != 401, "\(route.method) \(path)")
        }
    }

    @Test("a replaced or withdrawn key is refused at once, though it was good a moment ago") func replacedKey() throws {
        func post(_ key: String, _ body: String = #"{"type_donnee":"spo2","valeur":97}"#) throws -> Int {
            try api.send("POST", "/api/iot/data/", bearer: key, Array(body.utf8)).status
        }
        let old = api.store.keys[0].text
        #expect(try post(old) == 201)
        let new = try #require(try api.send("POST", "/api/iot/dispositifs/1/cle/")["cle"]?.text)
        #expect(try post(old) == 401)
        #expect(try post(old, #"{"mesures":[],"etat":{"batterie":5}}"#) == 401)
        #expect(try post(new) == 201)
        #expect(try api.send("DELETE", "/api/iot/dispositifs/1/").status == 204)
        #expect(try post(new) == 401)
    }

    @Test("a key is looked up once a minute, not once a report") func confirmedKeys() throws {
        let (keys, key) = (ConfirmedKeys(), api.store.keys[0])
        var asked = 0
        func confirm(_ key: DeviceKey, seconds: Double) throws -> Bool {
            try keys.confirm(key, now: api.now.advanced(bySeconds: seconds)) {
                asked += 1
                return try api.store.database.isValid($0)
            }
        }
        #expect(try confirm(key, seconds: 0) && confirm(key, seconds: 59))
        #expect(asked == 1)
        #expect(try !confirm(DeviceKey.make(device: key.device), seconds: 1))
        #expect(try confirm(key, seconds: 59))
        #expect(asked == 2, "another's key does not take the place of the right one")
        #expect(try confirm(key, seconds: 61))
        #expect(asked == 3)
    }

    @Test("a body is judged while everything that it is about is locked by others", .timeLimit(.minutes(1)))
    func locked() throws {
        let blocker = try api.store.connection()
        try blocker.script(
            """
            BEGIN; SELECT FROM patients FOR UPDATE; SELECT FROM devices FOR UPDATE; SELECT FROM wards FOR UPDATE; SELECT FROM users FOR UPDATE;
            LOCK alarm_rules, device_assignment, alerts IN ACCESS EXCLUSIVE MODE
            """)
        try blocker.query("SELECT pg_advisory_xact_lock($1)", [AdvisoryLock.assignments])
        defer { try? blocker.script("ROLLBACK") }
        let token = api.access(try #require(api.id(.admin)))
        for (method, path) in [
            ("PATCH", "/api/iot/dispositifs/1/affectations/1/"), ("POST", "/api/iot/dispositifs/1/affectations/"), ("PUT", "/api/patients/1/"),
            ("PATCH", "/api/patients/1/"), ("POST", "/api/patients/"), ("PATCH", "/api/iot/dispositifs/1/"), ("PUT", "/api/limites/"),
            ("PUT", "/api/services/1/limites/"), ("PATCH", "/api/utilisateurs/2/"), ("POST", "/api/iot/alertes/"), ("PATCH", "/api/services/1/"),
        ] {
            for headers in [[:], ["Idempotency-Key": "k"]] {
                let answer = try api.send(method, path, bearer: token, Array(#"{"limites":1,"x":[[[]]]"#.utf8), headers: headers)
                #expect(answer.status == 400 && answer["code"]?.text == "parse_error", "\(method) \(path): \(answer.text)")
            }
        }
    }
}
