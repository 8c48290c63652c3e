import Clinical

/// What is known of one patient when a room opens: the latest readings of every vital, the alerts that matter, the pause, and what
/// decides the score.
public struct PatientState: Sendable, Hashable {
    public var patient: PatientID
    public var ward: WardID?
    /// Of every vital a device's and one taken by hand.
    public var latest: [Reading]
    /// Every open alert. Alerts that closed lately may be among them: a screen that missed the closing then learns how it ended.
    public var alerts: [Alert]
    /// The one that runs.
    public var pause: SoundPause?
    public var scored: EarlyWarningScore.Subject

    public init(
        patient: PatientID, ward: WardID?, latest: [Reading], alerts: [Alert], pause: SoundPause? = nil,
        scored: EarlyWarningScore.Subject = .init()
    ) {
        (self.patient, self.ward, self.latest, self.alerts, self.pause) = (patient, ward, latest, alerts, pause)
        self.scored = scored
    }
}
