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

    public init(vital: Vital, value: Double, measuredAt: Instant, isByHand: Bool = false) {
        (self.vital, self.value, self.measuredAt, self.isByHand) = (vital, value, measuredAt, isByHand)
    }
}

/// A value on the wire: `{"valeur": 97.5, "unite": "%", "timestamp": "…Z"}`. A lettered vital's value is its letter.
public struct WireValue: Hashable, Sendable, Encodable {
    public var reading: Reading

    public init(_ reading: Reading) { self.reading = reading }

    enum CodingKeys: String, CodingKey { case valeur, unite, timestamp }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        if let letter = reading.vital.letter(of: reading.value) {
            try container.encode(letter, forKey: .valeur)
        } else {
            try container.encode(reading.value, forKey: .valeur)
        }
        try container.encode(reading.vital.unit, forKey: .unite)
        try container.encode(reading.measuredAt, forKey: .timestamp)
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
