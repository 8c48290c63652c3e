import Clinical

/// When the periodic jobs act. The defaults are the product's; `Settings` reads others from the environment.
public struct MaintenanceConfiguration: Sendable {
    /// From an acknowledgement of an `error` until the alert is brought back if its condition lasts.
    public var reminderSeconds = 300
    /// From raising an `error` until it is escalated if nobody has acknowledged it.
    public var escalationSeconds = 120
    /// In which language the webhook's receiver reads alerts.
    public var webhookLanguage = Language.french
    /// How long a device may be silent before `signal_perdu`, or three of its periods if that is longer.
    public var signalLostSeconds = TechnicalAlarm.silenceSeconds
    /// How long a ward may be without a screen with sound before `service_non_surveille`.
    public var wardUnmonitoredSeconds = TechnicalAlarm.unmonitoredSeconds
    /// How often the early warning score is computed for alarms.
    public var scorePeriodSeconds = ScoreAlarm.periodSeconds
    /// How old a value may be in it.
    public var scoreMaximumAge = EarlyWarningScore.MaximumAge()
    /// How long single readings are kept, in days; nil: for ever.
    public var readingDays: Int?
    /// How long roll-ups are kept, in days; nil: for ever.
    public var historyDays: Int?

    public init() {}
}
