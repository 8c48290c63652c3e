extension Alert {
    /// What an alert about the early warning score (`ScoreAlarm`) says beside what every alert does.
    public struct Score: Codable, Sendable, Hashable {
        /// When it was raised last: what the score surely was, and what it could be.
        public var minimum: Int
        public var maximum: Int
        /// Those that gave 3 points.
        public var threes: [Vital]
        /// The alert that shows a single 3 already: this one does not sound.
        public var linked: Int?
        /// Later than that, the observation is overdue.
        public var nextMeasurementAt: Instant?
        public var doctorCalledAt: Instant?
        /// The account that said so.
        public var doctorCalledBy: String?

        enum CodingKeys: String, CodingKey {
            case minimum, maximum
            case threes = "parametres_a_3"
            case linked = "alerte_liee"
            case nextMeasurementAt = "prochaine_mesure_le"
            case doctorCalledAt = "medecin_appele_le"
            case doctorCalledBy = "medecin_appele_par"
        }

        public init(
            minimum: Int, maximum: Int, threes: [Vital], linked: Int? = nil, nextMeasurementAt: Instant? = nil, doctorCalledAt: Instant? = nil,
            doctorCalledBy: String? = nil
        ) {
            (self.minimum, self.maximum, self.threes, self.linked) = (minimum, maximum, threes, linked)
            (self.nextMeasurementAt, self.doctorCalledAt, self.doctorCalledBy) = (nextMeasurementAt, doctorCalledAt, doctorCalledBy)
        }

        // By hand, so that what is not known is sent as null.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(minimum, forKey: .minimum)
            try container.encode(maximum, forKey: .maximum)
            try container.encode(threes, forKey: .threes)
            try container.encode(linked, forKey: .linked)
            try container.encode(nextMeasurementAt, forKey: .nextMeasurementAt)
            try container.encode(doctorCalledAt, forKey: .doctorCalledAt)
            try container.encode(doctorCalledBy, forKey: .doctorCalledBy)
        }
    }
}
