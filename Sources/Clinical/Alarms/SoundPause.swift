/// The alarms' sound is off for a patient or a ward, for a while, in somebody's name. There is none without an end.
public struct SoundPause: Codable, Sendable, Hashable, Identifiable {
    /// What is silent.
    public enum Subject: Sendable, Hashable {
        case patient(PatientID)
        case ward(WardID)

        public var patient: PatientID? { if case .patient(let patient) = self { patient } else { nil } }
        public var ward: WardID? { if case .ward(let ward) = self { ward } else { nil } }
    }

    public var id: Int
    public var patient: PatientID?
    public var ward: WardID?
    /// The account that began it.
    public var begunBy: String
    public var begin: Instant
    public var end: Instant
    /// The worst that it covers: a new alert that is worse breaks it.
    public var severity: Severity
    /// Before `end`: ended by hand, replaced, or broken.
    public var endedAt: Instant?
    /// The alert that broke it.
    public var brokenBy: Alert.ID?

    public static let defaultSeconds = 120
    public static let allowedSeconds = 1...600

    enum CodingKeys: String, CodingKey {
        case id, patient
        case ward = "service"
        case begunBy = "par"
        case begin = "debut"
        case end = "fin"
        case severity = "niveau_gravite"
        case endedAt = "terminee_le"
        case brokenBy = "rompue_par"
    }

    public init(
        id: Int, of subject: Subject, begunBy: String, begin: Instant, end: Instant, severity: Severity, endedAt: Instant? = nil,
        brokenBy: Alert.ID? = nil
    ) {
        switch subject {
        case .patient(let patient): self.patient = patient
        case .ward(let ward): self.ward = ward
        }
        (self.id, self.begunBy, self.begin, self.end, self.severity) = (id, begunBy, begin, end, severity)
        (self.endedAt, self.brokenBy) = (endedAt, brokenBy)
    }

    public func isRunning(at now: Instant) -> Bool { endedAt == nil && now < end }

    /// Of two states of the same patient's or ward's pauses, which came later: pauses follow one another, and one that ended stays so.
    public func isNewer(than other: SoundPause) -> Bool {
        id != other.id ? id > other.id : endedAt != nil && other.endedAt == nil
    }

    // By hand, so that what is unknown is sent as null: clients expect every key.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(patient, forKey: .patient)
        try container.encode(ward, forKey: .ward)
        try container.encode(begunBy, forKey: .begunBy)
        try container.encode(begin, forKey: .begin)
        try container.encode(end, forKey: .end)
        try container.encode(severity, forKey: .severity)
        try container.encode(endedAt, forKey: .endedAt)
        try container.encode(brokenBy, forKey: .brokenBy)
    }
}
