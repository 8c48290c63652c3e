import Clinical
import Foundation
import Postgres
import Store
import TestDatabase
import Testing

/// Alerts about devices and wards, as the leader keeps them, second by second.
@Suite struct TechnicalAlertTests {
    let store: TestStore
    let session: LeaderSession
    let sql: Connection

    init() throws {
        store = try TestStore()
        session = try LeaderSession(url: store.url)
        sql = try store.connection()
        // Both devices are there and speak.
        try sql.script("INSERT INTO device_state (device_id, last_seen_at, live_at) SELECT id, now(), now() FROM devices")
    }

    /// What is known of the first patient's device from now on.
    private func device(_ values: String, _ index: Int = 0) throws {
        try sql.script("UPDATE device_state SET \(values) WHERE device_id = \(store.devices[index].id)")
    }

    /// `signal_perdu of 1 open`: each alert, in the order they were raised.
    private func alerts() throws -> [String] {
        try sql.query(
            """
            SELECT concat_ws(' ', kind, 'of', coalesce(patient_id::text, 'ward ' || ward_id),
                CASE WHEN ended_at IS NULL THEN 'open' ELSE 'ended' END)
            FROM alerts ORDER BY id
            """
        ).map { try $0[0] }
    }

    private func messages() throws -> [String] { try sql.query("SELECT message FROM alerts ORDER BY id").map { try $0[0] } }

    private func pass(_ times: Int = 2) throws {
        // Whatever is so, the second time nothing is raised, changed or ended again.
        for _ in 0..<times { try session.reconcileDeviceAlerts() }
    }

    @Test(
        "a device that is silent for the longer of 15 s and three periods is a lost signal until it speaks",
        arguments: [
            ("NULL", 14.0, false), ("NULL", 16, true), ("2", 16, true), ("10", 29, false), ("10", 31, true), ("0.2", 14, false),
        ])
    func silence(period: String, seconds: Double, isLost: Bool) throws {
        try device("period_seconds = \(period), last_seen_at = now() - interval '\(seconds) s', live_at = now() - interval '\(seconds) s'")
        try pass()
        #expect(try alerts() == (isLost ? ["signal_perdu of 1 open"] : []))
        guard isLost else { return }
        #expect(try messages() == ["Signal perdu – D"])
        let row = try sql.query(
            """
            SELECT severity, device_id, measured_at = (SELECT live_at FROM device_state s WHERE s.device_id = a.device_id) FROM alerts a
            """)[0]
        #expect(try (row[0], row[1]) == ("warning", store.devices[0].id))
        #expect(try row[2] as Bool)
        try device("last_seen_at = now(), live_at = now()")
        try pass()
        #expect(try alerts() == ["signal_perdu of 1 ended"])
    }

    @Test("a device that has measured nothing on its patient yet is waited for, for five minutes") func neverSeen() throws {
        try sql.script("DELETE FROM device_state WHERE device_id = \(store.devices[0].id)")
        try device("last_seen_at = now() - interval '11 minutes', live_at = now() - interval '11 minutes'", 1)
        try sql.script("UPDATE device_assignment SET during = tstzrange(now() - interval '299 s', NULL)")
        try pass()
        #expect(try alerts() == [])
        try sql.script("UPDATE device_assignment SET during = tstzrange(now() - interval '301 s', NULL) WHERE device_id = \(store.devices[0].id)")
        try pass()
        #expect(try alerts() == ["signal_perdu of 1 open"])
    }

    @Test(
        "it ends with the assignment, the discharge and the device, and begins anew for who wears the device next",
        arguments: [
            "UPDATE device_assignment SET during = tstzrange(lower(during), now() - interval '1 s') WHERE device_id = 1",
            "UPDATE patients SET discharged_at = now() WHERE id = 1", "UPDATE devices SET retired_at = now() WHERE id = 1",
        ])
    func gone(how: String) throws {
        try device("last_seen_at = now() - interval '1 minute', live_at = now() - interval '1 minute', battery = 5")
        try pass()
        #expect(try Set(alerts()) == ["signal_perdu of 1 open", "batterie_faible of 1 open"])
        try sql.script(how)
        try pass()
        #expect(try Set(alerts()) == ["signal_perdu of 1 ended", "batterie_faible of 1 ended"])
        guard how.contains("assignment") else { return }
        try sql.script("INSERT INTO device_assignment (device_id, patient_id, during) VALUES (1, 2, tstzrange(now() - interval '1 s', NULL))")
        try pass()
        #expect(try Set(alerts()).subtracting(["signal_perdu of 1 ended", "batterie_faible of 1 ended"]) == ["batterie_faible of 2 open"])
    }

    @Test("a detached sensor is one alert whose message follows which they are, and the silence that follows ends it not") func detached() throws {
        func version() throws -> Int { try sql.query("SELECT max(version) FROM alerts WHERE kind = 'capteur_detache'")[0][0] }
        try device("detached = '{1,2}', last_seen_at = now(), live_at = now()")
        try pass()
        #expect(try messages() == ["Capteur débranché : SpO2, fréquence cardiaque – D"])
        #expect(try version() == 1)
        try device("detached = '{2}'")
        try pass()
        #expect(try messages() == ["Capteur débranché : fréquence cardiaque – D"])
        #expect(try version() == 2)
        try device("last_seen_at = now() - interval '1 minute', live_at = now() - interval '1 minute'")
        try pass()
        #expect(try alerts() == ["capteur_detache of 1 open", "signal_perdu of 1 open"])
        try device("last_seen_at = now(), live_at = now(), detached = '{99}'")  // of a newer version's registry
        try pass()
        #expect(try alerts() == ["capteur_detache of 1 ended", "signal_perdu of 1 ended"])
    }

    @Test("a sensor that was off before the device was put on, or that fell silent off, is nobody's alert") func detachedBefore() throws {
        try sql.script("UPDATE device_assignment SET during = tstzrange(now() - interval '5 s', NULL)")
        try device("detached = '{1}', last_seen_at = now() - interval '6 s', live_at = now() - interval '6 s'")
        try pass()
        #expect(try alerts() == [])
        try sql.script("UPDATE device_assignment SET during = tstzrange(now() - interval '1 hour', NULL)")
        try device("last_seen_at = now() - interval '1 minute', live_at = now() - interval '1 minute'")
        try pass()
        #expect(try alerts() == ["signal_perdu of 1 open"])
    }

    @Test(
        "battery and clock begin at one threshold and end at another",
        arguments: [
            ("batterie_faible", "battery", ["15", "14", "19", "20"]), ("horloge", "clock_offset_ms", ["10000", "10001", "5000", "4999"]),
            ("horloge", "clock_offset_ms", ["-10000", "-10001", "-5000", "-4999"]),
        ])
    func thresholds(kind: String, column: String, values: [String]) throws {
        let expected = [[], ["\(kind) of 1 open"], ["\(kind) of 1 open"], ["\(kind) of 1 ended"]]
        for (value, expected) in zip(values, expected) {
            try device("\(column) = \(value), last_seen_at = now(), live_at = now()")
            try pass()
            #expect(try alerts() == expected)
        }
    }

    @Test("a device that speaks, and tells of nothing but what was, is a lost signal with a wrong clock") func late() throws {
        try device("live_at = now() - interval '16 s'")
        try pass()
        #expect(try Set(alerts()) == ["signal_perdu of 1 open", "horloge of 1 open"])
        #expect(try messages().contains("Horloge déréglée, patient non surveillé – D"))
        try sql.script("UPDATE alerts SET raised_at = now() - interval '61 s' WHERE kind = 'horloge'")
        try pass()
        #expect(try sql.query("SELECT severity FROM alerts WHERE kind = 'horloge'")[0][0] == "error")
        try device("live_at = now(), clock_offset_ms = 0")
        try pass()
        #expect(try alerts().allSatisfy { $0.hasSuffix("ended") })
    }

    @Test("what a device measured is not known any more once nobody has worn one for a minute; what was taken by hand is") func unworn() throws {
        try sql.script(
            """
            INSERT INTO latest_readings (patient_id, vital, device_id, measured_at, ordered_at, value)
            VALUES (1, 1, 1, now(), now(), 85), (1, 5, 0, now(), now(), 85);
            INSERT INTO alerts (patient_id, kind, message, severity, measured_at, vital, side)
            VALUES (1, 'spo2_bas', 'm', 'error', now(), 1, 'bas'), (1, 'systolic_bp_bas', 'm', 'error', now(), 5, 'bas');
            INSERT INTO alarm_conditions (patient_id, vital, side, device_id, raised) VALUES (1, 1, 'bas', 1, 'error'), (1, 5, 'bas', 0, 'error')
            """)
        try sql.script("UPDATE device_assignment SET during = tstzrange(now() - interval '1 hour', now() - interval '50 s') WHERE patient_id = 1")
        try pass()
        #expect(try alerts() == ["spo2_bas of 1 open", "systolic_bp_bas of 1 open"])
        try sql.script("UPDATE device_assignment SET during = tstzrange(now() - interval '1 hour', now() - interval '61 s') WHERE patient_id = 1")
        try pass()
        #expect(try alerts() == ["spo2_bas of 1 ended", "systolic_bp_bas of 1 open"])
        #expect(try sql.query("SELECT count(*) FROM alarm_conditions WHERE device_id <> 0")[0][0] == 0)
        // Nor is what was taken by hand, once such a value does not count any more.
        try sql.script("UPDATE latest_readings SET ordered_at = now() - interval '13 hours' WHERE device_id = 0")
        try pass()
        #expect(try alerts() == ["spo2_bas of 1 ended", "systolic_bp_bas of 1 ended"])
    }

    @Test(
        "a value that a speaking device does not send any more, without a word, is missing after the longer of 15 s and five of its periods",
        arguments: [("NULL", 14.0, false), ("NULL", 16, true), ("1", 16, true), ("10", 49, false), ("10", 51, true)])
    func missing(period: String, seconds: Double, isMissing: Bool) throws {
        try measured(["spo2": 0, "heart_rate": seconds], period: period)
        try pass()
        #expect(try alerts() == (isMissing ? ["mesure_absente of 1 open"] : []))
        guard isMissing else { return }
        #expect(try messages() == ["Mesure absente : fréquence cardiaque – D"])
        // The other one, too: the same alert says so.
        try measured(["spo2": seconds, "heart_rate": seconds], period: period)
        try pass()
        #expect(try messages() == ["Mesure absente : SpO2, fréquence cardiaque – D"])
        try measured(["spo2": 0, "heart_rate": 0], period: period)
        try pass()
        #expect(try alerts() == ["mesure_absente of 1 ended"])
    }

    @Test("what nobody measures yet, is declared off, or was measured on somebody else before, is not missing") func notMissing() throws {
        try pass()
        #expect(try alerts() == [])
        try measured(["spo2": 3600 + 60])
        try pass()
        #expect(try alerts() == [])
        try measured(["spo2": 20])
        try device("detached = '{\(Vital.spo2.code)}'")
        try pass()
        #expect(try alerts() == ["capteur_detache of 1 open"])
    }

    @Test("a missing value is urgent after a minute, acknowledged or not, and does not end because the device falls silent") func missingLasts()
        throws
    {
        try measured(["spo2": 40])
        try pass()
        let alert = try #require(try store.database.alerts(store.nurse, AlertFilter(), Page(limit: 1)).first)
        #expect(alert.severity == .warning)
        _ = try store.database.acknowledgeAlert(alert.id, store.nurse)
        try sql.script("UPDATE alerts SET raised_at = now() - interval '59 s'")
        try pass()
        #expect(try store.database.alert(alert.id, store.nurse)?.severity == .warning)
        try sql.script("UPDATE alerts SET raised_at = now() - interval '61 s'")
        try pass()
        let worse = try #require(try store.database.alert(alert.id, store.nurse))
        #expect(worse.severity == .error && !worse.acknowledged)
        try device("live_at = now() - interval '16 s', last_seen_at = now() - interval '16 s'")
        try pass()
        #expect(try alerts() == ["mesure_absente of 1 open", "signal_perdu of 1 open"])
    }

    /// The first patient's device has measured these, so many seconds ago.
    private func measured(_ ages: [String: Double], period: String = "NULL") throws {
        for (name, seconds) in ages {
            let vital = try #require(Vital(rawValue: name))
            try sql.script(
                """
                INSERT INTO latest_readings (patient_id, vital, device_id, measured_at, ordered_at, value, period_seconds)
                VALUES (1, \(vital.code), 1, now() - interval '\(seconds) s', now() - interval '\(seconds) s', 97, \(period))
                ON CONFLICT (patient_id, vital, device_id) DO UPDATE SET measured_at = excluded.measured_at, ordered_at = excluded.ordered_at
                """)
        }
    }

    @Test("alerts follow a patient to another ward") func moves() throws {
        try device("battery = 3")
        try pass()
        try sql.script("UPDATE patients SET ward_id = \(store.wards[1].id) WHERE id = 1")
        try pass()
        #expect(try alerts() == ["batterie_faible of 1 open"])
    }

    @Test("two at once raise nothing twice, though only one of them may") func twice() throws {
        let other = try LeaderSession(url: store.url)
        #expect(try session.lead())
        #expect(try !other.lead())
        for index in 0..<2 { try device("battery = 3, last_seen_at = now() - interval '1 hour', live_at = now() - interval '1 hour'", index) }
        DispatchQueue.concurrentPerform(iterations: 4) { [url = store.url] _ in
            guard let session = try? LeaderSession(url: url) else { return }
            for _ in 0..<5 { try? session.reconcileDeviceAlerts() }
        }
        #expect(try Set(alerts()).count == 4)
        #expect(try alerts().count == 4)
        // And a look that changes nothing uses up no number.
        let before: Int = try sql.query("SELECT nextval('alerts_id_seq')")[0][0]
        try pass(20)
        #expect(try sql.query("SELECT nextval('alerts_id_seq')")[0][0] == before + 1)
    }

    // MARK: Wards

    private func heard(_ secondsAgo: Int) throws {
        try sql.script(
            """
            INSERT INTO ward_listening SELECT id, now() - interval '\(secondsAgo) s' FROM wards
            ON CONFLICT (ward_id) DO UPDATE SET heard_at = excluded.heard_at
            """)
    }

    @Test("a ward with somebody to watch is unwatched when no screen was heard for 30 s, and until one is") func wards() throws {
        try sql.script("DELETE FROM device_assignment WHERE device_id = 2")
        try session.reconcileWardAlerts(raises: false)
        #expect(try alerts() == [])
        try heard(29)
        try session.reconcileWardAlerts(raises: true)
        #expect(try alerts() == [])
        try heard(31)
        for _ in 0..<2 { try session.reconcileWardAlerts(raises: true) }
        #expect(try alerts() == ["service_non_surveille of ward 1 open"])
        #expect(try messages() == ["Service non surveillé, aucun écran avec le son n’est connecté – Cardiologie"])
        #expect(try sql.query("SELECT severity FROM alerts")[0][0] == "error")
        try store.database.heard(wards: [1, 2, 999])
        for _ in 0..<2 { try session.reconcileWardAlerts(raises: false) }
        #expect(try alerts() == ["service_non_surveille of ward 1 ended"])
        // Not another one while this one waits to be acknowledged.
        try heard(31)
        for _ in 0..<2 { try session.reconcileWardAlerts(raises: true) }
        #expect(try alerts() == ["service_non_surveille of ward 1 open"])
    }

    @Test("a ward whose patients have just got their devices has time, and one without such patients needs nobody") func newWards() throws {
        try sql.script("UPDATE device_assignment SET during = tstzrange(now() - interval '29 s', NULL)")
        try session.reconcileWardAlerts(raises: true)
        #expect(try alerts() == [])
        try sql.script("UPDATE device_assignment SET during = tstzrange(now() - interval '31 s', NULL)")
        try session.reconcileWardAlerts(raises: true)
        #expect(try alerts() == ["service_non_surveille of ward 1 open", "service_non_surveille of ward 2 open"])
        try sql.script("UPDATE patients SET discharged_at = now() WHERE id = 1; UPDATE devices SET retired_at = now() WHERE id = 2")
        try session.reconcileWardAlerts(raises: true)
        #expect(try alerts() == ["service_non_surveille of ward 1 ended", "service_non_surveille of ward 2 ended"])
    }
}
