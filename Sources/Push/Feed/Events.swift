import Clinical
import FoundationEssentials

/// Something that happened, as the database tells it.
public enum Event: Sendable, Hashable {
    /// The newest readings of a patient, of each vital those of each device and the one taken by hand. `from`: older readings came along too, back to that instant, so that
    /// a chart has to be fetched again from there.
    case readings(PatientID, ward: WardID?, [Reading], from: Instant?)
    /// A stored reading was corrected or deleted: `latest` is what now holds of this vital, of a device and by hand, also where it is
    /// older than what was known. A chart has to be fetched again from `from`.
    case corrected(PatientID, ward: WardID?, Vital, latest: [Reading], from: Instant)
    /// An alert was raised (`isNew`) or changed: acknowledged, ended, more severe.
    case alert(Alert, ward: WardID?, isNew: Bool)
    /// A pause of the sound has begun, or ended before its time.
    case pause(SoundPause, ward: WardID?)
    /// A device changed; `json` is the device as it is sent to clients.
    case device(patient: PatientID?, ward: WardID?, json: [UInt8])
    /// A patient was admitted, changed (name, bed), moved or was discharged: the ward where the patient is now, nil for none, and
    /// the one before.
    case patient(PatientID, ward: WardID?, before: WardID?)
    /// What may be seen has changed.
    case rights(Concerned)
}

/// Whose open sockets a change of rights concerns.
public enum Concerned: Sendable, Hashable {
    case everybody
    /// Those of an account.
    case user(UserID)
    /// Those that hear a patient, whoever's they are.
    case patient(PatientID)
}

/// A notification that is not what its channel carries. Names the channel only: the payload is a patient's.
public struct UnreadableNotification: Error, CustomStringConvertible {
    public let channel: String
    public var description: String { "unreadable notification on \(channel)" }
}

extension Event {
    /// The channels that carry events.
    public static let channels = ["fajma_reading", "fajma_alert", "fajma_pause", "fajma_device"] + channelsReadAlways
    static let channelsReadAlways = ["fajma_patient", "fajma_right"]

    /// Reads the payload of a PostgreSQL notification:
    /// - `fajma_reading`: `{"patient":12,"ward":3,"latest":[[vital code, value, ms since 1970, 1 by hand or 0, device],…],"from":ms}`, `from` and `ward` optional;
    ///   After a correction it has `"corrected"`, the vital's code, and `latest` holds that vital's readings or nothing.
    /// - `fajma_alert`: `{"ward":3,"new":true,"alert":{…}}`, the alert as on the wire;
    /// - `fajma_pause`: `{"patient":12,"ward":3,"pause":{…}}`, patient null for a ward's, the pause as on the wire;
    /// - `fajma_device`: `{"patient":12,"ward":3,"device":{…}}`, patient and ward null or missing when it is nobody's;
    /// - `fajma_patient`: `{"patient":12,"ward":3,"before":2}`, ward null when discharged, before null when admitted;
    /// - `fajma_right`: `{"user":5}`, `{"patient":12}`, and everybody's for `{"user":null}` or what this version does not know.
    ///
    /// A vital that this version does not know is left out.
    public init(channel: String, payload: some Collection<UInt8>) throws(UnreadableNotification) {
        do {
            let decoder = JSONDecoder()
            let data = Data(payload)
            switch channel {
            case "fajma_reading":
                let notice = try decoder.decode(ReadingNotice.self, from: data)
                let (latest, from) = (notice.latest.compactMap(\.reading), notice.from.map(Instant.init(milliseconds:)))
                if let vital = notice.corrected.flatMap(Vital.init(code:)), let from {
                    self = .corrected(notice.patient, ward: notice.ward, vital, latest: latest, from: from)
                } else {
                    self = .readings(notice.patient, ward: notice.ward, latest, from: from)
                }
            case "fajma_alert":
                let notice = try decoder.decode(AlertNotice.self, from: data)
                self = .alert(notice.alert, ward: notice.ward, isNew: notice.new)
            case "fajma_pause":
                let notice = try decoder.decode(PauseNotice.self, from: data)
                self = .pause(notice.pause, ward: notice.ward)
            case "fajma_device":
                let notice = try JSON(parsing: Array(payload))
                guard let members = notice.members, let device = members["device"] else { throw UnreadableNotification(channel: channel) }
                self = .device(
                    patient: members["patient"]?.lenientInteger, ward: members["ward"]?.lenientInteger,
                    json: Array(try JSONEncoder.wire.encode(device)))
            case "fajma_patient":
                let notice = try decoder.decode(PatientNotice.self, from: data)
                self = .patient(notice.patient, ward: notice.ward, before: notice.before)
            case "fajma_right":
                let notice = try decoder.decode(RightNotice.self, from: data)
                self = .rights(notice.patient.map(Concerned.patient) ?? notice.user.map(Concerned.user) ?? .everybody)
            default:
                throw UnreadableNotification(channel: channel)
            }
        } catch {
            throw UnreadableNotification(channel: channel)
        }
    }
}

private struct ReadingNotice: Decodable {
    let patient: PatientID
    let ward: WardID?
    let latest: [Entry]
    let from: Int64?
    let corrected: Int16?

    /// `[code, value, ms, 0, device]`, or `[code, value, ms, 1]` of a value taken by hand. Without the device: of an older version's routines.
    struct Entry: Decodable {
        let reading: Reading?

        init(from decoder: any Decoder) throws {
            var list = try decoder.unkeyedContainer()
            let code = try list.decode(Int16.self)
            let value = try list.decode(Double.self)
            let measuredAt = Instant(milliseconds: try list.decode(Int64.self))
            let isByHand = try !list.isAtEnd && list.decode(Int.self) == 1
            let device = try list.isAtEnd ? nil : list.decode(DeviceID.self)
            reading = Vital(code: code).map { Reading(vital: $0, value: value, measuredAt: measuredAt, isByHand: isByHand, device: device) }
        }
    }
}

private struct AlertNotice: Decodable {
    let ward: WardID?
    let new: Bool
    let alert: Alert
}

private struct PauseNotice: Decodable {
    let ward: WardID?
    let pause: SoundPause
}

private struct PatientNotice: Decodable {
    let patient: PatientID
    let ward: WardID?
    let before: WardID?
}

private struct RightNotice: Decodable {
    let user: UserID?
    let patient: PatientID?
}
