import Clinical
import Foundation
import Postgres
import Store
import TestDatabase
import Testing

/// The alert about a pulse that is not there any more, from the device's report to its end.
@Suite struct LostPulseTests {
    let store: TestStore
    let session: LeaderSession
    let sql: Connection
    let ingest: Ingest

    init() throws {
        store = try TestStore()
        session = try LeaderSession(url: store.url)
        sql = try store.connection()
        ingest = store.ingest()
        // The other patient's device speaks, and is nobody's concern here.
        try sql.script(
            "INSERT INTO device_state (device_id, last_seen_at, live_at) VALUES (\(store.devices[1].id), now(), now() + interval '1 hour')")
    }

    private static let noPulse: [Vital: MissingReason] = [.spo2: .noPulse, .heartRate: .noPulse]

    /// A report of now.
    private func report(_ values: [Vital: Double] = [:], reasons: [Vital: MissingReason]? = nil, detached: [Vital]? = nil) throws {
        let now = try TestStore.now
        _ = try ingest.submit(
            Submission(
                origin: .device(store.keys[0]), readings: values.map { Reading(vital: $0, value: $1, measuredAt: now) },
                state: DeviceState(detached: detached, reasons: reasons, clock: now), receivedAt: now))
    }

    /// The minute before, with this perfusion.
    private func minute(perfusion: Double = 2, quality: Double = 90) throws {
        let now = try TestStore.now
        let readings = (31...91).flatMap { second in
            [(Vital.heartRate, 75.0), (.spo2, 97), (.perfusionIndex, perfusion), (.signalQuality, quality)].map {
                Reading(vital: $0, value: $1, measuredAt: now.advanced(bySeconds: -Double(second)))
            }
        }
        _ = try ingest.submit(
            Submission(origin: .device(store.keys[0]), readings: readings, state: DeviceState(clock: now), receivedAt: now))
    }

    /// As if the device had said so for so long.
    private func pass(after seconds: Double) throws {
        try sql.script("UPDATE device_state SET no_pulse_since = now() - interval '\(seconds) s' WHERE no_pulse_since IS NOT NULL")
        for _ in 0..<2 { try session.reconcileDeviceAlerts() }
    }

    /// `error open`.
    private func alerts(_ kind: String = "pouls_introuvable") throws -> [String] {
        try sql.query(
            "SELECT severity || CASE WHEN ended_at IS NULL THEN ' open' ELSE ' ended' END FROM alerts WHERE kind = $1 ORDER BY id", [kind]
        ).map { try $0[0] }
    }

    private func acknowledge() throws {
        let alert = try #require(try store.database.alerts(store.nurse, AlertFilter(), Page(limit: 9)).first { $0.kind == "pouls_introuvable" })
        _ = try store.database.acknowledgeAlert(alert.id, store.nurse)
    }

    @Test(
        "after 5 s of no_pulse it is an error where the pulse was good before, else a warning that is one after half a minute",
        arguments: [(2.0, 90.0, "error"), (0.1, 90, "warning"), (2, 20, "warning")])
    func raised(perfusion: Double, quality: Double, severity: String) throws {
        try minute(perfusion: perfusion, quality: quality)
        try report([.temperature: 33], reasons: Self.noPulse)
        try pass(after: 4)
        #expect(try alerts() == [])
        try report(reasons: Self.noPulse)
        try pass(after: 6)
        #expect(try alerts() == ["\(severity) open"])
        #expect(try sql.query("SELECT message FROM alerts")[0][0] == "Pouls introuvable – D")
        try sql.script("UPDATE alerts SET raised_at = now() - interval '21 s'")
        try pass(after: 26)
        #expect(try alerts() == ["error open"])
        // No value is missing beside that: one alert says it.
        #expect(try alerts("mesure_absente") == [] && alerts("signal_perdu") == [])
        try report([.heartRate: 70, .spo2: 95])
        try pass(after: 0)
        #expect(try alerts() == ["error ended"])
    }

    @Test("where something moved in the 5 s before, or since, it begins as a warning: the sensor may have lost the pulse", arguments: [0.0, 10, 12])
    func moved(secondsAgo: Double) throws {
        try minute()
        try report([.heartRate: 75], reasons: [.spo2: .motion])
        #expect(try sql.query("SELECT moved_at = last_seen_at FROM device_state WHERE device_id = $1", [store.devices[0].id])[0][0] == true)
        try report(reasons: Self.noPulse)
        #expect(try sql.query("SELECT moved_at < last_seen_at FROM device_state WHERE device_id = $1", [store.devices[0].id])[0][0] == true)
        try sql.script(
            """
            UPDATE latest_readings SET ordered_at = ordered_at - interval '20 s';
            UPDATE device_state SET moved_at = now() - interval '\(secondsAgo) s' WHERE moved_at IS NOT NULL
            """)
        try pass(after: 6)
        #expect(try alerts() == [secondsAgo < 11 ? "warning open" : "error open"])
        try sql.script("UPDATE alerts SET raised_at = now() - interval '21 s'")
        try pass(after: 26)
        #expect(try alerts() == ["error open"])
    }

    @Test("without the values that tell how good the pulse was, it begins as a warning") func unknown() throws {
        try report([.heartRate: 75])
        try report(reasons: Self.noPulse)
        try sql.script("UPDATE latest_readings SET ordered_at = ordered_at - interval '10 s'")
        try pass(after: 6)
        #expect(try alerts() == ["warning open"])
    }

    @Test("a sensor that is taken off, or another reason, does not end it before somebody has acknowledged it") func detached() throws {
        try minute()
        try report(reasons: Self.noPulse)
        try pass(after: 6)
        try report(reasons: [.spo2: .poorSignal, .heartRate: .poorSignal])
        try pass(after: 0)
        #expect(try alerts() == ["error open"])
        try report(detached: [.spo2, .heartRate])
        try pass(after: 0)
        #expect(try alerts() == ["error open"])
        try acknowledge()
        try pass(after: 0)
        #expect(try alerts() == ["error ended"])
    }

    @Test("acknowledged, it lasts while there is no pulse") func acknowledged() throws {
        try minute()
        try report(reasons: Self.noPulse)
        try pass(after: 6)
        try acknowledge()
        try pass(after: 20)
        #expect(try alerts() == ["error open"])
    }

    @Test("a cuff under which the pulse stops raises nothing while its time lasts; an absence does not hide a lost pulse") func held() throws {
        try minute()
        try report(reasons: Self.noPulse)
        try hold("brassard", "90 s")
        try pass(after: 30)
        #expect(try alerts() == [])
        try sql.script("UPDATE monitoring_holds SET ended_at = now()")
        try hold("absence", "1 hour")
        try pass(after: 25)
        #expect(try alerts() == ["error open"])
    }

    @Test("an absence lets what is said of the device rest") func absent() throws {
        try minute()
        try hold("absence", "1 hour")
        try sql.script(
            "UPDATE device_state SET last_seen_at = now() - interval '1 minute', live_at = now() - interval '1 minute' WHERE device_id = 1")
        try pass(after: 0)
        #expect(try alerts("signal_perdu") == [])
        try sql.script("UPDATE monitoring_holds SET begun_at = now() - interval '2 hours', ends_at = now() - interval '1 s'")
        try pass(after: 0)
        #expect(try alerts("signal_perdu") == ["warning open"])
    }

    private func hold(_ kind: String, _ duration: String) throws {
        try sql.query(
            """
            INSERT INTO monitoring_holds (patient_id, kind, begun_by, begun_at, ends_at)
            VALUES (1, $1, (SELECT min(id) FROM users), now(), now() + $2::interval)
            """, [kind, duration])
    }

    @Test("why there is no value stays while reports say nothing else, and is told to the screens") func reasons() throws {
        try report([.heartRate: 75])
        try report(reasons: [.heartRate: .lowPerfusion, .temperature: .sensorOff])
        let device = try #require(try store.database.device(store.devices[0].id, store.nurse))
        #expect(device.reasons == [.heartRate: .lowPerfusion, .temperature: .sensorOff] && device.detached == [.temperature])
        let shown: String = try sql.query("SELECT device_json(1, 1) ->> 'raisons'")[0][0]
        #expect(shown.contains(#""heart_rate": "low_perfusion""#))
        try report([.heartRate: 75])
        #expect(try store.database.device(store.devices[0].id, store.nurse)?.reasons == [:])
    }

    @Test("a value of which the device says why it is not there is missing after a minute", arguments: [(59.0, false), (61, true)])
    func explained(seconds: Double, isMissing: Bool) throws {
        try report([.heartRate: 75, .spo2: 97])
        try report([.spo2: 97], reasons: [.heartRate: .motion])
        try sql.script("UPDATE latest_readings SET ordered_at = ordered_at - interval '\(seconds) s' WHERE vital = \(Vital.heartRate.code)")
        try pass(after: 0)
        #expect(try alerts("mesure_absente") == (isMissing ? ["warning open"] : []))
    }
}
