import Clinical
import Store
import TestDatabase
import Testing

@testable import API

/// An acknowledgement that was a mistake is taken back by who gave it, within a minute.
@Suite struct TakenBackAcknowledgementTests {
    let api: TestService

    init() throws { api = try TestService() }

    /// Oxygen saturation by hand, which raises at once.
    private func enter(_ value: Int, secondsAgo: Double = 0) throws {
        let at = try TestStore.now.advanced(bySeconds: -secondsAgo).rfc3339
        let answer = try api.send(
            "POST", "/api/iot/data/", as: .infirmier, #"{"patient":1,"type_donnee":"spo2","valeur":\#(value),"unite":"%","timestamp":"\#(at)"}"#)
        #expect(answer.status == 201, "\(answer.text)")
    }

    private func open() throws -> Int { try api.count("SELECT max(id) FROM alerts") }
    private func acknowledge(_ id: Int, as sender: TestService.Sender = .infirmier) throws -> Answer {
        try api.send("POST", "/api/iot/alertes/\(id)/acquitter/", as: sender)
    }
    private func takeBack(_ id: Int, as sender: TestService.Sender = .infirmier, language: String = "fr") throws -> Answer {
        try api.send("POST", "/api/iot/alertes/\(id)/acquitter/annuler/", as: sender, headers: ["Accept-Language": language])
    }

    @Test("an alert that the acknowledgement ended is open again with its condition, and nobody has come to it") func byHand() throws {
        try enter(85, secondsAgo: 5)
        let id = try open()
        let acknowledged = try acknowledge(id)
        #expect(acknowledged["terminee_le"]?.text == acknowledged["acquittee_le"]?.text && acknowledged["premier_acquittement_le"] != .null)
        let back = try takeBack(id)
        #expect(back.status == 200, "\(back.text)")
        for name in ["acquittee_par", "acquittee_le", "premier_acquittement_le", "terminee_le"] { #expect(back[name] == .null, "\(name)") }
        #expect(back["acquittee"] == .bool(false) && back["niveau_gravite"]?.text == "error")
        #expect(try api.count("SELECT count(*) FROM alarm_conditions WHERE device_id = 0 AND raised = 'error'") == 1)
        #expect(
            try api.count(
                "SELECT count(*) FROM audit WHERE action = 'alert.changed' AND username = 'nurse' AND before ? 'acknowledged_by' AND after -> 'ended_at' = 'null'"
            )
                == 1)
        // Acknowledged again, it ends again; a normal value by hand would have ended it as well.
        _ = try acknowledge(id)
        _ = try takeBack(id)
        try enter(97)
        #expect(try api.send("GET", "/api/iot/alertes/\(id)/")["terminee_le"] != .null && api.count("SELECT count(*) FROM alarm_conditions") == 0)
    }

    @Test("an alert of a person is open again, and one that had ended before only waits for somebody again") func others() throws {
        let raised = try api.send(
            "POST", "/api/iot/alertes/", as: .infirmier, #"{"patient":1,"type_alerte":"chute","message":"Chute","niveau_gravite":"warning"}"#)
        let id = try Int(#require(raised["id"]?.number))
        _ = try acknowledge(id)
        #expect(try takeBack(id)["terminee_le"] == .null)
        try enter(85, secondsAgo: 5)
        let ended = try open()
        try enter(97)
        _ = try acknowledge(ended)
        let back = try takeBack(ended)
        #expect(try back["terminee_le"] != .null && back["acquittee"] == .bool(false) && api.count("SELECT count(*) FROM alarm_conditions") == 0)
    }

    @Test("of two who acknowledge the first one takes back, and each of the other cases says why not") func refused() throws {
        try enter(85, secondsAgo: 5)
        let (id, sql) = (try open(), try api.store.connection())
        #expect(try takeBack(id)["acquittee"]?[0]?.text == "Cette alerte n’est plus acquittée : elle attend de nouveau quelqu’un.")
        _ = try acknowledge(id)
        #expect(try acknowledge(id, as: .medecin)["acquittee_par"]?.text == "nurse")
        let other = try takeBack(id, as: .medecin, language: "en")
        #expect(other.status == 409 && other["acquittee"]?[0]?.text == "Somebody else has acknowledged this alert.")
        // Not an administrator's either: the person who acknowledged has seen it.
        #expect(try takeBack(id, as: .admin).status == 409)
        // The same is wrong again: the new alert is open, and a second one beside it would be none.
        try enter(84)
        let again = try takeBack(id)
        #expect(again.status == 409 && again["acquittee"]?[0]?.text?.hasPrefix("L’alerte a été levée de nouveau") == true, "\(again.text)")
        _ = try acknowledge(try open())
        try sql.script("UPDATE alerts SET acknowledged_at = acknowledged_at - interval '61 s', ended_at = ended_at - interval '61 s'")
        #expect(try takeBack(try open())["acquittee"]?[0]?.text?.contains("dans la minute") == true)
        #expect(try takeBack(999).status == 404)
        _ = try api.send("POST", "/api/patients/1/sortie/", as: .infirmier)
        #expect(try takeBack(id).status == 404 && takeBack(id, as: .admin).status == 404)
    }
}
