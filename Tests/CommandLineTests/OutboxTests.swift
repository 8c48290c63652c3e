import Clinical
import Foundation
import Testing

@testable import fajma

@Suite struct OutboxTests {
    private let outbox = Boxed()

    private func report(_ number: Int) -> DeviceReport {
        DeviceReport(
            readings: [Reading(vital: .heartRate, value: Double(number), measuredAt: Instant(milliseconds: Int64(number)))],
            state: DeviceState(sequence: number))
    }

    private func numbers(_ report: DeviceReport?) -> [Int]? { report?.readings.map { Int($0.value) } }

    @Test("after an outage the newest report goes first, then what was kept, oldest first") func order() {
        for number in 1...3 {
            outbox.add(report(number))
            #expect(numbers(outbox.next(now: Double(number) * 100)) == [number])
            outbox.settle(.later(after: nil), now: Double(number) * 100, jitter: 1)
        }
        outbox.add(report(4))
        #expect(numbers(outbox.next(now: 1000)) == [4])
        outbox.settle(.stored(readings: 1, rejected: []), now: 1000, jitter: 1)
        let kept = outbox.next(now: 1000)
        #expect(numbers(kept) == [1, 2, 3] && kept?.state == nil)
        outbox.settle(.stored(readings: 3, rejected: []), now: 1000, jitter: 1)
        #expect(outbox.isIdle && outbox.sent == 4 && outbox.dropped == 0 && outbox.next(now: 1001) == nil)
    }

    @Test("one request a device is under way") func single() {
        outbox.add(report(1))
        _ = outbox.next(now: 0)
        outbox.add(report(2))
        #expect(outbox.next(now: 1) == nil && outbox.isBusy)
    }

    @Test("a full outbox loses its oldest report, and counts it") func full() {
        for number in 0..<Outbox.maximumWaiting + 5 { outbox.add(report(number)) }
        #expect(outbox.waiting == Outbox.maximumWaiting && outbox.dropped == 5)
        _ = outbox.next(now: 0)
        outbox.settle(.stored(readings: 1, rejected: []), now: 0, jitter: 1)
        #expect(numbers(outbox.next(now: 0)) == Array(5..<5 + Outbox.maximumBatch))
    }

    @Test("what was lost while it was under way is counted as lost, not as sent") func lostUnderWay() {
        outbox.add(report(0))
        _ = outbox.next(now: 0)
        for number in 1...Outbox.maximumWaiting { outbox.add(report(number)) }
        outbox.settle(.stored(readings: 1, rejected: []), now: 0, jitter: 1)
        #expect(outbox.dropped == 1 && outbox.sent == 0 && outbox.waiting == Outbox.maximumWaiting)
    }

    @Test("Retry-After is obeyed, within reason") func retryAfter() {
        outbox.add(report(1))
        _ = outbox.next(now: 100)
        outbox.settle(.later(after: 7), now: 100, jitter: 1)
        outbox.add(report(2))
        #expect(outbox.next(now: 106.9) == nil)
        #expect(numbers(outbox.next(now: 107)) == [2])
        outbox.settle(.later(after: 1e9), now: 107, jitter: 1)
        #expect(outbox.next(now: 107 + Outbox.longestRetryAfterSeconds) != nil)
    }

    @Test("pauses grow to a limit and begin anew after a success") func backoff() {
        outbox.add(report(1))
        var (now, pauses) = (0.0, [Double]())
        for _ in 1...8 {
            #expect(outbox.next(now: now) != nil)
            outbox.settle(.later(after: nil), now: now, jitter: 1)
            pauses.append(outbox.notBefore - now)
            now = outbox.notBefore
        }
        #expect(pauses == [1, 2, 4, 8, 16, 30, 30, 30])
        _ = outbox.next(now: now)
        outbox.settle(.stored(readings: 1, rejected: []), now: now, jitter: 1)
        outbox.add(report(2))
        _ = outbox.next(now: now)
        outbox.settle(.later(after: nil), now: now, jitter: 1)
        #expect(outbox.notBefore == now + 1)
    }

    @Test("a refused report is not sent again") func refused() {
        outbox.add(report(1))
        _ = outbox.next(now: 0)
        outbox.settle(.refused(status: 401), now: 0, jitter: 1)
        #expect(outbox.refused == 1 && outbox.isIdle)
    }

    @Test(
        "an answer is understood by its status",
        arguments: [
            (201, Outcome.stored(readings: 2, rejected: [.init(index: 1, raison: "x")])), (0, .later(after: 3)), (400, .refused(status: 400)),
            (401, .refused(status: 401)),
            (403, .refused(status: 403)), (409, .later(after: 3)), (429, .later(after: 3)), (502, .later(after: 3)),
            (503, .later(after: 3)),
        ])
    func outcomes(status: Int, outcome: Outcome) {
        let body = Data(#"{"recues":2,"doublons":0,"rejetees":[{"index":1,"raison":"x"}]}"#.utf8)
        #expect(Outcome(Answer(status: status, retryAfter: 3, body: body)) == outcome)
    }

    @Test("a report is what the server's own decoder reads") func wire() throws {
        let now = Instant(milliseconds: 1_795_348_800_123)
        let table = try ReplayTable("t_s,heart_rate_bpm,consciousness,temperature_celsius\n0,81.5,V,36.6\n")
        var source = ReplaySource(table, speed: 1)
        let next = source.next(at: now)
        let sent = try #require(next).report
        let read = try Report.decode(Array(JSONEncoder().encode(sent)), now: now)
        #expect(read.readings == sent.readings && read.rejected.isEmpty && read.readings.count == 3)
    }
}

/// `#expect` cannot call a mutating method.
private final class Boxed {
    private var value = Outbox()

    func add(_ report: DeviceReport) { value.add(report) }
    func next(now: Double) -> DeviceReport? { value.next(now: now) }
    func settle(_ outcome: Outcome, now: Double, jitter: Double) { value.settle(outcome, now: now, jitter: jitter) }
    var isIdle: Bool { value.isIdle }
    var isBusy: Bool { value.isBusy }
    var sent: Int { value.sent }
    var refused: Int { value.refused }
    var dropped: Int { value.dropped }
    var waiting: Int { value.waiting }
    var notBefore: Double { value.notBefore }
}
