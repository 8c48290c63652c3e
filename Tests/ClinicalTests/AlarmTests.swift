import DeviceSimulation
import Testing

@testable import Clinical

private func reading(_ vital: Vital, _ value: Double, at second: Double) -> Reading {
    Reading(vital: vital, value: value, measuredAt: Instant(milliseconds: Int64(second * 1000)))
}

/// A value a second, from `start` on.
private func series(_ vital: Vital, from start: Int = 0, _ values: [Double]) -> [Reading] {
    values.enumerated().map { reading(vital, $1, at: Double(start + $0)) }
}

extension AlarmChange {
    /// `raised error 10`: what, how urgent, at which second.
    fileprivate var text: String {
        switch self {
        case .raised(let rule, _, let reading): "raised \(rule.key.severity.rawValue) \(reading.measuredAt.milliseconds / 1000)"
        case .worsened(let rule, _, let reading): "worsened \(rule.key.severity.rawValue) \(reading.measuredAt.milliseconds / 1000)"
        case .joined(let rule, let reading): "joined \(rule.key.severity.rawValue) \(reading.measuredAt.milliseconds / 1000)"
        case .ended(_, let reading): "ended \(reading.measuredAt.milliseconds / 1000)"
        }
    }
}

@Suite("Alarms after clinical.md")
struct AlarmTests {
    private let rules = AlarmRules(AlarmRule.defaults)

    private func play(_ readings: [Reading], _ rules: AlarmRules? = nil) -> [String] {
        var state = AlarmState()
        return state.pass(readings, under: rules ?? self.rules).map(\.text)
    }

    @Test("an alert is raised once violating readings span the delay, not before")
    func delay() {
        #expect(play(series(.spo2, Array(repeating: 89, count: 10))) == [])
        #expect(play(series(.spo2, Array(repeating: 89, count: 11))) == ["raised error 10"])
        #expect(play([reading(.spo2, 80, at: 0)]) == [])
        #expect(play([reading(.systolicBP, 90, at: 0)]) == ["raised error 0"])
    }

    @Test("one reading inside the limits cancels what was not raised")
    func cancelled() {
        let nine = Array(repeating: 89.0, count: 9)
        #expect(play(series(.spo2, nine + [94] + nine)) == [])
        // Inside the worse limit only: the milder one's span goes on.
        #expect(play(series(.spo2, nine + [92] + nine)) == ["raised warning 15"])
    }

    @Test("a worse limit raises the same alert's priority, a milder one never lowers it, and inside by the hysteresis ends it")
    func worse() {
        let values = Array(repeating: 92.0, count: 20) + Array(repeating: 85.0, count: 20) + Array(repeating: 92.0, count: 20)
        #expect(play(series(.spo2, values + [94.9, 95])) == ["raised warning 15", "worsened error 30", "ended 61"])
    }

    @Test("an alert that ended and violates again is a new one")
    func again() {
        let bad = Array(repeating: 135.0, count: 6)
        #expect(play(series(.heartRate, bad + [100] + bad)) == ["raised error 5", "ended 6", "raised error 12"])
    }

    @Test(
        "every default stands where clinical.md says, at its edge",
        arguments: [
            (Vital.spo2, 90.0, 89.0, "warning", "error"), (.spo2, 94.0, 93.0, "", "warning"),
            (.heartRate, 40, 39, "warning", "error"), (.heartRate, 50, 49, "", "warning"), (.heartRate, 110, 111, "", "warning"),
            (.heartRate, 130, 131, "warning", "error"), (.temperature, 35.1, 35.0, "", "error"), (.temperature, 38.0, 38.1, "", "warning"),
            (.temperature, 39.0, 39.1, "warning", "error"), (.respiratoryRate, 9, 8, "", "error"), (.respiratoryRate, 24, 25, "", "error"),
            (.systolicBP, 91, 90, "", "error"), (.systolicBP, 219, 220, "", "error"),
        ]) func defaults(vital: Vital, inside: Double, outside: Double, insideSeverity: String, outsideSeverity: String)
    {
        func severity(_ value: Double) -> String {
            let changes = play(series(vital, Array(repeating: value, count: 61)))
            return changes.last.map { String($0.split(separator: " ")[1]) } ?? ""
        }
        #expect(severity(inside) == insideSeverity)
        #expect(severity(outside) == outsideSeverity)
    }

    @Test("the nearest rule wins, one without a limit silences, and a limit that is gone holds nothing open")
    func nearest() {
        let key = AlarmRule.Key(.spo2, .low, .error)
        let ward = AlarmRule(key, limit: 88, delaySeconds: 10, hysteresis: 1)
        let patient = AlarmRule(key, limit: nil, delaySeconds: 10, hysteresis: 1)
        let bad = series(.spo2, Array(repeating: 87, count: 20))
        #expect(play(bad, AlarmRules(AlarmRule.defaults, [ward])) == ["raised error 10"])
        #expect(play(bad, AlarmRules(AlarmRule.defaults, [ward], [patient])) == ["raised warning 15"])
        #expect(play(series(.spo2, Array(repeating: 89, count: 20)), AlarmRules(AlarmRule.defaults, [ward])) == ["raised warning 15"])
        var state = AlarmState()
        #expect(state.pass(bad, under: rules).map(\.text) == ["raised error 10"])
        #expect(state.pass([reading(.spo2, 80, at: 20)], under: AlarmRules()).map(\.text) == ["ended 20"])
        #expect(state.conditions.isEmpty)
    }

    @Test("both sides of a vital and all vitals stand alone")
    func independent() {
        let low = series(.heartRate, Array(repeating: 30, count: 6))
        let high = series(.heartRate, from: 6, Array(repeating: 140, count: 6))
        let oxygen = series(.spo2, Array(repeating: 80, count: 11))
        #expect(play(low + high + oxygen) == ["raised error 5", "ended 6", "raised error 10", "raised error 11"])
    }

    @Test(
        "rules that make no sense are named",
        arguments: [
            ([AlarmRule(.init(.spo2, .low, .error), limit: 20, delaySeconds: 10, hysteresis: 1)], AlarmRules.Fault.implausible),
            ([AlarmRule(.init(.spo2, .low, .error), limit: .nan, delaySeconds: 10, hysteresis: 1)], .implausible),
            ([AlarmRule(.init(.spo2, .low, .error), limit: 90, delaySeconds: 301, hysteresis: 1)], .delay),
            ([AlarmRule(.init(.spo2, .low, .error), limit: 90, delaySeconds: -1, hysteresis: 1)], .delay),
            ([AlarmRule(.init(.spo2, .low, .error), limit: 90, delaySeconds: 1, hysteresis: -1)], .hysteresis),
            ([AlarmRule(.init(.spo2, .low, .error), limit: 90, delaySeconds: 1, hysteresis: 11)], .hysteresis),
            ([AlarmRule(.init(.heartRate, .high, .error), limit: 130, delaySeconds: 1, hysteresis: 71)], .hysteresis),
            ([AlarmRule(.init(.spo2, .low, .error), limit: 95, delaySeconds: 1, hysteresis: 0)], .order),
            ([AlarmRule(.init(.heartRate, .high, .error), limit: 100, delaySeconds: 1, hysteresis: 0)], .order),
            ([AlarmRule(.init(.heartRate, .low, .warning), limit: 108, delaySeconds: 1, hysteresis: 0)], .overlap),
        ]) func faults(own: [AlarmRule], fault: AlarmRules.Fault)
    {
        #expect(AlarmRules(AlarmRule.defaults, own).fault()?.fault == fault)
    }

    @Test("the version is that of the rules that hold, however they came about") func version() {
        let own = AlarmRule(.init(.spo2, .low, .error), limit: 88, delaySeconds: 10, hysteresis: 1)
        let silent = AlarmRule.defaults.map { AlarmRule($0.key, limit: nil, delaySeconds: 10, hysteresis: 1) }
        #expect(rules.version == 495_690_222 && AlarmRules(AlarmRule.defaults.reversed()).version == rules.version)
        #expect(AlarmRules([own]).version == 1_932_066_704 && AlarmRules(AlarmRule.defaults, silent, [own]).version == 1_932_066_704)
        #expect(AlarmRules().version == 2_166_136_261 && AlarmRules(AlarmRule.defaults, silent).version == AlarmRules().version)
        #expect(AlarmRules(AlarmRule.defaults, [own]).version != rules.version)
        #expect(
            rules.sorted.map(\.key.text).prefix(4) == [
                "spo2 bas error", "spo2 bas warning", "heart_rate bas error", "heart_rate bas warning",
            ])
    }

    @Test("the defaults have no fault") func soundDefaults() { #expect(rules.fault() == nil) }

    // MARK: Several sources

    /// A value a second of one device, beginning `from` seconds after 0.
    private func of(_ device: DeviceID, _ values: [Double], from: Double = 0) -> [Reading] {
        values.enumerated().map {
            var reading = reading(.spo2, $1, at: 0)
            reading.measuredAt = Instant(milliseconds: Int64((from + Double($0)) * 1000))
            reading.device = device
            return reading
        }
    }

    @Test("a good value of one device neither delays, nor cancels, nor ends what another device finds")
    func twoDevices() {
        let bad = of(5, Array(repeating: 82, count: 27))
        let good = of(6, Array(repeating: 98, count: 27), from: 0.5)
        #expect(play(bad + good) == ["raised error 10"])
        #expect(play(bad + of(6, [98], from: 13.5)) == ["raised error 10"])
        // By hand, too.
        var byHand = of(6, [98], from: 13.5)
        byHand[0].isByHand = true
        #expect(play(bad + byHand) == ["raised error 10"])
        // It ends with its own device's readings.
        #expect(play(bad + good + of(5, [98], from: 27)) == ["raised error 10", "ended 27"])
    }

    @Test("an alert is one for all sources: it shows the worst of them, and lasts until none violates any more")
    func severalSources() {
        let warning = of(5, Array(repeating: 92, count: 40))
        let error = of(6, Array(repeating: 85, count: 20), from: 10.5)
        #expect(play(warning + error) == ["raised warning 15", "worsened error 20"])
        #expect(play(warning + error + of(6, [98], from: 30.5)) == ["raised warning 15", "worsened error 20"])
        #expect(play(warning + error + of(6, [98], from: 30.5) + of(5, [98], from: 40)) == ["raised warning 15", "worsened error 20", "ended 40"])
        #expect(play(error + of(5, Array(repeating: 92, count: 20), from: 12)) == ["raised error 20", "joined warning 27"])
    }
}

@Suite("Alarms, whatever comes")
struct AlarmPropertyTests {
    private let rules = AlarmRules(AlarmRule.defaults)

    /// Values that wander across the limits, with gaps.
    private func walk(_ generator: inout SeededGenerator) -> [Reading] {
        let vitals: [(Vital, ClosedRange<Double>)] = [(.spo2, 84...99), (.heartRate, 30...145), (.temperature, 34...40), (.systolicBP, 80...230)]
        var second = 0.0
        var values = vitals.map { Double.random(in: $0.1, using: &generator) }
        return (0..<Int.random(in: 1...300, using: &generator)).map { _ in
            second += [0.25, 1, 1, 1, 5, 40].randomElement(using: &generator) ?? 1
            let which = Int.random(in: 0..<vitals.count, using: &generator)
            let (vital, range) = vitals[which]
            let width = range.upperBound - range.lowerBound
            values[which] = min(max(values[which] + Double.random(in: -width / 6...width / 6, using: &generator), range.lowerBound), range.upperBound)
            return reading(vital, values[which].rounded(), at: second)
        }
    }

    @Test("cut into calls anywhere, shuffled within them and sent twice: the same alerts", arguments: 0..<200 as Range<UInt64>)
    func cuts(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let readings = walk(&generator)
        var whole = AlarmState()
        let expected = whole.pass(readings, under: rules)
        var (state, changes, rest) = (AlarmState(), [AlarmChange](), readings[...])
        while !rest.isEmpty {
            let batch = rest.prefix(Int.random(in: 1...20, using: &generator))
            rest = rest.dropFirst(batch.count)
            changes += state.pass((batch + batch).shuffled(using: &generator), under: rules)
            changes += state.pass(Array(batch), under: rules)
        }
        #expect(changes == expected)
        #expect(state == whole)
    }

    @Test("no alert without violating readings that span its delay, one open alert a side, and ends only inside", arguments: 0..<200 as Range<UInt64>)
    func promises(seed: UInt64) {
        var generator = SeededGenerator(seed: seed &+ 1_000_000)
        let readings = walk(&generator)
        var (state, open) = (AlarmState(), [AlarmCondition.Key: Severity]())
        for change in state.pass(readings, under: rules) {
            switch change {
            case .raised(let rule, let since, let by), .worsened(let rule, let since, let by):
                let key = AlarmCondition.Key(rule.key.vital, rule.key.side)
                let span = readings.filter { $0.vital == key.vital && $0.measuredAt >= since && $0.measuredAt <= by.measuredAt }
                #expect(span.allSatisfy { rule.isViolated(by: $0.value) })
                #expect(by.measuredAt.seconds(since: since) >= rule.delaySeconds)
                if case .raised = change { #expect(open[key] == nil) } else { #expect(open[key].map { $0 < rule.key.severity } == true) }
                open[key] = rule.key.severity
            case .joined: Issue.record("there is one source")
            case .ended(let key, let by):
                #expect(open.removeValue(forKey: key) != nil)
                #expect(rules.rules(of: key).allSatisfy { !$0.isViolated(by: by.value) })
            }
        }
        #expect(open == state.conditions.compactMapValues { $0.values.compactMap(\.raised).max() })
    }

    @Test("what several sources raise together is what each raises alone", arguments: 0..<200 as Range<UInt64>)
    func sourcesApart(seed: UInt64) {
        var generator = SeededGenerator(seed: seed &+ 2_000_000)
        let sources = [1, 2, 3].map { device in
            walk(&generator).map { reading in
                var own = reading
                (own.device, own.isByHand) = (device, false)
                own.measuredAt = Instant(milliseconds: reading.measuredAt.milliseconds + Int64(device) * 100)
                return own
            }
        }
        /// Since and until when something is open, of each vital and side: of one that lasts, until the end of time.
        func spans(_ readings: [Reading]) -> [AlarmCondition.Key: [Range<Instant>]] {
            var (state, began, spans) = (AlarmState(), [AlarmCondition.Key: Instant](), [AlarmCondition.Key: [Range<Instant>]]())
            for change in state.pass(readings, under: rules) {
                switch change {
                case .raised(let rule, _, let by): began[AlarmCondition.Key(rule.key.vital, rule.key.side)] = by.measuredAt
                case .ended(let key, let by): spans[key, default: []].append(began.removeValue(forKey: key)!..<by.measuredAt)
                case .worsened, .joined: break
                }
            }
            for (key, begin) in began { spans[key, default: []].append(begin..<Instant(milliseconds: .max)) }
            return spans
        }
        var apart: [AlarmCondition.Key: [Range<Instant>]] = [:]
        for source in sources { apart.merge(spans(source)) { $0 + $1 } }
        let expected = apart.mapValues { all in
            all.sorted { $0.lowerBound < $1.lowerBound }.reduce(into: [Range<Instant>]()) { joined, span in
                if let last = joined.last, span.lowerBound <= last.upperBound {
                    joined[joined.count - 1] = last.lowerBound..<max(last.upperBound, span.upperBound)
                } else {
                    joined.append(span)
                }
            }
        }
        #expect(spans(sources.flatMap { $0 }) == expected)
    }
}
