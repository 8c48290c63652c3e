import Access
import Clinical
import Logging
import Postgres
import Store
import TestDatabase
import Testing

/// A device that was not told whether its report was stored sends it again, to either of two processes that share a database.
@Suite struct RepeatedReportTests {
    private let store: TestStore
    private let processes: [Ingest]
    private let start: Instant

    init() throws {
        store = try TestStore()
        processes = [store.ingest(), store.ingest()]
        start = try TestStore.now.advanced(bySeconds: -600)
    }

    private func at(_ second: Double) -> Instant { start.advanced(bySeconds: second) }

    /// - Parameter readings: vital, value and age in seconds; nil: without a time.
    private func report(
        _ readings: [(Vital, Double, Double?)], boot: Int? = 3, sequence: Int? = 7, at second: Double, device: Int = 0
    ) -> Submission {
        Submission(
            origin: .device(store.keys[device]),
            readings: readings.map { Reading(vital: $0.0, value: $0.1, measuredAt: at(second - ($0.2 ?? 0)), isDatedByServer: true) },
            state: DeviceState(boot: boot, sequence: sequence), receivedAt: at(second))
    }

    /// Seconds after `start`.
    private func instants(_ vital: Vital = .spo2) throws -> [Double] {
        try store.database.readings(store.admin, ReadingFilter(vital: vital), Page(limit: 100))
            .map { $0.key.measuredAt.seconds(since: start) }.sorted()
    }

    @Test("the same report again, minutes later and by another process, is stored once") func repeated() throws {
        let readings: [(Vital, Double, Double?)] = [(.spo2, 97, 2), (.spo2, 96, 1), (.heartRate, 70, nil), (.heartRate, 71, nil)]
        #expect(try processes[0].submit(report(readings, at: 0)).duplicates == 0)
        let again = try processes[1].submit(report(readings, at: 240))
        #expect(again.duplicates == 4 && again.conflicts == [])
        #expect(again.moved.mapValues { $0.seconds(since: start) } == [0: -2, 1: -1, 2: 0, 3: 0.001])
        #expect(try instants() == [-2, -1])
        #expect(try instants(.heartRate) == [0, 0.001])
    }

    @Test("a repetition of readings that had to be moved finds them where they are") func moved() throws {
        _ = try processes[0].submit(report([(.spo2, 90, nil)], sequence: 1, at: 0))
        #expect(try processes[0].submit(report([(.spo2, 97, nil)], sequence: 2, at: 0)).moved[0] == at(0.001))
        let again = try processes[0].submit(report([(.spo2, 97, nil)], sequence: 2, at: 60))
        #expect(again.duplicates == 1 && again.moved[0] == at(0.001))
        #expect(try instants() == [0, 0.001])
    }

    @Test("both copies of a report in one batch are stored once") func sameBatch() throws {
        let ingest = Ingest(url: store.url, application: "copies", logger: Logger(label: "tests"), deadlineSeconds: 60)
        let copies = (0..<6).map { report([(.spo2, 97, 1)], at: Double($0)) }
        // The first one holds up the batch of the others, until a lock is gone.
        let blocker = try store.connection()
        try blocker.script("BEGIN; LOCK TABLE readings IN SHARE MODE")
        let first = OnThread { try ingest.submit(copies[0]) }
        try store.waitForLocked()
        let others = copies.dropFirst().map { copy in OnThread { try ingest.submit(copy) } }
        try waitUntil("the others wait in the queue") { ingest.queueLength == others.count }
        try blocker.script("ROLLBACK")
        #expect(try first.value().duplicates == 0)
        for other in others { #expect(try other.value().duplicates == 1) }
        #expect(try instants().count == 1)
    }

    @Test("two processes with a copy each at the same moment store it once", .timeLimit(.minutes(1))) func twoProcesses() throws {
        for number in 0..<20 {
            let copies = [0, 1].map { report([(.spo2, 97, nil)], sequence: number, at: Double(number) + Double($0) / 10) }
            let receipts = try atOnce(zip(processes, copies).map { process, copy in { try process.submit(copy) } }).map { try $0.get() }
            #expect(receipts.map(\.duplicates).sorted() == [0, 1])
        }
        #expect(try instants().count == 20)
    }

    @Test("what was rolled back was not the first") func rolledBack() throws {
        let readings: [(Vital, Double, Double?)] = [(.spo2, 97, 1)]
        var unassigned = report(readings, at: 0)
        let connection = try store.connection()
        try connection.script("UPDATE device_assignment SET during = tstzrange(now() - interval '1 day', now() - interval '12 hours')")
        #expect(throws: IngestError.unassigned) { try processes[0].submit(unassigned) }
        try connection.script("UPDATE device_assignment SET during = tstzrange(lower(during), NULL)")
        // A value that the database refuses, and with it the transaction.
        unassigned.readings.append(Reading(vital: .spo2, value: .infinity, measuredAt: at(0)))
        #expect(throws: IngestError.refused) { try processes[0].submit(unassigned) }
        #expect(try processes[0].submit(report(readings, at: 30)).duplicates == 0)
        #expect(try instants() == [29])
    }

    @Test("another report under the same counters is no repetition, and takes the first one's place", arguments: [0.0, 1])
    func otherContent(_ age: Double) throws {
        _ = try processes[0].submit(report([(.spo2, 97, 1)], at: 0))
        let other = report([(.spo2, age == 1 ? 92 : 97, age)], at: 60)
        #expect(try processes[0].submit(other).duplicates == 0)
        #expect(try instants() == [-1, 60 - age])
        #expect(try processes[0].submit(report([(.spo2, age == 1 ? 92 : 97, age)], at: 90)).duplicates == 1)
        #expect(try processes[0].submit(report([(.spo2, 97, 1)], boot: 4, at: 120)).duplicates == 0)
        #expect(try processes[0].submit(report([(.spo2, 97, 1)], at: 120, device: 1)).duplicates == 0)
    }

    @Test("a repetition belongs to the patient who wore the device when the first one came") func reassigned() throws {
        _ = try processes[0].submit(report([(.spo2, 97, nil)], at: 0))
        try store.connection().script(
            """
            UPDATE device_assignment SET during = tstzrange(lower(during), '\(at(30).rfc3339)') WHERE device_id = \(store.devices[0].id);
            INSERT INTO device_assignment (device_id, patient_id, during)
            VALUES (\(store.devices[0].id), \(store.patients[1].id), tstzrange('\(at(30).rfc3339)', NULL))
            """)
        let again = try processes[0].submit(report([(.spo2, 97, nil)], at: 300))
        #expect(again.patients == [store.patients[0].id] && again.duplicates == 1)
    }

    @Test("only the last reports of a device are kept, and nothing of reports that carry their times or do not count") func bounded() throws {
        let connection = try store.connection()
        func kept() throws -> Int { try connection.query("SELECT count(*) FROM recent_reports")[0][0] }
        var timed = report([(.spo2, 97, 1)], at: 0)
        timed.readings[0].isDatedByServer = false
        _ = try processes[0].submit(timed)
        _ = try processes[0].submit(report([(.spo2, 97, 1)], sequence: nil, at: 1))
        #expect(try kept() == 0)
        for number in 1...40 { _ = try processes[0].submit(report([(.spo2, 97, 1)], sequence: number, at: Double(number) * 2)) }
        #expect(try kept() == 16)
        #expect(try connection.query("SELECT min(sequence)::bigint FROM recent_reports")[0][0] == 25)
        try connection.script("UPDATE recent_reports SET received_at = received_at - interval '25 hours'")
        #expect(try processes[0].submit(report([(.spo2, 97, 1)], sequence: 40, at: 100)).duplicates == 0)
    }
}
