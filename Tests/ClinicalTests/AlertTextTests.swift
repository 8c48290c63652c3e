import Testing

@testable import Clinical

/// What an alert says to a reader of another language than French, in which it is stored.
@Suite("texts of alerts") struct AlertTextTests {
    private func alert(_ kind: String, _ message: String, severity: Severity = .warning) -> Alert {
        Alert(id: 1, patient: 1, kind: kind, message: message, severity: severity, measuredAt: Instant(milliseconds: 0))
    }

    @Test("of a rule: the name, numbers as the language writes them, and the sign that the rule has", arguments: AlarmRule.defaults)
    func rules(rule: AlarmRule) throws {
        let limit = try #require(rule.limit)
        let value = rule.key.side == .low ? limit - 0.34 : limit + 0.34
        var alert = alert(rule.kind, rule.message(for: value), severity: rule.key.severity)
        (alert.vital, alert.side, alert.value, alert.limit) = (rule.key.vital.rawValue, rule.key.side, value, limit)
        let text = alert.text(in: .english)
        #expect(text == rule.message(for: value, in: .english) && text.hasPrefix(Texts.englishVitals[rule.key.vital] ?? "?"))
        #expect(!text.contains(",") && !text.contains(" : ") && alert.text(in: .french) == rule.message(for: value))
    }

    @Test("as an example, and with the limit itself violating") func example() {
        let fever = AlarmRule(.init(.temperature, .high, .error), limit: 39.1, includesLimit: true, delaySeconds: 60, hysteresis: 0.2)
        #expect(fever.message(for: 39.1) == "Température : 39,1 °C (≥ 39,1 °C)")
        #expect(fever.message(for: 39.1, in: .english) == "Temperature: 39.1 °C (≥ 39.1 °C)")
    }

    @Test("of a device or a ward: what happened, to which vitals, that nothing is of now, and the name as it is", arguments: TechnicalAlarm.allCases)
    func technical(alarm: TechnicalAlarm) {
        for vitals in [[], [.spo2], [.spo2, .temperature, .heartRate]] as [[Vital]] {
            for isUnmonitored in [false, true] {
                for name in ["Bracelet 12", "Lit 3 – fenêtre", "A, B : C"] {
                    let stored = alarm.message(about: name, vitals: vitals, isUnmonitored: isUnmonitored)
                    let sorted = Vital.allCases.filter(vitals.contains)
                    #expect(
                        alert(alarm.rawValue, stored).text(in: .english)
                            == alarm.message(about: name, vitals: sorted, isUnmonitored: isUnmonitored, in: .english), "\(stored)")
                }
            }
        }
        #expect(alert(alarm.rawValue, "autre chose").text(in: .english) == "autre chose")
    }

    @Test("of the early warning score: what it can be, the parameters with 3 points, and the response") func score() {
        for (minimum, maximum, threes, response) in [
            (7, 7, [], ScoreAlarm.Level.emergency), (5, 9, [.spo2], .urgent), (3, 11, [.respiratoryRate, .systolicBP], .single),
        ] as [(Int, Int, [Vital], ScoreAlarm.Level)] {
            let stored = response.message(total: minimum, maximum: maximum, threes: threes, in: .french)
            var alert = alert(ScoreAlarm.kind, stored)
            alert.score = Alert.Score(minimum: minimum, maximum: maximum, threes: threes)
            let text = alert.text(in: .english)
            #expect(text == response.message(total: minimum, maximum: maximum, threes: threes, in: .english))
            #expect(text.hasSuffix(Texts.scoreResponses[response]?[.english] ?? "?") && alert.text(in: .french) == stored)
        }
    }

    @Test("of an absence and a cuff: the reason as it was typed") func holds() {
        let absence = MonitoringHold.Kind.absence.message(reason: "Scanner, retour prévu dans 2 h", seconds: 5400, by: "m.ba")
        #expect(alert("absence", absence).text(in: .english) == "Absent: Scanner, retour prévu dans 2 h, expected back in 1 h 30 – by m.ba")
        let cuff = MonitoringHold.Kind.cuff.message(reason: "", seconds: 90, by: "m.ba")
        #expect(alert("brassard", cuff).text(in: .english) == "Cuff, no pulse expected for 90 s – by m.ba")
        #expect(alert("brassard", "autre").text(in: .english) == "autre")
    }

    @Test("what a person wrote is nobody's to translate") func byHand() {
        var fall = alert("chute", "Signal perdu – Bracelet 1")
        fall.raisedBy = "m.ba"
        #expect(fall.text(in: .english) == "Signal perdu – Bracelet 1" && fall.told(in: .english) == fall)
    }
}
