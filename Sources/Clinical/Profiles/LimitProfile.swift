/// Whose limits and normal ranges hold where nobody has set others: an adult's, those of an age band of children, or those of chronic
/// hypercapnia. The raw value is the wire name (`profil`). Values and sources: `registry`; they are a hospital's to approve.
public enum LimitProfile: String, Codable, Sendable, CaseIterable, Hashable {
    case adult = "adulte"
    case infant0to2Months = "nourrisson_0_2"
    case infant3to11Months = "nourrisson_3_11"
    case child1to4Years = "enfant_1_4"
    case child5to12Years = "enfant_5_12"
    case adolescent
    case hypercapnia = "hypercapnie"
}

extension LimitProfile {
    /// What a profile is made of.
    public struct Properties: Sendable {
        /// The ages for which it is proposed, in completed months; nil: it is a doctor's decision at any age.
        public let ages: Range<Int>?
        public let rules: [AlarmRule]
        /// Of the vitals whose normal range is another one than an adult's.
        let normal: [Vital: ClosedRange<Double>]
        /// The publications that the values come from.
        public let sources: [String]
    }

    public var properties: Properties { Self.registry[self]! }  // every case has an entry: a test says so
    public var rules: [AlarmRule] { properties.rules }

    /// For display beside a card, not an alarm limit.
    public func normal(_ vital: Vital) -> ClosedRange<Double>? { properties.normal[vital] ?? vital.properties.normal }

    /// That of somebody's age. Nil for a birth date after today.
    ///
    /// - Parameters:
    ///   - birthDate: `2026-11-02`.
    ///   - today: the hospital's day, in the same form.
    public static func proposed(birthDate: String, today: String) -> LimitProfile? {
        guard let months = BirthDate.completedMonths(from: birthDate, to: today) else { return nil }
        return allCases.first { $0.properties.ages?.contains(months) ?? false }
    }
}

/// Which profile holds for a patient, and whether a person is asked about it. Nothing changes a profile silently: a proposal is only asked.
public struct ProfileChoice: Sendable, Hashable {
    /// Who confirmed a profile, and when.
    public struct Confirmation: Sendable, Hashable {
        public var profile: LimitProfile
        /// What was proposed then: the same proposal is not asked again.
        public var proposed: LimitProfile?
        /// Nil: no account did it.
        public var by: String?
        public var at: Instant

        public init(_ profile: LimitProfile, instead proposed: LimitProfile?, by: String?, at: Instant) {
            (self.profile, self.proposed, self.by, self.at) = (profile, proposed, by, at)
        }
    }

    /// Nil: nobody has confirmed one.
    public var confirmation: Confirmation?
    /// What holds in the ward for whom nobody has confirmed one.
    public var wardDefault: LimitProfile
    /// By the birth date; nil: it is not known.
    public var proposed: LimitProfile?

    public init(_ confirmation: Confirmation? = nil, wardDefault: LimitProfile = .adult, proposed: LimitProfile? = nil) {
        (self.confirmation, self.wardDefault, self.proposed) = (confirmation, wardDefault, proposed)
    }

    public var inForce: LimitProfile { confirmation?.profile ?? wardDefault }

    /// Whose limits hold besides until a person has confirmed a profile (`ProvisionalLimits`): the age's, where the ward's default is another one. An unknown
    /// age counts as an adult's, as for the early warning score. Nil: no others do.
    public var provisional: LimitProfile? {
        let other = proposed ?? .adult
        return confirmation != nil || other == wardDefault ? nil : other
    }

    /// Nobody has answered the proposal, which is another one than what holds: at admission, or since a birthday. Or nobody has said anything of somebody
    /// whose age is unknown.
    public var asks: Bool {
        guard let proposed else { return confirmation == nil }
        return proposed != inForce && confirmation.map { $0.proposed != proposed } ?? true
    }
}
