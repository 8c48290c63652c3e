import Clinical
import Postgres

/// The alarm rules of a batch's patients.
struct IngestRules {
    private var hospital: [AlarmRule] = []
    private var ofWards: [WardID: [AlarmRule]] = [:]
    private var ofPatients: [PatientID: [AlarmRule]] = [:]
    private let skinTemperatureWards: Set<WardID>

    /// - Parameters:
    ///   - rows: patient, ward and `AlarmRule.columns`.
    ///   - skinTemperatureWards: those that have validated their site.
    init(_ rows: Result, skinTemperatureWards: Set<WardID>) throws {
        self.skinTemperatureWards = skinTemperatureWards
        for row in rows {
            guard let rule = try AlarmRule(row, from: 2) else { continue }
            if let patient: PatientID = try row[0] {
                ofPatients[patient, default: []].append(rule)
            } else if let ward: WardID = try row[1] {
                ofWards[ward, default: []].append(rule)
            } else {
                hospital.append(rule)
            }
        }
    }

    /// Made once for all who share them: to lay levels over one another for each patient took longer than to look at the readings.
    func of(_ wards: [PatientID: WardID]) -> [PatientID: EffectiveRules] {
        var shared: [Sharing: EffectiveRules] = [:]
        return Dictionary(
            uniqueKeysWithValues: wards.map { patient, ward in
                if let own = ofPatients[patient] { return (patient, EffectiveRules(levels(of: ward, patient: own).rules)) }
                let sharing = Sharing(ward: ofWards[ward] == nil ? nil : ward, isSkinTemperatureValid: skinTemperatureWards.contains(ward))
                let rules = shared[sharing] ?? EffectiveRules(rules(of: ward, sharing))
                shared[sharing] = rules
                return (patient, rules)
            })
    }

    /// Whose patients have the same rules, unless they have their own. `ward` nil: all wards that have none of their own.
    private struct Sharing: Hashable {
        var ward: WardID?
        var isSkinTemperatureValid: Bool
    }

    private func rules(of ward: WardID, _ sharing: Sharing) -> AlarmRules {
        guard sharing.ward == nil, hospital.isEmpty else { return levels(of: ward).rules }
        return sharing.isSkinTemperatureValid ? AlarmRules.defaults : Self.defaultsBeforeValidation
    }

    private static let defaultsBeforeValidation = AlarmLevels(of: .hospital).rules

    private func levels(of ward: WardID, patient: [AlarmRule] = []) -> AlarmLevels {
        AlarmLevels(
            of: .patient, hospital: hospital, ward: ofWards[ward] ?? [], patient: patient,
            isSkinTemperatureValid: skinTemperatureWards.contains(ward))
    }
}

/// Rules that hold for many.
final class EffectiveRules {
    let rules: AlarmRules
    /// As a device that evaluates them itself has them, with their version; made once one asks.
    private(set) lazy var ofDevices = (rules: rules.ofDevices, version: Int(rules.ofDevices.version))

    init(_ rules: AlarmRules) { self.rules = rules }
}
