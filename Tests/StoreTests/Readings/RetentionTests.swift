import Clinical
import Foundation
import Postgres
import TestDatabase
import Testing

@testable import Store

/// Readings are kept for so many days, roll-ups longer.
@Suite struct RetentionTests {
    private let store: TestStore
    private let connection: Connection
    private let patient: PatientID
    private static let day: Int64 = 86_400_000
    private let author = Author(name: "fajma-push")

    /// Three readings a day, 50 days back to yesterday; of days that have a partition, and in the default one those of 50 to 45 days ago.
    init() throws {
        store = try TestStore()
        connection = try store.connection()
        patient = store.patients[0].id
        try connection.script(
            """
            DO $$ DECLARE today date := (now() AT TIME ZONE 'UTC')::date; BEGIN
                FOR n IN 2..44 LOOP
                    EXECUTE format('CREATE TABLE readings_%s PARTITION OF readings FOR VALUES FROM (%L) TO (%L)', to_char(today - n, 'YYYYMMDD'),
                        (today - n)::timestamp AT TIME ZONE 'UTC', (today - n + 1)::timestamp AT TIME ZONE 'UTC');
                END LOOP;
            END $$;
            UPDATE rolled_up SET built_until = date_trunc('day', now(), 'UTC') - interval '51 days';
            UPDATE rolled_up SET closed_until = built_until;
            INSERT INTO readings (patient_id, vital, measured_at, device_id, value, received_at)
            SELECT \(patient), \(Vital.spo2.code), date_trunc('day', now(), 'UTC') - n * interval '24 hours' + k * interval '7 hours 10 seconds', 1, 90 + k, now()
            FROM generate_series(1, 50) AS n, generate_series(0, 2) AS k
            """)
    }

    private func days() throws -> Int {
        try connection.query("SELECT count(*) FROM pg_class WHERE relname ~ '^readings_2\\d{7}$'")[0][0]
    }

    private func history(daysBack: Int64, points: Int, _ length: Int64 = 31) throws -> [HistoryBucket] {
        let midnight = try TestStore.now.milliseconds / Self.day * Self.day - daysBack * Self.day
        return try store.database.history(
            patient, .spo2, HistoryGrid(Instant(milliseconds: midnight)..<Instant(milliseconds: midnight + length * Self.day), points: points),
            store.nurse)
    }

    @Test("days that are no longer kept go, partition by partition and the strays with them, and the history stays") func retention() throws {
        try store.buildRollUps()
        let (before, old) = (try history(daysBack: 50, points: 500), try history(daysBack: 40, points: 1500))
        #expect(before.map(\.count).reduce(0, +) == 93)
        let partitions = try days()
        let forgotten = try store.database.forgetReadings(days: 35, by: author)
        #expect(forgotten.count == 10 && forgotten.last?.hasPrefix("before ") == true)
        #expect(try days() == partitions - 9 && store.stored() == 35 * 3)
        #expect(try connection.query("SELECT count(*) FROM readings_default")[0][0] == 0)
        #expect(try history(daysBack: 50, points: 500) == before && history(daysBack: 40, points: 1500) == old)
        #expect(try store.database.forgetReadings(days: 35, by: author).isEmpty)
        #expect(try connection.query("SELECT count(*) FROM audit WHERE action = 'reading.expired' AND username = 'fajma-push'")[0][0] == 10)
        let health = try store.database.historyHealth()
        let (readings, rollUps) = (try #require(health.readingsFrom), try #require(health.rollUpsFrom))
        #expect(readings.seconds(since: rollUps) == 15 * 86_400)
        try expectWidened()
        try expectRollUpsGoLater()
    }

    /// Where only roll-ups are left, a history as fine as seconds is one of minutes, whole at its ends.
    private func expectWidened() throws {
        let midnight = try TestStore.now.milliseconds / Self.day * Self.day - 40 * Self.day
        let span = Instant(milliseconds: midnight + 5_000)..<Instant(milliseconds: midnight + 600_000)
        let buckets = try store.database.history(patient, .spo2, HistoryGrid(span, points: 500), store.nurse)
        #expect(buckets == [HistoryBucket(begin: Instant(milliseconds: midnight), minimum: 90, average: 90, maximum: 90, count: 1)])
    }

    private func expectRollUpsGoLater() throws {
        let old: Int = try connection.query("SELECT count(*) FROM reading_hours WHERE hour < now() - interval '45 days'")[0][0]
        #expect(old >= 15)
        #expect(try store.database.forgetRollUps(days: 45) == old)
        #expect(try store.database.forgetRollUps(days: 33) == 15 * 3 - old)  // and none that has its readings
        #expect(try history(daysBack: 35, points: 2, 1).first?.count == 3)
    }

    @Test("nothing goes that the roll-ups do not hold, and nobody waits behind it for long") func guarded() throws {
        #expect(try store.database.forgetReadings(days: 35, by: author).isEmpty)  // nothing is built yet
        try store.buildRollUps()
        try connection.script("UPDATE readings SET value = 80 WHERE measured_at < now() - interval '40 days'")
        #expect(try store.database.forgetReadings(days: 35, by: author).isEmpty && store.stored() == 150)
        try store.buildRollUps()
        let reader = try store.connection()
        try reader.script("BEGIN; SELECT count(*) FROM readings")
        let error = #expect(throws: PostgresError.self) { try store.database.forgetReadings(days: 35, by: author) }
        #expect(error?.sqlState == "55P03")
        try reader.script("ROLLBACK")
        #expect(try store.database.forgetReadings(days: 35, by: author).count == 10)
        // One bucket or two: where a bucket begins depends on the date.
        #expect(try Set(history(daysBack: 50, points: 2, 5).map(\.minimum)) == [80])
    }

    @Test("never less than 31 days are kept, whoever asks") func least() throws {
        for days in [0, -1, 30] {
            let error = #expect(throws: PostgresError.self) { try store.database.forgetReadings(days: days, by: author) }
            #expect(error?.sqlState == "22023")
        }
        #expect(try store.stored() == 150)
    }
}
