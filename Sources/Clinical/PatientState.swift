/// What is known of one patient when a room opens: the latest reading of every vital and the alerts that matter.
public struct PatientState: Sendable, Hashable {
    public var patient: PatientID
    public var ward: WardID?
    public var latest: [Reading]
    /// Every open alert. Alerts that closed lately may be among them: a screen that missed the closing then learns how it ended.
    public var alerts: [Alert]

    public init(patient: PatientID, ward: WardID?, latest: [Reading], alerts: [Alert]) {
        (self.patient, self.ward, self.latest, self.alerts) = (patient, ward, latest, alerts)
    }
}
