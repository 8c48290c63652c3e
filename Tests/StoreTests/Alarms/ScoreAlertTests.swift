import Clinical
import Foundation
import Postgres
import Store
import TestDatabase
import Testing

/// Alerts about the early warning score: computed for everybody at once, with state that the next leader finds.
@Suite(.timeLimit(.minutes(1))) struct ScoreAlertTests {
    let store: TestStore
    let session: LeaderSession
    private let sql: Connection
    private let begin: Instant

    init() throws {
        store = try TestStore()
        session = try LeaderSession(url: store.url)
        sql = try store.connection()
        begin = try TestStore.now
    }

    private var patient: PatientID { store.patients[0].id }

    private func at(_ minute: Int) -> Instant { begin.advanced(bySeconds: Double(minute) * 60) }

    /// As a nurse enters them; values that give nothing, but for these.
    private func enter(_ changes: [Vital: Double] = [:], without missing: [Vital] = [], minute: Int = 0, patient index: Int = 0) throws {
        var values: [Vital: Double] = [
            .respiratoryRate: 16, .spo2: 97, .supplementalO2: 0, .systolicBP: 120, .heartRate: 70, .consciousness: 0, .temperature: 37,
        ]
        for (vital, value) in changes { values[vital] = value }
        for vital in missing { values[vital] = nil }
        try put(values, device: 0, minute: minute, patient: index)
    }

    private func put(_ values: [Vital: Double], device: DeviceID, minute: Int, second: Double = 0, patient index: Int = 0) throws {
        try sql.query(
            """
            INSERT INTO readings (patient_id, vital, device_id, measured_at, received_at, value)
            SELECT $1, vital, $2, $3, $3, value FROM unnest($4::smallint[], $5::float8[]) AS n (vital, value)
            """,
            [
                store.patients[index].id, device, Timestamp(microseconds: at(minute).advanced(bySeconds: second).milliseconds * 1000),
                values.map(\.key.code), values.map(\.value),
            ])
    }

    private func watch(_ minutes: ClosedRange<Int>, by session: LeaderSession? = nil) throws {
        for minute in minutes { try (session ?? self.session).watchScores(at: at(minute)) }
    }

    private func alerts() throws -> [Alert] { try store.database.alerts(store.admin, AlertFilter(), Page(limit: 50)).reversed() }

    /// `warning 5–5 [] open`.
    private func shown() throws -> [String] {
        try alerts().filter { $0.kind == ScoreAlarm.kind }.map { alert in
            let score = try #require(alert.score)
            let state = alert.endedAt != nil ? "ended" : alert.acknowledged ? "acknowledged" : "open"
            return "\(alert.severity.rawValue) \(score.minimum)–\(score.maximum) \(score.threes.map(\.rawValue)) \(state)"
        }
    }

    private static let five: [Vital: Double] = [.heartRate: 115, .systolicBP: 95, .spo2: 95]

    @Test("it is raised after 2 minutes, with the response in words and when to measure next, and again for more") func raised() throws {
        try enter(Self.five)
        try watch(0...1)
        #expect(try shown().isEmpty)
        try watch(2...2)
        #expect(try shown() == ["warning 5–5 [] open"])
        let alert = try #require(try alerts().first)
        #expect(alert.message == "NEWS2 5. Mesures au moins toutes les heures, appeler immédiatement le médecin du patient")
        #expect(alert.measuredAt == at(0) && alert.score?.nextMeasurementAt == at(62) && alert.patient == patient && alert.raisedBy == nil)
        try watch(3...6)
        _ = try store.database.acknowledgeAlert(alert.id, store.nurse)
        #expect(try shown() == ["warning 5–5 [] acknowledged"])
        try enter(Self.five.merging([.supplementalO2: 1]) { $1 }, minute: 7)
        try watch(7...9)
        #expect(try shown() == ["error 7–7 [] open"])
        #expect(try alerts()[0].worsenedAt != nil)
        let before = try alerts()
        try watch(9...9)  // as when another leader takes the same minute
        #expect(try alerts() == before)
    }

    @Test("another leader goes on where the one before it stopped") func leaders() throws {
        try enter(Self.five)
        try watch(0...1)
        try watch(2...2, by: LeaderSession(url: store.url))
        #expect(try shown() == ["warning 5–5 [] open"])
        try watch(2...5)
        #expect(try alerts().count == 1)
        let kept = try sql.query("SELECT told_total, cardinality(period_ends) FROM score_watches")
        #expect(try kept.map { [try $0[0] as Int, try $0[1]] } == [[5, 3]])
    }

    @Test("of what a device measures the median of the minute counts, not its newest value") func medians() throws {
        try enter([.heartRate: 115, .systolicBP: 95], without: [.spo2], minute: -5)
        let device = store.devices[0].id
        // 95 for most of each minute, and 99 at its end: 1 point, and with those of the hand 5.
        for minute in 0...3 {
            for second in stride(from: 0.0, to: 60, by: 6) {
                try put([.spo2: second < 40 ? 95 : 99], device: device, minute: minute - 1, second: second)
            }
        }
        try watch(0...2)
        #expect(try shown() == ["warning 5–5 [] open"])
    }

    @Test("it ends only where the score is surely low, not because values are missing or old") func ending() throws {
        try enter(Self.five)
        try watch(0...2)
        // Hand-entered values count for 12 hours.
        try watch(721...725)
        #expect(try shown() == ["warning 5–5 [] open"])
        try enter([:], without: [.consciousness], minute: 726)
        try watch(726...726)
        #expect(try shown() == ["warning 5–5 [] open"])
        try enter([:], minute: 727)
        try watch(727...727)
        #expect(try shown() == ["warning 5–5 [] ended"])
        #expect(try sql.query("SELECT count(*) FROM score_watches")[0][0] == 0)
    }

    @Test("a single 3 that a rule's alert shows is linked to that") func linked() throws {
        try sql.query(
            """
            INSERT INTO alerts (patient_id, kind, message, severity, measured_at, vital, side, value, limit_value)
            VALUES ($1, 'spo2_bas', 'm', 'warning', now(), $2, 'bas', 90, 94)
            """, [patient, Vital.spo2.code])
        try enter([.spo2: 90])
        try watch(0...2)
        let all = try alerts()
        #expect(all.count == 2 && all[1].score?.linked == all[0].id && all[1].score?.threes == [.spo2] && all[1].severity == .warning)
    }

    @Test("not for under 16, in pregnancy, or after a discharge, which ends it") func notApplicable() throws {
        try sql.script("UPDATE patients SET birth_date = '2015-01-01' WHERE id = \(patient)")
        try enter(Self.five)
        try enter(Self.five, patient: 1)
        try watch(0...2)
        #expect(try alerts().map(\.patient) == [store.patients[1].id])
        try sql.script("UPDATE patients SET pregnant = true WHERE id = \(store.patients[1].id)")
        try watch(3...3)
        #expect(try shown() == ["warning 5–5 [] ended"])
        try sql.script("UPDATE patients SET birth_date = NULL, pregnant = false")
        try watch(4...6)
        _ = try store.database.dischargePatient(.id(patient), store.nurse)
        try watch(7...9)
        #expect(try alerts().map { "\($0.patient ?? 0) \($0.endedAt == nil)" } == ["2 false", "1 false", "2 true"])
        #expect(try sql.query("SELECT array_agg(patient_id) FROM score_watches")[0][0] == [store.patients[1].id])
    }

    @Test("a doctor closes it, which stays so for the same score, and may take that back for a minute; who called a doctor is kept and audited")
    func care() throws {
        try enter(Self.five)
        try watch(0...2)
        let id = try #require(try alerts().first).id
        let called = try #require(try store.database.recordDoctorCall(id, store.nurse))
        #expect(called.score?.doctorCalledBy == "nurse" && called.score?.doctorCalledAt != nil && !called.acknowledged)
        let closed = try #require(try store.database.closeScoreAlert(id, store.admin))
        #expect(closed.endedAt != nil && closed.acknowledgedBy == "admin")
        try watch(3...6)
        #expect(try shown() == ["warning 5–5 [] ended"])
        #expect(try store.database.takeBackAcknowledgement(id, store.admin)?.endedAt == nil)
        #expect(try store.database.closeScoreAlert(id, store.admin)?.endedAt != nil)
        #expect(throws: StoreError.alertEnded) { try store.database.recordDoctorCall(id, store.nurse) }
        try enter(Self.five.merging([.supplementalO2: 1]) { $1 }, minute: 7)
        try watch(7...9)
        #expect(try shown() == ["warning 5–5 [] ended", "error 7–7 [] open"])
        let audited = try sql.query(
            "SELECT username FROM audit WHERE action = 'alert.changed' AND subject = 'alert ' || $1 AND after ? 'doctor_called_at' ORDER BY id", [id])
        #expect(try audited.map { try $0[0] as String } == ["nurse"])
        #expect(throws: StoreError.raisedAgain) { try store.database.takeBackAcknowledgement(id, store.admin) }
    }

    @Test("what is no alert about the score is not closed, nor is another ward's seen") func others() throws {
        let fall = try #require(
            try store.database.addAlert(patient: patient, kind: "chute", message: "m", severity: .error, measuredAt: TestStore.now, store.nurse))
        #expect(throws: StoreError.noScoreAlert) { try store.database.closeScoreAlert(fall.id, store.nurse) }
        #expect(throws: StoreError.noScoreAlert) { try store.database.recordDoctorCall(fall.id, store.nurse) }
        try enter(Self.five, patient: 1)
        try watch(0...2)
        let other = try #require(try alerts().last)
        #expect(try store.database.recordDoctorCall(other.id, store.nurse) == nil)
        #expect(try store.database.closeScoreAlert(other.id, store.nurse) == nil)
    }

    @Test("acknowledged, it stays open, is not brought back after minutes, and escalates where nobody answers") func acknowledged() throws {
        try enter(Self.five.merging([.supplementalO2: 1]) { $1 })
        try watch(0...2)
        let id = try #require(try alerts().first).id
        #expect(try session.escalate(afterSeconds: 0, hasWebhook: false) == 1)
        let alert = try #require(try store.database.acknowledgeAlert(id, store.nurse))
        #expect(alert.acknowledged && alert.endedAt == nil)
        #expect(try session.remind(afterSeconds: 0) == 0)
    }

    @Test("the database writes it as the API does") func wire() throws {
        try enter([.spo2: 90, .respiratoryRate: 26])
        try watch(0...2)
        let id = try #require(try alerts().first).id
        let alert = try #require(try store.database.recordDoctorCall(id, store.nurse))
        let told: String = try sql.query("SELECT alert_json(a) FROM alerts a")[0][0]
        #expect(try JSONDecoder().decode(Alert.self, from: Data(told.utf8)) == alert)
        let encoded = try JSONSerialization.jsonObject(with: JSONEncoder().encode(alert)) as? NSDictionary
        #expect(try JSONSerialization.jsonObject(with: Data(told.utf8)) as? NSDictionary == encoded)
        #expect(alert.score?.threes == [.respiratoryRate, .spo2])
        // As a screen gets it when it opens a room.
        #expect(try store.database.state(patients: [patient], wards: []).patients.first?.alerts == [alert])
    }

    @Test("of 300 patients with three devices' values each fits into the leader's time limit for a statement") func cost() throws {
        try sql.script(
            """
            INSERT INTO patients (hospital_number, last_name, first_name, ward_id, bed) SELECT 'C' || n, 'Petit', 'Anne', 1, 'C' || n FROM generate_series(1, 300) AS n;
            INSERT INTO devices (name, kind) SELECT 'C' || n, 'b' FROM generate_series(1, 300) AS n;
            INSERT INTO readings (patient_id, vital, device_id, measured_at, received_at, value)
            SELECT p.id, v.vital, d.id, t, t, v.value FROM patients p JOIN devices d ON d.name = p.hospital_number
            CROSS JOIN (VALUES (\(Vital.spo2.code)::smallint, 90), (\(Vital.heartRate.code)::smallint, 115), (\(Vital.respiratoryRate.code)::smallint, 22)) AS v (vital, value)
            CROSS JOIN generate_series(now() - interval '3 minutes', now() + interval '1 minute', interval '1 s') AS t
            """)
        let session = try LeaderSession(url: store.url)  // one that has not been idle for so long
        try watch(-1...1, by: session)  // a statement that takes longer fails
        #expect(try sql.query("SELECT count(*) FROM alerts WHERE kind = $1", [ScoreAlarm.kind])[0][0] == 300)
    }
}
