import Access
import Clinical
import Logging
import Postgres
import Synchronization
import TestDatabase
import Testing

@testable import Store

/// What one device or account may send.
@Suite struct IngestSharesTests {
    private final class Clock: Sendable { let seconds = Mutex(0.0) }

    private let clock = Clock()
    private let shares: IngestShares
    private let key: DeviceKey
    private let scope = Scope(user: 1, username: "nurse", role: .infirmier, language: "fr", wards: [1])

    init() throws {
        key = try DeviceKey.make(device: 12)
        var limits = IngestShares.Limits()
        limits.device = .init(
            reportsAtOnce: 2, readingsAtOnce: 10, reports: .init(capacity: 4, perSecond: 0.5), readings: .init(capacity: 30, perSecond: 2))
        limits.account = .init(
            reportsAtOnce: 3, readingsAtOnce: 10, reports: .init(capacity: 100, perSecond: 1), readings: .init(capacity: 100, perSecond: 1))
        limits.senders = 50
        let clock = clock
        shares = IngestShares(limits, now: { clock.seconds.withLock { $0 } })
    }

    private func report(_ origin: Submission.Origin, _ readings: Int = 1) -> Submission {
        Submission(
            origin: origin, readings: (0..<readings).map { Reading(vital: .spo2, value: 97, measuredAt: Instant(milliseconds: Int64($0))) },
            receivedAt: Instant(milliseconds: 0))
    }

    /// Nil: it was taken.
    private func wait(_ origin: Submission.Origin, _ readings: Int = 1) -> Double? {
        do {
            shares.giveBack(try shares.take(report(origin, readings)))
            return nil
        } catch {
            if case .tooMany(let seconds) = error { return seconds }
            return -1
        }
    }

    @Test("a device that sends more reports than its share waits, and others do not") func reports() throws {
        for _ in 0..<4 { #expect(wait(.device(key)) == nil) }
        #expect(wait(.device(key)) == 2)
        #expect(try wait(.device(DeviceKey.make(device: 13))) == nil)
        clock.seconds.withLock { $0 = 2 }
        #expect(wait(.device(key)) == nil)
        #expect(wait(.device(key)) != nil)
    }

    @Test("what was kept during an outage goes at once, and what is beyond it says how long it waits") func backlog() {
        #expect(wait(.device(key), 29) == nil)
        #expect(wait(.device(key), 21) == nil)  // the reserve held one
        #expect(wait(.device(key)) == 10)
        clock.seconds.withLock { $0 = 10.5 }
        #expect(wait(.device(key)) == nil)
    }

    @Test("a device's reports on the way are few, and one large one goes alone") func underWay() throws {
        let large = try shares.take(report(.device(key), 20))
        #expect(wait(.device(key)) == 1)
        shares.giveBack(large)
        let small = [try shares.take(report(.device(key))), try shares.take(report(.device(key)))]
        #expect(wait(.device(key)) == 1)
        small.forEach(shares.giveBack)
        #expect(wait(.device(key)) == nil)
    }

    @Test("who guesses a device's key spends nothing of the device's") func guesses() throws {
        for _ in 0..<4 { #expect(wait(.device(key)) == nil) }
        #expect(try wait(.device(DeviceKey.make(device: 12))) == nil)
        for _ in 0..<200 { #expect(try wait(.device(DeviceKey.make(device: 12))) == nil) }
    }

    @Test("what a person sends for many devices is bounded together while it is on the way") func relayed() throws {
        let first = try shares.take(report(.relayed(device: 1, by: scope), 6))
        #expect(wait(.relayed(device: 2, by: scope), 6) == 1)
        #expect(wait(.relayed(device: 2, by: scope), 4) == nil)
        #expect(wait(.entered(patient: 1, by: scope), 6) == nil)
        shares.giveBack(first)
        #expect(wait(.relayed(device: 2, by: scope), 6) == nil)
    }

    @Test("a report beyond the share is refused, stores nothing, and says when to come again") func refused() throws {
        let store = try TestStore()
        var limits = IngestShares.Limits()
        limits.device.reports = .init(capacity: 1, perSecond: 0.01)
        let ingest = Ingest(url: store.url, application: "shares", logger: Logger(label: "tests"), limits: limits)
        defer { ingest.close() }
        func submit(_ value: Double) throws {
            let now = try TestStore.now
            let reading = Reading(vital: .spo2, value: value, measuredAt: now)
            _ = try ingest.submit(Submission(origin: .device(store.keys[0]), readings: [reading], receivedAt: now))
        }
        try submit(97)
        #expect { try submit(96) } throws: { error in
            if case .tooMany = error as? IngestError { true } else { false }
        }
        #expect(try store.stored() == 1)
    }
}
