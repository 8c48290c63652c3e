import Clinical
import Foundation

/// What one device has to send, as a rule without network and clock: the newest report first, then what was kept while the
/// server was away. At most one request a device is under way.
struct Outbox {
    /// Fifteen minutes at one report a second; then the oldest go.
    static let maximumWaiting = 900
    /// Reports that travel together when what was kept is sent.
    static let maximumBatch = 100
    static let firstPauseSeconds = 1.0
    static let longestPauseSeconds = 30.0
    /// Longer than this no `Retry-After` is believed.
    static let longestRetryAfterSeconds = 600.0

    private struct Kept {
        let number: Int
        let report: DeviceReport
    }

    private var kept: [Kept] = []
    private var underWay: ClosedRange<Int>?
    private var lastNumber = 0
    private var newestIsFresh = false
    private var pauseSeconds = Self.firstPauseSeconds
    /// Not before this second of the caller's clock.
    private(set) var notBefore = 0.0

    private(set) var sent = 0
    private(set) var refused = 0
    /// Lost because the server was away for too long.
    private(set) var dropped = 0
    var waiting: Int { kept.count }
    var isIdle: Bool { kept.isEmpty && underWay == nil }
    var isBusy: Bool { underWay != nil }

    mutating func add(_ report: DeviceReport) {
        if kept.count == Self.maximumWaiting {
            kept.removeFirst()
            dropped += 1
        }
        lastNumber += 1
        kept.append(Kept(number: lastNumber, report: report))
        newestIsFresh = true
    }

    /// What to send at second `now`; nil: nothing, or not yet.
    mutating func next(now: Double) -> DeviceReport? {
        guard underWay == nil, now >= notBefore, let oldest = kept.first, let newest = kept.last else { return nil }
        if newestIsFresh || kept.count == 1 {
            newestIsFresh = false
            underWay = newest.number...newest.number
            return newest.report
        }
        let batch = kept.prefix(Self.maximumBatch)
        underWay = oldest.number...(batch.last ?? oldest).number
        // What a device said of itself back then interests nobody any more.
        return DeviceReport(readings: batch.flatMap(\.report.readings), state: nil, lines: batch.flatMap(\.report.lines))
    }

    /// - Parameter jitter: 0.5 to 1.5; spreads the return of many devices.
    mutating func settle(_ outcome: Outcome, now: Double, jitter: Double) {
        guard let range = underWay else { return }
        underWay = nil
        switch outcome {
        case .stored: sent += take(range)
        case .refused: refused += take(range)
        case .later(let after?): notBefore = now + min(after, Self.longestRetryAfterSeconds)
        case .later(nil):
            notBefore = now + pauseSeconds * jitter
            pauseSeconds = min(pauseSeconds * 2, Self.longestPauseSeconds)
        }
        if case .stored = outcome {
            pauseSeconds = Self.firstPauseSeconds
        }
    }

    private mutating func take(_ range: ClosedRange<Int>) -> Int {
        let before = kept.count
        kept.removeAll { range.contains($0.number) }
        return before - kept.count
    }
}
