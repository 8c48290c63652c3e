import Clinical
import Logging
import Metrics
import Postgres
import TestDatabase
import Testing

@testable import Store

/// A device that sends its reports twice does not make everybody's transactions run twice.
@Suite struct RepeaterTests {
    private let store: TestStore
    private let ingest: Ingest
    private let start: Instant

    init() throws {
        store = try TestStore()
        ingest = store.ingest()
        start = try TestStore.now.advanced(bySeconds: -600)
    }

    private func send(_ second: Double, at arrival: Double? = nil, value: Double = 97, device: Int = 0) throws -> Receipt {
        try ingest.submit(
            Submission(
                origin: .device(store.keys[device]), readings: [Reading(vital: .spo2, value: value, measuredAt: start.advanced(bySeconds: second))],
                receivedAt: start.advanced(bySeconds: arrival ?? second)))
    }

    private var secondAttempts: Int {
        let name = "fajma_ingest_second_attempts_total"
        let lines = ingest.metrics(store.database).text.split(separator: "\n")
        let line = lines.first { $0.hasPrefix(name + " ") }
        return line.flatMap { $0.split(separator: " ").last }.flatMap { Double($0) }.map { Int($0) } ?? -1
    }

    @Test("only its first repetition makes a transaction run twice") func repeater() throws {
        for second in 0..<5 {
            #expect(try send(Double(second)).duplicates == 0)
            #expect(try send(Double(second), at: Double(second) + 0.5).duplicates == 1)
        }
        #expect(secondAttempts == 1)
        #expect(try store.stored() == 5)
    }

    @Test("a device that has repeated nothing for minutes is trusted again") func forgiven() throws {
        _ = try send(0)
        #expect(try send(0, at: 1).duplicates == 1)
        let later = 2 + IngestRepeaters.rememberedSeconds
        _ = try send(later)
        #expect(try send(later, at: later + 1).duplicates == 1)
        #expect(secondAttempts == 2)
    }

    @Test("another value under the same identity is found as well, and the others' alarms are evaluated once") func conflict() throws {
        _ = try send(0)
        #expect(try send(0, at: 1).duplicates == 1)
        #expect(try send(0, at: 2, value: 96).conflicts == [0])
        #expect(try send(3, value: 80).conflicts == [])
        #expect(secondAttempts == 1)
        #expect(try store.connection().query("SELECT count(*) FROM alarm_conditions WHERE patient_id = 1")[0][0] as Int > 0)
    }

    @Test("two readings without a time in one millisecond make no transaction run twice") func untimed() throws {
        for index in 0..<4 {
            let receipt = try send(1, value: 97 - Double(index))
            #expect(receipt.conflicts == [])
        }
        #expect(secondAttempts == 0)
        #expect(try store.stored() == 4)
    }
}
