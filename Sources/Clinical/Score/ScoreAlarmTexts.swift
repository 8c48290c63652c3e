extension ScoreAlarm.Raise {
    /// The alert's `message`, as it is stored, in French: `NEWS2 5 à 9 (3 points : SpO2). Mesures …`.
    public var message: String { level.message(total: total, maximum: maximum, threes: threes.all.map(\.vital), in: .french) }
}

extension ScoreAlarm.Level {
    func message(total: Int, maximum: Int, threes: [Vital], in language: Language) -> String {
        let range = total == maximum ? "\(total)" : "\(total) \(language == .french ? "à" : "to") \(maximum)"
        let names = threes.map { Texts.withinSentence(Texts.vital($0, in: language)) }.joined(separator: ", ")
        return "NEWS2 \(range)" + (names.isEmpty ? "" : " (3 points\(Texts.colon(language))\(names))") + ". "
            + (Texts.scoreResponses[self]?[language] ?? "")
    }
}

extension Texts {
    /// What a score asks for: Royal College of Physicians, NEWS2, chart 4.
    static let scoreResponses: [ScoreAlarm.Level: [Language: String]] = [
        .single: [
            .french: "Mesures au moins toutes les heures, prévenir le médecin du patient",
            .english: "Measure at least every hour, inform the patient's doctor",
        ],
        .urgent: [
            .french: "Mesures au moins toutes les heures, appeler immédiatement le médecin du patient",
            .english: "Measure at least every hour, call the patient's doctor at once",
        ],
        .emergency: [
            .french: "Surveillance continue, mesures au moins toutes les 30 min, "
                + "appeler immédiatement un médecin senior et l’équipe de soins critiques",
            .english: "Continuous monitoring, measure at least every 30 min, call a senior doctor and the critical care team at once",
        ],
    ]
}
