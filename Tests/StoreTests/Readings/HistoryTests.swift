import Access
import Clinical
import Foundation
import Store
import TestDatabase
import Testing

/// A vital's history in buckets.
@Suite struct HistoryTests {
    @Test("never more buckets than points, whatever the span, and never fewer than half when they are long") func grid() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let begin = Int64.random(in: 0..<4_000_000_000_000, using: &random)
            let length = Int64.random(in: 1...(Bool.random() ? 2_678_400_000 : 5_000), using: &random)
            let points = Int.random(in: 2...1500, using: &random)
            let span = Instant(milliseconds: begin)..<Instant(milliseconds: begin + length)
            let width = HistoryGrid(span, points: points).widthMilliseconds
            let touched = (begin + length - 1) / width - begin / width + 1
            let limit = Int64(points)
            #expect(touched <= limit, "\(span) \(points)")
            if length > 2_000 * limit {
                let whole = length / width
                #expect(whole >= (limit - 1) / 2)
            }
        }
    }

    @Test("minimum, average, maximum and number of each bucket, late readings among them; neighbours agree; who may not see the patient sees none")
    func buckets() throws {
        let store = try TestStore()
        let ingest = store.ingest()
        defer { ingest.close() }
        let now = try TestStore.now
        let start = Instant(milliseconds: now.milliseconds / 60_000 * 60_000 - 1_800_000)
        let readings = (0..<1_000).map {
            Reading(vital: .spo2, value: 90 + Double($0 * 7 % 10), measuredAt: start.advanced(bySeconds: Double($0) * 1.5))
        }
        // The second half first: the rest comes late.
        for part in [readings[500...], readings[..<500]] {
            _ = try ingest.submit(Submission(origin: .device(store.keys[0]), readings: Array(part), receivedAt: now))
        }
        let patient = store.patients[0].id
        func history(_ from: Double, _ to: Double, points: Int, _ scope: Scope) throws -> [HistoryBucket] {
            try store.database.history(
                patient, .spo2, HistoryGrid(start.advanced(bySeconds: from)..<start.advanced(bySeconds: to), points: points), scope)
        }
        let width = HistoryGrid(start..<start.advanced(bySeconds: 1_500), points: 51).widthMilliseconds
        #expect(width == 30_000)
        let grouped = Dictionary(grouping: readings) { $0.measuredAt.milliseconds / width * width }
        let expected = grouped.sorted { $0.key < $1.key }.map { begin, readings -> HistoryBucket in
            let values = readings.map(\.value)
            let average = values.reduce(0, +) / Double(values.count)
            return HistoryBucket(
                begin: Instant(milliseconds: begin), minimum: values.min() ?? 0, average: average, maximum: values.max() ?? 0,
                count: values.count)
        }
        let whole = try history(0, 1_500, points: 51, store.nurse)
        let number: Int = whole.map(\.count).reduce(0, +)
        #expect(whole.count == 50 && number == 1_000)
        for (bucket, expected) in zip(whole, expected) {
            let difference = abs(bucket.average - expected.average)
            #expect(difference < 1e-9)
            var rounded = bucket
            rounded.average = expected.average
            #expect(rounded == expected)
        }
        // A span as long, half an hour earlier: what both have is the same, and empty buckets are left out.
        let earlier = try history(-750, 750, points: 51, store.nurse)
        #expect(earlier == Array(whole.prefix(25)))
        // Who is discharged exists for the administrator only.
        _ = try store.database.dischargePatient(.id(patient), store.nurse)
        #expect(try history(0, 1_500, points: 51, store.nurse) == [])
        #expect(try history(0, 1_500, points: 51, store.admin) == whole)
    }
}
