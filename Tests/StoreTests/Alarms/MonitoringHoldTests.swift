import Clinical
import Foundation
import Postgres
import Store
import TestDatabase
import Testing

/// Holds of alerts about devices: who has one, the alert that shows it, and how it ends.
@Suite(.timeLimit(.minutes(1))) struct MonitoringHoldTests {
    let store: TestStore
    let session: LeaderSession
    private let sql: Connection

    init() throws {
        store = try TestStore()
        session = try LeaderSession(url: store.url)
        sql = try store.connection()
        // Both patients' devices are heard.
        try sql.script("INSERT INTO device_state (device_id, last_seen_at, live_at) SELECT id, now(), now() + interval '1 hour' FROM devices")
    }

    private var patient: PatientID { store.patients[0].id }

    @discardableResult private func begin(_ kind: MonitoringHold.Kind = .absence, minutes: Int = 60) throws -> MonitoringHold {
        let (reason, seconds) = kind == .absence ? ("Scanner", minutes * 60) : ("", MonitoringHold.cuffSeconds)
        return try #require(try store.database.beginHold(kind, of: patient, reason: reason, seconds: seconds, store.nurse))
    }

    private func current(_ kind: MonitoringHold.Kind = .absence) throws -> MonitoringHold? { try store.database.currentHold(kind, of: patient) }

    private func pass() throws { for _ in 0..<2 { try session.reconcileDeviceAlerts() } }

    /// `absence open`.
    private func alerts() throws -> [String] {
        try sql.query("SELECT kind || CASE WHEN ended_at IS NULL THEN ' open' ELSE ' ended' END FROM alerts ORDER BY id").map { try $0[0] }
    }

    /// As if the absence had begun so long ago.
    private func age(_ seconds: Double) throws {
        try sql.script("UPDATE monitoring_holds SET begun_at = begun_at - interval '\(seconds) s', ends_at = ends_at - interval '\(seconds) s'")
    }

    // MARK: Beginning and ending

    @Test("it has an owner and an end, another takes its place, and an alert that nobody must answer shows it") func life() throws {
        let first = try begin()
        #expect(first.begunBy == "nurse" && first.reason == "Scanner" && first.end.seconds(since: first.begin) == 3600)
        let second = try begin(minutes: 90)
        #expect(try current() == second && second.id > first.id)
        let cuff = try begin(.cuff)
        #expect(cuff.end.seconds(since: cuff.begin) == 90)
        #expect(try alerts() == ["absence ended", "absence open", "brassard open"])
        let shown = try store.database.alerts(store.nurse, AlertFilter(), Page(limit: 9))
        #expect(shown.map(\.hold) == [cuff, second, nil])
        #expect(
            shown.map(\.message) == [
                "Brassard, pouls attendu absent pendant 90 s – par nurse", "Absent : Scanner, retour prévu dans 1 h 30 – par nurse",
                "Absent : Scanner, retour prévu dans 1 h – par nurse",
            ])
        #expect(shown.allSatisfy { $0.severity == .info && $0.acknowledgedBy == "nurse" && $0.device == nil })
        try store.database.endHold(.absence, of: patient, store.nurse)
        #expect(try current() == nil && current(.cuff) == cuff)
        #expect(try alerts() == ["absence ended", "absence ended", "brassard open"])
    }

    @Test("the database writes an alert that shows a hold as the API does") func wire() throws {
        try begin()
        let alert = try #require(try store.database.alerts(store.nurse, AlertFilter(), Page(limit: 1)).first)
        let told: String = try sql.query("SELECT alert_json(a) FROM alerts a")[0][0]
        #expect(try JSONDecoder().decode(Alert.self, from: Data(told.utf8)) == alert)
        let encoded = try JSONSerialization.jsonObject(with: JSONEncoder().encode(alert)) as? NSDictionary
        #expect(try JSONSerialization.jsonObject(with: Data(told.utf8)) as? NSDictionary == encoded)
    }

    @Test("nobody begins one for a patient who is not theirs, or has left; a discharge ends it") func scope() throws {
        #expect(try store.database.beginHold(.absence, of: store.patients[1].id, reason: "Bloc", seconds: 60, store.nurse) == nil)
        try begin()
        try begin(.cuff)
        _ = try store.database.dischargePatient(.id(patient), store.nurse)
        #expect(try alerts() == ["absence ended", "brassard ended"])
        #expect(try sql.query("SELECT count(*) FROM monitoring_holds WHERE ended_at IS NULL")[0][0] == 0)
        #expect(throws: StoreError.patientDischarged) {
            try store.database.beginHold(.absence, of: patient, reason: "Bloc", seconds: 60, store.admin)
        }
    }

    @Test("beginning, replacing and ending it is audited, with the reason; that its time is up is nobody's doing") func audit() throws {
        let start: Int = try sql.query("SELECT max(id) FROM audit")[0][0]
        try begin()
        try begin()
        try store.database.endHold(.absence, of: patient, store.nurse)
        try begin(.cuff)
        try age(91)
        try pass()
        // Not what this test itself did to the times.
        let written: [String] = try sql.query(
            """
            SELECT concat_ws(' ', action, username, after ->> 'kind', after ->> 'reason') FROM audit
            WHERE id > $1 AND username NOT LIKE 'sql:%' ORDER BY id
            """, [start]
        ).map { try $0[0] }
        #expect(
            written == [
                "hold.created nurse absence Scanner", "hold.changed nurse", "hold.created nurse absence Scanner", "hold.changed nurse",
                "hold.created nurse brassard ",
            ])
        #expect(try alerts().last == "brassard ended")
    }

    @Test("it breaks no pause of the sound, is never brought back, and is no alarm in statistics") func quiet() throws {
        _ = try store.database.beginPause(of: .patient(patient), seconds: 600, store.nurse)
        try begin()
        #expect(try store.database.currentPause(of: .patient(patient)) != nil)
        try sql.script("UPDATE alerts SET raised_at = now() - interval '1 hour', acknowledged_at = now() - interval '1 hour'")
        #expect(try session.remind(afterSeconds: 60) == 0)
        #expect(try session.escalate(afterSeconds: 60, hasWebhook: false) == 0)
        let now = try TestStore.now
        let span = now.advanced(bySeconds: -7200)..<now.advanced(bySeconds: 60)
        #expect(try store.database.alarmMeasures(span).load.map(\.alerts) == [0, 0])
        let load = try store.database.alarmLoad(patient, span, store.nurse)
        #expect(!load.isEmpty && load.allSatisfy { $0.openSeconds == 0 && $0.alerts.values.allSatisfy { $0 == 0 } })
    }

    // MARK: What rests

    @Test("a device that falls silent during an absence raises nothing; what rested comes when it ends") func rests() throws {
        try sql.script("UPDATE device_state SET last_seen_at = now() - interval '1 min', live_at = now() - interval '1 min' WHERE device_id = 1")
        try sql.script("UPDATE device_assignment SET during = tstzrange(now() - interval '1 day', NULL)")
        try pass()
        #expect(try alerts() == ["signal_perdu open"])
        try begin()
        try pass()
        #expect(try alerts() == ["signal_perdu ended", "absence open"])
        try store.database.endHold(.absence, of: patient, store.nurse)
        try pass()
        #expect(try alerts() == ["signal_perdu ended", "absence ended", "signal_perdu open"])
    }

    @Test("it ends when its time is up, and not before") func time() throws {
        try begin()
        try age(3599)
        try pass()
        #expect(try alerts() == ["absence open"])
        try age(1)
        #expect(try current() == nil)
        try pass()
        #expect(try alerts() == ["absence ended"])
        let isItsOwnTime: Bool = try sql.query("SELECT ended_at = ends_at FROM monitoring_holds")[0][0]
        #expect(isItsOwnTime)
    }

    // MARK: Back

    /// The first patient's device has measured this, from so many to so many seconds ago, every so many seconds.
    private func measured(_ vital: Vital = .heartRate, from: Double, to: Double = 1, every: Double = 1) throws {
        let now = try TestStore.now
        let readings = stride(from: from, through: to, by: -every).map { Reading(vital: vital, value: 75, measuredAt: now.advanced(bySeconds: -$0)) }
        _ = try store.ingest().submit(
            Submission(origin: .device(store.keys[0]), readings: readings, state: DeviceState(clock: now), receivedAt: now))
    }

    @Test(
        "an absence ends by itself when heart rate or SpO2 have come for 15 s, later than a minute after it began",
        arguments: [
            (Vital.heartRate, 120.0, 17.0, true), (.spo2, 120, 17, true),
            (.heartRate, 120, 14, false),  // not long enough
            (.heartRate, 70, 69, false),  // the device that is just being taken off: of this 9 s count
            (.heartRate, 77, 76, true),  // a patient who has not gone
            (.temperature, 120, 60, false),  // says nothing of where the patient is
        ])
    func back(vital: Vital, absent: Double, measures: Double, ends: Bool) throws {
        try sql.script("UPDATE device_assignment SET during = tstzrange(now() - interval '1 day', NULL)")
        try begin()
        try age(absent)
        try measured(vital, from: measures)
        try pass()
        #expect(try (current() == nil) == ends)
        #expect(try alerts().contains("absence ended") == ends)
        // A cuff has its 90 s, whatever comes.
        #expect(try alerts().contains("brassard ended") == false)
    }

    @Test("values with a gap, or that have stopped, do not show that a patient is back") func gaps() throws {
        try sql.script("UPDATE device_assignment SET during = tstzrange(now() - interval '1 day', NULL)")
        try begin()
        try age(300)
        try measured(from: 40, to: 22)
        try pass()
        #expect(try current() != nil, "stopped 22 s ago")
        try measured(from: 10)
        try pass()
        #expect(try current() != nil, "a gap of 12 s lies in the last 15 s")
        try measured(from: 21.5, to: 10.5)
        try pass()
        #expect(try current() == nil, "the gap is filled by what came later")
    }

    @Test("a device that measures every 8 s shows it with its third value") func slow() throws {
        try sql.script("UPDATE device_assignment SET during = tstzrange(now() - interval '1 day', NULL)")
        try begin()
        try age(300)
        try measured(from: 10, to: 2, every: 8)
        try pass()
        #expect(try current() != nil)
        try measured(from: 18, to: 18)
        try pass()
        #expect(try current() == nil)
    }

    @Test("values of a device that the patient does not wear any more, or taken by hand, show nothing") func others() throws {
        try begin()
        try age(300)
        try measured(from: 30)
        try sql.script("UPDATE device_assignment SET during = tstzrange(lower(during), now() - interval '1 ms')")
        try pass()
        #expect(try current() != nil)
    }

    @Test("a cuff is not ended by values that come") func cuff() throws {
        try begin(.cuff)
        try age(85)
        try measured(from: 20)
        try pass()
        #expect(try current(.cuff) != nil)
    }
}
