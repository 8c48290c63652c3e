import Testing

@testable import Clinical

@Suite("Technical alarms")
struct TechnicalAlarmTests {
    @Test("each has its words, says what it is about, and only a ward that nobody watches is an error at once")
    func words() {
        for alarm in TechnicalAlarm.allCases {
            #expect(Texts.technicalAlarms[alarm] != nil)
            #expect(alarm.message(about: "Capteur 12").hasSuffix(" – Capteur 12"))
            #expect((alarm.severity == .error) == [.wardUnwatched, .wardInterrupted].contains(alarm))
        }
        #expect(Set(TechnicalAlarm.ofDevices) == Set(TechnicalAlarm.allCases).subtracting([.wardUnwatched, .wardInterrupted, .tooManyAlerts]))
    }

    @Test("a detached sensor's alarm names the vitals as a sentence does")
    func detached() {
        let alarm = TechnicalAlarm.sensorDetached
        #expect(alarm.message(about: "Capteur 12", vitals: [.spo2, .heartRate]) == "Capteur débranché : SpO2, fréquence cardiaque – Capteur 12")
        // The longest that there can be fits the column.
        #expect(alarm.message(about: String(repeating: "x", count: 80), vitals: Vital.allCases).count <= 500)
    }
}
