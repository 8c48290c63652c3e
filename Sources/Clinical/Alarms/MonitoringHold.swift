/// For a while some alerts about a patient's devices rest, because somebody knows why they would come. Limits of vitals go on: what is measured is
/// watched.
public struct MonitoringHold: Codable, Sendable, Hashable, Identifiable {
    /// The raw value is also the `type_alerte` of the alert that shows the hold.
    public enum Kind: String, CaseIterable, Sendable {
        /// The patient is away: no device is heard.
        case absence
        /// A cuff on the same arm stops the pulse under the sensor.
        case cuff = "brassard"
    }

    public var id: Int
    public var patient: PatientID
    /// As somebody typed it; empty for a cuff.
    public var reason: String
    /// The account that began it.
    public var begunBy: String
    public var begin: Instant
    /// Of an absence the return that is expected.
    public var end: Instant
    /// Before `end`: ended by hand, replaced, by a discharge, or by values that came again.
    public var endedAt: Instant?

    public static let cuffSeconds = 90
    public static let defaultAbsenceMinutes = 60
    public static let allowedAbsenceMinutes = 1...240
    public static let maximumReasonCharacters = 120

    // MARK: How an absence ends by itself

    /// Values of these show that the patient is back.
    public static let returnVitals: [Vital] = [.heartRate, .spo2]
    /// What is measured so soon after an absence began does not count: the device may still be worn, or is just being taken off.
    public static let graceSeconds = 60.0
    /// So long a device must have measured one of them without a gap.
    public static let returnSeconds = 15.0
    /// No two of these values are farther apart, and the newest is no older. A device that measures less often does not end an absence.
    public static let gapSeconds = 10.0

    enum CodingKeys: String, CodingKey {
        case id, patient
        case reason = "motif"
        case begunBy = "par"
        case begin = "debut"
        case end = "fin"
        case endedAt = "terminee_le"
    }

    public init(id: Int, patient: PatientID, reason: String, begunBy: String, begin: Instant, end: Instant, endedAt: Instant? = nil) {
        (self.id, self.patient, self.reason, self.begunBy) = (id, patient, reason, begunBy)
        (self.begin, self.end, self.endedAt) = (begin, end, endedAt)
    }

    // By hand, so that what is unknown is sent as null: clients expect every key.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(patient, forKey: .patient)
        try container.encode(reason, forKey: .reason)
        try container.encode(begunBy, forKey: .begunBy)
        try container.encode(begin, forKey: .begin)
        try container.encode(end, forKey: .end)
        try container.encode(endedAt, forKey: .endedAt)
    }
}

extension MonitoringHold.Kind {
    /// The message of the alert that shows a hold. What is stored is French. It is read later and elsewhere: it says how long, not until when.
    public func message(reason: String, seconds: Int, by name: String) -> String {
        let words = words(.french)
        let time = self == .absence ? Texts.minutes(seconds / 60) : "\(seconds) s"
        return words.begin + (self == .absence ? reason : "") + words.time + time + words.by + name
    }

    /// The same in another language; nil where a text is not one of these.
    func translated(_ message: String, into language: Language) -> String? {
        let (known, words) = (words(.french), words(language))
        guard message.hasPrefix(known.begin) else { return nil }
        let rest = message.dropFirst(known.begin.count)
        guard let time = rest.ranges(of: known.time).last, let by = rest[time.upperBound...].firstRange(of: known.by) else { return nil }
        return words.begin + rest[..<time.lowerBound] + words.time + rest[time.upperBound..<by.lowerBound] + words.by + rest[by.upperBound...]
    }

    private func words(_ language: Language) -> (begin: String, time: String, by: String) {
        switch (self, language) {
        case (.absence, .french): ("Absent : ", ", retour prévu dans ", " – par ")
        case (.absence, .english): ("Absent: ", ", expected back in ", " – by ")
        case (.cuff, .french): ("Brassard", ", pouls attendu absent pendant ", " – par ")
        case (.cuff, .english): ("Cuff", ", no pulse expected for ", " – by ")
        }
    }
}
