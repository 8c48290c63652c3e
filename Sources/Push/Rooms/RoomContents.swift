import Clinical
import Store

/// What is known of a room when it opens: its patients, and of a ward what is about the ward itself.
public struct RoomContents: Sendable, Hashable {
    public var patients: [PatientState]
    public var alerts: [Alert]
    public var pause: SoundPause?

    public init(_ patients: [PatientState] = [], alerts: [Alert] = [], pause: SoundPause? = nil) {
        (self.patients, self.alerts, self.pause) = (patients, alerts, pause)
    }
}
