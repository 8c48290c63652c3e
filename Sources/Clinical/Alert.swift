/// How urgent an alert is, as the wire names it (`niveau_gravite`): high, medium, low priority after IEC 60601-1-8's idea.
public enum Severity: String, Codable, Sendable, CaseIterable, Comparable {
    case info, warning, error

    public static func < (a: Severity, b: Severity) -> Bool { a.rank < b.rank }
    var rank: Int { Self.allCases.firstIndex(of: self)! }  // a case is among all cases
}

/// An alert as the wire carries it. Open until it ended and, when it is an `error`, was acknowledged.
public struct Alert: Codable, Sendable, Hashable, Identifiable {
    public var id: Int
    public var patient: PatientID
    public var kind: String
    public var message: String
    public var severity: Severity
    /// When the reading that caused it was measured.
    public var measuredAt: Instant
    public var acknowledged: Bool
    public var acknowledgedBy: String?
    public var acknowledgedAt: Instant?
    public var endedAt: Instant?
    /// Grows with every change of this alert: of two copies, the one with the greater version is the newer.
    public var version: Int

    enum CodingKeys: String, CodingKey {
        case id, patient
        case kind = "type_alerte"
        case message
        case severity = "niveau_gravite"
        case measuredAt = "timestamp"
        case acknowledged = "acquittee"
        case acknowledgedBy = "acquittee_par"
        case acknowledgedAt = "acquittee_le"
        case endedAt = "terminee_le"
        case version
    }

    public init(
        id: Int, patient: PatientID, kind: String, message: String, severity: Severity, measuredAt: Instant,
        acknowledged: Bool = false, acknowledgedBy: String? = nil, acknowledgedAt: Instant? = nil,
        endedAt: Instant? = nil, version: Int = 1
    ) {
        (self.id, self.patient, self.kind, self.message) = (id, patient, kind, message)
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
        try container.encode(kind, forKey: .kind)
        try container.encode(message, forKey: .message)
        try container.encode(severity, forKey: .severity)
        try container.encode(measuredAt, forKey: .measuredAt)
        try container.encode(acknowledged, forKey: .acknowledged)
        try container.encode(acknowledgedBy, forKey: .acknowledgedBy)
        try container.encode(acknowledgedAt, forKey: .acknowledgedAt)
        try container.encode(endedAt, forKey: .endedAt)
        try container.encode(version, forKey: .version)
    }
}
