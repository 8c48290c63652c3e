/// A kind of measurement. The raw value is the wire name (`type_donnee`).
///
/// This is the one registry: adding a vital is one case and one entry in `registry`.
public enum Vital: String, CaseIterable, Codable, Sendable, Hashable {
    case spo2, temperature
    case heartRate = "heart_rate"
    case respiratoryRate = "respiratory_rate"
    case systolicBP = "systolic_bp"
    case diastolicBP = "diastolic_bp"
    case consciousness
    case supplementalO2 = "supplemental_o2"
    case perfusionIndex = "perfusion_index"
    case signalQuality = "signal_quality"
    case ambientTemperature = "ambient_temperature"
}

extension Vital {
    /// What is known of a vital. Ranges are in its own unit. Sources: IEEE and LOINC codes as published; normal ranges are
    /// for display beside a card, not alarm limits.
    public struct Properties: Sendable {
        /// The number in the database. Never reused, never changed.
        public let code: Int16
        /// As shown and as sent (`unite`).
        public let unit: String
        public let ucum: String
        public let loinc: [String]
        /// A value outside cannot be a measurement of a patient and is rejected.
        public let plausible: ClosedRange<Double>
        public let normal: ClosedRange<Double>?
        public let decimals: Int
        /// The values a vital that is no number may take on the wire; the stored number is the index.
        public var letters: [String]? = nil
    }

    public var properties: Properties { Self.ordered[place] }
    public var code: Int16 { Self.codes[place] }
    public var unit: String { properties.unit }

    public init?(code: Int16) {
        guard let vital = Self.byCode[code] else { return nil }
        self = vital
    }

    /// Its place among the cases.
    // Unsafe by its name only: the cases of an enum without payloads are numbered in their order, in one byte. A test counts along.
    private var place: Int { Int(unsafeBitCast(self, to: UInt8.self)) }

    /// By its place: Swift would hash the characters of its name, several times for every reading.
    public func hash(into hasher: inout Hasher) { hasher.combine(place) }

    static let registry: [Vital: Properties] = [
        .spo2: Properties(
            code: 1, unit: "%", ucum: "%", loinc: ["2708-6", "59408-5"], plausible: 30...100, normal: 95...100, decimals: 0),
        .heartRate: Properties(
            code: 2, unit: "bpm", ucum: "/min", loinc: ["8867-4"], plausible: 15...300, normal: 60...100, decimals: 0),
        .temperature: Properties(
            code: 3, unit: "°C", ucum: "Cel", loinc: ["8310-5"], plausible: 20...45, normal: 36.1...37.2, decimals: 1),
        .respiratoryRate: Properties(
            code: 4, unit: "/min", ucum: "/min", loinc: ["9279-1"], plausible: 2...80, normal: 12...20, decimals: 0),
        .systolicBP: Properties(
            code: 5, unit: "mmHg", ucum: "mm[Hg]", loinc: ["8480-6"], plausible: 30...300, normal: 111...140, decimals: 0),
        .diastolicBP: Properties(
            code: 6, unit: "mmHg", ucum: "mm[Hg]", loinc: ["8462-4"], plausible: 15...200, normal: 60...90, decimals: 0),
        .consciousness: Properties(
            code: 7, unit: "", ucum: "1", loinc: ["67775-7"], plausible: 0...4, normal: 0...0, decimals: 0,
            letters: ["A", "C", "V", "P", "U"]),
        .supplementalO2: Properties(
            code: 8, unit: "", ucum: "1", loinc: ["3151-8"], plausible: 0...1, normal: 0...0, decimals: 0),
        .perfusionIndex: Properties(
            code: 9, unit: "%", ucum: "%", loinc: [], plausible: 0...30, normal: nil, decimals: 1),
        .signalQuality: Properties(
            code: 10, unit: "%", ucum: "%", loinc: [], plausible: 0...100, normal: nil, decimals: 0),
        .ambientTemperature: Properties(
            code: 11, unit: "°C", ucum: "Cel", loinc: [], plausible: -20...60, normal: nil, decimals: 1),
    ]

    private static let ordered = allCases.map { registry[$0]! }  // every case has an entry: a test says so
    private static let codes = ordered.map(\.code)
    private static let byCode = Dictionary(uniqueKeysWithValues: registry.map { ($1.code, $0) })
}
