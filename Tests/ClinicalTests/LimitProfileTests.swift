import Foundation
import Testing

@testable import Clinical

@Suite("limit profiles") struct LimitProfileTests {
    private static let children: [LimitProfile] = [.infant0to2Months, .infant3to11Months, .child1to4Years, .child5to12Years, .adolescent]

    /// What a minute of one value raises, as `error`.
    private func alarms(_ vital: Vital, _ value: Double, _ profile: LimitProfile) -> [Severity] {
        var trial = LimitsTrial(AlarmLevels(of: .patient, profile: profile).rules)
        trial.pass(
            (0...70).map { Reading(vital: vital, value: value, measuredAt: Instant(milliseconds: Int64($0) * 1000), source: .byHand) })
        return trial.list.map(\.severity)
    }

    @Test("every profile has rules for each vital that an adult's has, valid ones, and a source", arguments: LimitProfile.allCases)
    func complete(profile: LimitProfile) throws {
        let properties = try #require(LimitProfile.registry[profile])
        #expect(Set(profile.rules.map(\.key.vital)) == Set(AlarmRule.defaults.map(\.key.vital)))
        #expect(
            AlarmLevels(of: .hospital, profile: profile).problem == nil && AlarmRules(profile.rules).fault(under: profile) == nil,
            "\(String(describing: AlarmRules(profile.rules).fault()))")
        #expect(Set(profile.rules.map(\.key)).count == profile.rules.count)
        #expect(profile.rules.allSatisfy { $0.fault(under: profile) == nil })
        #expect(!properties.sources.isEmpty && properties.sources.allSatisfy { $0.contains(/(19|20)\d\d/) })
        for vital in Vital.allCases where vital.properties.normal != nil {
            let normal = try #require(profile.normal(vital))
            #expect(normal.lowerBound >= vital.properties.plausible.lowerBound && normal.upperBound <= vital.properties.plausible.upperBound)
        }
    }

    @Test("no normal value of a profile is an alarm of its own", arguments: LimitProfile.allCases) func normal(profile: LimitProfile) {
        for vital in Set(profile.rules.map(\.key.vital)) {
            guard let normal = profile.normal(vital) else { continue }
            #expect(alarms(vital, normal.lowerBound, profile) == [], "\(vital) \(normal.lowerBound)")
            #expect(alarms(vital, normal.upperBound, profile) == [], "\(vital) \(normal.upperBound)")
        }
    }

    @Test("the age bands meet without a gap from birth to the oldest patient") func contiguous() {
        let bands = LimitProfile.allCases.compactMap(\.properties.ages).sorted { $0.lowerBound < $1.lowerBound }
        #expect(bands.first?.lowerBound == 0 && bands.last?.upperBound == (BirthDate.oldestYears + 1) * 12)
        for (younger, older) in zip(bands, bands.dropFirst()) { #expect(younger.upperBound == older.lowerBound) }
        #expect(LimitProfile.allCases.filter { $0.properties.ages == nil } == [.hypercapnia])
        // NEWS2 and the adult's profile begin at the same age.
        #expect(LimitProfile.adult.properties.ages?.lowerBound == EarlyWarningScore.minimumAgeYears * 12)
    }

    @Test("a newborn's pulse of 140 is no alarm, and one of 60 is an urgent one; of an adult it is the other way round") func newborn() {
        #expect(alarms(.heartRate, 140, .infant0to2Months) == [] && alarms(.heartRate, 60, .infant0to2Months) == [.error])
        #expect(alarms(.heartRate, 140, .adult) == [.error] && alarms(.heartRate, 60, .adult) == [])
        #expect(alarms(.respiratoryRate, 40, .infant0to2Months) == [] && alarms(.respiratoryRate, 40, .adult) == [.error])
        #expect(alarms(.temperature, 38, .infant0to2Months) == [.error] && alarms(.temperature, 38, .adult) == [])
    }

    @Test("medians of healthy children are normal in their band (Fleming 2011)") func medians() throws {
        for (profile, median) in [(LimitProfile.infant0to2Months, 127.0), (.infant0to2Months, 145), (.child1to4Years, 113)] {
            #expect(try #require(profile.normal(.heartRate)).contains(median))
        }
        #expect(try #require(LimitProfile.child1to4Years.normal(.respiratoryRate)).contains(26))
    }

    @Test("with each band the limits of pulse and breathing go down, and no child's SpO2 may be lower than an adult's") func order() throws {
        func limit(_ profile: LimitProfile, _ key: AlarmRule.Key) throws -> Double { try #require(profile.rules.first { $0.key == key }?.limit) }
        for (younger, older) in zip(Self.children, Self.children.dropFirst()) {
            for vital in [Vital.heartRate, .respiratoryRate] {
                for side in Side.allCases {
                    for severity in [Severity.warning, .error] {
                        let key = AlarmRule.Key(vital, side, severity)
                        #expect(try limit(younger, key) >= limit(older, key), "\(key.text) \(older)")
                    }
                }
            }
        }
        for profile in Self.children {
            let key = AlarmRule.Key(.spo2, .low, .error)
            #expect(try limit(profile, key) >= limit(.adult, key))
        }
    }

    @Test("what is an alarm for an adult is one for an adolescent, and no milder one") func adolescents() {
        func worst(_ vital: Vital, _ value: Double, _ profile: LimitProfile) -> Severity? {
            profile.rules.filter { $0.key.vital == vital && $0.isViolated(by: value) }.map(\.key.severity).max()
        }
        for vital in Set(AlarmRule.defaults.map(\.key.vital)) {
            let plausible = vital.properties.plausible
            for value in stride(from: plausible.lowerBound, through: plausible.upperBound, by: 0.5) {
                guard let adults = worst(vital, value, .adult) else { continue }
                #expect(worst(vital, value, .adolescent).map { $0 >= adults } == true, "\(vital) \(value)")
            }
        }
    }

    @Test("chronic hypercapnia: 90 % is normal, 85 is urgent, and 96 is too much oxygen") func hypercapnia() {
        #expect(alarms(.spo2, 90, .hypercapnia) == [] && alarms(.spo2, 90, .adult) == [.warning])
        #expect(alarms(.spo2, 87, .hypercapnia) == [.warning] && alarms(.spo2, 85, .hypercapnia) == [.error])
        #expect(alarms(.spo2, 96, .hypercapnia) == [.warning] && alarms(.spo2, 93, .hypercapnia) == [])
        #expect(alarms(.heartRate, 140, .hypercapnia) == [.error])
    }

    @Test(
        "the birth date proposes a band, which changes on the birthday",
        arguments: [
            ("2026-11-30", LimitProfile.infant0to2Months), ("2026-08-31", .infant0to2Months), ("2026-08-30", .infant3to11Months),
            ("2025-12-01", .infant3to11Months), ("2025-11-30", .child1to4Years), ("2021-12-01", .child1to4Years), ("2021-11-30", .child5to12Years),
            ("2013-12-01", .child5to12Years), ("2013-11-30", .adolescent), ("2010-12-01", .adolescent), ("2010-11-30", .adult),
            ("1896-12-01", .adult),
        ]) func proposed(birthDate: String, profile: LimitProfile)
    {
        #expect(LimitProfile.proposed(birthDate: birthDate, today: "2026-11-30") == profile)
    }

    @Test("completed months are those of the calendar, also where a month is shorter") func months() {
        for (birth, today, months) in [
            ("2024-02-29", "2025-02-28", 11), ("2024-02-29", "2025-03-01", 12), ("2026-01-31", "2026-02-28", 0), ("2026-01-31", "2026-03-01", 1),
            ("2025-12-31", "2026-01-01", 0),
        ] {
            #expect(BirthDate.completedMonths(from: birth, to: today) == months, "\(birth) \(today)")
        }
        #expect(BirthDate.completedMonths(from: "2026-12-01", to: "2026-11-30") == nil)
        #expect(LimitProfile.proposed(birthDate: "2026-12-01", today: "2026-11-30") == nil)
    }

    @Test("somebody is asked where the age proposes what does not hold, once for each proposal; nothing changes by itself") func asks() {
        let at = Instant(milliseconds: 0)
        func choice(_ confirmed: LimitProfile?, instead then: LimitProfile? = nil, ward: LimitProfile = .adult, now: LimitProfile?) -> ProfileChoice {
            ProfileChoice(confirmed.map { .init($0, instead: then, by: "m.ba", at: at) }, wardDefault: ward, proposed: now)
        }
        #expect(choice(nil, now: .child1to4Years).asks && choice(nil, now: .child1to4Years).inForce == .adult)
        #expect(!choice(nil, now: .adult).asks && choice(nil, now: nil).asks && !choice(.adult, now: nil).asks)
        #expect(!choice(nil, ward: .child1to4Years, now: .child1to4Years).asks && choice(nil, ward: .child1to4Years, now: .adult).asks)
        #expect(!choice(.child1to4Years, instead: .child1to4Years, now: .child1to4Years).asks)
        // The fifth birthday.
        let birthday = choice(.child1to4Years, instead: .child1to4Years, now: .child5to12Years)
        #expect(birthday.asks && birthday.inForce == .child1to4Years)
        // Somebody said that the younger one's shall go on.
        #expect(!choice(.child1to4Years, instead: .child5to12Years, now: .child5to12Years).asks)
        #expect(!choice(.hypercapnia, instead: .adult, now: .adult).asks)
        #expect(choice(.adult, instead: nil, now: .child1to4Years).asks)
    }

    @Test("what the hospital and a ward set for another profile does not hold, and a patient's own does") func levels() throws {
        let key = AlarmRule.Key(.heartRate, .high, .error)
        let own = AlarmRule(key, limit: 200, delaySeconds: 5, hysteresis: 3)
        let levels = AlarmLevels(of: .patient, profile: .infant0to2Months, patient: [own])
        #expect(levels.effective.count == LimitProfile.infant0to2Months.rules.count)
        #expect(try #require(levels.effective.first { $0.rule.key == key }) == (own, .patient))
        #expect(
            levels.inherited[key]?.limit == 190 && levels.replacing(own: []).rules == AlarmLevels(of: .hospital, profile: .infant0to2Months).rules)
        // A normal value of the profile must end an alarm, not an adult's.
        let low = AlarmRule(.init(.heartRate, .low, .warning), limit: 98, delaySeconds: 10, hysteresis: 5)
        #expect(levels.replacing(own: [low]).problem == nil && AlarmLevels(of: .patient, patient: [low]).problem?.fault == .hysteresis)
        #expect(levels.rules.version != AlarmLevels(of: .patient, patient: [own]).rules.version)
    }

    @Test("the registry is the fixture that the page's is compared with") func fixture() throws {
        struct Entry: Decodable, Equatable {
            var name: String
            var months: [Int]?
            var normal: [String: [Double]]
        }
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../fixtures/limit-profiles.json")
        let entries = try JSONDecoder().decode([Entry].self, from: Data(contentsOf: file))
        let registry = LimitProfile.allCases.map { profile in
            Entry(
                name: profile.rawValue, months: profile.properties.ages.map { [$0.lowerBound, $0.upperBound] },
                normal: Dictionary(
                    uniqueKeysWithValues: profile.properties.normal.map { ($0.key.rawValue, [$0.value.lowerBound, $0.value.upperBound]) }))
        }
        #expect(entries == registry)
    }
}
