import Testing

@testable import Clinical

@Suite("alarm rules by level")
struct AlarmLevelTests {
    private func spo2(_ severity: Severity, _ limit: Double?, delay: Double = 10) -> AlarmRule {
        AlarmRule(AlarmRule.Key(.spo2, .low, severity), limit: limit, delaySeconds: delay, hysteresis: 1)
    }

    private func ending(_ rule: AlarmRule, _ end: Instant) -> AlarmRuleChange {
        var change = AlarmRuleChange(rule)
        change.expiresAt = .some(end)
        return change
    }

    private func nearest(_ levels: AlarmLevels, _ severity: Severity) -> (AlarmRule, AlarmLevel)? {
        levels.effective.first { $0.rule.key == AlarmRule.Key(.spo2, .low, severity) }.map { ($0.rule, $0.level) }
    }

    @Test("of each key the nearest rule holds, and one without a limit takes the alarm away") func precedence() throws {
        let levels = AlarmLevels(
            of: .patient, hospital: [spo2(.error, 88)], ward: [spo2(.error, 86), spo2(.warning, 92)], patient: [spo2(.warning, nil)])
        #expect(try #require(nearest(levels, .error)) == (spo2(.error, 86), .ward))
        #expect(try #require(nearest(levels, .warning)) == (spo2(.warning, nil), .patient))
        #expect(levels.rules.rules(of: .init(.spo2, .low)) == [spo2(.error, 86)])
        #expect(levels.inherited[spo2(.warning, nil).key] == spo2(.warning, 92))
        #expect(levels.own == [spo2(.warning, nil)])
        #expect(levels.effective.count == AlarmRule.defaults.count)
        #expect(levels.effective.filter { $0.level == .defaults }.count == AlarmRule.defaults.count - 2)
        #expect(levels.effective.map(\.rule.key) == levels.effective.map(\.rule.key).sorted())
        #expect(levels.replacing(own: []).rules.rules(of: .init(.spo2, .low)) == [spo2(.error, 86), spo2(.warning, 92)])
    }

    @Test(
        "a rule is looser that lets more pass: further out, none, the limit itself allowed, a longer delay, a wider hysteresis",
        arguments: [
            (Side.low, 1.0, false), (.low, -1, true), (.high, 1, true), (.high, -1, false), (.low, 0, false),
        ]) func looser(side: Side, moved: Double, isLooser: Bool)
    {
        func rule(_ limit: Double?, includes: Bool = true, delay: Double = 10, hysteresis: Double = 1) -> AlarmRule {
            AlarmRule(.init(.heartRate, side, .error), limit: limit, includesLimit: includes, delaySeconds: delay, hysteresis: hysteresis)
        }
        #expect(AlarmRule.isLooser(rule(90 + moved), than: rule(90)) == isLooser)
        #expect(AlarmRule.isLooser(rule(nil), than: rule(90)) && AlarmRule.isLooser(nil, than: rule(90)))
        #expect(!AlarmRule.isLooser(rule(90), than: rule(nil)) && !AlarmRule.isLooser(rule(90), than: nil) && !AlarmRule.isLooser(nil, than: nil))
        #expect(AlarmRule.isLooser(rule(90, includes: false), than: rule(90)) && !AlarmRule.isLooser(rule(90), than: rule(90, includes: false)))
        #expect(AlarmRule.isLooser(rule(90, delay: 11), than: rule(90)) && !AlarmRule.isLooser(rule(90, delay: 9), than: rule(90)))
        #expect(AlarmRule.isLooser(rule(90, hysteresis: 2), than: rule(90)) && !AlarmRule.isLooser(rule(90, hysteresis: 0), than: rule(90)))
    }

    @Test("an own rule that ends leaves the farther one; its end is part of the version, and what is left must be valid too") func ends() throws {
        let (soon, later) = (Instant(milliseconds: 1_000), Instant(milliseconds: 2_000))
        let levels = AlarmLevels(of: .patient, ward: [spo2(.warning, 92)])
        let loosened = try levels.replacing(
            ownWith: [ending(spo2(.error, 80), soon), ending(spo2(.warning, 85), soon)], reason: "BPCO")
        let effects = levels.effects(of: loosened)
        #expect(
            effects.map(\.isLooser) == [true, true] && effects.map(\.before.level) == [.defaults, .ward]
                && effects.map(\.before.rule?.limit) == [90, 92])
        #expect(effects.allSatisfy { $0.after.level == .patient && $0.terms == AlarmRuleTerms(reason: "BPCO", expiresAt: soon) })
        #expect(loosened.left(at: Instant(milliseconds: 999)) == loosened && loosened.left(at: soon).own.isEmpty)
        #expect(loosened.left(at: soon).rules.version == levels.version && loosened.version != loosened.rules.version)
        #expect(loosened.problem == nil)
        // The warning alone at 85 lies outside the hospital's error at 90.
        let half = try levels.replacing(ownWith: [ending(spo2(.error, 80), soon), AlarmRuleChange(spo2(.warning, 85))])
        #expect(half.problem?.fault == .order)
        // Another end: no other limit, but for longer.
        let longer = try loosened.replacing(ownWith: [ending(spo2(.error, 80), later), AlarmRuleChange(spo2(.warning, 85))])
        #expect(longer.terms[spo2(.warning, nil).key] == AlarmRuleTerms(reason: "BPCO", expiresAt: soon))
        #expect(loosened.effects(of: longer).map(\.isLooser) == [true] && longer.effects(of: loosened).map(\.isLooser) == [false])
    }

    @Test("a farther level does not see what nearer ones say") func farther() throws {
        let levels = AlarmLevels(of: .hospital, ward: [spo2(.error, 80)], patient: [spo2(.error, 70)])
        #expect(try #require(nearest(levels, .error)).1 == .defaults)
        #expect(levels.own.isEmpty && levels.inherited.count == AlarmRule.defaults.count)
    }

    @Test(
        "problems name the rule, also of one that raises nothing",
        arguments: [
            ([AlarmRule(.init(.spo2, .low, .error), limit: 29, delaySeconds: 1, hysteresis: 1)], AlarmRules.Fault.implausible),
            ([AlarmRule(.init(.spo2, .low, .error), limit: nil, delaySeconds: 301, hysteresis: 1)], .delay),
            ([AlarmRule(.init(.spo2, .low, .error), limit: nil, delaySeconds: 1, hysteresis: 71)], .hysteresis),
            ([AlarmRule(.init(.spo2, .low, .error), limit: 95, delaySeconds: 1, hysteresis: 1)], .order),
            ([AlarmRule(.init(.spo2, .high, .error), limit: 91, delaySeconds: 1, hysteresis: 1)], .overlap),
            (Array(repeating: AlarmRule(.init(.spo2, .low, .error), limit: 90, delaySeconds: 1, hysteresis: 1), count: 2), .twice),
        ]) func problems(own: [AlarmRule], fault: AlarmRules.Fault)
    {
        let levels = AlarmLevels(of: .patient, patient: own)
        #expect(levels.problem?.fault == fault)
        #expect(levels.replacing(own: []).problem == nil)
    }

    @Test("the skin's temperature has no limits but a ward's and a patient's own until the ward has validated its site") func skin() throws {
        let high = AlarmCondition.Key(.temperature, .high)
        let device = ReadingSource(device: 5)
        let own = AlarmRule(.init(.temperature, .high, .warning), limit: 38.5, delaySeconds: 60, hysteresis: 0.2)
        let defaults = AlarmLevels(of: .patient, hospital: [own])
        #expect(defaults.rules.rules(of: high, from: .byHand).count == 2)
        #expect(defaults.rules.rules(of: high, from: device).isEmpty)
        let ofDevices = defaults.rules.ofDevices.all
        #expect(ofDevices.allSatisfy { $0.key.vital != .temperature } && ofDevices.count == AlarmRule.defaults.count - 3)
        #expect(defaults.rules.rules(of: .init(.spo2, .low), from: device).count == 2)
        let patients = AlarmLevels(of: .patient, patient: [own])
        #expect(patients.rules.rules(of: high, from: device) == [own])
        #expect(patients.rules.ofDevices.rules(of: high) == [own])
        #expect(patients.rules.rules(of: high, from: .byHand).map(\.key.severity) == [.error, .warning])
        let valid = AlarmLevels(of: .patient, isSkinTemperatureValid: true)
        #expect(valid.rules.rules(of: high, from: device) == valid.rules.rules(of: high, from: .byHand))
        #expect(valid.rules.ofDevices == valid.rules && valid.rules.ofDevices.version != defaults.rules.ofDevices.version)
    }

    @Test("a problem is told in both languages with the vital's range") func texts() {
        let problem = AlarmRuleProblem(AlarmRule.Key(.heartRate, .high, .warning), .implausible)
        #expect(problem.text(in: .french) == "Fréquence cardiaque, limite haute, attention : la limite doit se trouver entre 15 et 300 bpm.")
        #expect(problem.text(in: .english) == "Heart rate, high limit, warning: the limit must lie between 15 and 300 bpm.")
    }
}

@Suite("rehearsal")
struct RehearsalTests {
    private let start = Instant(milliseconds: 1_790_000_000_000)

    private func reading(_ second: Double, _ value: Double, _ vital: Vital = .spo2) -> Reading {
        Reading(vital: vital, value: value, measuredAt: start.advanced(bySeconds: second))
    }

    /// Error below 90 for 10 s, warning below 94 for 15 s, hysteresis 1; by hand: an alert each line.
    private var history: [Reading] {
        var all: [Reading] = []
        func add(_ seconds: ClosedRange<Int>, _ value: Double) { all += seconds.map { reading(Double($0), value) } }
        add(0...9, 85)  // nine seconds: nothing
        add(10...10, 97)
        add(20...30, 85)  // error at 30, until 94.9 is not enough and 96 is
        add(31...31, 94.9)
        add(32...32, 96)
        add(40...40, 92)  // then nothing for two minutes: the violating readings span them
        add(160...160, 92)  // warning at 160
        add(161...171, 88)  // the same one, error at 171
        add(172...172, 97)
        add(200...215, 93)  // warning at 215, to the end
        return all
    }

    private func alarm(_ severity: Severity, _ value: Double, _ begin: Double, _ end: Double?) -> LimitsTrial.Alarm {
        .init(
            kind: "spo2_bas", severity: severity, value: value, begin: start.advanced(bySeconds: begin),
            end: end.map { start.advanced(bySeconds: $0) })
    }

    @Test("delays, hysteresis, gaps and worsening, worked out by hand") func byHand() {
        var rehearsal = LimitsTrial(AlarmRules(AlarmRule.defaults))
        rehearsal.pass(history)
        #expect(rehearsal.list == [alarm(.error, 85, 30, 32), alarm(.error, 88, 160, 172), alarm(.warning, 93, 215, nil)])
        #expect(rehearsal.count == 3 && rehearsal.bySeverity[.error] == 2 && rehearsal.bySeverity[.warning] == 1)
        var calmer = LimitsTrial(
            AlarmRules(AlarmRule.defaults, [AlarmRule(.init(.spo2, .low, .warning), limit: nil, delaySeconds: 0, hysteresis: 0)]))
        calmer.pass(history)
        // Without the warning's limit 94.9 lies inside: the error ends a second earlier.
        #expect(calmer.list == [alarm(.error, 85, 30, 31), alarm(.error, 88, 171, 172)])
    }

    @Test("however readings are cut and vitals follow one another, the figures are the same") func cuts() {
        let other = (0..<40).map { reading(Double($0), 140, .heartRate) }
        var whole = LimitsTrial(AlarmRules(AlarmRule.defaults))
        whole.pass(history + other)
        for size in [1, 2, 7, 50] {
            var cut = LimitsTrial(AlarmRules(AlarmRule.defaults))
            for all in [history, other] {
                for first in stride(from: 0, to: all.count, by: size) { cut.pass(Array(all[first..<min(first + size, all.count)])) }
            }
            #expect(cut.list == whole.list && cut.bySeverity == whole.bySeverity)
        }
        #expect(whole.list.map(\.kind) == ["heart_rate_haut", "spo2_bas", "spo2_bas", "spo2_bas"])
    }

    @Test("of many alerts the first are told and all are counted, with what becomes of them later") func many() {
        let rule = AlarmRule(.init(.systolicBP, .low, .error), limit: 90, delaySeconds: 0, hysteresis: 0)
        let milder = AlarmRule(.init(.systolicBP, .low, .warning), limit: 100, delaySeconds: 0, hysteresis: 0)
        var rehearsal = LimitsTrial(AlarmRules([rule, milder]))
        for second in 0..<1200 { rehearsal.pass([reading(Double(second), [95, 80, 120][second % 3], .systolicBP)]) }
        #expect(rehearsal.count == 400 && rehearsal.bySeverity == [.error: 400, .warning: 0])
        for second in 1200..<2400 { rehearsal.pass([reading(Double(second), [95, 80, 120][second % 3], .systolicBP)]) }
        #expect(rehearsal.count == 800 && rehearsal.bySeverity[.error] == 800)
        #expect(rehearsal.list.count == LimitsTrial.listLimit && rehearsal.list.allSatisfy { $0.end != nil && $0.severity == .error })
    }
}
