import Access
import Clinical

/// Readings to store, and in whose name.
public struct Submission: Sendable {
    public enum Origin: Sendable {
        /// A device with its key: the key is checked in the transaction that stores.
        case device(DeviceKey)
        /// A person sends a device's readings.
        case relayed(device: DeviceID, by: Scope)
        /// A person enters a patient's values by hand.
        case entered(patient: PatientID, by: Scope)
    }
    public var origin: Origin
    public var readings: [Reading]
    public var state: DeviceState?
    /// The device's clock minus the server's; nil: the report does not show it.
    public var clockOffsetMilliseconds: Int?
    public var receivedAt: Instant
    /// For log lines: the web server's name of the request that brought it; nil: it came over a WebSocket.
    public var requestID: String?

    public init(
        origin: Origin, readings: [Reading], state: DeviceState? = nil, clockOffsetMilliseconds: Int? = nil, receivedAt: Instant,
        requestID: String? = nil
    ) {
        (self.origin, self.readings, self.state) = (origin, readings, state)
        (self.clockOffsetMilliseconds, self.receivedAt, self.requestID) = (clockOffsetMilliseconds, receivedAt, requestID)
    }

    /// It says how the patient is, or that no sensor is on; not how the patient was.
    var isLive: Bool {
        if readings.isEmpty { return state?.detached?.isEmpty == false }
        return readings.contains { receivedAt.seconds(since: $0.measuredAt) <= AlarmState.liveSeconds }
    }
}

extension Submission.Origin {
    /// The device whose number the readings carry; nil for those entered by hand.
    public var device: DeviceID? {
        switch self {
        case .device(let key): key.device
        case .relayed(let device, _): device
        case .entered: nil
        }
    }

    /// For whom values are entered by hand.
    var patient: PatientID? {
        if case .entered(let patient, _) = self { patient } else { nil }
    }

    /// Who entered or sent them; nil: the device itself.
    var person: Scope? {
        switch self {
        case .device: nil
        case .relayed(_, let scope), .entered(_, let scope): scope
        }
    }
}

/// What was stored of a submission.
public struct Receipt: Sendable, Hashable {
    /// The patient of each reading, in the submission's order; nil: nobody wore the device then, the reading was not stored.
    public var patients: [PatientID?]
    /// How many of them were stored before.
    public var duplicates: Int
    /// The alarm rules of whoever wears the device now, where it holds others.
    public var rules: AlarmRules?
}

public enum IngestError: Error, Hashable, Sendable {
    /// Unknown device, wrong key, or a device that was retired.
    case unauthenticated
    /// No such device for this person.
    case unknownDevice
    /// No such patient for this person.
    case unknownPatient
    /// No patient wore the device at the instant of any reading.
    case unassigned
    /// The queue is full.
    case overloaded
    /// The database is away.
    case away
    /// The database refused this submission for itself.
    case refused
}
