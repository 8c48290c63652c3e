import Testing

@testable import Clinical

/// What holds until a person has confirmed a profile: the stricter limit of the ward's default and of the age, on each side.
@Suite("provisional limits") struct ProvisionalLimitTests {
    private static let pairs = LimitProfile.allCases.flatMap { one in LimitProfile.allCases.filter { $0 != one }.map { (one, $0) } }

    private func provisional(_ profile: LimitProfile, _ other: LimitProfile) -> AlarmLevels {
        AlarmLevels(of: .patient, profile: profile, provisional: ProvisionalLimits(other))
    }

    private func limit(_ levels: AlarmLevels, _ vital: Vital, _ side: Side, _ severity: Severity) -> Double? {
        levels.effective.first { $0.rule.key == .init(vital, side, severity) }?.rule.limit
    }

    private func worst(_ rules: [AlarmRule], _ vital: Vital, _ value: Double) -> Severity? {
        rules.filter { $0.key.vital == vital && $0.isViolated(by: value) }.map(\.key.severity).max()
    }

    @Test("a newborn in a ward of adults: a pulse of 60 is urgent, and so is one of 140") func newborn() {
        let levels = provisional(.adult, .infant0to2Months)
        #expect(limit(levels, .heartRate, .low, .error) == 80 && limit(levels, .heartRate, .low, .warning) == 90)
        #expect(limit(levels, .heartRate, .high, .error) == 130 && limit(levels, .heartRate, .high, .warning) == 110)
        let rules = levels.effective.map(\.rule)
        #expect(worst(rules, .heartRate, 60) == .error && worst(rules, .heartRate, 140) == .error)
        // A warning of breaths over 60 lies beyond an adult's error from 25 on, and comes with it.
        #expect(limit(levels, .respiratoryRate, .high, .error) == 25 && limit(levels, .respiratoryRate, .high, .warning) == 25)
        #expect(limit(levels, .systolicBP, .low, .error) == 90 && limit(levels, .systolicBP, .high, .warning) == 100)
    }

    @Test("no profile's alarm is milder or missing, at any value, whichever the ward's default is", arguments: pairs)
    func strict(profile: LimitProfile, other: LimitProfile) throws {
        let levels = provisional(profile, other)
        let rules = levels.effective.map(\.rule)
        for vital in Set(rules.map(\.key.vital)) {
            let plausible = vital.properties.plausible
            for value in stride(from: plausible.lowerBound, through: plausible.upperBound, by: 0.5) {
                for expected in [worst(profile.rules, vital, value), worst(other.rules, vital, value)].compactMap(\.self) {
                    #expect(worst(rules, vital, value).map { $0 >= expected } == true, "\(vital) \(value)")
                }
            }
        }
        for rule in profile.rules + other.rules {
            var held = try #require(rules.first { $0.key == rule.key })
            held.hysteresis = rule.hysteresis  // it belongs to the limit
            #expect(!AlarmRule.isLooser(held, than: rule), "\(rule.key.text)")
        }
        #expect(Set(rules) == Set(provisional(other, profile).effective.map(\.rule)), "whichever is the ward's makes no difference")
    }

    @Test("the two together are valid rules, also with a limit of the patient's own", arguments: pairs)
    func valid(profile: LimitProfile, other: LimitProfile) {
        let levels = provisional(profile, other)
        #expect(levels.rules.fault(under: profile) == nil)
        let own = AlarmRule(.init(.heartRate, .high, .error), limit: 200, delaySeconds: 5, hysteresis: 3)
        let withOwn = levels.replacing(own: [own])
        #expect(withOwn.problem == nil && limit(withOwn, .heartRate, .high, .error) == 200)
        #expect(withOwn.inherited == Dictionary(uniqueKeysWithValues: levels.effective.map { ($0.rule.key, $0.rule) }))
    }

    @Test("what hospital and ward set for each profile counts, and where a limit comes from is said; no alarm in one profile is none of the other's")
    func levels() throws {
        let (low, high) = (AlarmRule.Key(.heartRate, .low, .error), AlarmRule.Key(.heartRate, .high, .error))
        func rule(_ key: AlarmRule.Key, _ limit: Double?, _ delay: Double = 5) -> AlarmRule {
            AlarmRule(key, limit: limit, delaySeconds: delay, hysteresis: 3)
        }
        let levels = AlarmLevels(
            of: .patient, ward: [rule(high, 120, 9), rule(low, nil, 0)],
            provisional: ProvisionalLimits(.infant0to2Months, hospital: [rule(low, 85)], ward: [rule(high, 140, 2)]))
        let held = levels.effective.filter { [low, high].contains($0.rule.key) }
        #expect(held.map(\.rule.limit) == [85, 120] && held.map(\.level) == [.hospital, .ward] && held.map(\.rule.delaySeconds) == [5, 2])
    }

    @Test("a limit of temperature that a ward set for either profile holds on the skin, whatever the other one's default is") func skin() {
        let key = AlarmRule.Key(.temperature, .high, .warning)
        let levels = AlarmLevels(
            of: .patient, ward: [AlarmRule(key, limit: 37.8, delaySeconds: 60, hysteresis: 0.2)], provisional: ProvisionalLimits(.infant0to2Months))
        let onSkin = levels.rules.ofDevices.all.filter { $0.key.vital == .temperature }
        #expect(onSkin.map(\.limit) == [37.8])
        #expect(limit(levels, .temperature, .high, .warning) == 37.5)
    }

    @Test("which holds besides: the age's where it is not the ward's, an adult's where no age is known, and none once somebody has decided")
    func choice() {
        func choice(_ ward: LimitProfile, _ age: LimitProfile?, confirmed: LimitProfile? = nil) -> LimitProfile? {
            ProfileChoice(
                confirmed.map { .init($0, instead: age, by: nil, at: Instant(milliseconds: 0)) }, wardDefault: ward, proposed: age
            ).provisional
        }
        #expect(choice(.adult, .infant0to2Months) == .infant0to2Months && choice(.adult, .adolescent) == .adolescent)
        #expect(choice(.child1to4Years, .adult) == .adult && choice(.hypercapnia, .adult) == .adult && choice(.hypercapnia, nil) == .adult)
        #expect(choice(.adult, .adult) == nil && choice(.adult, nil) == nil && choice(.infant0to2Months, nil) == .adult)
        #expect(choice(.adult, .infant0to2Months, confirmed: .adult) == nil)
    }

    @Test("chronic hypercapnia by the ward's default: 89 % of somebody unknown is an alarm, and so is 96") func hypercapnia() {
        let rules = provisional(.hypercapnia, .adult).effective.map(\.rule)
        #expect(worst(rules, .spo2, 89) == .error && worst(rules, .spo2, 93) == .warning && worst(rules, .spo2, 96) == .warning)
        #expect(worst(rules, .spo2, 94.5) == nil)
    }
}
