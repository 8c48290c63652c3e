/// An alarm about the equipment, not about a vital. The raw value is the alert's `type_alerte`.
public enum TechnicalAlarm: String, CaseIterable, Sendable {
    /// The device that the patient wears has fallen silent.
    case signalLost = "signal_perdu"
    case sensorDetached = "capteur_detache"
    /// The sensor is on, and the pulse that was there is not: cardiac arrest, or a cuff.
    case pulseLost = "pouls_introuvable"
    /// The device goes on reporting, and does not say why a value that it measured is not among what it reports.
    case valueMissing = "mesure_absente"
    /// Two devices on one patient measure different values of one vital. Filed under the device with the lower number.
    case sensorsDisagree = "capteurs_discordants"
    case batteryLow = "batterie_faible"
    /// The device's clock is wrong. Where that cannot be corrected, nothing that it measures counts as live.
    case clockWrong = "horloge"
    /// Nobody would hear a ward's alarms: no screen with sound is connected.
    case wardUnwatched = "service_non_surveille"
    /// What a ward's devices reported was not stored for a while, and no screen showed it.
    case wardInterrupted = "surveillance_interrompue"
    /// A patient of the ward has as many open alerts of people as there may be: one more was refused.
    case tooManyAlerts = "alertes_trop_nombreuses"

    /// When it is raised.
    public var severity: Severity { [.wardUnwatched, .wardInterrupted].contains(self) ? .error : .warning }

    /// After how long it becomes an `error`; nil: it does not.
    public var worsensAfterSeconds: Double? {
        switch self {
        case .signalLost, .valueMissing: 60
        case .sensorDetached: 300
        // In all half a minute without a pulse.
        case .pulseLost: 20
        // Only where nothing that the device sends is of now.
        case .clockWrong: 60
        default: nil
        }
    }

    /// Raised because something did not come.
    public static let ofSilence: Set<TechnicalAlarm> = [.signalLost, .valueMissing, .clockWrong]

    /// About a device on a patient; the others are about a ward.
    public static let ofDevices: [TechnicalAlarm] = [
        .signalLost, .sensorDetached, .pulseLost, .valueMissing, .sensorsDisagree, .batteryLow, .clockWrong,
    ]
}

extension TechnicalAlarm {
    /// A device has fallen silent after the longer of this and so many of its periods.
    public static let silenceSeconds = 15.0
    public static let silencePeriods = 3.0
    /// A value is missing after the longer of `silenceSeconds` and so many of its own periods.
    public static let missingPeriods = 5.0
    /// Two devices disagree when, over so long, every value of the one is further than the tolerance from every value of the other.
    public static let disagreementSeconds = 10.0
    /// By vital, in its unit.
    public static let tolerances: [(vital: Vital, value: Double)] = [(.spo2, 4), (.heartRate, 20), (.temperature, 1)]
    /// Nil: not compared.
    public static func tolerance(of vital: Vital) -> Double? { tolerances.first { $0.vital == vital }?.value }
    /// A value counts in that comparison while it is no older.
    public static let comparedSeconds = 15.0

    /// A value is missing after so long where the device says why, for another reason than an alarm of its own: a patient may move, and a finger be cold.
    public static let explainedSeconds = 60.0
    /// A device that has measured nothing on its patient yet is waited for.
    public static let firstMeasurementSeconds = 300.0
    /// The device says `no_pulse` after 5 s without a pulsation; so long it must go on saying that.
    public static let noPulseSeconds = 5.0
    /// Before that, over a minute: with less, the pulse may have been lost by the sensor, and the alarm begins as a warning.
    public static let goodPerfusionPercent = 0.3
    public static let goodQualityPercent = 50.0
    /// And nothing may have moved for so long before the device said so, nor since: a finger that slips loses its pulse, too.
    public static let stillSeconds = 5.0
    /// Those that are missed: what alarms depend on.
    public static let missed: [Vital] = [.spo2, .heartRate, .temperature]
    /// Between two reports, of a device of which it is not known yet.
    public static let assumedPeriodSeconds = 1.0

    /// Percent: raised under the first, ended from the second on.
    public static let batteryLowUnder = 15
    public static let batteryFineFrom = 20

    /// How long nobody has listened to a ward, or patients with a device have been there, before that is an alarm. And how long screens have to
    /// come back after this daemon leads.
    public static let unmonitoredSeconds = 30.0
    /// An interruption that was shorter is over when somebody could come.
    public static let interruptedSeconds = 15.0
}

extension TechnicalAlarm {
    /// The alert's `message`. What is stored is French.
    ///
    /// - Parameters:
    ///   - name: of the device or of the ward; neither is a patient's.
    ///   - vitals: whose sensor is off, or that are missing; empty for all others.
    ///   - isUnmonitored: nothing that the device sends is of now.
    public func message(about name: String, vitals: [Vital] = [], isUnmonitored: Bool = false, in language: Language = .french) -> String {
        let vitals = vitals.map { Texts.withinSentence(Texts.vital($0, in: language)) }.joined(separator: ", ")
        return (Texts.technicalAlarms[self]?[language] ?? rawValue) + (isUnmonitored ? Texts.unmonitored[language] ?? "" : "")
            + (vitals.isEmpty ? "" : Texts.colon(language) + vitals) + " – \(name)"
    }
}

extension Alert {
    /// While it lasts, two devices on the patient contradict each other.
    public var saysThatDevicesDisagree: Bool { kind == TechnicalAlarm.sensorsDisagree.rawValue && device != nil && endedAt == nil }
}
