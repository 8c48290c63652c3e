import Testing

@testable import Store

/// When a batch waits for more reports. No time passes: instants are arguments.
@Suite struct IngestGatheringTests {
    private let begin = ContinuousClock.now

    /// After arrivals at these milliseconds, at the last of them.
    private func waits(_ submissions: Int, after arrivals: [Double], late milliseconds: Double = 0) -> Bool {
        var gathering = IngestGathering()
        for arrival in arrivals { gathering.arrived(at: begin + .milliseconds(arrival)) }
        return gathering.isWorthWaiting(with: submissions, at: begin + .milliseconds((arrivals.last ?? 0) + milliseconds))
    }

    private func every(_ milliseconds: Double, _ count: Int = 40) -> [Double] { (0..<count).map { Double($0) * milliseconds } }

    @Test("an idle system stores the first reports at once") func idle() {
        #expect(!waits(1, after: []))
        #expect(!waits(1, after: [0]))
        #expect(!waits(1, after: every(1, 5)))
    }

    @Test("rare reports are stored at once, whatever the batch", arguments: [5.0, 10, 50, 1_000]) func rare(milliseconds: Double) {
        #expect(!waits(1, after: every(milliseconds)))
    }

    @Test("a small batch waits while a thousand reports come in a second") func frequent() {
        #expect(waits(1, after: every(1)))
        #expect(waits(IngestGathering.fewSubmissions, after: every(1)))
    }

    @Test("a batch that has many waits for none") func many() {
        #expect(!waits(IngestGathering.fewSubmissions + 1, after: every(0.1)))
    }

    @Test("after a rush the next report is stored at once") func afterwards() {
        #expect(!waits(1, after: every(1), late: 20))
        #expect(!waits(1, after: every(1) + [1_000]))
    }
}
