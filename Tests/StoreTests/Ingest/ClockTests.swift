import Access
import Clinical
import Postgres
import Store
import TestDatabase
import Testing

/// The server's idea of a device's clock, as two processes that share a database have it.
@Suite struct ClockTests {
    private let store: TestStore
    private let processes: [Ingest]
    private let start: Instant

    init() throws {
        store = try TestStore()
        processes = [store.ingest(), store.ingest()]
        start = try TestStore.now.advanced(bySeconds: -50)
    }

    private func at(_ second: Double) -> Instant { start.advanced(bySeconds: second) }

    private func stamp(_ second: Double) -> Timestamp { Timestamp(microseconds: at(second).milliseconds * 1000) }

    /// - Parameters:
    ///   - measured: seconds after `start` by a right clock.
    ///   - wrong: how far the device's clock is ahead.
    @discardableResult
    private func send(_ measured: [(Double, Double)], at second: Double, wrong: Double, tells: Bool = true) throws -> Receipt {
        let readings = measured.map { Reading(vital: .spo2, value: $0.1, measuredAt: at($0.0 + wrong)) }
        let state = tells ? DeviceState(boot: 7, clock: at(second + wrong)) : nil
        return try processes[Int(second) % 2].submit(
            Submission(origin: .device(store.keys[0]), readings: readings, state: state, receivedAt: at(second)))
    }

    private func latest() throws -> (value: Double, second: Double)? {
        try store.database.latestReadings(patient: store.patients[0].id).first.map { ($0.value, $0.measuredAt.seconds(since: start)) }
    }

    private func alerts() throws -> [String] {
        try store.connection().query(
            """
            SELECT concat_ws(' ', kind, severity, extract(epoch FROM measured_at - $1)::integer, CASE WHEN ended_at IS NULL THEN 'open' ELSE 'ended' END)
            FROM alerts ORDER BY id
            """, [stamp(0)]
        ).map { try $0[0] }
    }

    @Test("a clock that is off raises the same alert, and history is neither the newest nor ends it", arguments: [-3600.0, -90, -2, 0, 0.05, 2, 58])
    func wrong(by wrong: Double) throws {
        for second in 0...12 { try send([(Double(second), 85)], at: Double(second), wrong: wrong) }
        try send((-30 ..< -10).map { (Double($0), 97) }, at: 13, wrong: wrong)
        #expect(try alerts() == ["spo2_bas error 10 open"])
        let newest = try #require(try latest())
        #expect(newest.value == 85 && abs(newest.second - 12) < 0.3)
        for second in 14...16 { try send([(Double(second), 97)], at: Double(second), wrong: wrong) }
        #expect(try alerts() == ["spo2_bas error 10 ended"])
    }

    @Test("charts, traces and roll-ups draw what was measured when it was, and lists show what the device sent") func drawn() throws {
        let wrong = -900.0
        for second in 0..<10 { try send([(Double(second), 90 + Double(second))], at: Double(second), wrong: wrong) }
        let grid = HistoryGrid(at(0)..<at(10), points: 500)
        let drawn = try store.database.history(store.patients[0].id, .spo2, grid, store.nurse)
        #expect(drawn.map(\.average) == (0..<10).map { 90 + Double($0) })
        #expect(try store.database.history(store.patients[0].id, .spo2, HistoryGrid(at(-1000)..<at(-100), points: 500), store.nurse).isEmpty)
        let traces = try #require(try store.database.traces(ward: store.wards[0].id, from: at(-60), limit: 100, store.nurse))
        #expect(traces[store.patients[0].id]?[.spo2]?.count == 10)
        let listed = try store.database.readings(store.nurse, ReadingFilter(), Page(limit: 1))
        #expect(listed.first?.key.measuredAt == at(9 + wrong))
        let hour = try store.connection().query("SELECT build_hour(date_trunc('hour', $1), '{1}', '{1}')", [stamp(0)])
        #expect(hour.count == 1)
        let built: Int? = try store.connection().query(
            "SELECT sum(n)::bigint FROM reading_hours, unnest(counts) AS n WHERE hour = date_trunc('hour', $1)", [stamp(0)])[0][0]
        #expect((1...10).contains(built ?? 0))
    }

    @Test("who wears a device is decided by when it was measured, not by what a wrong clock says") func wearer() throws {
        try store.connection().query(
            "UPDATE device_assignment SET during = tstzrange($2, NULL) WHERE device_id = $1", [store.devices[0].id, stamp(-5)])
        #expect(try send([(0, 97)], at: 0.1, wrong: -600).patients == [store.patients[0].id])
        #expect(throws: IngestError.unassigned) { try send([(-10, 97)], at: 1, wrong: 0) }
    }

    @Test("a value by hand that is dated ahead counts from when it was entered") func byHand() throws {
        for (second, value, ahead) in [(0.0, 85.0, 20.0), (1, 97, -0.5)] {
            _ = try processes[0].submit(
                Submission(
                    origin: .entered(patient: store.patients[0].id, by: store.nurse),
                    readings: [Reading(vital: .spo2, value: value, measuredAt: at(second + ahead), isByHand: true)], receivedAt: at(second)))
        }
        let newest = try #require(try latest())
        #expect(newest == (97, 0.5))
    }
}
