import Clinical
import Postgres

/// Who wears a device from when until when (`affectation`).
public struct Assignment: Codable, Sendable, Hashable, Identifiable {
    public var id: Int
    public var patient: PatientID
    public var time: AssignmentTime

    enum CodingKeys: CodingKey { case id, patient }

    public init(id: Int, patient: PatientID, time: AssignmentTime) {
        (self.id, self.patient, self.time) = (id, patient, time)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(Int.self, forKey: .id)
        patient = try container.decode(PatientID.self, forKey: .patient)
        time = try AssignmentTime(from: decoder)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(patient, forKey: .patient)
        try time.encode(to: encoder)
    }
}

/// From when to when a device is worn; the end is not in it.
public struct AssignmentTime: Codable, Sendable, Hashable {
    public var begin: Instant
    /// Nil: until somebody ends it.
    public var end: Instant?

    /// Who notices later than this that a device was never assigned cannot bring its readings back.
    public static let longestAgoSeconds: Double = 30 * 86_400
    /// How far ahead a time may begin.
    public static let furthestAheadSeconds: Double = 365 * 86_400

    enum CodingKeys: String, CodingKey {
        case begin = "debut"
        case end = "fin"
    }

    public init(begin: Instant, end: Instant? = nil) {
        (self.begin, self.end) = (begin, end)
    }

    init(_ begin: Timestamp, _ end: Timestamp?) {
        self.init(begin: Instant(begin), end: end.map(Instant.init))
    }

    // By hand, so that what is unknown is sent as null: clients expect every key.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(begin, forKey: .begin)
        try container.encode(end, forKey: .end)
    }

    /// - Parameter before: what it was; a begin that stays was checked in its day.
    func check(now: Instant, before: AssignmentTime? = nil) throws(StoreError) {
        if let end, end <= begin { throw .endsBeforeBegin }
        if begin == before?.begin { return }
        let ahead = begin.seconds(since: now)
        if ahead < -Self.longestAgoSeconds { throw .beginsTooEarly }
        if ahead > Self.furthestAheadSeconds { throw .beginsTooLate }
    }
}

/// When a device is worn already, told to somebody who may not see by whom: then `patient` is nil.
public struct WornTime: Sendable, Hashable {
    public var patient: PatientID?
    public var time: AssignmentTime
}
