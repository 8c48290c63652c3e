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
        /// Where a vital's part stands among the seven; nil: it is none of them.
        static func place(of vital: Vital) -> Int? {
            switch vital {
            case .respiratoryRate: 0
            case .spo2: 1
            case .supplementalO2: 2
            case .systolicBP: 3
            case .heartRate: 4
            case .consciousness: 5
            case .temperature: 6
            default: nil
            }
        }
    }

    /// Which of the two SpO2 scales. The second is for hypercapnic respiratory failure, where a doctor chose it.
    public enum Scale: Int, Sendable, Codable { case one = 1, two = 2 }

    /// How old a value may be.
    public struct MaximumAge: Hashable, Sendable {
        public var deviceSeconds: Double
        public var manualSeconds: Double

        public init(deviceSeconds: Double = 5 * 60, manualSeconds: Double = 12 * 3600) {
            (self.deviceSeconds, self.manualSeconds) = (deviceSeconds, manualSeconds)
        }

        /// The first instant at which the reading is too old.
        func end(of reading: Reading) -> Instant {
            let end = reading.measuredAt.advanced(bySeconds: reading.isByHand ? manualSeconds : deviceSeconds)
            return Instant(milliseconds: end.milliseconds + 1)
        }
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

    /// - Parameter readings: those that count; skin temperatures are left out by the caller.
    public init(_ readings: [Vital: Reading], scale: Scale, at now: Instant, maximumAge: MaximumAge = MaximumAge()) {
        func current(_ parameter: Parameter) -> (Part.State, Reading?) {
            guard let reading = readings[parameter.vital] else { return (.missing, nil) }
            return (now < maximumAge.end(of: reading) ? .known : .stale, reading)
        }
        let (oxygenState, oxygen) = current(.supplementalO2)
        let supply = oxygenState == .known ? oxygen.map { $0.value != 0 } : nil
        parts = Parameter.allCases.map { parameter in
            let (state, reading) = current(parameter)
            guard state == .known, let reading else {
                return Part(parameter: parameter, state: state, reading: reading, points: 0...parameter.maximum)
            }
            return Part(
                parameter: parameter, state: state, reading: reading,
                points: Self.points(parameter, reading.value, scale, isOnOxygen: supply))
        }
    }

    /// What a value gives, or may give while nobody knows whether the patient is on oxygen.
    private static func points(_ parameter: Parameter, _ value: Double, _ scale: Scale, isOnOxygen: Bool?) -> ClosedRange<Int> {
        let onAir = points(parameter, value, scale, onOxygen: isOnOxygen ?? false)
        let onOxygen = points(parameter, value, scale, onOxygen: isOnOxygen ?? true)
        return min(onAir, onOxygen)...max(onAir, onOxygen)
    }

    /// What another value of a parameter would give, all else being as it is.
    func points(of parameter: Parameter, value: Double, _ scale: Scale) -> ClosedRange<Int> {
        let oxygen = parts[2]
        let supply = oxygen.state == .known ? oxygen.points.lowerBound > 0 : nil
        return Self.points(parameter, value, scale, isOnOxygen: supply)
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
