import Clinical
import Store
import TestDatabase
import Testing

@testable import API

/// Alerts that people raise: what they may say, how many there may be, and when they end.
@Suite struct PersonsAlertTests {
    let api: TestService

    init() throws { api = try TestService() }

    private func raise(
        _ kind: String = "chute", _ message: String = "Chute", _ severity: Severity = .warning, patient: Int = 1, at time: String? = nil,
        as sender: TestService.Sender = .infirmier, key: String? = nil
    ) throws -> Answer {
        let timestamp = try time.map { #","timestamp":\#(try quoted($0))"# } ?? ""
        return try api.send(
            "POST", "/api/iot/alertes/", as: sender,
            #"{"patient":\#(patient),"type_alerte":\#(quoted(kind)),"message":\#(quoted(message)),"niveau_gravite":"\#(severity.rawValue)"\#(timestamp)}"#,
            headers: key.map { ["Idempotency-Key": $0] } ?? [:])
    }

    private static let reserved =
        SystemAlertKind.technical + SystemAlertKind.holds + [SystemAlertKind.score, "spo2_bas", "heart_rate_haut", "unvital_bas", "ancien:chute"]

    @Test("a kind that the system raises is refused, with those that are allowed", arguments: reserved) func systemKinds(kind: String) throws {
        let refused = try raise(kind)
        #expect(refused.status == 400)
        #expect(refused["type_alerte"]?[0]?.text?.contains("signal_perdu") == true)
        #expect(try api.count("SELECT count(*) FROM alerts") == 0)
    }

    @Test("the database refuses it as well, from anybody, and what has neither author nor a part of the system's") func check() throws {
        let sql = try api.store.connection()
        func insert(_ kind: String, by author: Int?, device: Int? = nil) -> String {
            let result = Result {
                try sql.query(
                    "INSERT INTO alerts (patient_id, kind, message, severity, measured_at, raised_by, device_id) VALUES (1, $1, 'm', 'info', now(), $2, $3)",
                    [kind, author, device])
            }
            if case .failure(let error) = result { return "\(error)" }
            return "stored"
        }
        for kind in Self.reserved where !kind.hasPrefix(SystemAlertKind.formerPrefix) {
            #expect(insert(kind, by: 1).contains("alerts_system_kind"), "\(kind)")
        }
        #expect(insert("chute", by: nil).contains("alerts_origin_known"))
        #expect(insert("signal_perdu", by: nil).contains("alerts_origin_known"))
        #expect(insert("chute", by: 1, device: 1).contains("alerts_origin_known"))
        #expect(insert("chute", by: 1) == "stored")
        #expect(insert("signal_perdu", by: nil, device: 1) == "stored")
    }

    @Test("who raised it is told") func author() throws {
        let answer = try raise()
        #expect(answer.status == 201 && answer["levee_par"]?.text == "nurse")
        let id = try Int(#require(answer["id"]?.number))
        #expect(try api.send("GET", "/api/iot/alertes/\(id)/")["levee_par"]?.text == "nurse")
    }

    @Test("its time is within the stay and at most a minute ahead") func times() throws {
        func status(_ seconds: Double) throws -> Int { try raise(at: api.now.advanced(bySeconds: seconds).rfc3339).status }
        // The patient came ten days ago.
        #expect(try status(55) == 201)
        #expect(try status(-9.9 * 86_400) == 200)
        for seconds in [65, -10.1 * 86_400, 5e9] { #expect(try status(seconds) == 400) }
        #expect(try raise(at: "1970-01-01T00:00:00Z")["timestamp"] != nil)
    }

    @Test("it ends when it is acknowledged, once and for all") func end() throws {
        let id = try Int(#require(raise()["id"]?.number))
        let acknowledged = try api.send("POST", "/api/iot/alertes/\(id)/acquitter/", as: .medecin)
        #expect(acknowledged["acquittee_par"]?.text == "medecin1" && acknowledged["terminee_le"]?.text != nil)
        // Another one of that kind is a new alert.
        let next = try raise()
        #expect(next.status == 201 && next["id"]?.number != Double(id))
    }

    @Test("a second open one of the same patient, kind and author updates the first, and no milder word hides a worse one") func update() throws {
        let first = try raise("appel", "Sonnette", .warning)
        let second = try raise("appel", "Sonnette, deuxième fois", .error)
        let third = try raise("appel", "Sonnette encore", .info)
        #expect(first.status == 201 && second.status == 200 && third.status == 200)
        #expect(second["id"] == first["id"] && third["id"] == first["id"])
        #expect(second["niveau_gravite"]?.text == "error" && second["aggravee_le"] != .null && second["message"]?.text == "Sonnette, deuxième fois")
        #expect(third["niveau_gravite"]?.text == "error" && third["message"]?.text == "Sonnette encore")
        #expect(try raise("appel", as: .medecin).status == 201)
        #expect(try raise("chute").status == 201)
        #expect(try raise("appel", patient: 2, as: .admin).status == 201)
    }

    @Test("the 51st open one of a patient is refused, and an alert of the ward says so until some are acknowledged") func many() throws {
        for index in 0..<PersonsAlert.maximumOpen { #expect(try raise("k\(index)").status == 201) }
        // The system's own do not count.
        try api.store.connection().script(
            """
            INSERT INTO alerts (patient_id, device_id, kind, message, severity, measured_at) VALUES (1, 1, 'batterie_faible', 'm', 'info', now());
            INSERT INTO alerts (patient_id, kind, message, severity, measured_at) VALUES (1, 'absence', 'm', 'info', now())
            """)
        for _ in 0..<2 {
            let refused = try raise("one too many", as: .medecin, key: "same")
            #expect(refused.status == 429 && refused["code"]?.text == "too_many_open_alerts" && refused.header("Retry-After") != nil)
        }
        // Who has an open one may say more about it; other patients have their own fifty.
        #expect(try raise("k7", "encore").status == 200)
        #expect(try raise("k", patient: 2, as: .admin).status == 201)
        let ward = try #require(try api.send("GET", "/api/iot/alertes/?service=1", as: .infirmier).json?.array)
        #expect(ward.map { $0["type_alerte"]?.text } == ["alertes_trop_nombreuses"])
        #expect(ward.first?["levee_par"] == .null && ward.first?["niveau_gravite"]?.text == "warning")
        let leader = try LeaderSession(url: api.store.url)
        try leader.endTooManyAlerts()
        #expect(try api.count("SELECT count(*) FROM alerts WHERE kind = 'alertes_trop_nombreuses' AND ended_at IS NULL") == 1)
        let id = try api.count("SELECT min(id) FROM alerts WHERE kind = 'k3'")
        #expect(try api.send("POST", "/api/iot/alertes/\(id)/acquitter/", as: .infirmier).status == 200)
        try leader.endTooManyAlerts()
        #expect(try api.count("SELECT count(*) FROM alerts WHERE kind = 'alertes_trop_nombreuses' AND ended_at IS NULL") == 0)
        #expect(try raise("room again").status == 201)
    }

    @Test("two requests at once are not both the last that fits") func race() throws {
        for index in 0..<PersonsAlert.maximumOpen - 1 { #expect(try raise("k\(index)").status == 201) }
        let raising: [@Sendable () throws -> Int] = (0..<8).map { index in
            { [self] in try raise("at once \(index)", as: index % 2 == 0 ? .infirmier : .medecin).status }
        }
        let statuses = try atOnce(raising).map { try $0.get() }
        #expect(statuses.sorted() == [201] + Array(repeating: 429, count: 7))
    }

    @Test("line breaks in a message are spaces, and what cannot be seen is refused") func text() throws {
        #expect(try raise("a", " Chute\r\ndans le\tcouloir ")["message"]?.text == "Chute dans le couloir")
        for message in ["  ", "\u{200B}", "a\u{202E}b", "\u{7}"] { #expect(try raise("b", message)["message"] != nil) }
        #expect(try raise("a\u{200B}")["type_alerte"] != nil)
    }
}
