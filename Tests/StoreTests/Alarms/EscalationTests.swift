import Clinical
import Foundation
import Postgres
import TestDatabase
import Testing

@testable import Store

/// Reminders, escalation, and the deliveries that it writes.
@Suite struct EscalationTests {
    let store: TestStore
    let session: LeaderSession
    let sql: Connection

    init() throws {
        store = try TestStore()
        session = try LeaderSession(url: store.url)
        sql = try store.connection()
    }

    /// An alert of a rule, of the first patient; further columns as `name = value`.
    private func alert(_ further: String = "", severity: String = "error", raisedSecondsAgo: Int = 0) throws -> Int {
        let id: Int = try sql.query(
            """
            INSERT INTO alerts (patient_id, kind, message, severity, measured_at, raised_at, vital, side, value, limit_value)
            VALUES (1, 'spo2_bas', 'SpO2 : 88 % (< 90 %)', $1, '2026-11-22T10:00:00Z', now() - $2 * interval '1 s', 1, 'bas', 88, 90) RETURNING id
            """, [severity, Double(raisedSecondsAgo)])[0][0]
        if !further.isEmpty { try sql.script("UPDATE alerts SET \(further) WHERE id = \(id)") }
        return id
    }

    private func isTrue(_ condition: String, of id: Int) throws -> Bool {
        try sql.query("SELECT \(condition) FROM alerts WHERE id = $1", [id])[0][0]
    }

    private static let acknowledged = "acknowledged_by = 1, acknowledged_at = now() - interval '301 s'"

    @Test("what somebody acknowledged and what lasts is brought back once, and remembers the first acknowledgement") func reminder() throws {
        let id = try alert("\(Self.acknowledged), escalated_at = now()")
        #expect(try session.remind(afterSeconds: 302) == 0)
        #expect(try session.remind(afterSeconds: 300) == 1)
        #expect(
            try isTrue(
                "num_nulls(acknowledged_at, acknowledged_by, escalated_at) = 3 AND reminded_at > now() - interval '5 s' AND first_acknowledged_at IS NOT NULL",
                of: id))
        #expect(try session.remind(afterSeconds: 300) == 0)
    }

    @Test(
        "nothing brings back what ended, what is no error, what a person raised, or whoever was discharged",
        arguments: [
            "ended_at = now()", "severity = 'warning'", "vital = NULL, side = NULL, raised_by = 1, kind = 'chute'",
        ])
    func noReminder(because: String) throws {
        _ = try alert("\(Self.acknowledged), \(because)")
        #expect(try session.remind(afterSeconds: 300) == 0)
    }

    @Test("a discharged patient's alerts are nobody's") func discharged() throws {
        _ = try alert("ended_at = now()", raisedSecondsAgo: 500)
        _ = try alert(Self.acknowledged)
        try sql.script("UPDATE patients SET discharged_at = now() WHERE id = 1")
        #expect(try session.remind(afterSeconds: 300) == 0)
        #expect(try session.escalate(afterSeconds: 120, hasWebhook: true) == 0)
    }

    @Test(
        "escalated once, so long after it was raised, got worse or was brought back",
        arguments: [
            (121, "id = id", true), (119, "id = id", false), (500, "worsened_at = now() - interval '119 s'", false),
            (500, "worsened_at = now() - interval '121 s'", true), (500, "reminded_at = now() - interval '119 s'", false),
            (500, "reminded_at = now() - interval '121 s'", true), (500, "ended_at = now()", true),
            (500, "acknowledged_by = 1, acknowledged_at = now()", false), (500, "severity = 'warning'", false),
        ])
    func escalation(seconds: Int, further: String, isDue: Bool) throws {
        let id = try alert(further == "id = id" ? "" : further, raisedSecondsAgo: seconds)
        #expect(try session.escalate(afterSeconds: 120, hasWebhook: false) == (isDue ? 1 : 0))
        #expect(try isTrue("(escalated_at IS NOT NULL) = \(isDue)", of: id))
        #expect(try session.escalate(afterSeconds: 120, hasWebhook: false) == 0)
        #expect(try sql.query("SELECT count(*) FROM webhook_deliveries")[0][0] == 0)
    }

    @Test("with a webhook a delivery is written that names neither patient nor hospital number") func delivery() throws {
        let id = try alert(raisedSecondsAgo: 130)
        #expect(try session.escalate(afterSeconds: 120, hasWebhook: true) == 1)
        let due = try session.dueDeliveries(limit: 10)
        let delivery = try #require(due.first)
        #expect(due.count == 1)
        let body = try #require(try JSONSerialization.jsonObject(with: Data(delivery.body.utf8)) as? [String: Any])
        let data = try #require(body["data"] as? [String: Any])
        #expect(body["type"] as? String == "alerte.escaladee")
        #expect((body["timestamp"] as? String).flatMap(Instant.init(rfc3339:)) != nil)
        #expect((data["lit"] as? String, data["patient"] as? Int) == ("1", 1))
        #expect(data["service"] as? NSDictionary == ["id": 1, "nom": "Cardiologie"])
        let about = try #require(data["alerte"] as? [String: Any])
        #expect(Set(about.keys) == ["id", "type_alerte", "message", "niveau_gravite", "timestamp", "levee_le"])
        #expect((about["id"] as? Int, about["timestamp"] as? String) == (id, "2026-11-22T10:00:00.000Z"))
        for secret in ["Petit", "Anne", "H0", "1950"] { #expect(!delivery.body.contains(secret)) }
    }

    @Test("a receiver who reads English gets what happened in English, and the rest as ever") func language() throws {
        let id = try alert(raisedSecondsAgo: 130)
        try sql.query(
            "UPDATE alerts SET message = 'Signal perdu – Capteur 1', kind = 'signal_perdu', device_id = 1, vital = NULL, side = NULL WHERE id = $1",
            [id])
        #expect(try session.escalate(afterSeconds: 120, hasWebhook: true, language: .english) == 1)
        let body = try #require(try session.dueDeliveries(limit: 10).first).body
        let parsed = try #require(try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any])
        let about = try #require((parsed["data"] as? [String: Any])?["alerte"] as? [String: Any])
        #expect(about["message"] as? String == "Signal lost – Capteur 1" && about["type_alerte"] as? String == "signal_perdu" && about.count == 6)
        #expect(try sql.query("SELECT message FROM alerts WHERE id = $1", [id])[0][0] == "Signal perdu – Capteur 1")
    }

    @Test("an unwatched ward is escalated too") func ward() throws {
        try session.reconcileWardAlerts(raises: true)
        #expect(try session.escalate(afterSeconds: 0, hasWebhook: true) == 2)
        let body = try #require(try session.dueDeliveries(limit: 1).first).body
        #expect(body.contains(#""lit" : null"#) && body.contains(#""patient" : null"#) && body.contains("Cardiologie"))
    }

    private func newDelivery() throws -> WebhookDelivery {
        _ = try alert(raisedSecondsAgo: 130)
        try session.escalate(afterSeconds: 120, hasWebhook: true)
        return try #require(try session.dueDeliveries(limit: 10).first)
    }

    private func row() throws -> (attempts: Int, problem: String?, state: String) {
        let row = try sql.query(
            """
            SELECT attempts, problem, CASE WHEN delivered_at IS NOT NULL THEN 'delivered' WHEN abandoned_at IS NOT NULL THEN 'abandoned'
                WHEN next_at > now() THEN 'later' ELSE 'due' END FROM webhook_deliveries
            """)[0]
        return try (row[0], row[1], row[2])
    }

    @Test("a delivery is sent until it is taken, not wanted, or a day old") func deliveries() throws {
        let delivery = try newDelivery()
        try session.settle(delivery, .failed("the receiver answered 500"))
        #expect(try row() == (1, "the receiver answered 500", "later"))
        #expect(try session.dueDeliveries(limit: 10).isEmpty)
        try sql.script("UPDATE webhook_deliveries SET next_at = now()")
        let again = try #require(try session.dueDeliveries(limit: 10).first)
        #expect((again.id, again.attempts, again.body) == (delivery.id, 1, delivery.body))
        try session.settle(again, .taken)
        #expect(try row() == (2, nil, "delivered"))
        #expect(try session.dueDeliveries(limit: 10).isEmpty)
    }

    @Test("what was never sent goes before what is sent again") func newestFirst() throws {
        let old = try newDelivery()
        try session.settle(old, .failed("why"))
        try sql.script("UPDATE webhook_deliveries SET next_at = now() - interval '1 minute'; UPDATE alerts SET ended_at = now()")
        let new = try newDelivery()
        #expect(new.id != old.id)
        #expect(try session.dueDeliveries(limit: 10).map(\.id) == [new.id, old.id])
    }

    @Test("410 and a day end it, and the problem stays") func abandoned() throws {
        try session.settle(newDelivery(), .unwanted)
        #expect(try row() == (1, "the receiver answered 410: it wants no more of them", "abandoned"))
        try sql.script(
            "UPDATE webhook_deliveries SET abandoned_at = NULL, problem = 'why', next_at = now(), created_at = now() - interval '25 hours'")
        #expect(try session.dueDeliveries(limit: 10).isEmpty)
        #expect(try row() == (1, "why", "abandoned"))
        try store.database.forgetExpired()
        #expect(try sql.query("SELECT count(*) FROM webhook_deliveries")[0][0] == 1)
        try sql.script("UPDATE webhook_deliveries SET created_at = now() - interval '31 days'")
        try store.database.forgetExpired()
        #expect(try sql.query("SELECT count(*) FROM webhook_deliveries")[0][0] == 0)
    }

    @Test("the pause between attempts doubles from 5 s to 10 min, less up to a half") func delays() {
        #expect((1...9).map { WebhookDelivery.delaySeconds(afterAttempt: $0, jitter: 0) } == [5, 10, 20, 40, 80, 160, 320, 600, 600])
        #expect(WebhookDelivery.delaySeconds(afterAttempt: 1000, jitter: 0) == 600)
        #expect(WebhookDelivery.delaySeconds(afterAttempt: 2, jitter: 0.5) == 7.5)
    }

    @Test("an alert that somebody is just changing is passed over, and nobody waits") func busy() throws {
        let id = try alert(raisedSecondsAgo: 130)
        try sql.transaction {
            try $0.query("SELECT 1 FROM alerts WHERE id = $1 FOR UPDATE", [id])
            #expect(try session.escalate(afterSeconds: 120, hasWebhook: false) == 0)
        }
        #expect(try session.escalate(afterSeconds: 120, hasWebhook: false) == 1)
    }
}
