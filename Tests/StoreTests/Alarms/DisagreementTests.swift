import Clinical
import Foundation
import Postgres
import Store
import TestDatabase
import Testing

/// Two devices on one patient that say different things.
@Suite struct DisagreementTests {
    let store: TestStore
    let session: LeaderSession
    let sql: Connection

    init() throws {
        store = try TestStore()
        session = try LeaderSession(url: store.url)
        sql = try store.connection()
        try sql.script(
            """
            INSERT INTO device_state (device_id, last_seen_at, live_at) SELECT id, now(), now() FROM devices;
            UPDATE device_assignment SET patient_id = 1 WHERE device_id = 2;
            UPDATE devices SET name = 'E' WHERE id = 2
            """)
    }

    /// A value a second of each device up to now, so many seconds long.
    private func measure(_ one: Double, _ other: Double, seconds: Int, vital: Vital = .spo2) throws {
        for (device, value) in [(1, one), (2, other)] {
            try sql.query(
                """
                INSERT INTO readings (patient_id, vital, measured_at, device_id, value, received_at)
                SELECT 1, $1, date_trunc('milliseconds', now()) - n * interval '1 s', $2, $3, now() - n * interval '1 s'
                FROM generate_series(0, $4) AS n
                """, [vital.code, device, value, seconds])
        }
    }

    private func pass() throws { for _ in 0..<2 { try session.reconcileDeviceAlerts() } }

    private func alerts() throws -> [String] {
        try sql.query(
            "SELECT message || CASE WHEN ended_at IS NULL THEN '' ELSE ' ended' END FROM alerts WHERE kind = 'capteurs_discordants' ORDER BY id"
        ).map { try $0[0] }
    }

    @Test(
        "values of one vital that are further apart than its tolerance for 10 s are an alert about both devices",
        arguments: [
            (Vital.spo2, 97.0, 92.5, true), (.spo2, 97, 93, false), (.heartRate, 80, 101, true), (.heartRate, 80, 100, false),
            (.temperature, 36, 37.5, true), (.temperature, 36, 37, false), (.perfusionIndex, 1, 20, false),
        ])
    func tolerances(vital: Vital, one: Double, other: Double, isDiscordant: Bool) throws {
        try measure(one, other, seconds: 13, vital: vital)
        try pass()
        #expect(try !alerts().isEmpty == isDiscordant)
    }

    @Test("one that lasts shorter is none; it says which vitals, and ends when they agree") func lasts() throws {
        try measure(97, 85, seconds: 8)
        try pass()
        #expect(try alerts() == [])
        try sql.script("DELETE FROM readings")
        try measure(97, 85, seconds: 13)
        try measure(70, 120, seconds: 13, vital: .heartRate)
        try pass()
        #expect(try alerts() == ["Capteurs discordants : SpO2, fréquence cardiaque – D, E"])
        try sql.script("DELETE FROM readings WHERE vital = \(Vital.heartRate.code)")
        try pass()
        #expect(try alerts() == ["Capteurs discordants : SpO2 – D, E"])
        try sql.script("UPDATE readings SET value = 96 WHERE device_id = 2")
        try pass()
        #expect(try alerts() == ["Capteurs discordants : SpO2 – D, E ended"])
    }

    @Test("one good value in between is no disagreement, nor is a device that is worn no longer") func between() throws {
        try measure(97, 85, seconds: 13)
        try sql.script("UPDATE readings SET value = 95 WHERE device_id = 2 AND measured_at BETWEEN now() - interval '6 s' AND now() - interval '5 s'")
        try pass()
        #expect(try alerts() == [])
        try sql.script("UPDATE readings SET value = 85 WHERE device_id = 2")
        try sql.script("UPDATE device_assignment SET during = tstzrange(lower(during), now()) WHERE device_id = 2")
        try pass()
        #expect(try alerts() == [])
    }
}
