import Clinical
import Foundation

/// Sends a recording of values as one device, driven by one thread. Not through the device's core, because values by hand are among them.
struct Replayer {
    static let statusSeconds = 10.0
    /// A turn that comes so late (the machine slept) leaves rows out of the rhythm instead of catching up.
    static let longestLagSeconds = 5.0

    private var source: ReplaySource
    private(set) var outbox = Outbox()
    /// What is under way, to name the readings that the server rejects.
    private var sent = DeviceReport(readings: [])
    /// Readings that the server stored, and those that it did not want.
    private(set) var stored = 0, rejected = 0
    private let key: String
    private let poster: Poster
    private let encoder = JSONEncoder()
    /// When the next row is due, by `Clock.seconds`; nil: there is none any more.
    private var due: Double? = Clock.seconds

    init(_ source: ReplaySource, key: String, poster: Poster) { (self.source, self.key, self.poster) = (source, key, poster) }

    /// Until the poster is stopped, or everything is sent that there was.
    ///
    /// - Parameters:
    ///   - status: called every ten seconds with how many reports wait.
    ///   - rejection: called for each reading that the server rejects, with its line in the file and why.
    mutating func run(status: (_ waiting: Int) -> Void, rejection: (_ line: Int?, _ reading: Reading, _ reason: String) -> Void) throws {
        var nextStatus = Clock.seconds + Self.statusSeconds
        while true {
            while let due, due <= Clock.seconds { try report(due) }
            if Clock.seconds >= nextStatus {
                status(outbox.waiting)
                nextStatus = Clock.seconds + Self.statusSeconds
            }
            if due == nil, outbox.isIdle { return }
            let deadline = due ?? (outbox.isBusy ? nextStatus : outbox.notBefore)
            guard let events = try poster.wait(until: min(deadline, nextStatus)) else { return }
            for event in events { settle(Outcome(event.answer), rejection) }
            try send()
        }
    }

    private mutating func report(_ begun: Double) throws {
        guard let (report, delay) = source.next(at: Clock.instant) else {
            due = nil
            return
        }
        outbox.add(report)
        let now = Clock.seconds
        due = now - begun > Self.longestLagSeconds ? now + delay : begun + delay
        try send()
    }

    private mutating func settle(_ outcome: Outcome, _ rejection: (Int?, Reading, String) -> Void) {
        if case .stored(let readings, let rejections) = outcome {
            stored += readings
            rejected += rejections.count
            for one in rejections where sent.readings.indices.contains(one.index) {
                rejection(sent.lines.indices.contains(one.index) ? sent.lines[one.index] : nil, sent.readings[one.index], one.raison)
            }
        }
        outbox.settle(outcome, now: Clock.seconds, jitter: .random(in: 0.5...1.5))
    }

    private mutating func send() throws {
        guard let report = outbox.next(now: Clock.seconds) else { return }
        sent = report
        try poster.post(encoder.encode(report), key: key, device: 0)
    }
}
