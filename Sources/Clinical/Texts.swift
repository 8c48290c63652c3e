/// The languages that people read; the raw value is the language tag. Codes and field names are not translated.
public enum Language: String, Sendable, CaseIterable, Codable {
    case french = "fr"
    case english = "en"
}

extension Language {
    private static let maximumRanges = 20

    /// Of an `Accept-Language` header: French unless it gives English a greater weight. Only its first ranges count.
    public init(acceptLanguage header: String?) {
        let ranges = (header ?? "").split(separator: ",").prefix(Self.maximumRanges).compactMap { range -> (tag: String, weight: Double)? in
            let parts = range.split(separator: ";").map { $0.filter { !$0.isWhitespace }.lowercased() }
            guard let tag = parts.first else { return nil }
            return (tag, parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1)
        }
        func weight(_ language: Language) -> Double {
            ranges.filter { $0.tag == language.rawValue || $0.tag.hasPrefix(language.rawValue + "-") }.map(\.weight).max() ?? 0
        }
        self = weight(.english) > weight(.french) ? .english : .french
    }
}

extension Rejection {
    /// The reason in a sentence, with the vital's own unit, range or letters.
    public func text(in language: Language) -> String {
        var text = Texts.rejections[reason]?[language] ?? reason.rawValue
        text.replace("{name}", with: name ?? "")
        guard let properties = name.flatMap(Vital.init(rawValue:))?.properties else { return text }
        text.replace("{unit}", with: properties.unit)
        text.replace("{low}", with: Texts.number(properties.plausible.lowerBound))
        text.replace("{high}", with: Texts.number(properties.plausible.upperBound))
        text.replace("{letters}", with: (properties.letters ?? []).joined(separator: " "))
        return text
    }
}

extension ReportError {
    public func text(in language: Language) -> String {
        var text = Texts.reports[self]?[language] ?? rawValue
        text.replace("{limit}", with: String(Report.maximumReadings))
        return text
    }
}

/// Every sentence of this target, one table a subject; a test walks them for missing languages.
enum Texts {
    static let rejections: [Rejection.Reason: [Language: String]] = [
        .notAnObject: [.french: "La mesure n’est pas un objet.", .english: "The reading is not an object."],
        .missingVital: [.french: "Ce champ est obligatoire.", .english: "This field is required."],
        .unknownVital: [.french: "Type de donnée inconnu.", .english: "Unknown kind of measurement."],
        .missingValue: [.french: "Ce champ est obligatoire.", .english: "This field is required."],
        .notANumber: [.french: "Un nombre valide est requis.", .english: "A valid number is required."],
        .unknownLetter: [.french: "Valeurs admises : {letters}.", .english: "Allowed values: {letters}."],
        .implausible: [
            .french: "Valeur hors de la plage plausible ({low} à {high} {unit}).",
            .english: "Value outside the plausible range ({low} to {high} {unit}).",
        ],
        .wrongUnit: [
            .french: "Unité incorrecte, « {unit} » attendue.", .english: "Wrong unit, \"{unit}\" expected.",
        ],
        .badTimestamp: [
            .french: "Date et heure invalides ; format attendu : 2026-11-22T14:43:18.250Z.",
            .english: "Invalid date and time; expected format: 2026-11-22T14:43:18.250Z.",
        ],
        .badAge: [
            .french: "Un nombre entier de millisecondes est requis, 30 jours au plus.",
            .english: "A whole number of milliseconds is required, 30 days at most.",
        ],
        .future: [.french: "La mesure est dans le futur.", .english: "The reading lies in the future."],
        .clockNotSet: [
            .french: "Cette date est antérieure à 2020 : l’horloge n’est pas réglée.",
            .english: "This date is before 2020: the clock has not been set.",
        ],
        .conflict: [
            .french: "Une autre valeur est déjà enregistrée pour cet instant.",
            .english: "Another value is stored for this instant already.",
        ],
        .noPatient: [
            .french: "Aucun patient ne portait ce dispositif à ce moment.",
            .english: "No patient wore this device at that time.",
        ],
        .outsideStay: [
            .french: "L’heure d’une valeur saisie à la main doit se situer pendant le séjour du patient et remonter à 7 jours au plus.",
            .english: "The time of a value entered by hand must lie within the patient's stay and at most 7 days back.",
        ],
    ]

    static let reports: [ReportError: [Language: String]] = [
        .malformed: [.french: "Le corps de la requête n’est pas du JSON valide.", .english: "The request body is not valid JSON."],
        .notAnObject: [.french: "Un objet JSON est requis.", .english: "A JSON object is required."],
        .badDevice: [.french: "Le numéro d’un dispositif est requis.", .english: "A device's number is required."],
        .badPatient: [
            .french: "Le numéro ou l’identifiant d’un patient est requis.",
            .english: "A patient's number or hospital number is required.",
        ],
        .noReadings: [.french: "Une liste de mesures est requise.", .english: "A list of readings is required."],
        .unknownShape: [
            .french: "Une mesure (« type_donnee » et « valeur »), une mesure par signe vital ou une liste « mesures » est requise.",
            .english: "One reading (\"type_donnee\" and \"valeur\"), one for each vital, or a list \"mesures\" is required.",
        ],
        .tooComplex: [.french: "Trop de valeurs, ou trop imbriquées.", .english: "Too many values, or nested too deeply."],
        .tooManyReadings: [.french: "{limit} mesures au plus.", .english: "At most {limit} readings."],
    ]

    static func number(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? String(value) }

    /// A vital's name.
    static func vital(_ vital: Vital, in language: Language) -> String {
        (language == .french ? vitals[vital] : englishVitals[vital]) ?? vital.rawValue
    }

    static let vitals: [Vital: String] = [
        .spo2: "SpO2", .heartRate: "Fréquence cardiaque", .temperature: "Température",
        .respiratoryRate: "Fréquence respiratoire", .systolicBP: "Pression systolique", .diastolicBP: "Pression diastolique",
        .consciousness: "Conscience", .supplementalO2: "Oxygène", .perfusionIndex: "Indice de perfusion",
        .signalQuality: "Qualité du signal", .ambientTemperature: "Température ambiante",
    ]

    /// In the middle of a sentence: `fréquence cardiaque`, but `SpO2`.
    static func withinSentence(_ name: String) -> String {
        name.dropFirst().contains { $0.isUppercase } ? name : name.prefix(1).lowercased() + name.dropFirst()
    }

    static let technicalAlarms: [TechnicalAlarm: [Language: String]] = [
        .signalLost: [.french: "Signal perdu", .english: "Signal lost"],
        .sensorDetached: [.french: "Capteur débranché", .english: "Sensor off"],
        .pulseLost: [.french: "Pouls introuvable", .english: "No pulse"],
        .sensorsDisagree: [.french: "Capteurs discordants", .english: "Sensors disagree"],
        .valueMissing: [.french: "Mesure absente", .english: "Value missing"],
        .batteryLow: [.french: "Batterie faible", .english: "Low battery"],
        .clockWrong: [.french: "Horloge déréglée", .english: "Device clock wrong"],
        .wardUnwatched: [
            .french: "Service non surveillé, aucun écran avec le son n’est connecté", .english: "Alarms not heard, no screen has its sound on",
        ],
        .wardInterrupted: [
            .french: "Surveillance interrompue, mesures ou alarmes manquantes", .english: "Monitoring interrupted, readings or alarms may be missing",
        ],
        .tooManyAlerts: [
            .french: "Alertes signalées trop nombreuses pour un patient, acquittez-les",
            .english: "Too many alerts raised by hand for a patient, acknowledge them",
        ],
    ]

    static let unmonitored: [Language: String] = [.french: ", patient non surveillé", .english: ", patient not monitored"]

    /// What separates a name from what is said of it.
    static func colon(_ language: Language) -> String { language == .french ? " : " : ": " }

    /// `45 min`, `1 h`, `1 h 30`.
    static func minutes(_ count: Int) -> String {
        let (hours, rest) = count.quotientAndRemainder(dividingBy: 60)
        if hours == 0 { return "\(rest) min" }
        return rest == 0 ? "\(hours) h" : "\(hours) h \(rest < 10 ? "0" : "")\(rest)"
    }

    /// With the vital's decimals, at most, and so many more, and its unit: `38,5 °C`, in English `38.5 °C`.
    static func value(_ value: Double, _ vital: Vital, more: Int = 0, in language: Language) -> String {
        let scale = (0..<vital.properties.decimals + more).reduce(1.0) { scale, _ in scale * 10 }
        let rounded = number((value * scale).rounded() / scale)
        let text = language == .french ? rounded.replacing(".", with: ",") : rounded
        return vital.unit.isEmpty ? text : "\(text) \(vital.unit)"
    }
}
