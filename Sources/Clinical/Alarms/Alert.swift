/// How urgent an alert is, as the wire names it (`niveau_gravite`): high, medium, low priority after IEC 60601-1-8's idea.
public enum Severity: String, Codable, Sendable, CaseIterable, Comparable {
    case info, warning, error

    public static func < (a: Severity, b: Severity) -> Bool { a.rank < b.rank }
    var rank: Int { Self.allCases.firstIndex(of: self)! }  // a case is among all cases
}

/// An alert as the wire carries it. Open until it ended and, when it is an `error`, was acknowledged.
public struct Alert: Codable, Sendable, Hashable, Identifiable {
    public var id: Int
    /// Nil: about a whole ward.
    public var patient: PatientID?
    /// Of an alert about a whole ward. A patient's is where the patient is.
    public var ward: WardID?
    /// Of a technical alert: the device that it is about.
    public var device: DeviceID?
    public var kind: String
    /// The account that raised it by hand; nil: the system did.
    public var raisedBy: String?
    public var message: String
    public var severity: Severity
    /// Of an alarm rule's alert: what it watches, and the value that raised or worsened it.
    public var vital: String?
    public var side: Side?
    public var value: Double?
    public var limit: Double?
    /// Of an alarm rule's alert: the profile that held when it was raised. Nil also for one from before there were any.
    public var profile: LimitProfile?
    /// Of an alarm rule's alert: which sources found it, in the order in which they did.
    public var sources: [Source] = []
    /// When the reading that caused it was measured; of a technical alert, when what it says began.
    public var measuredAt: Instant
    /// When that reading arrived.
    public var receivedAt: Instant?
    public var raisedAt: Instant?
    /// When it last crossed to a worse limit.
    public var worsenedAt: Instant?
    /// When it was brought back after an acknowledgement, and when it went to somebody else.
    public var remindedAt: Instant?
    public var escalatedAt: Instant?
    public var acknowledged: Bool
    public var acknowledgedBy: String?
    public var acknowledgedAt: Instant?
    /// A reminder or a worse priority takes back `acknowledgedAt`, not this: how long somebody took.
    public var firstAcknowledgedAt: Instant?
    public var endedAt: Instant?
    /// Whether a device sent a strip of its signal for it.
    public var hasTrace = false
    /// The hold that it shows, while that runs.
    public var hold: MonitoringHold?
    /// Of an alert about the early warning score.
    public var score: Score?
    /// Grows with every change of this alert: of two copies, the one with the greater version is the newer.
    public var version: Int

    /// `{"dispositif": 5, "nom": "Bracelet 5"}`; both are null where a person took the value.
    public struct Source: Codable, Sendable, Hashable {
        public var device: DeviceID?
        public var name: String?

        enum CodingKeys: String, CodingKey {
            case device = "dispositif"
            case name = "nom"
        }

        public init(device: DeviceID?, name: String?) { (self.device, self.name) = (device, name) }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(device, forKey: .device)
            try container.encode(name, forKey: .name)
        }
    }

    enum CodingKeys: String, CodingKey {
        case id, patient
        case ward = "service"
        case device = "dispositif"
        case kind = "type_alerte"
        case raisedBy = "levee_par"
        case message
        case severity = "niveau_gravite"
        case vital = "type_donnee"
        case side = "cote"
        case value = "valeur"
        case limit = "seuil"
        case profile = "profil"
        case sources
        case measuredAt = "timestamp"
        case receivedAt = "recue_le"
        case raisedAt = "levee_le"
        case worsenedAt = "aggravee_le"
        case remindedAt = "rappelee_le"
        case escalatedAt = "escaladee_le"
        case acknowledged = "acquittee"
        case acknowledgedBy = "acquittee_par"
        case acknowledgedAt = "acquittee_le"
        case firstAcknowledgedAt = "premier_acquittement_le"
        case endedAt = "terminee_le"
        case hasTrace = "trace"
        case hold = "veille"
        case score
        case version
    }

    public init(
        id: Int, patient: PatientID?, ward: WardID? = nil, kind: String, message: String, severity: Severity, measuredAt: Instant,
        acknowledged: Bool = false, acknowledgedBy: String? = nil, acknowledgedAt: Instant? = nil,
        endedAt: Instant? = nil, version: Int = 1
    ) {
        (self.id, self.patient, self.ward, self.kind, self.message) = (id, patient, ward, kind, message)
        (self.severity, self.measuredAt, self.acknowledged) = (severity, measuredAt, acknowledged)
        (self.acknowledgedBy, self.acknowledgedAt, self.endedAt) = (acknowledgedBy, acknowledgedAt, endedAt)
        self.version = version
    }

    /// An `error` latches: it stays open, also after it ended, until somebody has acknowledged it. Others go when they end.
    public var isOpen: Bool { endedAt == nil || (severity == .error && !acknowledged) }
}

// By hand, so that what is not known yet is sent as null: the replaced system's clients expect every key.
extension Alert {
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(patient, forKey: .patient)
        try container.encode(ward, forKey: .ward)
        try container.encode(device, forKey: .device)
        try container.encode(kind, forKey: .kind)
        try container.encode(raisedBy, forKey: .raisedBy)
        try container.encode(message, forKey: .message)
        try container.encode(severity, forKey: .severity)
        try container.encode(vital, forKey: .vital)
        try container.encode(side, forKey: .side)
        try container.encode(value, forKey: .value)
        try container.encode(limit, forKey: .limit)
        try container.encode(profile, forKey: .profile)
        try container.encode(sources, forKey: .sources)
        try container.encode(measuredAt, forKey: .measuredAt)
        try container.encode(receivedAt, forKey: .receivedAt)
        try container.encode(raisedAt, forKey: .raisedAt)
        try container.encode(worsenedAt, forKey: .worsenedAt)
        try container.encode(remindedAt, forKey: .remindedAt)
        try container.encode(escalatedAt, forKey: .escalatedAt)
        try container.encode(acknowledged, forKey: .acknowledged)
        try container.encode(acknowledgedBy, forKey: .acknowledgedBy)
        try container.encode(acknowledgedAt, forKey: .acknowledgedAt)
        try container.encode(firstAcknowledgedAt, forKey: .firstAcknowledgedAt)
        try container.encode(endedAt, forKey: .endedAt)
        try container.encode(hasTrace, forKey: .hasTrace)
        try container.encode(hold, forKey: .hold)
        try container.encode(score, forKey: .score)
        try container.encode(version, forKey: .version)
    }
}
