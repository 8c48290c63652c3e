/// What is stored of an alert in words is French, as the replaced system's clients read it. For other readers the text is made of the alert's parts.
extension Alert {
    /// What happened, in the reader's language. What a person wrote stays as it is.
    public func text(in language: Language) -> String {
        guard language != .french, raisedBy == nil else { return message }
        if let score { return scoreText(score, language) }
        return ruleText(language) ?? technicalText(language) ?? holdText(language) ?? message
    }

    /// The same alert for a reader of this language.
    public func told(in language: Language) -> Alert {
        var alert = self
        alert.message = text(in: language)
        return alert
    }

    private func ruleText(_ language: Language) -> String? {
        guard let vital = vital.flatMap(Vital.init(rawValue:)), let side, let value, let limit else { return nil }
        // Whether the limit itself violates is in the words alone.
        let isIncluded = ["(≤ ", "(≥ "].contains { message.contains($0) }
        return AlarmRule(.init(vital, side, severity), limit: limit, includesLimit: isIncluded, delaySeconds: 0, hysteresis: 0).message(
            for: value, in: language)
    }

    private func scoreText(_ score: Score, _ language: Language) -> String {
        let level: ScoreAlarm.Level = score.minimum >= 7 ? .emergency : score.minimum >= 5 ? .urgent : .single
        return level.message(total: score.minimum, maximum: score.maximum, threes: score.threes, in: language)
    }

    /// The name, the vitals and that nothing is of now stand in the words alone: they are taken out of the French ones.
    private func technicalText(_ language: Language) -> String? {
        guard let alarm = TechnicalAlarm(rawValue: kind), let begin = Texts.technicalAlarms[alarm]?[.french], message.hasPrefix(begin) else {
            return nil
        }
        var rest = message.dropFirst(begin.count)
        let unmonitored = Texts.unmonitored[.french] ?? ""
        let isUnmonitored = rest.hasPrefix(unmonitored)
        if isUnmonitored { rest = rest.dropFirst(unmonitored.count) }
        guard let dash = rest.firstRange(of: " – ") else { return nil }
        var vitals: [Vital] = []
        if rest.hasPrefix(Texts.colon(.french)) {
            let names = rest[..<dash.lowerBound].dropFirst(Texts.colon(.french).count).split(separator: ", ").map(String.init)
            vitals = Vital.allCases.filter { names.contains(Texts.withinSentence(Texts.vital($0, in: .french))) }
            guard vitals.count == names.count else { return nil }
        }
        return alarm.message(about: String(rest[dash.upperBound...]), vitals: vitals, isUnmonitored: isUnmonitored, in: language)
    }

    private func holdText(_ language: Language) -> String? {
        MonitoringHold.Kind(rawValue: kind)?.translated(message, into: language)
    }
}
