import Testing

@testable import Clinical

/// The early warning score as an alarm: when it is raised, raised again and ended.
@Suite struct ScoreAlarmTests {
    private let begin = Instant(milliseconds: 1_795_860_000_000)

    private func at(_ minute: Int) -> Instant { begin.advanced(bySeconds: Double(minute) * 60) }

    /// Values that give nothing, but for `changes`; nil takes one away.
    private func finding(_ changes: [Vital: Double?] = [:], minute: Int, scale: EarlyWarningScore.Scale = .one) -> ScoreAlarm.Finding {
        var values: [Vital: Double] = [
            .respiratoryRate: 16, .spo2: 97, .supplementalO2: 0, .systolicBP: 120, .heartRate: 70, .consciousness: 0, .temperature: 37,
        ]
        for (vital, value) in changes { values[vital] = value }
        let readings = Dictionary(
            uniqueKeysWithValues: values.map { ($0.key, Reading(vital: $0.key, value: $0.value, measuredAt: at(minute), isByHand: true)) })
        return ScoreAlarm.Finding(EarlyWarningScore(readings, scale: scale, at: at(minute)))
    }

    /// 5: a pulse of 115 and a pressure of 95, on oxygen no more.
    private static let five: [Vital: Double?] = [.heartRate: 115, .systolicBP: 95, .spo2: 95]
    private static let seven: [Vital: Double?] = [.heartRate: 115, .systolicBP: 95, .supplementalO2: 1, .spo2: 95]

    private func open(_ severity: Severity = .warning, next: Instant? = nil) -> ScoreAlarm.OpenAlert {
        ScoreAlarm.OpenAlert(id: 7, severity: severity, nextMeasurementAt: next ?? at(1000))
    }

    /// What a watch answers to the same values, minute by minute.
    private func take(
        _ watch: inout ScoreWatch, _ changes: [Vital: Double?], minutes: ClosedRange<Int>, open: ScoreAlarm.OpenAlert? = nil,
        limitAlerts: [Vital: Int] = [:]
    ) -> [ScoreAlarm.Action?] {
        minutes.map { watch.take(finding(changes, minute: $0), at: at($0), open: open, limitAlerts: limitAlerts) }
    }

    private func raised(_ action: ScoreAlarm.Action?) -> ScoreAlarm.Raise? {
        switch action {
        case .raise(let raise), .raiseAgain(_, let raise, _): raise
        default: nil
        }
    }

    // MARK: Levels

    @Test("5 and 6 or a single 3 are a warning, 7 and more an error; a total under 5 without a 3 is no alarm") func levels() {
        let three = ScoreAlarm.Parameters([.spo2])
        #expect(ScoreAlarm.Level(total: 4, threes: []) == nil)
        #expect(ScoreAlarm.Level(total: 3, threes: three) == .single && ScoreAlarm.Level(total: 4, threes: three) == .single)
        #expect(ScoreAlarm.Level(total: 5, threes: []) == .urgent && ScoreAlarm.Level(total: 6, threes: three) == .urgent)
        #expect(ScoreAlarm.Level(total: 7, threes: []) == .emergency && ScoreAlarm.Level(total: 20, threes: three) == .emergency)
        #expect(ScoreAlarm.Level.allCases.map(\.severity) == [.warning, .warning, .error])
    }

    @Test("the parameters with 3 points survive as bits, in their order") func bits() {
        for parameter in EarlyWarningScore.Parameter.allCases { #expect(ScoreAlarm.Parameters([parameter]).all == [parameter]) }
        #expect(ScoreAlarm.Parameters([.temperature, .spo2]).all == [.spo2, .temperature])
        #expect(ScoreAlarm.Parameters([.respiratoryRate, .temperature]).rawValue == 0b100_0001)
    }

    // MARK: Raising

    @Test("it is raised after 2 minutes above the threshold, once, with the least that was so in all of them") func raising() throws {
        var watch = ScoreWatch()
        #expect(take(&watch, Self.five, minutes: 0...1) == [nil, nil])
        let raise = try #require(raised(watch.take(finding(Self.seven, minute: 2), at: at(2), open: nil)))
        #expect(raise.level == .urgent && raise.total == 5 && raise.maximum == 7 && raise.since == at(0) && raise.linked == nil)
        #expect(raise.nextMeasurementAt == at(62))
        #expect(take(&watch, Self.five, minutes: 3...9, open: open()) == Array(repeating: nil, count: 7))
    }

    @Test("a minute under the threshold cancels what was not raised yet, and two leaders that take the same minute count it once") func cancelled() {
        var watch = ScoreWatch()
        #expect(take(&watch, Self.five, minutes: 0...1) == [nil, nil])
        #expect(take(&watch, Self.five, minutes: 1...1) == [nil] && watch.periods.count == 2)
        #expect(take(&watch, [.heartRate: 115], minutes: 2...2) == [nil])
        #expect(watch.isEmpty)
        #expect(take(&watch, Self.five, minutes: 3...4) == [nil, nil])
        #expect(take(&watch, Self.five, minutes: 5...5)[0] != nil)
    }

    @Test("what lay before a gap of several minutes does not count, one missing minute does no harm") func gap() {
        var watch = ScoreWatch()
        _ = take(&watch, Self.five, minutes: 0...1)
        #expect(take(&watch, Self.five, minutes: 3...3)[0] != nil)
        watch = ScoreWatch()
        _ = take(&watch, Self.five, minutes: 0...1)
        #expect(take(&watch, Self.five, minutes: 10...11) == [nil, nil])
        #expect(take(&watch, Self.five, minutes: 12...12)[0] != nil)
    }

    @Test("thresholds use what the score surely is: what it may be raises nothing") func lowerBound() {
        var watch = ScoreWatch()
        let partial: [Vital: Double?] = [.heartRate: 115, .systolicBP: nil, .consciousness: nil, .temperature: nil]
        #expect(finding(partial, minute: 0).maximum == 11)
        #expect(take(&watch, partial, minutes: 0...9) == Array(repeating: nil, count: 10))
    }

    @Test("of 7 and more the next measurement is due in half an hour, else in an hour") func emergency() throws {
        var watch = ScoreWatch()
        let raise = try #require(raised(take(&watch, Self.seven, minutes: 0...2)[2]))
        #expect(raise.level == .emergency && raise.total == 7 && raise.nextMeasurementAt == at(32))
        #expect(raise.message == "NEWS2 7. \(Texts.scoreResponses[.emergency]?[.french] ?? "")")
    }

    // MARK: Raising again

    @Test("only a higher total, for 2 minutes, or a new 3 raises it again, whatever happens in between") func again() throws {
        var watch = ScoreWatch()
        _ = take(&watch, Self.five, minutes: 0...2)
        #expect(take(&watch, Self.seven, minutes: 3...4, open: open()) == [nil, nil])
        guard case .raiseAgain(let id, let raise, let isHeard)? = take(&watch, Self.seven, minutes: 5...5, open: open())[0] else {
            Issue.record("not raised again")
            return
        }
        #expect(id == 7 && isHeard && raise.level == .emergency && raise.total == 7)
        // Down to 5 and back to 7: staff know of 7.
        let next = open(.error)
        #expect(take(&watch, Self.five, minutes: 6...9, open: next) == Array(repeating: nil, count: 4))
        #expect(take(&watch, Self.seven, minutes: 10...14, open: next) == Array(repeating: nil, count: 5))
        // A breath of 26 is a 3 that nobody knows of, although the total stays.
        let breath: [Vital: Double?] = [.respiratoryRate: 26, .heartRate: 115, .systolicBP: 95]
        #expect(finding(breath, minute: 0).total == 7)
        let actions = take(&watch, breath, minutes: 15...17, open: next)
        #expect(actions[0] == nil && actions[1] == nil && raised(actions[2])?.threes.all == [.respiratoryRate])
    }

    @Test("after a doctor closed it, it comes back only for a higher total or a new 3, until the score is surely low") func closed() {
        var watch = ScoreWatch()
        _ = take(&watch, Self.five, minutes: 0...2)
        #expect(take(&watch, Self.five, minutes: 3...8) == Array(repeating: nil, count: 6))
        #expect(raised(take(&watch, Self.seven, minutes: 9...11)[2])?.total == 7)
        #expect(take(&watch, [:], minutes: 12...12) == [nil] && watch.isEmpty)
        #expect(raised(take(&watch, Self.five, minutes: 13...15)[2])?.total == 5)
    }

    // MARK: A single 3 that a rule's alert shows already

    @Test("a single 3 with an open alert of its vital is linked to that, and not heard until it is more than that") func linked() throws {
        var watch = ScoreWatch()
        let low: [Vital: Double?] = [.spo2: 90]
        let raise = try #require(raised(take(&watch, low, minutes: 0...2, limitAlerts: [.spo2: 31])[2]))
        #expect(raise.level == .single && raise.linked == 31 && raise.message.hasPrefix("NEWS2 3 (3 points : SpO2). "))
        // A point more of something else is still a single 3.
        let fourth = take(&watch, [.spo2: 90, .heartRate: 95], minutes: 3...5, open: open(), limitAlerts: [.spo2: 31])[2]
        guard case .raiseAgain(_, let more, let isHeard)? = fourth else {
            Issue.record("a higher total is not told")
            return
        }
        #expect(!isHeard && more.linked == 31 && more.total == 4)
        let fifth = take(&watch, [.spo2: 90, .heartRate: 115], minutes: 6...8, open: open(), limitAlerts: [.spo2: 31])[2]
        guard case .raiseAgain(_, let urgent, true)? = fifth else {
            Issue.record("5 is not heard")
            return
        }
        #expect(urgent.level == .urgent && urgent.linked == nil)
    }

    @Test("the alert of another vital links nothing") func otherVital() {
        var watch = ScoreWatch()
        #expect(raised(take(&watch, [.consciousness: 1], minutes: 0...2, limitAlerts: [.spo2: 31])[2])?.linked == nil)
    }

    // MARK: Ending

    @Test("it never ends because values are missing or old, only where the score is surely low") func ending() {
        var watch = ScoreWatch()
        _ = take(&watch, Self.five, minutes: 0...2)
        let open = open()
        let missing: [Vital: Double?] = [.heartRate: nil, .systolicBP: nil, .spo2: nil]
        #expect(take(&watch, missing, minutes: 3...20, open: open) == Array(repeating: nil, count: 18))
        #expect(watch.told?.total == 5)
        // 4 to 7: one value is not known.
        #expect(take(&watch, [.heartRate: 115, .systolicBP: 95, .consciousness: nil], minutes: 21...21, open: open) == [nil])
        #expect(take(&watch, [.heartRate: 115, .systolicBP: 95], minutes: 22...22, open: open) == [.end(id: 7)])
        #expect(watch.isEmpty)
    }

    @Test("a 3 that is possible keeps it open, too") func possibleThree() {
        var watch = ScoreWatch()
        _ = take(&watch, [.spo2: 90], minutes: 0...2)
        #expect(take(&watch, [.respiratoryRate: nil], minutes: 3...3, open: open()) == [nil])
        #expect(take(&watch, [:], minutes: 4...4, open: open()) == [.end(id: 7)])
    }

    @Test("it ends where the score does not apply any more") func notApplicable() {
        var watch = ScoreWatch()
        _ = take(&watch, Self.five, minutes: 0...2)
        #expect(watch.take(nil, at: at(3), open: open()) == .end(id: 7))
        #expect(watch.isEmpty && watch.take(nil, at: at(4), open: nil) == nil)
    }

    // MARK: The next measurement

    @Test("a complete measurement moves the next one on, a part of it does not, and it never comes earlier") func measured() {
        var watch = ScoreWatch()
        _ = take(&watch, Self.five, minutes: 0...2)
        func minute(_ minute: Int, _ changes: [Vital: Double?], next: Instant) -> ScoreAlarm.Action? {
            watch.take(finding(changes, minute: minute), at: at(minute), open: open(next: next))
        }
        #expect(minute(30, Self.five.merging([.consciousness: nil]) { $1 }, next: at(62)) == nil)
        #expect(minute(31, Self.five, next: at(62)) == .measured(id: 7, nextMeasurementAt: at(91)))
        #expect(minute(32, Self.five.merging([.consciousness: nil]) { $1 }, next: at(91)) == nil)
    }
}
