import Clinical

/// A notification as it comes: the address, and the letter unread. Most letters concern nobody who listens here, and are never read.
public struct Notice: Sendable {
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

    func event() throws(UnreadableNotification) -> Event { try Event(channel: channel, payload: letter.utf8) }
}

extension Event {
    /// Whom it is about; a right is about everybody.
    var address: (patient: PatientID?, ward: WardID?) {
        switch self {
        case .readings(let patient, let ward, _, _): (patient, ward)
        case .corrected(let patient, let ward, _, _, _): (patient, ward)
        case .alert(let alert, let ward, _): (alert.patient, ward)
        case .device(let patient, let ward, _): (patient, ward)
        case .rights: (nil, nil)
        }
    }
}
