extension AlarmRuleProblem {
    /// `SpO2, limite basse, urgent : le délai …`.
    public func text(in language: Language) -> String {
        let (vital, properties) = (key.vital, key.vital.properties)
        let name = Texts.vital(vital, in: language)
        let words = [name, Texts.sides[key.side]?[language] ?? key.side.rawValue, Texts.severities[key.severity]?[language] ?? key.severity.rawValue]
        var text = words.joined(separator: ", ") + Texts.colon(language) + (Texts.alarmFaults[fault]?[language] ?? fault.rawValue)
        let (low, high) = (properties.plausible.lowerBound, properties.plausible.upperBound)
        for (place, value) in [("{low}", low), ("{high}", high), ("{width}", high - low), ("{delay}", AlarmRule.maximumDelaySeconds)] {
            text.replace(place, with: Texts.number(value))
        }
        text.replace("{unit}", with: properties.unit.isEmpty ? "" : " " + properties.unit)
        return text
    }
}

/// The alarm rules' words.
extension Texts {
    static let alarmFaults: [AlarmRules.Fault: [Language: String]] = [
        .implausible: [
            .french: "la limite doit se trouver entre {low} et {high}{unit}.", .english: "the limit must lie between {low} and {high}{unit}.",
        ],
        .delay: [
            .french: "le délai doit être compris entre 0 et {delay} s.", .english: "the delay must lie between 0 and {delay} s.",
        ],
        .hysteresis: [
            .french: "l’hystérésis doit être comprise entre 0 et {width}{unit}.",
            .english: "the hysteresis must lie between 0 and {width}{unit}.",
        ],
        .order: [
            .french: "cette limite serait franchie avant celle d’une priorité moindre.",
            .english: "this limit would be crossed before that of a lower priority.",
        ],
        .overlap: [
            .french: "avec l’hystérésis, elle rejoint la limite opposée ; l’alarme ne pourrait pas se terminer.",
            .english: "with the hysteresis it reaches the opposite limit; the alarm could never end.",
        ],
        .twice: [.french: "cette limite figure deux fois.", .english: "this limit is given twice."],
        .incomplete: [
            .french: "indiquez aussi seuil, delai_s et hysteresis : aucune règle plus générale ne les donne.",
            .english: "give seuil, delai_s and hysteresis too: no more general rule has them.",
        ],
    ]

    static let sides: [Side: [Language: String]] = [
        .low: [.french: "limite basse", .english: "low limit"], .high: [.french: "limite haute", .english: "high limit"],
    ]

    static let severities: [Severity: [Language: String]] = [
        .error: [.french: "urgent", .english: "urgent"], .warning: [.french: "attention", .english: "warning"],
        .info: [.french: "information", .english: "information"],
    ]

    static let englishVitals: [Vital: String] = [
        .spo2: "SpO2", .heartRate: "Heart rate", .temperature: "Temperature", .respiratoryRate: "Respiratory rate",
        .systolicBP: "Systolic pressure", .diastolicBP: "Diastolic pressure", .consciousness: "Consciousness", .supplementalO2: "Oxygen",
        .perfusionIndex: "Perfusion index", .signalQuality: "Signal quality", .ambientTemperature: "Ambient temperature",
    ]
}
