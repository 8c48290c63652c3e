extension EarlyWarningScore {
    /// What of a patient, besides readings, decides the score.
    public struct Subject: Sendable, Hashable {
        public var scale: Scale
        /// When the patient turns 16; nil: not known, and then the score is taken to be made for them.
        public var adultFrom: Instant?
        public var isPregnant: Bool
        /// The ward has validated its measuring site.
        public var takesSkinTemperature: Bool

        public init(scale: Scale = .one, adultFrom: Instant? = nil, isPregnant: Bool = false, takesSkinTemperature: Bool = false) {
            (self.scale, self.adultFrom, self.isPregnant) = (scale, adultFrom, isPregnant)
            self.takesSkinTemperature = takesSkinTemperature
        }

        func notApplicable(at now: Instant) -> NotApplicable? {
            if let adultFrom, now < adultFrom { return .under16 }
            return isPregnant ? .pregnant : nil
        }

        /// The reading that counts: the newer of a device's and one taken by hand, but what a device measures on the skin only where
        /// the ward says so.
        func reading(of vital: Vital, in latest: LatestReading) -> Reading? {
            vital == .temperature && !takesSkinTemperature ? latest.byHand : latest.newest
        }
    }
}

/// A patient's score at one instant, as REST and the sockets tell it.
public struct ScoreReport: Sendable, Hashable {
    public let scale: EarlyWarningScore.Scale
    public let notApplicable: EarlyWarningScore.NotApplicable?
    /// Nil: not applicable.
    public let score: EarlyWarningScore?
    public let computedAt: Instant
    /// When time alone changes it: a part gets too old, or the patient turns 16.
    public let changesAt: Instant

    /// - Parameter devicesDisagree: an alert says so (`TechnicalAlarm.sensorsDisagree`): of what they contradict each other in, the worse counts.
    public init(
        _ latest: [Vital: LatestReading], _ subject: EarlyWarningScore.Subject, at now: Instant,
        maximumAge: EarlyWarningScore.MaximumAge = .init(), devicesDisagree: Bool = false
    ) {
        (scale, computedAt) = (subject.scale, now)
        notApplicable = subject.notApplicable(at: now)
        guard notApplicable == nil else {
            score = nil
            changesAt = subject.isPregnant ? .never : subject.adultFrom ?? .never
            return
        }
        var counting: [Vital: Reading] = [:]
        for parameter in EarlyWarningScore.Parameter.allCases {
            guard let known = latest[parameter.vital] else { continue }
            counting[parameter.vital] = subject.reading(of: parameter.vital, in: known)
        }
        var score = EarlyWarningScore(counting, scale: scale, at: now, maximumAge: maximumAge)
        if devicesDisagree, let worse = score.worse(of: latest, counting, scale, at: now) {
            score = EarlyWarningScore(worse, scale: scale, at: now, maximumAge: maximumAge)
        }
        self.score = score
        changesAt = score.parts.compactMap { $0.state == .known ? $0.reading.map(maximumAge.end(of:)) : nil }.min() ?? .never
    }

    /// Whether both say the same, apart from when, and from values that give the same points.
    public func says(theSameAs other: ScoreReport) -> Bool {
        let (mine, others) = (score?.parts ?? [], other.score?.parts ?? [])
        guard scale == other.scale, notApplicable == other.notApplicable, (score == nil) == (other.score == nil), mine.count == others.count
        else { return false }
        return zip(mine, others).allSatisfy { (mine, other) in mine.state == other.state && mine.points == other.points }
    }

    /// A reading has come. Until when it surely changes nothing; nil: that has to be computed. What comes every second almost
    /// always gives the points that were there before.
    public func holds(
        with reading: Reading, of subject: EarlyWarningScore.Subject, at now: Instant, maximumAge: EarlyWarningScore.MaximumAge
    ) -> Instant? {
        guard let score, let place = EarlyWarningScore.Parameter.place(of: reading.vital) else { return .never }
        let part = score.parts[place]
        if part.parameter == .temperature, !reading.isByHand, !subject.takesSkinTemperature { return .never }
        let end = maximumAge.end(of: reading)
        guard part.state == .known, now < end, score.points(of: part.parameter, value: reading.value, scale) == part.points else { return nil }
        return end
    }
}

extension EarlyWarningScore {
    /// The readings that count where devices contradict each other: of each parameter those that give the most. Nil: those that count already.
    fileprivate func worse(of latest: [Vital: LatestReading], _ counting: [Vital: Reading], _ scale: Scale, at now: Instant) -> [Vital: Reading]? {
        var worse = counting
        for part in parts where part.state == .known {
            guard let reading = part.reading, !reading.isByHand, let known = latest[reading.vital] else { continue }
            worse[reading.vital] = ([reading] + known.contradictions(at: now)).reversed().max {
                points(of: part.parameter, value: $0.value, scale).upperBound < points(of: part.parameter, value: $1.value, scale).upperBound
            }
        }
        return worse == counting ? nil : worse
    }
}

extension Instant {
    /// Later than any.
    public static let never = Instant(milliseconds: .max)
}

extension ScoreReport: Encodable {
    enum CodingKeys: String, CodingKey {
        case applicable, motif, echelle, minimum, maximum, connus, parametres, risque_minimum, risque_maximum, calcule_le, parties
    }

    // By hand: what is not known, or does not apply, is sent as null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(notApplicable == nil, forKey: .applicable)
        try container.encode(notApplicable?.wire, forKey: .motif)
        try container.encode(scale, forKey: .echelle)
        try container.encode(score?.lower, forKey: .minimum)
        try container.encode(score?.upper, forKey: .maximum)
        try container.encode(score?.known, forKey: .connus)
        try container.encode(EarlyWarningScore.Parameter.allCases.count, forKey: .parametres)
        try container.encode(score?.lowerRisk.wire, forKey: .risque_minimum)
        try container.encode(score?.upperRisk.wire, forKey: .risque_maximum)
        try container.encode(computedAt, forKey: .calcule_le)
        try container.encode((score?.parts ?? []).map(WirePart.init), forKey: .parties)
    }
}

private struct WirePart: Encodable {
    let part: EarlyWarningScore.Part

    enum CodingKeys: CodingKey { case parametre, etat, valeur, timestamp, saisie, points_minimum, points_maximum }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(part.parameter, forKey: .parametre)
        try container.encode(part.state.wire, forKey: .etat)
        if let reading = part.reading, let letter = reading.vital.letter(of: reading.value) {
            try container.encode(letter, forKey: .valeur)  // as in `WireValue`
        } else {
            try container.encode(part.reading?.value, forKey: .valeur)
        }
        try container.encode(part.reading?.measuredAt, forKey: .timestamp)
        try container.encode(part.reading?.isByHand, forKey: .saisie)  // a person took it
        try container.encode(part.points.lowerBound, forKey: .points_minimum)
        try container.encode(part.points.upperBound, forKey: .points_maximum)
    }
}

extension EarlyWarningScore.NotApplicable {
    fileprivate var wire: String { self == .under16 ? "moins_de_16_ans" : "grossesse" }
}

extension EarlyWarningScore.Risk {
    fileprivate var wire: String {
        switch self {
        case .low: "faible"
        case .urgent: "urgent"
        case .emergency: "urgence"
        }
    }
}

extension EarlyWarningScore.Part.State {
    fileprivate var wire: String {
        switch self {
        case .known: "connu"
        case .missing: "absent"
        case .stale: "ancien"
        }
    }
}
