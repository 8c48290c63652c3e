extension ScoreAlarm.Raise {
    /// The alert's `message`, in French as the wire is: `NEWS2 5 à 9 (3 points : SpO2). Mesures …`.
    public var message: String {
        let range = total == maximum ? "\(total)" : "\(total) à \(maximum)"
        let names = threes.all.map { Texts.withinSentence(Texts.vital($0.vital)) }.joined(separator: ", ")
        return "NEWS2 \(range)" + (names.isEmpty ? "" : " (3 points : \(names))") + ". " + (Texts.scoreResponses[level] ?? "")
    }
}

extension Texts {
    /// What a score asks for: Royal College of Physicians, NEWS2, chart 4.
    static let scoreResponses: [ScoreAlarm.Level: String] = [
        .single: "Mesures au moins toutes les heures, prévenir le médecin du patient",
        .urgent: "Mesures au moins toutes les heures, appeler immédiatement le médecin du patient",
        .emergency: "Surveillance continue, mesures au moins toutes les 30 min, "
            + "appeler immédiatement un médecin senior et l’équipe de soins critiques",
    ]
}
