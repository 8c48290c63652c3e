/// NEWS2 of the Royal College of Physicians (National Early Warning Score 2, 2017): what the score can be, given what is known.
public struct EarlyWarningScore: Hashable, Sendable {
    /// Its seven parameters.
    public enum Parameter: String, CaseIterable, Sendable, Codable {
        case respiratoryRate = "respiratory_rate"
        case spo2
        case supplementalO2 = "supplemental_o2"
        case systolicBP = "systolic_bp"
        case pulse = "heart_rate"
        case consciousness
        case temperature

        public var vital: Vital { Vital(rawValue: rawValue)! }  // the raw values are vitals' names: a test says so
        /// What it can give at most.
        public var maximum: Int { self == .supplementalO2 ? 2 : 3 }
        /// A device measures it all the time; the others are taken by hand.
        var isContinuous: Bool { self == .spo2 || self == .pulse }
    }

    /// Which of the two SpO2 scales. The second is for hypercapnic respiratory failure, where a doctor chose it.
    public enum Scale: Int, Sendable, Codable { case one = 1, two = 2 }

    /// How old a value may be.
    public struct MaximumAge: Hashable, Sendable {
        public var deviceSeconds = 5 * 60.0
        public var manualSeconds = 12 * 3600.0
        public init() {}
    }

    public struct Part: Hashable, Sendable {
        public enum State: String, Sendable { case known, missing, stale }
        public var parameter: Parameter
        public var state: State
        /// The newest reading, also where it is too old.
        public var reading: Reading?
        /// What this part gives: one number where it is known.
        public var points: ClosedRange<Int>
    }

    /// In the order of `Parameter`.
    public var parts: [Part]

    public var lower: Int { parts.map(\.points.lowerBound).reduce(0, +) }
    public var upper: Int { parts.map(\.points.upperBound).reduce(0, +) }
    public var known: Int { parts.count { $0.state == .known } }

    public enum Risk: String, Sendable, Comparable {
        case low, urgent, emergency
        public static func < (a: Risk, b: Risk) -> Bool { a.rank < b.rank }
        private var rank: Int { self == .low ? 0 : self == .urgent ? 1 : 2 }
    }

    /// What it is at least. A part that may give 3 counts only where it surely does.
    public var lowerRisk: Risk { Self.risk(lower, hasThree: parts.contains { $0.points.lowerBound == 3 }) }
    /// What it may be.
    public var upperRisk: Risk { Self.risk(upper, hasThree: parts.contains { $0.points.upperBound == 3 }) }

    private static func risk(_ total: Int, hasThree: Bool) -> Risk {
        total >= 7 ? .emergency : total >= 5 || hasThree ? .urgent : .low
    }

    /// - Parameters:
    ///   - readings: the newest of each vital; skin temperatures are left out by the caller.
    ///   - byHand: whether a reading was taken by hand, which makes it last longer.
    public init(
        _ readings: [Vital: Reading], scale: Scale, at now: Instant, maximumAge: MaximumAge = MaximumAge(),
        byHand: (Vital) -> Bool = { _ in false }
    ) {
        func current(_ parameter: Parameter) -> (Part.State, Reading?) {
            guard let reading = readings[parameter.vital] else { return (.missing, nil) }
            let longest = parameter.isContinuous && !byHand(parameter.vital) ? maximumAge.deviceSeconds : maximumAge.manualSeconds
            return (now.seconds(since: reading.measuredAt) <= longest ? .known : .stale, reading)
        }
        let (oxygenState, oxygen) = current(.supplementalO2)
        let onOxygen: [Bool] = oxygenState == .known ? [oxygen?.value != 0] : [false, true]
        parts = Parameter.allCases.map { parameter in
            let (state, reading) = current(parameter)
            guard state == .known, let reading else {
                return Part(parameter: parameter, state: state, reading: reading, points: 0...parameter.maximum)
            }
            let possible = onOxygen.map { Self.points(parameter, reading.value, scale, onOxygen: $0) }
            return Part(
                parameter: parameter, state: state, reading: reading,
                points: (possible.min() ?? 0)...(possible.max() ?? parameter.maximum))
        }
    }

    /// The table. Values are rounded to what is shown first.
    static func points(_ parameter: Parameter, _ value: Double, _ scale: Scale, onOxygen: Bool) -> Int {
        let tenths = Int((value * 10).rounded())
        let whole = Int(value.rounded())
        switch parameter {
        case .respiratoryRate: return band(whole, (8, 3), (11, 1), (20, 0), (24, 2), above: 3)
        case .spo2 where scale == .one: return band(whole, (91, 3), (93, 2), (95, 1), above: 0)
        case .spo2 where onOxygen: return band(whole, (83, 3), (85, 2), (87, 1), (92, 0), (94, 1), (96, 2), above: 3)
        case .spo2: return band(whole, (83, 3), (85, 2), (87, 1), above: 0)
        case .supplementalO2: return value != 0 ? 2 : 0
        case .systolicBP: return band(whole, (90, 3), (100, 2), (110, 1), (219, 0), above: 3)
        case .pulse: return band(whole, (40, 3), (50, 1), (90, 0), (110, 1), (130, 2), above: 3)
        case .consciousness: return value != 0 ? 3 : 0
        case .temperature: return band(tenths, (350, 3), (360, 1), (380, 0), (390, 1), above: 2)
        }
    }

    /// The points of the first band whose upper end is not exceeded.
    private static func band(_ value: Int, _ bands: (upTo: Int, points: Int)..., above: Int) -> Int {
        bands.first { value <= $0.upTo }?.points ?? above
    }
}

extension EarlyWarningScore {
    /// For whom the score was not made.
    public enum NotApplicable: String, Sendable, Hashable { case under16, pregnant }

    public static let minimumAgeYears = 16
}
