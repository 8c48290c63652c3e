import DeviceSimulation
import Testing

@testable import Clinical

/// Alarms must be the same whatever devices' clocks say: 10,000 seeded cases of several devices with wrong clocks, clocks that are set, jitter,
/// outages and backlogs cut anywhere. The oracle is the same evaluator on the true instants of the same deliveries.
@Suite("Alarms whatever the clocks say") struct ClockPropertyTests {
    private static let cases: UInt64 = 10_000

    @Test("the same alerts as with the true instants, at most 2 s later, and never history as the newest value") func oracle() {
        var alerts = 0
        for seed in 0..<Self.cases {
            let deliveries = ClockCase(seed: seed).deliveries
            let (truth, found) = (Evaluation(deliveries, byTrueInstants: true), Evaluation(deliveries, byTrueInstants: false))
            alerts += truth.events.reduce(0) { $0 + $1.value.count }
            if found.isLike(truth), found.histories == 0 { continue }
            Issue.record("seed \(seed): \(found.events) instead of \(truth.events), \(found.histories) times history")
        }
        #expect(alerts > Int(Self.cases))
    }

    @Test("without the offset the same cases fail") func withoutOffset() {
        let failed = (0..<UInt64(200)).count { seed in
            let deliveries = ClockCase(seed: seed).deliveries
            let found = Evaluation(deliveries, byTrueInstants: false, corrects: false)
            return !found.isLike(Evaluation(deliveries, byTrueInstants: true)) || found.histories > 0
        }
        #expect(failed > 100)
    }
}

/// A report as it reaches the server.
struct ClockDelivery {
    var device: DeviceID
    var clock: Instant?
    /// By the device's clock.
    var readings: [Reading]
    /// When they were measured.
    var truth: [Instant]
    var receivedAt: Instant
}

/// Devices on one patient for a hundred seconds.
struct ClockCase {
    private static let start = Instant(milliseconds: 1_800_000_000_000)
    private static let seconds = 100
    private static let furthestAhead = 58.0, furthestBehind = -120.0

    private(set) var deliveries: [ClockDelivery] = []

    init(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for device in 1...Int.random(in: 1...2, using: &random) { add(device, &random) }
        // In the order in which they arrive, as far as a device is concerned in that in which it sent.
        deliveries.sort { ($0.receivedAt, $0.device) < ($1.receivedAt, $1.device) }
    }

    /// Good and bad stretches. What a single reading more or less would decide is left out: none ends about when it would raise an alert, and one
    /// lasts for 20 s before an outage and after it.
    ///
    /// - Parameter outage: the seconds of which nothing is sent at once.
    private static func values(outage: Range<Int>?, _ random: inout SeededGenerator) -> [Double] {
        var values: [Double] = []
        while values.count < seconds - 20 {
            values += Array(repeating: 97, count: Int.random(in: 6...30, using: &random))
            switch Int.random(in: 0..<4, using: &random) {
            case 0: values += Array(repeating: 85, count: Int.random(in: 1...6, using: &random))
            case 1: values += Array(repeating: 92, count: Int.random(in: 1...10, using: &random))
            case 2: values += Array(repeating: 92, count: Int.random(in: 20...35, using: &random))
            default: values += Array(repeating: 85, count: Int.random(in: 15...40, using: &random))
            }
        }
        values = values.prefix(seconds - 20) + Array(repeating: 97, count: 50)
        if let outage {
            for (first, value) in [(outage.lowerBound - 20, values[outage.lowerBound]), (outage.upperBound, values[outage.upperBound])] {
                for second in first - 6..<first + 26 where second >= 0 && !outage.contains(second) {
                    values[second] = first..<first + 20 ~= second ? value : 97
                }
            }
        }
        var first = 0
        while first < values.count {
            let next = values[first...].firstIndex { $0 != values[first] } ?? values.count
            let longest = values[first] == 85 ? 6 : 10
            if values[first] != 97, longest + 1...longest + 8 ~= next - first {
                for second in first + longest..<next { values[second] = 97 }
            }
            first = next
        }
        return values
    }

    private mutating func add(_ device: DeviceID, _ random: inout SeededGenerator) {
        let tellsClock = Int.random(in: 0..<4, using: &random) > 0
        func anyError(_ random: inout SeededGenerator) -> Double {
            Double.random(in: (tellsClock ? Self.furthestBehind : 0)...Self.furthestAhead, using: &random)
        }
        let error = anyError(&random)
        let isSet = tellsClock && Int.random(in: 0..<3, using: &random) == 0
        let setAt = Int.random(in: 15..<Self.seconds - 15, using: &random)
        let newError = isSet ? anyError(&random) : error
        let jitter = Double.random(in: 0...0.6, using: &random)
        let outage = Int.random(in: 0..<2, using: &random) == 0 ? Int.random(in: 20..<36, using: &random) : Self.seconds
        let back = outage + Int.random(in: 3..<40, using: &random)
        let values = Self.values(outage: outage < Self.seconds ? outage..<back : nil, &random)
        let phase = Double.random(in: 0..<0.9, using: &random)
        func wrong(at second: Int) -> Double { second < setAt ? error : newError }
        func instant(_ second: Double) -> Instant { Self.start.advanced(bySeconds: second) }
        var last = Self.start
        func deliver(_ measured: [(second: Double, value: Double)], at second: Double, _ random: inout SeededGenerator) {
            let received = max(instant(second + 0.01 + Double.random(in: 0...jitter, using: &random)), last.advanced(bySeconds: 0.001))
            last = received
            deliveries.append(
                ClockDelivery(
                    device: device, clock: tellsClock ? instant(second + wrong(at: Int(second))) : nil,
                    readings: measured.map { measured in
                        Reading(
                            vital: .spo2, value: measured.value, measuredAt: instant(measured.second + wrong(at: max(0, Int(measured.second)))),
                            device: device)
                    },
                    truth: measured.map { instant($0.second) }, receivedAt: received))
        }
        // What was kept: an outage's readings, and in some cases of half an hour ago, when the patient was in another state.
        var backlog = (0..<Int.random(in: 0..<60, using: &random)).map { (second: Double($0) - 1800 + phase, value: $0 % 20 < 15 ? 80.0 : 97) }
        for second in 0..<Self.seconds {
            let measured = (second: Double(second) + phase, value: values[second])
            if second >= outage, second < back {
                backlog.append(measured)
                continue
            }
            deliver([measured], at: measured.second + 0.02, &random)
            guard !backlog.isEmpty, second > 2, second != back else { continue }
            let size = Int.random(in: 6...40, using: &random)
            // A rest is sent along: a few readings alone of a clock that was set since cannot be told from live ones.
            let batch = backlog.prefix(backlog.count - size < 6 ? backlog.count : size)
            backlog.removeFirst(batch.count)
            deliver(Array(batch), at: measured.second + 0.05, &random)
        }
    }
}

/// What the server makes of deliveries: what `IngestBatch` does, without a database.
private struct Evaluation {
    private let spo2Low = AlarmCondition.Key(.spo2, .low)

    struct Event: CustomStringConvertible {
        var text: String
        /// When the reading was measured that did it.
        var at: Instant
        var description: String { "\(text) \(at.milliseconds % 1_000_000)" }
    }

    /// What each device's conditions did.
    private(set) var events: [DeviceID: [Event]] = [:]
    /// How often a value over 5 s old came to be the newest while a newer one was known.
    private(set) var histories = 0

    init(_ deliveries: [ClockDelivery], byTrueInstants: Bool, corrects: Bool = true) {
        let rules = AlarmRules(AlarmRule.defaults)
        var state = AlarmState()
        var offsets: [DeviceID: ClockOffset] = [:]
        var newest: [DeviceID: (effective: Instant, truth: Instant)] = [:]
        for delivery in deliveries {
            let device = delivery.device
            var offset = offsets[device] ?? ClockOffset()
            if corrects {
                offset.observe(clock: delivery.clock, boot: 1, newest: delivery.readings.map(\.measuredAt).max(), receivedAt: delivery.receivedAt)
            }
            offsets[device] = offset
            let instants =
                byTrueInstants
                ? delivery.truth : offset.instants(delivery.readings, clock: delivery.clock, receivedAt: delivery.receivedAt)
            var live: [Reading] = []
            for (index, instant) in instants.enumerated() {
                if newest[device].map({ instant >= $0.effective }) ?? true {
                    if let known = newest[device], known.truth.seconds(since: delivery.truth[index]) > 5 { histories += 1 }
                    newest[device] = (instant, delivery.truth[index])
                }
                guard byTrueInstants || !offset.isInDoubt, delivery.receivedAt.seconds(since: instant) <= AlarmState.liveSeconds else { continue }
                var reading = delivery.readings[index]
                reading.measuredAt = instant
                live.append(reading)
            }
            func raised() -> Severity? { state.conditions[spo2Low]?[ReadingSource(device: device)]?.raised }
            let before = raised()
            _ = state.pass(live, under: rules)
            let after = raised()
            if after != before {
                events[device, default: []].append(Event(text: after?.rawValue ?? "ended", at: delivery.truth.max() ?? delivery.receivedAt))
            }
        }
    }

    func isLike(_ other: Evaluation) -> Bool {
        events.mapValues { $0.map(\.text) } == other.events.mapValues { $0.map(\.text) }
            && events.allSatisfy { device, events in
                zip(events, other.events[device] ?? []).allSatisfy { (-1...2).contains($0.at.seconds(since: $1.at)) }
            }
    }
}
