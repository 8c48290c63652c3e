import Clinical
import Postgres

/// The alarm rules of a batch's patients.
struct IngestRules {
    /// Of one profile: the hospital's and the wards'.
    private struct Level: Hashable {
        /// Nil: the hospital.
        var ward: WardID?
        var profile: LimitProfile
    }

    private var common: [Level: [AlarmRule]] = [:]
    private var ofPatients: [PatientID: [AlarmRule]] = [:]
    /// What people confirmed, as far as it decides which limits hold, and what the ages propose; without the wards' defaults.
    private let choices: [PatientID: ProfileChoice]
    private var wardDefaults: [WardID: LimitProfile] = [:]
    private var skinTemperatureWards: Set<WardID> = []

    /// - Parameters:
    ///   - rules: patient, ward, profile and `AlarmRule.columns`.
    ///   - patients: id, the confirmed profile, when it was confirmed, and the birth date.
    ///   - wards: of those that decided anything: id, whether they have validated their site, and their default profile.
    ///   - today: the hospital's day.
    init(_ rules: Result, patients: Result, wards: Result, today: String) throws {
        choices = Dictionary(
            uniqueKeysWithValues: try patients.map { row in
                let (profile, at, birthDate): (String?, Timestamp?, String?) = (try row[1], try row[2], try row[3])
                let confirmation = at.map { ProfileChoice.Confirmation(LimitProfile(stored: profile), instead: nil, by: nil, at: Instant($0)) }
                return (
                    try row[0],
                    ProfileChoice(confirmation, proposed: birthDate.flatMap { LimitProfile.proposed(birthDate: $0, today: today) })
                )
            })
        for row in wards {
            let ward: WardID = try row[0]
            if try row[1] { skinTemperatureWards.insert(ward) }
            if let profile: String = try row[2] { wardDefaults[ward] = LimitProfile(stored: profile) }
        }
        for row in rules {
            guard let rule = try AlarmRule(row, from: 3) else { continue }
            if let patient: PatientID = try row[0] {
                ofPatients[patient, default: []].append(rule)
            } else {
                common[Level(ward: try row[1], profile: LimitProfile(stored: try row[2])), default: []].append(rule)
            }
        }
    }

    /// Made once for all who share them: to lay levels over one another for each patient took longer than to look at the readings.
    func of(_ wards: [PatientID: WardID]) -> [PatientID: EffectiveRules] {
        var shared: [Sharing: EffectiveRules] = [:]
        return Dictionary(
            uniqueKeysWithValues: wards.map { patient, ward in
                var choice = choices[patient] ?? ProfileChoice()
                choice.wardDefault = wardDefaults[ward] ?? .adult
                if let own = ofPatients[patient] { return (patient, EffectiveRules(levels(of: ward, choice, patient: own).rules, choice.inForce)) }
                let profiles = [choice.inForce, choice.provisional].compactMap(\.self)
                let isWards = profiles.contains { common[Level(ward: ward, profile: $0)] != nil }
                let sharing = Sharing(ward: isWards ? ward : nil, profiles: profiles, isSkinTemperatureValid: skinTemperatureWards.contains(ward))
                let rules = shared[sharing] ?? EffectiveRules(rules(of: ward, choice, sharing), choice.inForce)
                shared[sharing] = rules
                return (patient, rules)
            })
    }

    /// Whose patients have the same rules, unless they have their own. `ward` nil: all wards that have none of their own.
    private struct Sharing: Hashable {
        var ward: WardID?
        /// The one that holds, and the one that holds besides until somebody has confirmed one.
        var profiles: [LimitProfile]
        var isSkinTemperatureValid: Bool
    }

    private func rules(of ward: WardID, _ choice: ProfileChoice, _ sharing: Sharing) -> AlarmRules {
        guard sharing.ward == nil, sharing.profiles == [.adult], common[Level(ward: nil, profile: .adult)] == nil
        else { return levels(of: ward, choice).rules }
        return sharing.isSkinTemperatureValid ? AlarmRules.defaults : Self.defaultsBeforeValidation
    }

    private static let defaultsBeforeValidation = AlarmLevels(of: .hospital).rules

    private func levels(of ward: WardID, _ choice: ProfileChoice, patient: [AlarmRule] = []) -> AlarmLevels {
        func common(_ profile: LimitProfile, _ ward: WardID? = nil) -> [AlarmRule] { self.common[Level(ward: ward, profile: profile)] ?? [] }
        let profile = choice.inForce
        return AlarmLevels(
            of: .patient, profile: profile, hospital: common(profile), ward: common(profile, ward), patient: patient,
            provisional: choice.provisional.map { ProvisionalLimits($0, hospital: common($0), ward: common($0, ward)) },
            isSkinTemperatureValid: skinTemperatureWards.contains(ward))
    }
}

/// Rules that hold for many.
final class EffectiveRules {
    let rules: AlarmRules
    let profile: LimitProfile
    /// As a device that evaluates them itself has them, with their version; made once one asks.
    private(set) lazy var ofDevices = (rules: rules.ofDevices, version: Int(rules.ofDevices.version))

    init(_ rules: AlarmRules, _ profile: LimitProfile) { (self.rules, self.profile) = (rules, profile) }
}
