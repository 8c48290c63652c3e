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
    /// What people confirmed, and what wards said for everybody else; else it is an adult's.
    private let confirmed: [PatientID: LimitProfile]
    private var wardDefaults: [WardID: LimitProfile] = [:]
    private var skinTemperatureWards: Set<WardID> = []

    /// - Parameters:
    ///   - rules: patient, ward, profile and `AlarmRule.columns`.
    ///   - profiles: patient and profile, of those for whom somebody confirmed one.
    ///   - wards: of those that decided anything: id, whether they have validated their site, and their default profile.
    init(_ rules: Result, profiles: Result, wards: Result) throws {
        confirmed = Dictionary(uniqueKeysWithValues: try profiles.map { (try $0[0], LimitProfile(stored: try $0[1])) })
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
                let profile = confirmed[patient] ?? wardDefaults[ward] ?? .adult
                if let own = ofPatients[patient] {
                    return (patient, EffectiveRules(levels(of: ward, profile, patient: own).rules, profile))
                }
                let isWards = common[Level(ward: ward, profile: profile)] != nil
                let sharing = Sharing(ward: isWards ? ward : nil, profile: profile, isSkinTemperatureValid: skinTemperatureWards.contains(ward))
                let rules = shared[sharing] ?? EffectiveRules(rules(of: ward, sharing), profile)
                shared[sharing] = rules
                return (patient, rules)
            })
    }

    /// Whose patients have the same rules, unless they have their own. `ward` nil: all wards that have none of their own.
    private struct Sharing: Hashable {
        var ward: WardID?
        var profile: LimitProfile
        var isSkinTemperatureValid: Bool
    }

    private func rules(of ward: WardID, _ sharing: Sharing) -> AlarmRules {
        guard sharing.ward == nil, sharing.profile == .adult, common[Level(ward: nil, profile: .adult)] == nil
        else { return levels(of: ward, sharing.profile).rules }
        return sharing.isSkinTemperatureValid ? AlarmRules.defaults : Self.defaultsBeforeValidation
    }

    private static let defaultsBeforeValidation = AlarmLevels(of: .hospital).rules

    private func levels(of ward: WardID, _ profile: LimitProfile, patient: [AlarmRule] = []) -> AlarmLevels {
        AlarmLevels(
            of: .patient, profile: profile, hospital: common[Level(ward: nil, profile: profile)] ?? [],
            ward: common[Level(ward: ward, profile: profile)] ?? [], patient: patient, isSkinTemperatureValid: skinTemperatureWards.contains(ward))
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
