import TestDatabase
import Testing

@testable import API

/// In which language an alert is told over HTTP.
@Suite struct AlertLanguageTests {
    let api: TestService

    init() throws {
        api = try TestService()
        try api.store.connection().script(
            """
            INSERT INTO alerts (patient_id, kind, message, severity, measured_at, device_id)
            VALUES (1, 'signal_perdu', 'Signal perdu – Capteur 1', 'warning', now(), 1)
            """)
    }

    @Test("Accept-Language decides, else the account's language; in lists, alone, and after acknowledging") func languages() throws {
        func text(_ headers: [String: String] = [:]) throws -> Set<String?> {
            let list = try api.send("GET", "/api/iot/alertes/", as: .infirmier, headers: headers)
            let alone = try api.send("GET", "/api/iot/alertes/1/", as: .infirmier, headers: headers)
            return [list.json?[0]?["message"]?.text, alone["message"]?.text]
        }
        #expect(try text() == ["Signal perdu – Capteur 1"])
        #expect(try text(["Accept-Language": "en-GB,en;q=0.9"]) == ["Signal lost – Capteur 1"])
        #expect(try api.send("PATCH", "/api/moi/", as: .infirmier, #"{"langue":"en"}"#).status == 200)
        #expect(try text() == ["Signal lost – Capteur 1"])
        #expect(try text(["Accept-Language": "fr"]) == ["Signal perdu – Capteur 1"])
        let acknowledged = try api.send("POST", "/api/iot/alertes/1/acquitter/", as: .infirmier)
        #expect(acknowledged.status == 200 && acknowledged["message"]?.text == "Signal lost – Capteur 1")
        // What is stored stays, for readers of another language.
        #expect(try api.count("SELECT count(*) FROM alerts WHERE message LIKE 'Signal perdu%'") == 1)
    }
}
