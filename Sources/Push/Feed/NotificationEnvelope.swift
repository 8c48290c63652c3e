import Clinical

/// A notification as it comes: the address, and the letter unread. Most letters concern nobody who listens here, and are never read.
public struct NotificationEnvelope: Sendable {
    let channel: String
    let patient: PatientID?
    let ward: WardID?
    let letter: Substring

    /// - Parameter payload: `12 3 {…}`: patient, ward, `0` where there is none, and the JSON that `Event` reads.
    public init(channel: String, payload: String) throws(UnreadableNotification) {
        let parts = payload.split(separator: " ", maxSplits: 2)
        guard parts.count == 3, let patient = PatientID(parts[0]), let ward = WardID(parts[1]) else {
            throw UnreadableNotification(channel: channel)
        }
        self.channel = channel
        self.patient = patient == 0 ? nil : patient
        self.ward = ward == 0 ? nil : ward
        letter = parts[2]
    }

    /// It is about more than its address says, and rare: read whoever listens.
    var isReadAlways: Bool { Event.channelsReadAlways.contains(channel) }

    func event() throws(UnreadableNotification) -> Event { try Event(channel: channel, payload: letter.utf8) }
}

extension Event {
    /// Whom it is about, and the wards that hear of it; for rights see `Concerned`.
    var address: (patient: PatientID?, wards: [WardID]) {
        switch self {
        case .readings(let patient, let ward, _, _): (patient, [ward].compactMap { $0 })
        case .corrected(let patient, let ward, _, _, _): (patient, [ward].compactMap { $0 })
        case .alert(let alert, let ward, _): (alert.patient, [ward].compactMap { $0 })
        case .pause(let pause, let ward): (pause.patient, [ward].compactMap { $0 })
        case .device(let patient, let ward, _): (patient, [ward].compactMap { $0 })
        case .patient(let patient, let ward, let before): (patient, [ward, before].compactMap { $0 })
        case .rights: (nil, [])
        }
    }
}
