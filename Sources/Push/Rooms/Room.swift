import Clinical

/// Who hears what: the three kinds of WebSocket room.
public enum Room: Hashable, Sendable {
    /// A patient's vitals and alerts: `/ws/iot/{patient}/`.
    case patient(PatientID)
    /// A patient's alerts: `/ws/alerts/{patient}/`.
    case alerts(PatientID)
    /// Vitals and alerts of everybody in a ward: `/ws/service/{ward}/`.
    case ward(WardID)
}
