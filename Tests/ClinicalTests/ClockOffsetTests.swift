import Testing

@testable import Clinical

@Suite("A device's clock") struct ClockOffsetTests {
    private static let start = Instant(milliseconds: 1_800_000_000_000)

    private func at(_ second: Double) -> Instant { Self.start.advanced(bySeconds: second) }

    private func reading(at second: Double, isDatedByServer: Bool = false) -> Reading {
        Reading(vital: .spo2, value: 97, measuredAt: at(second), isDatedByServer: isDatedByServer)
    }

    /// Seconds after `start` at which a report places its readings.
    private func place(
        _ offset: inout ClockOffset, _ measured: [Double], clock: Double?, boot: Int? = 1, received: Double, isDatedByServer: Bool = false
    ) -> [Double] {
        let readings = measured.map { reading(at: $0, isDatedByServer: isDatedByServer) }
        let clock = clock.map(at)
        offset.observe(clock: clock, boot: boot, newest: isDatedByServer ? nil : readings.map(\.measuredAt).max(), receivedAt: at(received))
        return offset.instants(readings, clock: clock, receivedAt: at(received)).map { $0.seconds(since: Self.start) }
    }

    @Test("a right clock moves nothing, however long reports are on their way") func right() {
        var offset = ClockOffset()
        for (second, way) in [(0.0, 0.02), (1, 1.9), (2, 0.3), (3, 4), (4, 0.05)] {
            #expect(place(&offset, [second - 1800, second], clock: second, received: second + way) == [second - 1800, second])
        }
    }

    @Test(
        "with heure a clock that is ahead or behind is corrected, for what is live and what is old",
        arguments: [-120.0, -60, -3, -0.05, 0.05, 1, 30, 59])
    func wrong(by wrong: Double) {
        var offset = ClockOffset()
        for second in 0..<5 {
            let clock = Double(second) + wrong
            let placed = place(&offset, [clock - 1800, clock - 30, clock], clock: clock, received: Double(second) + 0.02)
            for (place, truth) in zip(placed, [-1800.0, -30, 0]) {
                #expect(abs(place - Double(second) - truth) <= 0.1, "\(place)")
            }
        }
    }

    @Test("without heure only a clock that is ahead is corrected; what came by its age or without a time never is") func withoutClock() {
        var offset = ClockOffset()
        #expect(place(&offset, [30], clock: nil, boot: nil, received: 0) == [0])
        #expect(place(&offset, [-1770], clock: nil, boot: nil, received: 0.5) == [-1800])
        #expect(place(&offset, [-100], clock: nil, boot: nil, received: 1, isDatedByServer: true) == [-100])
        var behind = ClockOffset()
        #expect(place(&behind, [-90], clock: nil, boot: nil, received: 0) == [-90])
    }

    @Test("a clock that is set is followed: forward at once, back with the second report") func steps() {
        var offset = ClockOffset()
        for second in 0..<5 { _ = place(&offset, [Double(second) - 30], clock: Double(second) - 30, received: Double(second)) }
        #expect(place(&offset, [5], clock: 5, received: 5) == [5])
        for second in 6..<10 { #expect(place(&offset, [Double(second)], clock: Double(second), received: Double(second)) == [Double(second)]) }
        _ = place(&offset, [10 - 40], clock: 10 - 40, received: 10)
        #expect(place(&offset, [11 - 40], clock: 11 - 40, received: 11) == [11])
    }

    @Test("what was measured before the clock was set back never becomes the present") func former() {
        var offset = ClockOffset()
        for second in 0..<5 { _ = place(&offset, [Double(second) + 40], clock: Double(second) + 40, received: Double(second)) }
        for second in 5..<8 { _ = place(&offset, [Double(second)], clock: Double(second), received: Double(second)) }
        // Measured at -10 to 4, by the clock as it was.
        let placed = place(&offset, (-10..<5).map { Double($0) + 40 }, clock: 8, received: 8)
        #expect(placed == (-10..<5).map(Double.init))
        // All before the present clock: -60 to -40.
        let old = place(&offset, (-60 ..< -40).map { Double($0) + 40 }, clock: 9, received: 9)
        #expect(old.allSatisfy { $0 < 0 })
        #expect(place(&offset, [10], clock: 10, received: 10) == [10])
    }

    @Test("a start is a clock of its own, and one that was never set moves nothing") func starts() {
        var offset = ClockOffset()
        _ = place(&offset, [30], clock: 30, boot: 1, received: 0)
        #expect(place(&offset, [1], clock: 1, boot: 2, received: 1) == [1])
        #expect(place(&offset, [1.5], clock: -200_000, boot: 2, received: 2) == [1.5])
        #expect(offset.way?.value == 0)
    }

    @Test("without heure a clock that was ahead and is set back is followed with the second report") func setBackWithoutClock() {
        var offset = ClockOffset()
        _ = place(&offset, [40], clock: nil, received: 0)
        #expect(place(&offset, [1], clock: nil, received: 1) == [-39])
        #expect(place(&offset, [2], clock: nil, received: 2.3) == [2])
        #expect(place(&offset, [-30], clock: nil, received: 3) == [-30])
    }

    @Test("one report that was long on its way is not taken for a clock that was set back") func slow() {
        var offset = ClockOffset()
        for second in 0..<5 { _ = place(&offset, [Double(second)], clock: Double(second), received: Double(second)) }
        #expect(place(&offset, [5], clock: 5, received: 17) == [5])
        #expect(place(&offset, [17.1], clock: 17.1, received: 17.1) == [17.1])
    }
}
