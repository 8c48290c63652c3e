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

    /// When each reading was measured, by the server's clock as far as it can be told.
    func effectiveInstants(_ offset: ClockOffset) -> [Instant] {
        offset.instants(readings, clock: state?.clock, receivedAt: receivedAt)
    }

    /// It says how the patient is, or why that is not known; not how the patient was.
    ///
    /// - Parameter instants: the readings'.
    func isLive(_ instants: [Instant]) -> Bool {
        if readings.isEmpty { return state?.detached?.isEmpty == false || state?.reasons?.isEmpty == false }
        return instants.contains { receivedAt.seconds(since: $0) <= AlarmState.liveSeconds }
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
    /// The patient of each reading, in the submission's order; nil: nobody wore the device then, or a
    /// value by hand lies outside the stay; the reading was not stored.
    public var patients: [PatientID?]
    /// How many of them were stored before, with the same value.
    public var duplicates: Int
    /// The places of those that were not stored, because another value is stored under the same identity.
    public var conflicts: [Int] = []
    /// When those are stored as measured that came without a time and did not find the instant of their arrival free, by their place.
    public var moved: [Int: Instant] = [:]
    /// The alarm rules of whoever wears the device now, where it holds others.
    public var rules: AlarmRules?
    /// For how long a cuff still stops the pulse of the patient who wears the device: meanwhile the device does not alarm about it. Nil: none does.
    public var cuffMilliseconds: Int?
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
    /// Entered by hand, and no value lies within the patient's stay and near enough (`ManualEntry`).
    case outsideStay
    /// This device or account sends more than its share: nothing was stored. It may send again in so many seconds.
    case tooMany(seconds: Double)
    /// The queue is full.
    case overloaded
    /// The database is away, or holds up those that came before: nothing was stored.
    case away
    /// The database did not answer in time: it may have been stored, or may still be. Sending the same again is safe.
    case outcomeUnknown
    /// The database refused this submission for itself.
    case refused
}
