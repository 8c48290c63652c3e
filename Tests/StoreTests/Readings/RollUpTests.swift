import Clinical
import DeviceSimulation
import Foundation
import Postgres
import TestDatabase
import Testing

@testable import Store

/// Roll-ups never disagree with the readings.
@Suite struct RollUpTests {
    private let store: TestStore
    private let connection: Connection
    private let patient: PatientID
    /// What the tables must hold: of one patient's heart rate, by instant and device.
    private struct Key: Hashable { let at: Int64, device: Int }
    private static let hour: Int64 = 3_600_000

    init() throws {
        store = try TestStore()
        connection = try store.connection()
        patient = store.patients[0].id
    }

    /// An hour that lies so many back, in milliseconds.
    private func hour(ago hours: Int64) throws -> Int64 {
        try TestStore.now.milliseconds / Self.hour * Self.hour - hours * Self.hour
    }

    private func beginAt(_ begin: Int64) throws {
        try connection.query("UPDATE rolled_up SET built_until = $1, closed_until = $1, fence = NULL", [Instant(milliseconds: begin).timestamp])
    }

    private func insert(_ readings: [Key: Double], on other: Connection? = nil) throws {
        let rows = Array(readings)
        if rows.isEmpty { return }
        try (other ?? connection).query(
            """
            INSERT INTO readings (patient_id, vital, measured_at, device_id, value, received_at)
            SELECT $1::integer, $2::smallint, t, d, v, now() FROM unnest($3::timestamptz[], $4::integer[], $5::float8[]) AS r (t, d, v)
            """,
            [
                Int32(patient), Vital.heartRate.code, rows.map { Instant(milliseconds: $0.key.at).timestamp }, rows.map { Int32($0.key.device) },
                rows.map(\.value),
            ])
    }

    /// As much as can be done now.
    private func step() throws { while try store.database.rollUp(settledSeconds: 0) {} }
    private func builtUntil() throws -> Int64 { Int64(try store.database.historyHealth().builtUntil.milliseconds) }

    private func history(_ span: Range<Int64>, points: Int) throws -> [HistoryBucket] {
        try store.database.history(patient, .heartRate, grid(span, points: points), store.nurse)
    }

    private func grid(_ span: Range<Int64>, points: Int) -> HistoryGrid {
        HistoryGrid(Instant(milliseconds: span.lowerBound)..<Instant(milliseconds: span.upperBound), points: points)
    }

    /// Compares with what the readings say.
    private func expect(_ model: [Key: Double], _ span: Range<Int64>, points: Int, _ comment: Comment? = nil) throws {
        let width = grid(span, points: points).widthMilliseconds
        let grouped = Dictionary(grouping: model.filter { span.contains($0.key.at) }) { $0.key.at / width * width }.mapValues { $0.map(\.value) }
        let buckets = try history(span, points: points)
        #expect(buckets.map(\.begin.milliseconds) == grouped.keys.sorted(), comment)
        for bucket in buckets {
            let values = try #require(grouped[bucket.begin.milliseconds])
            #expect(bucket.minimum == values.min() && bucket.maximum == values.max() && bucket.count == values.count, comment)
            #expect(abs(bucket.average - values.reduce(0, +) / Double(values.count)) < 1e-9, comment)
        }
    }

    @Test("whatever is stored, comes late, is corrected or deleted while roll-ups are built, every history is what the readings say")
    func randomly() throws {
        var random = SeededGenerator(seed: 20_261_128)
        let begin = try hour(ago: 40)
        let end = try TestStore.now.milliseconds
        try beginAt(begin)
        var model: [Key: Double] = [:]
        var live = begin
        for round in 0..<60 {
            var added: [Key: Double] = [:]
            // Time goes on; some come late, from anywhere behind.
            live = min(end, live + Int64.random(in: 0...3 * Self.hour, using: &random))
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                let at =
                    Bool.random(using: &random)
                    ? live - Int64.random(in: 0...600_000, using: &random) : Int64.random(in: begin...live, using: &random)
                let key = Key(at: at, device: Int.random(in: 0...2, using: &random))
                if model[key] == nil { added[key] = Double(Int.random(in: 300...2000, using: &random)) / 10 }
            }
            try insert(added)
            model.merge(added) { $1 }
            if let key = model.keys.sorted(by: { ($0.at, $0.device) < ($1.at, $1.device) }).randomElement(using: &random) {
                let named = StoredReading.Key(patient: patient, vital: .heartRate, measuredAt: Instant(milliseconds: key.at), device: key.device)
                switch Int.random(in: 0...3, using: &random) {
                case 0:
                    #expect(try store.database.deleteReading(named, store.admin))
                    model[key] = nil
                case 1:
                    model[key] = 25.5
                    #expect(try store.database.correctReading(named, value: 25.5, store.admin) != nil)
                case 2:  // somebody at psql moves one
                    let moved = Key(at: Int64.random(in: begin...live, using: &random), device: 3)
                    guard model[moved] == nil else { break }
                    try connection.query(
                        "UPDATE readings SET measured_at = $1, device_id = 3 WHERE patient_id = $2 AND measured_at = $3 AND device_id = $4",
                        [Instant(milliseconds: moved.at).timestamp, patient, Instant(milliseconds: key.at).timestamp, key.device])
                    model[moved] = model.removeValue(forKey: key)
                default: break
                }
            }
            for _ in 0..<Int.random(in: 0...12, using: &random) { _ = try store.database.rollUp(settledSeconds: 0) }
            for _ in 0..<4 {
                let first = Int64.random(in: begin - Self.hour..<end, using: &random)
                let span = first..<Int64.random(in: first + 1...end + Self.hour, using: &random)
                try expect(model, span, points: [2, 10, 60, 500, 1500].randomElement(using: &random) ?? 2, "round \(round)")
            }
        }
        try store.buildRollUps()
        for points in [2, 41, 500, 1500] { try expect(model, begin..<end, points: points) }
        // It was the roll-ups that said so.
        try connection.script(
            "ALTER TABLE readings DISABLE TRIGGER USER; DELETE FROM readings WHERE measured_at < (SELECT built_until FROM rolled_up)")
        try expect(model, begin..<((try builtUntil())), points: 500)
    }

    @Test("an hour is not built while somebody who did not know that it is closed still stores in it") func fence() throws {
        let (begin, other) = (try hour(ago: 3), try store.connection())
        try beginAt(begin)
        try other.script("BEGIN")
        try insert([Key(at: begin + 60_000, device: 1): 61], on: other)
        try step()
        #expect(try builtUntil() == begin)
        try other.script("COMMIT")
        try store.buildRollUps()
        try expect([Key(at: begin + 60_000, device: 1): 61], begin..<begin + Self.hour, points: 2)
        #expect(try connection.query("SELECT sum(cardinality(minutes)) FROM reading_hours")[0][0] == 1)
    }

    @Test("an hour that was closed and built by steps in one transaction would miss whoever stores beside it: it waits") func oneTransaction() throws
    {
        let (begin, other) = (try hour(ago: 3), try store.connection())
        try beginAt(begin)
        try connection.script("BEGIN; SELECT roll_up()")
        try other.script("BEGIN")
        try insert([Key(at: begin, device: 1): 61], on: other)
        try connection.script("SELECT roll_up(); SELECT roll_up(); COMMIT")
        try step()
        #expect(try builtUntil() == begin)
        try other.script("COMMIT")
        try store.buildRollUps()
        try expect([Key(at: begin, device: 1): 61], begin..<begin + Self.hour, points: 2)
    }

    @Test("who stores late while the same hour is built anew is not lost, nor seen before the commit") func crossing() throws {
        let (begin, other) = (try hour(ago: 3), try store.connection())
        try beginAt(begin)
        try store.buildRollUps()
        let span = begin..<begin + Self.hour
        let (first, second) = (Key(at: begin + 1, device: 1), Key(at: begin + 2, device: 1))
        try insert([first: 70])
        try other.script("BEGIN")
        try insert([second: 90], on: other)
        try expect([first: 70], span, points: 2)
        try step()
        try expect([first: 70], span, points: 2)
        try other.script("COMMIT")
        try expect([first: 70, second: 90], span, points: 2)
        #expect(try connection.query("SELECT count(*) FROM stale_hours")[0][0] == 1)
        try step()
        try expect([first: 70, second: 90], span, points: 2)
    }

    @Test("an hour in which somebody still stores is not built over and over") func settling() throws {
        let begin = try hour(ago: 3)
        try beginAt(begin)
        try store.buildRollUps()
        try insert([Key(at: begin, device: 1): 70])
        while try store.database.rollUp() {}
        #expect(try connection.query("SELECT count(*) FROM stale_hours")[0][0] == 1)
        try connection.script("UPDATE stale_hours SET at = at - interval '20 seconds'")
        while try store.database.rollUp() {}
        #expect(try connection.query("SELECT count(*) FROM stale_hours")[0][0] == 0)
        try expect([Key(at: begin, device: 1): 70], begin..<begin + Self.hour, points: 2)
    }

    @Test("an old snapshot knows an old horizon: what it stores is put down in any case") func oldSnapshot() throws {
        let (begin, other) = (try hour(ago: 3), try store.connection())
        try beginAt(begin)
        try other.script("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM rolled_up")
        try store.buildRollUps()
        try insert([Key(at: begin, device: 1): 70], on: other)
        try other.script("COMMIT")
        try expect([Key(at: begin, device: 1): 70], begin..<begin + Self.hour, points: 2)
    }

    @Test("where a history comes from makes the whole span, each instant once, and stale hours from the readings") func sources() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<2_000 {
            let begin = Int64.random(in: 0..<10 * Self.hour, using: &random)
            let span = begin..<begin + Int64.random(in: 1...30 * Self.hour, using: &random)
            let built = Int64.random(in: 0...45, using: &random) * Self.hour
            let stale = Set((0..<Int.random(in: 0...14, using: &random)).map { _ in Int64.random(in: 0..<45, using: &random) * Self.hour })
            let grid = grid(span, points: Int.random(in: 2...1500, using: &random))
            let sources = HistorySources(
                grid, builtUntil: Instant(milliseconds: built), readingsFrom: nil, stale: Set(stale.map(Instant.init(milliseconds:))))
            #expect(sources.grid == grid && sources.direct.count <= 12)
            for _ in 0..<30 {
                let at = Instant(milliseconds: Int64.random(in: span, using: &random))
                let isRolledUp = sources.rolledUp?.contains(at) == true && !sources.left.contains { $0.contains(at) }
                #expect(sources.direct.count { $0.contains(at) } == (isRolledUp ? 0 : 1))
                if isRolledUp { #expect(at.milliseconds < built && !stale.contains(at.milliseconds / Self.hour * Self.hour)) }
            }
        }
    }
}

extension TestStore {
    /// Until there is nothing to do. Other tests' transactions on the same server may hold it up.
    func buildRollUps() throws {
        let connection = try connection()
        let done = """
            SELECT built_until >= date_bin('1 hour', now() - interval '5 minutes', '1970-01-01Z') AND NOT EXISTS (SELECT FROM stale_hours) FROM rolled_up
            """
        let deadline = ContinuousClock.now + .seconds(60)
        while try connection.query(done)[0][0] == false {
            try #require(ContinuousClock.now < deadline)
            try connection.query("SELECT count(*) FILTER (WHERE roll_up('0')) FROM generate_series(1, 50)")
        }
    }
}
