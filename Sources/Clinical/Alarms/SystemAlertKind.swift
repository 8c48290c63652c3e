/// Kinds of alerts (`type_alerte`) that the system itself raises: programs and people act on them without reading the message, so nobody else
/// may raise one. THE list; the CHECK `alerts_system_kind` says the same, which a test compares.
public enum SystemAlertKind {
    /// An alarm rule's is called after its vital and side: `spo2_bas` (`AlarmRule.kind`). The whole suffix is taken: a vital may be added.
    public static let ruleSuffixes = Side.allCases.map { "_\($0.rawValue)" }
    public static let technical = TechnicalAlarm.allCases.map(\.rawValue)
    public static let holds = MonitoringHold.Kind.allCases.map(\.rawValue)
    public static let score = ScoreAlarm.kind
    /// Begins the kind of what a person raised before FAJMA kept by whom, or under a system's kind, when that was possible.
    public static let formerPrefix = "ancien:"

    public static func contains(_ kind: String) -> Bool {
        technical.contains(kind) || holds.contains(kind) || kind == score || kind.hasPrefix(formerPrefix)
            || ruleSuffixes.contains { kind.hasSuffix($0) }
    }

    /// For a person who reads why a kind was refused.
    public static func refusal(in language: Language) -> String {
        let taken = (technical + holds + [score]).joined(separator: ", ")
        return switch language {
        case .french:
            "Ce type d’alerte est réservé au système. Tout autre texte de 1 à 64 caractères convient, sauf \(taken), ce qui se termine par "
                + "\(ruleSuffixes.joined(separator: " ou ")) et ce qui commence par \(formerPrefix)"
        case .english:
            "Alerts of this kind are raised by the system only. Any other text of 1 to 64 characters is allowed, except \(taken), what ends with "
                + "\(ruleSuffixes.joined(separator: " or ")) and what begins with \(formerPrefix)"
        }
    }
}

/// What a person may raise an alert with.
public enum PersonsAlert {
    /// The clock of an integration may be ahead by so much.
    public static let maximumAheadSeconds = 60.0
    /// Open ones of one patient. The system's own do not count.
    public static let maximumOpen = 50
    /// Characters that are kept; screens and sockets show the first `shownMessage` of them.
    public static let maximumMessage = 5_000
    public static let shownMessage = 500

    /// - Parameter admittedAt: when the patient's stay began; nil: not known. Whole minutes are typed, and the clocks of two servers differ.
    public static func allows(_ time: Instant, admittedAt: Instant?, now: Instant) -> Bool {
        time.seconds(since: now) <= maximumAheadSeconds && admittedAt.map { $0.seconds(since: time) <= ManualEntry.toleranceSeconds } ?? true
    }
}
