/// An alarm about the equipment, not about a vital. The raw value is the alert's `type_alerte`.
public enum TechnicalAlarm: String, CaseIterable, Sendable {
    /// The device that the patient wears has fallen silent.
    case signalLost = "signal_perdu"
    case sensorDetached = "capteur_detache"
    case batteryLow = "batterie_faible"
    /// The device's clock is wrong: what it measures is charted at the wrong time.
    case clockWrong = "horloge"
    /// Nobody would hear a ward's alarms: no screen with sound is connected.
    case wardUnwatched = "service_non_surveille"

    public var severity: Severity { self == .wardUnwatched ? .error : .warning }

    /// About a device on a patient; the other is about a ward.
    public static let ofDevices: [TechnicalAlarm] = [.signalLost, .sensorDetached, .batteryLow, .clockWrong]
}

extension TechnicalAlarm {
    /// A device has fallen silent after the longer of this and so many of its periods.
    public static let silenceSeconds = 15.0
    public static let silencePeriods = 3.0
    /// Between two reports, of a device of which it is not known yet.
    public static let assumedPeriodSeconds = 1.0

    /// Percent: raised under the first, ended from the second on.
    public static let batteryLowUnder = 15
    public static let batteryFineFrom = 20

    /// How long nobody has listened to a ward, or patients with a device have been there, before that is an alarm. And how long screens have to
    /// come back after this daemon leads.
    public static let unmonitoredSeconds = 30.0
}

extension TechnicalAlarm {
    /// The alert's `message`, in French as the wire is.
    ///
    /// - Parameters:
    ///   - name: of the device or of the ward; neither is a patient's.
    ///   - detached: whose sensor is off; empty for all but `sensorDetached`.
    public func message(about name: String, detached: [Vital] = []) -> String {
        let vitals = detached.map { Texts.withinSentence(Texts.vital($0)) }.joined(separator: ", ")
        return (Texts.technicalAlarms[self] ?? rawValue) + (vitals.isEmpty ? "" : " : \(vitals)") + " – \(name)"
    }
}
