import Clinical
import Foundation

/// Where a device's reports come from.
protocol ReportSource {
    /// The report due now and how many seconds later the next one is; nil: there are no more.
    mutating func next(at now: Instant) throws -> (report: DeviceReport, delaySeconds: Double)?
}

/// Many devices that report through one `Poster`, driven by one thread.
///
/// They take turns: all of them have the same delay between reports, or there is only one.
struct Fleet {
    struct Member {
        let key: String
        var source: any ReportSource
        var outbox = Outbox()
        /// When the next report is due, by `Clock.seconds`; nil: there is none any more.
        var due: Double?
    }

    struct Totals: Equatable {
        var (sent, refused, waiting, dropped) = (0, 0, 0, 0)
        /// Readings that the server stored, and those that it did not want.
        var (stored, rejected) = (0, 0)
    }

    static let statusSeconds = 10.0
    /// A device whose turn comes so late (the machine slept, or is overloaded) leaves reports out instead of catching up.
    static let longestLagSeconds = 5.0

    private var members: [Member]
    private var turn = 0
    private let poster: Poster
    private let encoder = JSONEncoder()
    private var (stored, rejected) = (0, 0)
    private var generator = SystemRandomNumberGenerator()

    /// - Parameter spreadSeconds: the first reports are spread over this time.
    init(_ devices: [(key: String, source: any ReportSource)], poster: Poster, spreadSeconds: Double) {
        let now = Clock.seconds
        members = devices.enumerated().map { index, device in
            Member(
                key: device.key, source: device.source, due: now + spreadSeconds * Double(index) / Double(devices.count))
        }
        self.poster = poster
    }

    var totals: Totals {
        var totals = Totals()
        (totals.stored, totals.rejected) = (stored, rejected)
        return members.reduce(into: totals) {
            $0.sent += $1.outbox.sent
            $0.refused += $1.outbox.refused
            $0.waiting += $1.outbox.waiting
            $0.dropped += $1.outbox.dropped
        }
    }

    /// Until the poster is stopped, or everything is sent that there was.
    ///
    /// - Parameter status: called every ten seconds.
    mutating func run(status: (Totals) -> Void) throws {
        var nextStatus = Clock.seconds + Self.statusSeconds
        while true {
            var now = Clock.seconds
            while let due = members[turn].due, due <= now {
                try report(turn, due: due)
                turn = (turn + 1) % members.count
                now = Clock.seconds
            }
            if now >= nextStatus {
                status(totals)
                nextStatus = now + Self.statusSeconds
            }
            if members.allSatisfy({ $0.due == nil && $0.outbox.isIdle }) { return }
            // Without a next report only the outbox can have something to do later: that is a replay's end, with one device.
            let later = members[turn].due ?? members[turn].outbox.notBefore
            let deadline = members[turn].outbox.isBusy && members[turn].due == nil ? nextStatus : later
            guard let events = try poster.wait(until: min(deadline, nextStatus)) else { return }
            for event in events { try settle(event) }
            if members[turn].due == nil { try send(turn) }
        }
    }

    private mutating func report(_ index: Int, due: Double) throws {
        guard let (report, delay) = try members[index].source.next(at: Clock.instant) else {
            members[index].due = nil
            return
        }
        members[index].outbox.add(report)
        let now = Clock.seconds
        members[index].due = now - due > Self.longestLagSeconds ? now + delay : due + delay
        try send(index)
    }

    private mutating func settle(_ event: Poster.Event) throws {
        if case .stored(let readings, let rejections) = event.outcome {
            stored += readings
            rejected += rejections
        }
        members[event.device].outbox.settle(
            event.outcome, now: Clock.seconds, jitter: .random(in: 0.5...1.5, using: &generator))
        try send(event.device)
    }

    private mutating func send(_ index: Int) throws {
        guard let report = members[index].outbox.next(now: Clock.seconds) else { return }
        try poster.post(encoder.encode(report), key: members[index].key, device: index)
    }
}
