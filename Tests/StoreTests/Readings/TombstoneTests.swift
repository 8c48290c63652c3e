import Clinical
import Postgres
import Store
import TestDatabase
import Testing

/// What was corrected or deleted does not come back when a device or a client sends it again.
@Suite struct TombstoneTests {
    private let store: TestStore
    private let ingest: Ingest
    private let now: Instant

    init() throws {
        store = try TestStore()
        ingest = store.ingest()
        now = try TestStore.now
    }

    private func key(_ secondsAgo: Double, device: Int) -> StoredReading.Key {
        .init(patient: store.patients[0].id, vital: .spo2, measuredAt: now.advanced(bySeconds: -secondsAgo), device: device)
    }

    @discardableResult
    private func send(_ readings: [(value: Double, secondsAgo: Double)]) throws -> Receipt {
        try ingest.submit(
            Submission(
                origin: .device(store.keys[0]),
                readings: readings.map { Reading(vital: .spo2, value: $0.value, measuredAt: now.advanced(bySeconds: -$0.secondsAgo)) },
                receivedAt: now))
    }

    @discardableResult
    private func enter(_ value: Double, secondsAgo: Double = 60, receivedSecondsAgo: Double = 0) throws -> Receipt {
        try ingest.submit(
            Submission(
                origin: .entered(patient: store.patients[0].id, by: store.nurse),
                readings: [Reading(vital: .spo2, value: value, measuredAt: now.advanced(bySeconds: -secondsAgo), isByHand: true)],
                receivedAt: now.advanced(bySeconds: -receivedSecondsAgo)))
    }

    private func values() throws -> [Double] {
        try store.database.readings(store.admin, ReadingFilter(), Page(limit: 100)).map(\.value).sorted()
    }

    @Test("a deleted reading that is sent again counts as a duplicate and stays away, others of the report are stored") func deleted() throws {
        try send([(90, 30), (91, 20)])
        #expect(try store.database.deleteReading(key(30, device: store.devices[0].id), store.admin))
        let again = try send([(90, 30), (91, 20), (92, 10)])
        #expect(again.duplicates == 2 && again.conflicts == [])
        #expect(try values() == [91, 92])
        #expect(try store.database.isDeleted(key(30, device: store.devices[0].id), store.nurse))
        #expect(try !store.database.isDeleted(key(20, device: store.devices[0].id), store.nurse))
    }

    @Test("of a corrected reading the old value is a duplicate, a third one a conflict") func corrected() throws {
        try send([(90, 30)])
        let key = key(30, device: store.devices[0].id)
        #expect(try store.database.correctReading(key, value: 95, store.admin)?.value == 95)
        #expect(try send([(90, 30)]).duplicates == 1)
        #expect(try send([(95, 30)]).duplicates == 1)
        let third = try send([(93, 30)])
        #expect(third.duplicates == 0 && third.conflicts == [0])
        #expect(try store.database.deleteReading(key, store.admin))
        #expect(try send([(90, 30)]).duplicates == 1)
        #expect(try send([(95, 30)]).duplicates == 1)
        #expect(try values() == [])
        let connection = try store.connection()
        let buried: [String] = try connection.query(
            "SELECT concat_ws(' ', value, is_deletion, changed_by = \(store.admin.user)) FROM reading_tombstones ORDER BY value"
        ).map { try $0[0] }
        #expect(buried == ["90 f t", "95 t t"])
    }

    @Test("the right value may take the place of a deleted one") func reentered() throws {
        try enter(79)
        #expect(try store.database.deleteReading(key(60, device: 0), store.nurse))
        #expect(try enter(97).duplicates == 0)
        #expect(try enter(79).duplicates == 1)
        #expect(try values() == [97])
    }

    @Test("who entered a value by hand may correct and delete it for an hour; of others and of devices only an administrator") func rights() throws {
        try send([(90, 30)])
        try enter(79)
        try enter(80, secondsAgo: 3700, receivedSecondsAgo: 3700)
        let (device, own, old) = (key(30, device: store.devices[0].id), key(60, device: 0), key(3700, device: 0))
        for key in [device, old] {
            #expect(throws: StoreError.notOwnEntry) { try store.database.correctReading(key, value: 95, store.nurse) }
            #expect(throws: StoreError.notOwnEntry) { try store.database.deleteReading(key, store.nurse) }
        }
        #expect(try store.database.correctReading(own, value: 95, store.nurse)?.value == 95)
        #expect(try store.database.deleteReading(own, store.nurse))
        #expect(try store.database.deleteReading(old, store.admin) && store.database.deleteReading(device, store.admin))
        #expect(try store.connection().query("SELECT count(*) FROM audit WHERE action = 'reading.deleted'")[0][0] == 3)
    }

    @Test("a report that is stored while a reading is being deleted does not bring it back") func race() throws {
        let (store, ingest, now) = (store, ingest, now)
        let device = store.devices[0].id
        for round in 0..<20 {
            let measured = now.advanced(bySeconds: -100 - Double(round))
            let report = Submission(
                origin: .device(store.keys[0]), readings: [Reading(vital: .spo2, value: 90, measuredAt: measured)], receivedAt: now)
            _ = try ingest.submit(report)
            let key = StoredReading.Key(patient: store.patients[0].id, vital: .spo2, measuredAt: measured, device: device)
            let repeating = OnThread { for _ in 0..<10 { _ = try ingest.submit(report) } }
            #expect(try store.database.deleteReading(key, store.admin))
            try repeating.value()
        }
        #expect(try values() == [])
    }

    @Test("the search for a patient's tombstones reads the end of the index, and live readings ask no more") func plan() throws {
        let connection = try store.connection()
        try connection.script(
            """
            INSERT INTO reading_tombstones SELECT p, now() - i * interval '1 s', 1, 1, 90, true FROM generate_series(1, 50) p, generate_series(1, 200) i;
            ANALYZE reading_tombstones
            """)
        let plan: [String] = try connection.query(
            "EXPLAIN SELECT (SELECT max(t.measured_at) FROM reading_tombstones t WHERE t.patient_id = p.id) FROM patients p"
        ).map { try $0[0] }
        #expect(plan.contains { $0.contains("Index Only Scan Backward using reading_tombstones_pkey") }, "\(plan.joined(separator: "\n"))")
    }
}
