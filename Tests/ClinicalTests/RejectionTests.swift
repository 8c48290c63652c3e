import Testing

@testable import Clinical

@Suite("Reports: readings that are rejected")
struct RejectionTests {
    static let good = #"{"type_donnee":"heart_rate","valeur":72}"#

    @Test(
        "a bad reading is rejected with its reason and field, and its neighbours are kept",
        arguments: [
            ("7", .notAnObject, "valeur"), ("null", .notAnObject, "valeur"), ("[]", .notAnObject, "valeur"),
            (#"{"valeur":97}"#, .missingVital, "type_donnee"),
            (#"{"type_donnee":null,"valeur":97}"#, .missingVital, "type_donnee"),
            (#"{"type_donnee":7,"valeur":97}"#, .unknownVital, "type_donnee"),
            (#"{"type_donnee":"SPO2","valeur":97}"#, .unknownVital, "type_donnee"),
            (#"{"type_donnee":"spo2'; DROP TABLE reading;--","valeur":97}"#, .unknownVital, "type_donnee"),
            (#"{"type_donnee":"spo2"}"#, .missingValue, "valeur"),
            (#"{"type_donnee":"spo2","valeur":null}"#, .missingValue, "valeur"),
            (#"{"type_donnee":"spo2","valeur":"97 %"}"#, .notANumber, "valeur"),
            (#"{"type_donnee":"spo2","valeur":true}"#, .notANumber, "valeur"),
            (#"{"type_donnee":"spo2","valeur":[97]}"#, .notANumber, "valeur"),
            (#"{"type_donnee":"spo2","valeur":1e400}"#, .notANumber, "valeur"),
            (#"{"type_donnee":"spo2","valeur":-1e400}"#, .notANumber, "valeur"),
            (#"{"type_donnee":"spo2","valeur":"NaN"}"#, .notANumber, "valeur"),
            (#"{"type_donnee":"spo2","valeur":100.01}"#, .implausible, "valeur"),
            (#"{"type_donnee":"spo2","valeur":29.99}"#, .implausible, "valeur"),
            (#"{"type_donnee":"temperature","valeur":98.6,"unite":"°F"}"#, .implausible, "valeur"),
            (#"{"type_donnee":"temperature","valeur":37,"unite":"°F"}"#, .wrongUnit, "unite"),
            (#"{"type_donnee":"spo2","valeur":97,"unite":""}"#, .wrongUnit, "unite"),
            (#"{"type_donnee":"spo2","valeur":97,"unite":7}"#, .wrongUnit, "unite"),
            (#"{"type_donnee":"consciousness","valeur":"X"}"#, .unknownLetter, "valeur"),
            (#"{"type_donnee":"consciousness","valeur":"a"}"#, .unknownLetter, "valeur"),
            (#"{"type_donnee":"consciousness","valeur":0}"#, .unknownLetter, "valeur"),
            (#"{"type_donnee":"consciousness"}"#, .missingValue, "valeur"),
            (#"{"type_donnee":"spo2","valeur":97,"timestamp":"hier"}"#, .badTimestamp, "timestamp"),
            (#"{"type_donnee":"spo2","valeur":97,"timestamp":"2026-11-22T14:43:18"}"#, .badTimestamp, "timestamp"),
            (#"{"type_donnee":"spo2","valeur":97,"timestamp":1795358598}"#, .badTimestamp, "timestamp"),
            (#"{"type_donnee":"spo2","valeur":97,"timestamp":"2026-11-22T14:44:18.251Z"}"#, .future, "timestamp"),
            (#"{"type_donnee":"spo2","valeur":97,"age_ms":-1}"#, .badAge, "age_ms"),
            (#"{"type_donnee":"spo2","valeur":97,"age_ms":1.5}"#, .badAge, "age_ms"),
            (#"{"type_donnee":"spo2","valeur":97,"age_ms":"5 s"}"#, .badAge, "age_ms"),
            (#"{"type_donnee":"spo2","valeur":97,"age_ms":2592000001}"#, .badAge, "age_ms"),
            (#"{"type_donnee":"spo2","valeur":97,"age_ms":1e400}"#, .badAge, "age_ms"),
        ] as [(String, Rejection.Reason, String)])
    func reasons(reading: String, reason: Rejection.Reason, field: String) throws {
        let report = try decode("{\"mesures\":[\(Self.good),\(reading),\(Self.good)]}")
        #expect(report.readings.map(\.value) == [72, 72])
        #expect(report.rejected.map(\.index) == [1])
        #expect(report.rejected.first?.reason == reason)
        #expect(report.rejected.first?.reason.field == field)
    }

    @Test("the limits themselves are inside")
    func limits() throws {
        let report = try decode(
            #"""
            {"mesures":[{"type_donnee":"spo2","valeur":30},{"type_donnee":"spo2","valeur":100},
              {"type_donnee":"spo2","valeur":97,"timestamp":"2026-11-22T14:44:18.250Z"},{"type_donnee":"spo2","valeur":97,"age_ms":2592000000}]}
            """#)
        #expect(report.readings.count == 4)
        #expect(report.readings.map { $0.measuredAt.seconds(since: arrival) } == [0, 0, 60, -2_592_000])
    }

    @Test("each letter of a lettered vital is its place in the list", arguments: zip(["A", "C", "V", "P", "U"], 0...4))
    func letters(letter: String, value: Int) throws {
        let report = try decode("{\"patient\":7,\"type_donnee\":\"consciousness\",\"valeur\":\"\(letter)\"}")
        #expect(report.readings.map(\.value) == [Double(value)])
    }

    @Test("values are kept as they came", arguments: [36.6, 36.649999999999999, 36.123456789012345])
    func precision(value: Double) throws {
        #expect(try decode("{\"type_donnee\":\"temperature\",\"valeur\":\(value)}").readings.first?.value == value)
    }

    @Test("a single bad reading tells its field")
    func single() throws {
        let report = try decode(#"{"dispositif":12,"type_donnee":"spo2","valeur":"x"}"#)
        #expect(report.shape == .single)
        #expect(report.readings.isEmpty)
        #expect(report.rejected == [Rejection(index: 0, name: "spo2", reason: .notANumber)])
    }

    @Test("a map's unknown or unreadable vital is named, at its place among the names in alphabetical order")
    func map() throws {
        let report = try decode(#"{"spo2":97,"heart_rate":{"valeur":72},"glycemie":{"valeur":5.5},"temperature":{"valeur":60}}"#)
        #expect(report.readings.map(\.vital) == [.heartRate])
        #expect(
            report.rejected == [
                Rejection(index: 0, name: "glycemie", reason: .unknownVital),
                Rejection(index: 2, name: "spo2", reason: .notAnObject),
                Rejection(index: 3, name: "temperature", reason: .implausible),
            ])
    }

    @Test("a bad time for all rejects those that have none of their own")
    func badCommonTime() throws {
        let report = try decode(#"{"timestamp":"demain","spo2":{"valeur":97},"heart_rate":{"valeur":72,"age_ms":0}}"#)
        #expect(report.readings.map(\.vital) == [.heartRate])
        #expect(report.rejected == [Rejection(index: 1, name: "spo2", reason: .badTimestamp)])
    }

    @Test("a name that fills the body comes back cut")
    func longName() throws {
        let report = try decode("{\"type_donnee\":\"\(String(repeating: "x", count: 10_000))\",\"valeur\":1}")
        #expect(report.rejected.first?.name?.count == 64)
    }

    @Test(
        "a wrong member of the state is left out, the rest and the readings stay",
        arguments: [
            #""batterie":101"#, #""batterie":-1"#, #""batterie":"87 %""#, #""batterie":1e400"#, #""batterie":null"#, #""rssi":1000"#,
            #""firmware":7"#, #""firmware":"""#, #""firmware":"a\u0000b""#, #""firmware":"1.0\u202E""#, #""firmware":" ""#,
            "\"firmware\":\"\(String(repeating: "x", count: 65))\"",
            #""demarrage":-1"#, #""demarrage":[]"#, #""perdues":99999999999999999999"#,
        ])
    func state(member: String) throws {
        let report = try decode("{\"mesures\":[\(Self.good)],\"etat\":{\(member),\"sequence\":5}}")
        #expect(report.readings.count == 1)
        #expect(report.state == DeviceState(sequence: 5))
    }

    @Test("a state that is no object is left out", arguments: ["7", "[]", "\"x\"", "true"])
    func noState(state: String) throws {
        let report = try decode("{\"mesures\":[\(Self.good)],\"etat\":\(state)}")
        #expect(report.readings.count == 1)
        #expect(report.state == nil)
    }
}

@Suite("Texts")
struct TextTests {
    @Test("every reason and refusal has a sentence in every language", arguments: Language.allCases)
    func complete(language: Language) {
        for reason in Rejection.Reason.allCases { #expect(Texts.rejections[reason]?[language]?.isEmpty == false, "\(reason)") }
        for error in ReportError.allCases { #expect(Texts.reports[error]?[language]?.isEmpty == false, "\(error)") }
        for fault in AlarmRules.Fault.allCases { #expect(Texts.alarmFaults[fault]?[language]?.isEmpty == false, "\(fault)") }
        for side in Side.allCases { #expect(Texts.sides[side]?[language]?.isEmpty == false) }
        for severity in Severity.allCases { #expect(Texts.severities[severity]?[language]?.isEmpty == false) }
        for alarm in TechnicalAlarm.allCases { #expect(Texts.technicalAlarms[alarm]?[language]?.isEmpty == false, "\(alarm)") }
        for level in ScoreAlarm.Level.allCases { #expect(Texts.scoreResponses[level]?[language]?.isEmpty == false, "\(level)") }
        #expect(Texts.unmonitored[language]?.isEmpty == false)
        for vital in Vital.allCases { #expect(Texts.vitals[vital] != nil && Texts.englishVitals[vital] != nil, "\(vital)") }
    }

    @Test("no sentence leaves a place unfilled, for any vital")
    func filled() {
        for language in Language.allCases {
            for vital in Vital.allCases {
                for fault in AlarmRules.Fault.allCases {
                    let text = AlarmRuleProblem(AlarmRule.Key(vital, .low, .error), fault).text(in: language)
                    #expect(!text.contains("{") && !text.contains("}"), "\(text)")
                }
                for reason in Rejection.Reason.allCases {
                    #expect(!Rejection(index: 0, name: vital.rawValue, reason: reason).text(in: language).contains("{"))
                }
            }
            for error in ReportError.allCases { #expect(!error.text(in: language).contains("{")) }
        }
    }

    @Test("a sentence names the vital's own range and unit")
    func content() {
        let rejection = Rejection(index: 0, name: "temperature", reason: .implausible)
        #expect(rejection.text(in: .french) == "Valeur hors de la plage plausible (20 à 45 °C).")
        #expect(Rejection(index: 0, name: "heart_rate", reason: .wrongUnit).text(in: .english) == "Wrong unit, \"bpm\" expected.")
        #expect(ReportError.tooManyReadings.text(in: .french) == "1000 mesures au plus.")
    }
}
