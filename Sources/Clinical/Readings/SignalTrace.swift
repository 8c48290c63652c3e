/// A strip of a device's optical signal around the moment at which it raised or ended an alarm (`etat.trace`): what people look at to tell a pulse from an
/// artefact.
public struct SignalTrace: Sendable, Hashable {
    /// What the optical signal can raise, by the kind or vital of the alert.
    public enum Cause: String, Sendable, Hashable, CaseIterable {
        case spo2
        case heartRate = "heart_rate"
        case pulseLost = "pouls_introuvable"
    }

    /// Points a second.
    public static let ratesHz = 10.0...100.0
    /// Millionths of the strip's mean level.
    public static let steps = 1...1_000_000
    public static let maximumPoints = 400
    /// Among the differences: a point that is missing.
    static let missing = Int8.min

    /// What was raised or grew worse then, and what ended.
    public var begun: [Cause]
    public var ended: [Cause]
    /// When its last point was measured.
    public var endedAt: Instant
    /// Its instant was told as an age.
    public var isDatedByServer: Bool
    public var rateHz: Double
    /// One step of a difference, in millionths of the mean level.
    public var step: Int
    /// Each point is the one before plus so many steps; the first one is the difference from the mean level.
    public var differences: [Int8]

    public init(
        begun: [Cause], ended: [Cause], endedAt: Instant, isDatedByServer: Bool = false, rateHz: Double, step: Int, differences: [Int8]
    ) {
        (self.begun, self.ended, self.endedAt, self.isDatedByServer) = (begun, ended, endedAt, isDatedByServer)
        (self.rateHz, self.step, self.differences) = (rateHz, step, differences)
    }

    /// Percent of the mean level, to a ten-thousandth; nil: missing.
    public static func points(differences: [Int8], step: Int) -> [Double?] {
        var sum = 0
        return differences.map { difference in
            guard difference != missing else { return nil }
            sum += Int(difference)
            return Double(sum * step) / 10_000
        }
    }
}

extension SignalTrace {
    /// What is wrong with one member. The raw value is the code.
    public enum Fault: String, Sendable, CaseIterable {
        case notAnObject = "not_an_object"
        case badCauses = "bad_causes"
        case noCause = "no_cause"
        case badRate = "bad_rate"
        case badStep = "bad_step"
        case badPoints = "bad_points"
        case noTime = "no_time"
        case badTimestamp = "bad_timestamp"
        case badAge = "bad_age"
        case future
        case clockNotSet = "clock_not_set"
    }

    /// A member that is wrong; "" is the strip itself.
    public struct FieldFault: Sendable, Hashable {
        public var field: String
        public var fault: Fault

        public init(_ field: String, _ fault: Fault) { (self.field, self.fault) = (field, fault) }
    }

    /// Reads a strip strictly: it is whole, or it is not kept. Every member that is wrong is named.
    static func read(_ json: JSON, now: Instant) -> (trace: SignalTrace?, faults: [FieldFault]) {
        guard let members = json.members else { return (nil, [FieldFault("", .notAnObject)]) }
        var faults: [FieldFault] = []
        func causes(_ name: String) -> [Cause] {
            guard let json = members[name], json != .null else { return [] }
            guard case .array(let words) = json, words.count <= Cause.allCases.count else {
                faults.append(FieldFault(name, .badCauses))
                return []
            }
            let known = words.compactMap { $0.word.flatMap(Cause.init(rawValue:)) }
            if known.count != words.count || Set(known).count != known.count { faults.append(FieldFault(name, .badCauses)) }
            return known
        }
        let (begun, ended) = (causes("debut"), causes("fin"))
        if begun.isEmpty, ended.isEmpty, faults.isEmpty { faults.append(FieldFault("debut", .noCause)) }
        let time = WireTime(in: members)
        var endedAt = now
        switch (time, time.resolved(now: now)) {
        case (.missing, _): faults.append(FieldFault("timestamp", .noTime))
        case (_, .success(let instant)): endedAt = instant
        case (_, .failure(let fault)):
            switch fault.reason {
            case .badAge: faults.append(FieldFault("age_ms", .badAge))
            case .future: faults.append(FieldFault("timestamp", .future))
            case .clockNotSet: faults.append(FieldFault("timestamp", .clockNotSet))
            default: faults.append(FieldFault("timestamp", .badTimestamp))
            }
        }
        let rate = members["cadence"]?.lenientNumber.flatMap { ratesHz.contains($0) ? $0 : nil }
        if rate == nil { faults.append(FieldFault("cadence", .badRate)) }
        let step = members["pas"]?.lenientInteger.flatMap { steps.contains($0) ? $0 : nil }
        if step == nil { faults.append(FieldFault("pas", .badStep)) }
        let differences = members["ir"].flatMap(Self.differences)
        if differences == nil { faults.append(FieldFault("ir", .badPoints)) }
        guard faults.isEmpty, let rate, let step, let differences else { return (nil, faults) }
        return (
            SignalTrace(
                begun: begun, ended: ended, endedAt: endedAt, isDatedByServer: time.isByServerClock, rateHz: rate, step: step,
                differences: differences),
            []
        )
    }

    /// Base64 of 1 to `maximumPoints` bytes, of which at least one is a point. Nil: none.
    private static func differences(_ json: JSON) -> [Int8]? {
        guard case .string(let text) = json else { return nil }
        let digits = Array(text.utf8)
        guard !digits.isEmpty, digits.count % 4 == 0, digits.count <= (maximumPoints + 2) / 3 * 4 else { return nil }
        let padding = digits.suffix(2).count { $0 == UInt8(ascii: "=") }
        var (bytes, group): ([Int8], UInt32) = ([], 0)
        for (index, digit) in digits.enumerated() {
            let isPadding = index >= digits.count - padding
            guard let value = isPadding ? (digit == UInt8(ascii: "=") ? 0 : nil) : sextet(digit) else { return nil }
            group = group << 6 | value
            guard index % 4 == 3 else { continue }
            for shift in [16, 8, 0] as [UInt32] { bytes.append(Int8(truncatingIfNeeded: group >> shift)) }
            group = 0
        }
        bytes.removeLast(padding)
        guard bytes.count <= maximumPoints, bytes.contains(where: { $0 != missing }) else { return nil }
        return bytes
    }

    private static func sextet(_ digit: UInt8) -> UInt32? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}

extension SignalTrace.Fault {
    public func text(in language: Language) -> String { Self.texts[self]?[language] ?? rawValue }

    static let texts: [Self: [Language: String]] = {
        let causes = SignalTrace.Cause.allCases.map(\.rawValue).joined(separator: ", ")
        let (least, most) = (Int(SignalTrace.ratesHz.lowerBound), Int(SignalTrace.ratesHz.upperBound))
        return [
            .notAnObject: [.french: "Un objet est requis.", .english: "An object is required."],
            .badCauses: [
                .french: "Une liste sans doublon est requise, de : \(causes).", .english: "A list without repetitions is required, of: \(causes).",
            ],
            .noCause: [
                .french: "debut ou fin doit nommer au moins une alarme : \(causes).",
                .english: "debut or fin must name at least one alarm: \(causes).",
            ],
            .badRate: [
                .french: "Un nombre de \(least) à \(most) points par seconde est requis.",
                .english: "A number from \(least) to \(most) points a second is required.",
            ],
            .badStep: [
                .french: "Un nombre entier de 1 à \(SignalTrace.steps.upperBound) est requis.",
                .english: "A whole number from 1 to \(SignalTrace.steps.upperBound) is required.",
            ],
            .badPoints: [
                .french: "De 1 à \(SignalTrace.maximumPoints) octets en base64 sont requis, dont au moins un point mesuré.",
                .english: "1 to \(SignalTrace.maximumPoints) bytes in base64 are required, with at least one measured point.",
            ],
            .noTime: [.french: "timestamp ou age_ms est requis.", .english: "timestamp or age_ms is required."],
            .badTimestamp: [
                .french: "Une date avec heure et fuseau est requise, comme 2026-11-22T14:43:18Z.",
                .english: "A date with time and offset is required, such as 2026-11-22T14:43:18Z.",
            ],
            .badAge: [
                .french: "Un nombre entier de 0 à \(Report.maximumAgeMilliseconds) est requis.",
                .english: "A whole number from 0 to \(Report.maximumAgeMilliseconds) is required.",
            ],
            .future: [.french: "Cette heure est dans le futur.", .english: "This time lies in the future."],
            .clockNotSet: [
                .french: "Cette heure est d’avant 2020 : l’horloge n’est pas à l’heure.",
                .english: "This time is before 2020: the clock is not set.",
            ],
        ]
    }()
}
