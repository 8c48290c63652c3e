/// The number of a patient, a device, a ward, an account. Positive.
public typealias PatientID = Int
public typealias DeviceID = Int
public typealias WardID = Int
public typealias UserID = Int

/// One value of one vital at one instant, in the vital's own unit, as it came (double precision).
public struct Reading: Hashable, Sendable {
    public var vital: Vital
    public var value: Double
    public var measuredAt: Instant
    /// Taken by a person, not by a device: it lasts longer.
    public var isByHand: Bool
    /// The device that measured it; nil: a person did, or it is not told.
    public var device: DeviceID?
    /// `measuredAt` is by the server's clock: it came with an age (`age_ms`), or without a time. False: by the clock of who sent it.
    public var isDatedByServer: Bool

    public init(
        vital: Vital, value: Double, measuredAt: Instant, isByHand: Bool = false, device: DeviceID? = nil, isDatedByServer: Bool = false
    ) {
        (self.vital, self.value, self.measuredAt, self.isByHand, self.device) = (vital, value, measuredAt, isByHand, device)
        self.isDatedByServer = isDatedByServer
    }

    /// A reading of a source, as the database has it.
    public init(vital: Vital, value: Double, measuredAt: Instant, source: ReadingSource) {
        self.init(vital: vital, value: value, measuredAt: measuredAt, isByHand: source == .byHand, device: source.device)
    }

    public var source: ReadingSource { isByHand ? .byHand : ReadingSource(device: device) }
}

/// Where a patient's readings come from. What one source says of a vital says nothing of what another one says.
public struct ReadingSource: Hashable, Sendable, Comparable {
    /// The device's number, as `readings.device_id` has it; 0: by hand.
    public let code: DeviceID

    /// - Parameter code: `readings.device_id`.
    public init(code: DeviceID) { self.code = code }

    /// - Parameter device: nil where the device is not told.
    public init(device: DeviceID?) { code = device ?? -1 }

    public static let byHand = ReadingSource(code: 0)

    public var device: DeviceID? { code > 0 ? code : nil }

    public static func < (a: Self, b: Self) -> Bool { a.code < b.code }
}

/// A value on the wire: `{"valeur": 97.5, "unite": "%", "timestamp": "…Z"}`. A lettered vital's value is its letter. A temperature has its `site`.
/// Where other devices contradict it, `autres` has what they say: `[{"valeur", "timestamp", "dispositif"}]`.
public struct WireValue: Hashable, Sendable, Encodable {
    public var reading: Reading
    public var others: [Reading]

    public init(_ reading: Reading, others: [Reading] = []) { (self.reading, self.others) = (reading, others) }

    enum CodingKeys: String, CodingKey { case valeur, unite, timestamp, site, autres }

    private struct Other: Encodable {
        let valeur: Double
        let timestamp: Instant
        let dispositif: DeviceID?
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        if let letter = reading.vital.letter(of: reading.value) {
            try container.encode(letter, forKey: .valeur)
        } else {
            try container.encode(reading.value, forKey: .valeur)
        }
        try container.encode(reading.vital.unit, forKey: .unite)
        try container.encode(reading.measuredAt, forKey: .timestamp)
        if reading.vital == .temperature { try container.encode(reading.isByHand ? "centrale" : "peau", forKey: .site) }
        if others.isEmpty { return }
        try container.encode(others.map { Other(valeur: $0.value, timestamp: $0.measuredAt, dispositif: $0.device) }, forKey: .autres)
    }
}

extension Vital {
    /// The letter that stands for a stored value of this vital; nil for a vital that is a number.
    public func letter(of value: Double) -> String? {
        guard let letters = properties.letters, let index = Int(exactly: value), letters.indices.contains(index) else {
            return nil
        }
        return letters[index]
    }
}
