import Access
import Clinical
import Foundation
import Postgres
import Store
import Synchronization
import TestDatabase
import Testing

@Suite struct IngestTests {
    let store: TestStore
    let ingest: Ingest
    let now: Instant

    init() throws {
        store = try TestStore()
        ingest = store.ingest()
        now = try TestStore.now
    }

    private func reading(_ value: Double = 97, _ vital: Vital = .spo2, secondsAgo: Double = 0) -> Reading {
        Reading(vital: vital, value: value, measuredAt: now.advanced(bySeconds: -secondsAgo))
    }

    private func submit(_ readings: [Reading], key: DeviceKey? = nil, state: DeviceState? = nil) throws -> Receipt {
        try ingest.submit(
            Submission(origin: .device(key ?? store.keys[0]), readings: readings, state: state, receivedAt: now))
    }

    @Test("what is sent twice is stored once, and counted") func duplicates() throws {
        let readings = [reading(), reading(80, .heartRate)]
        #expect(try submit(readings).duplicates == 0)
        #expect(try submit(readings + [reading(98, secondsAgo: -1)]).duplicates == 2)
        #expect(try store.stored() == 3)
    }

    @Test("another value under an identity that is taken is no repetition: it is not stored, and told") func conflicts() throws {
        let both = try submit([reading(90, secondsAgo: 2), reading(91, secondsAgo: 2), reading(70, .heartRate, secondsAgo: 2)])
        #expect((both.duplicates, both.conflicts) == (0, [1]))
        let again = try submit([reading(70, .heartRate, secondsAgo: 2), reading(171, secondsAgo: 2), reading(96, secondsAgo: 1)])
        #expect((again.duplicates, again.conflicts) == (1, [1]))
        let stored = try store.database.readings(store.admin, ReadingFilter(), Page(limit: 10)).map(\.value)
        #expect(stored.sorted() == [70, 90, 96])
    }

    @Test("a reading without a time is stored at a free millisecond, with others of its report and of others") func untimed() throws {
        let first = try submit([reading(90), reading(91), reading(90), reading(70, .heartRate)])
        #expect((first.duplicates, first.conflicts, first.moved) == (1, [], [1: now.advanced(bySeconds: 0.001)]))
        let second = try submit([reading(95)])
        #expect((second.duplicates, second.conflicts, second.moved) == (0, [], [0: now.advanced(bySeconds: 0.002)]))
        let stored = try store.database.readings(store.admin, ReadingFilter(vital: .spo2), Page(limit: 10))
        #expect(stored.map(\.value) == [95, 91, 90])
    }

    @Test("a wrong key, a retired device and an unknown one are refused, and nothing is stored") func keys() throws {
        let stolen = try DeviceKey.make(device: store.devices[0].id)
        #expect(throws: IngestError.unauthenticated) { try submit([reading()], key: stolen) }
        #expect(throws: IngestError.unauthenticated) { try submit([reading()], key: try DeviceKey.make(device: 999)) }
        _ = try store.database.newDeviceKey(store.devices[0].id, store.admin)
        #expect(throws: IngestError.unauthenticated) { try submit([reading()]) }
        #expect(try store.database.retireDevice(store.devices[1].id, store.admin))
        #expect(throws: IngestError.unauthenticated) { try submit([reading()], key: store.keys[1]) }
        #expect(try store.stored() == 0)
    }

    @Test("a key that is replaced works beside the new one for as long as was said, and no longer once a third one is made or the device is retired")
    func overlappingKeys() throws {
        let (id, old) = (store.devices[0].id, store.keys[0])
        let new = try #require(try store.database.newDeviceKey(id, formerHours: 24, store.admin))
        for key in [old, new] {
            #expect(try store.database.isValid(key))
            _ = try submit([reading()], key: key)
        }
        try store.connection().script("UPDATE devices SET former_key_until = now() - interval '1 second' WHERE id = \(id)")
        #expect(throws: IngestError.unauthenticated) { try submit([reading()], key: old) }
        #expect(try !store.database.isValid(old) && store.database.isValid(new))
        let third = try #require(try store.database.newDeviceKey(id, formerHours: 1, store.admin))
        #expect(try !store.database.isValid(old) && store.database.isValid(new) && store.database.isValid(third))
        _ = try store.database.newDeviceKey(id, store.admin)
        #expect(try !store.database.isValid(new) && !store.database.isValid(third))
        _ = try store.database.newDeviceKey(id, formerHours: 1, store.admin)
        #expect(try store.database.retireDevice(id, store.admin))
        #expect(try store.connection().query("SELECT FROM devices WHERE former_key_hash IS NOT NULL").isEmpty)
    }

    @Test("a device that nobody wears is told so, and its report is not stored") func unassigned() throws {
        let device = store.devices[0]
        _ = try store.database.updateDevice(device.id, DeviceFields(name: "D", kind: "bracelet", patient: nil), store.admin)
        let later = now.advanced(bySeconds: 30)
        #expect(throws: IngestError.unassigned) {
            try ingest.submit(Submission(origin: .device(store.keys[0]), readings: [reading(secondsAgo: -30)], receivedAt: later))
        }
        #expect(try store.stored() == 0)
    }

    @Test("a late reading goes to whoever wore the device when it was measured") func lateReading() throws {
        let device = store.devices[0]
        let connection = try store.connection()
        try connection.query(
            """
            UPDATE device_assignment SET during = tstzrange(now() - interval '1 hour', now() - interval '10 minutes')
            WHERE device_id = $1
            """, [Int32(device.id)])
        try connection.query(
            "INSERT INTO device_assignment (device_id, patient_id, during) VALUES ($1, $2, tstzrange(now() - interval '10 minutes', NULL))",
            [Int32(device.id), Int32(store.patients[1].id)])
        let receipt = try submit([reading(90, secondsAgo: 1200), reading(97), reading(95, secondsAgo: 7200)])
        #expect(receipt.patients == [store.patients[0].id, store.patients[1].id, nil])
    }

    @Test("a device that changes patient and status while it reports disturbs neither")
    func reassigned() throws {
        let store = store
        let (ingest, device, now) = (store.ingest(), store.devices[0], try TestStore.now)
        @Sendable func report(_ number: Int) throws {
            _ = try ingest.submit(
                Submission(
                    origin: .device(store.keys[0]),
                    readings: [Reading(vital: .spo2, value: 97, measuredAt: now.advanced(bySeconds: -60 - Double(number)))],
                    receivedAt: now))
        }
        try report(0)
        let reporting = OnThread { for number in 1...300 { try report(number) } }
        for number in 1...60 {
            let fields = DeviceFields(name: "D", kind: "bracelet", patient: store.patients[number % 2].id, status: "s\(number)")
            _ = try store.database.updateDevice(device.id, fields, others: .keep, store.admin)
        }
        try reporting.value()
        #expect(try store.stored() == 301)
    }

    @Test("a device's last word on its state is kept, and what it leaves out stays") func state() throws {
        _ = try submit([reading()], state: DeviceState(battery: 81, rssi: -60, firmware: "1.2"))
        _ = try submit([reading(secondsAgo: 1)], state: DeviceState(battery: 80))
        let device = try #require(try store.database.device(store.devices[0].id, store.nurse))
        #expect(device.battery == 80 && device.rssi == -60 && device.firmware == "1.2" && device.lastSeenAt == now)
    }

    private func told(_ state: DeviceState? = nil, offset: Int? = nil, after seconds: Double) throws -> Device? {
        let at = now.advanced(bySeconds: seconds)
        _ = try ingest.submit(
            Submission(
                origin: .device(store.keys[0]), readings: [Reading(vital: .spo2, value: 97, measuredAt: at)], state: state,
                clockOffsetMilliseconds: offset, receivedAt: at))
        return try store.database.device(store.devices[0].id, store.nurse)
    }

    @Test("which sensors are off and what the clock shows stays until a report says otherwise") func attached() throws {
        #expect(try told(after: 0)?.detached == [])
        #expect(try told(DeviceState(detached: [.heartRate, .spo2]), offset: -12_000, after: 1)?.detached == [.spo2, .heartRate])
        let kept = try told(after: 2)
        #expect(kept?.detached == [.spo2, .heartRate] && kept?.clockOffsetMilliseconds == -12_000)
        let mended = try told(DeviceState(battery: 80), offset: 1999, after: 3)
        #expect(mended?.detached == [] && mended?.clockOffsetMilliseconds == nil)
    }

    @Test("a device's period is the smoothed gap between its reports; a silence and a burst do not count") func period() throws {
        let connection = try store.connection()
        func period(after seconds: Double) throws -> Double? {
            _ = try told(after: seconds)
            return try connection.query("SELECT round(period_seconds::numeric, 3)::float8 FROM device_state")[0][0]
        }
        #expect(try period(after: 0) == nil)
        #expect(try period(after: 0.1) == nil)
        #expect(try period(after: 1.1) == 1)
        #expect(try period(after: 3.1) == 1.2)
        #expect(try period(after: 64) == 1.2)
        #expect(try period(after: 65) == 1.14)
    }

    @Test("a value that comes and goes does not teach that it comes seldom; one that does come seldom does") func valuePeriod() throws {
        let connection = try store.connection()
        func period(_ known: Double, after gaps: [Double]) throws -> Double {
            try gaps.reduce(known) { try connection.query("SELECT smoothed_period($1::float8::real, $2)", [$0, $1])[0][0] }
        }
        // Two readings, and nothing for 48 s; three of them.
        #expect(try (1...2).contains(period(1, after: (0..<18).flatMap { _ in [48, 1] })))
        #expect(try (1...2).contains(period(1, after: (0..<18).flatMap { _ in [47, 1, 1] })))
        // 30 s apart from then on: known after ten minutes. A report that is sent again at once makes no other device of it.
        #expect(try (25...30).contains(period(1, after: [Double](repeating: 30, count: 20))))
        #expect(try period(30, after: [0.5, 0.5]) > 14)
        // Of a value as of a report.
        for second in [10.0, 9, 5] { _ = try submit([reading(70, .heartRate, secondsAgo: second)]) }
        #expect(try connection.query("SELECT round(period_seconds::numeric, 3)::float8 FROM latest_readings")[0][0] == 1.2)
    }

    @Test("a change of what is off or of a wrong clock is told to the screens, not each millisecond") func deviceTold() throws {
        let heard = Heard()
        let listener = Listener(url: store.url, application: "tests", channels: ["fajma_device"]) { event in
            switch event {
            case .ready: heard.ready.signal()
            case .notified(_, let payload): heard.tell(payload)
            case .alive, .lost: break
            }
        }
        _ = try told(after: 0)
        listener.start()
        defer { listener.stop() }
        #expect(heard.ready.wait(timeout: .now() + 10) == .success)
        // Whatever were told wrongly would come before what is waited for.
        _ = try told(offset: 100, after: 1)
        _ = try told(offset: 9000, after: 2)
        _ = try told(offset: 11_000, after: 3)
        #expect(heard.told.wait(timeout: .now() + 10) == .success)
        #expect(heard.payload.contains(#""decalage_ms" : 11000"#) && heard.payload.contains(#""detaches" : []"#), "\(heard.payload)")
        _ = try told(offset: 12_000, after: 4)
        _ = try told(DeviceState(detached: [.spo2]), after: 5)
        #expect(heard.told.wait(timeout: .now() + 10) == .success)
        #expect(heard.payload.contains(#""decalage_ms" : 12000"#) && heard.payload.contains(#""detaches" : ["spo2"]"#), "\(heard.payload)")
    }

    @Test("a device is given the rules of whoever wears it now, when it holds others") func rules() throws {
        func answered(_ version: Int?, _ device: Int = 0, secondsAgo: Double = 0) throws -> AlarmRules? {
            try submit([reading(secondsAgo: secondsAgo)], key: store.keys[device], state: DeviceState(rulesVersion: version)).rules
        }
        // Without those of a temperature, which are not for the skin's.
        let defaults = AlarmLevels(of: .hospital).rules.ofDevices
        #expect(try answered(nil) == nil)
        #expect(try answered(0, secondsAgo: 1) == defaults)
        #expect(try answered(Int(defaults.version), secondsAgo: 2) == nil)
        try store.connection().script(
            """
            INSERT INTO alarm_rules (patient_id, vital, side, severity, limit_value, includes_limit, delay_seconds, hysteresis)
            VALUES (1, 1, 'bas', 'error', 85, false, 10, 1)
            """)
        let own = try #require(try answered(Int(defaults.version), secondsAgo: 3))
        #expect(own.sorted[0].limit == 85 && own.all.count == defaults.all.count)
        #expect(try answered(Int(own.version), secondsAgo: 4) == nil)
        #expect(try answered(Int(own.version), 1, secondsAgo: 5) == defaults)
        // History brings the rules too, and without a wearer there are none.
        #expect(try answered(7, 1, secondsAgo: 600) == defaults)
        _ = try store.database.updateDevice(store.devices[1].id, DeviceFields(name: "D", kind: "bracelet", patient: nil), store.admin)
        let after = now.advanced(bySeconds: 60)
        let late = Submission(
            origin: .device(store.keys[1]), readings: [reading(secondsAgo: 700)], state: DeviceState(rulesVersion: 7), receivedAt: after)
        #expect(try ingest.submit(late).rules == nil)
    }

    @Test("a submission that the database refuses fails alone, its neighbours are stored", .timeLimit(.minutes(1)))
    func poisoned() throws {
        // Refuses one value: something that no check in Swift foresaw.
        try store.connection().script(
            "ALTER TABLE readings ADD CONSTRAINT readings_no_66 CHECK (value <> 66)")
        let ingest = Ingest(url: store.url, application: "tests", logger: .init(label: "tests"), deadlineSeconds: 60)
        let (store, now) = (store, now)
        let submissions = (0..<8).map { number in
            let one = Reading(vital: .spo2, value: number == 3 ? 66 : 90, measuredAt: now.advanced(bySeconds: -Double(number)))
            return Submission(origin: .device(store.keys[0]), readings: [one], receivedAt: now)
        }
        let blocker = try store.connection()
        try blocker.script("BEGIN; LOCK TABLE devices IN ACCESS EXCLUSIVE MODE")
        let first = OnThread { try ingest.submit(submissions[0]) }
        try store.waitForLocked()
        // While the first waits for the lock, the others queue behind it and share a batch.
        let others = submissions.dropFirst().map { submission in OnThread { try ingest.submit(submission) } }
        try waitUntil("the others wait in the queue") { ingest.queueLength == others.count }
        try blocker.script("COMMIT")
        let outcomes = ([first] + others).map { (try? $0.value()) != nil }
        #expect(outcomes.filter { $0 }.count == 7)
        #expect(try store.stored() == 7)
    }

    @Test("while the database is away a submission is refused; afterwards it is stored", .timeLimit(.minutes(1)))
    func away() throws {
        _ = try submit([reading()])
        let away = Ingest(url: "postgresql:///x?host=/nonexistent", application: "tests", logger: .init(label: "tests"))
        #expect(throws: IngestError.away) {
            try away.submit(Submission(origin: .device(store.keys[0]), readings: [reading()], receivedAt: now))
        }
        // Its idle connection is gone, which it finds out before it uses it.
        try store.connection().query(
            """
            SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
            """)
        _ = try submit([reading(secondsAgo: 1)])
        #expect(try store.stored() == 2)
    }

    @Test("a database that does not answer is given up at the deadline; who comes meanwhile does not wait; later it goes on")
    func heldUp() throws {
        let ingest = Ingest(url: store.url, application: "tests held up", logger: .init(label: "tests"), deadlineSeconds: 3)
        defer { ingest.close() }
        @Sendable func submit(_ secondsAgo: Double) -> IngestError? {
            let one = Reading(vital: .spo2, value: 97, measuredAt: now.advanced(bySeconds: -secondsAgo))
            let submission = Submission(origin: .device(store.keys[0]), readings: [one], receivedAt: now)
            do throws(IngestError) { _ = try ingest.submit(submission) } catch { return error }
            return nil
        }
        let watch = try store.connection()
        func backends() throws -> Int {
            try watch.query("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tests held up' AND state <> 'idle'")[0][0]
        }
        #expect(submit(1) == nil && !ingest.isStalled)
        let lock = try store.connection()
        try lock.script("BEGIN; LOCK TABLE readings IN SHARE MODE")
        let began = ContinuousClock.now
        #expect(submit(2) == .outcomeUnknown && ingest.isStalled)
        #expect((2.9...5).contains((ContinuousClock.now - began) / .seconds(1)))
        try waitUntil("what was given up is gone") { try backends() == 0 }
        // One asks whether it goes again; the others are told at once that it does not.
        let refusal = OnThread { submit(3) }
        try waitUntil("one asks") { try backends() > 0 }
        let asked = ContinuousClock.now
        #expect(submit(4) == .away)
        #expect(ContinuousClock.now - asked < .milliseconds(500))
        #expect(try refusal.value() == .outcomeUnknown)
        try waitUntil("nobody is left waiting for the lock") { try backends() == 0 }
        try lock.script("COMMIT")
        #expect(submit(2) == nil && !ingest.isStalled)
        #expect(submit(3) == nil && submit(4) == nil)
        #expect(try store.stored() == 4)
    }

    @Test("a person's readings reach only patients whom the person may see") func relayed() throws {
        func send(_ device: Int) throws -> Receipt {
            try ingest.submit(
                Submission(origin: .relayed(device: store.devices[device].id, by: store.nurse), readings: [reading()], receivedAt: now))
        }
        #expect(try send(0).patients == [store.patients[0].id])
        #expect(throws: IngestError.unknownDevice) { try send(1) }
    }
}
