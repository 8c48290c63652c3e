/// A kind of measurement. The raw value is the wire name (`type_donnee`).
///
/// This is the one registry: adding a vital is one case, its number and one entry in `registry`.
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
        /// As shown and as sent (`unite`).
        public let unit: String
        public let ucum: String
        /// Other ways to write it, in small letters.
        var otherUnitNames: [String] { ucum == "Cel" ? ["c", "celsius", "℃"] : [] }
        public let loinc: [String]
        /// A value outside cannot be a measurement of a patient and is rejected.
        public let plausible: ClosedRange<Double>
        public let normal: ClosedRange<Double>?
        /// Of what a device measures on the skin, where that is another thing than what is measured by hand. Nil: it is not.
        public var normalOnSkin: ClosedRange<Double>? = nil
        public let decimals: Int
        /// The values a vital that is no number may take on the wire; the stored number is the index.
        public var letters: [String]? = nil
    }

    /// The number in the database. Never reused, never changed.
    public var code: Int16 {
        switch self {
        case .spo2: 1
        case .heartRate: 2
        case .temperature: 3
        case .respiratoryRate: 4
        case .systolicBP: 5
        case .diastolicBP: 6
        case .consciousness: 7
        case .supplementalO2: 8
        case .perfusionIndex: 9
        case .signalQuality: 10
        case .ambientTemperature: 11
        }
    }

    public var properties: Properties { Self.byCode[Int(code)]!.properties }  // every case has an entry: a test says so
    public var unit: String { properties.unit }

    /// Whether a text is the unit as shown, its UCUM code or another way to write the same; letter case makes no difference. It is never converted.
    public func isUnit(_ text: String) -> Bool {
        let properties = properties
        guard text.utf8.count <= Self.maximumUnitBytes else { return false }
        if text == properties.unit { return true }
        if text.isEmpty { return false }
        let folded = text.lowercased()
        return folded == properties.unit.lowercased() || folded == properties.ucum.lowercased() || properties.otherUnitNames.contains(folded)
    }
    private static let maximumUnitBytes = 16

    public init?(code: Int16) {
        guard Self.byCode.indices.contains(Int(code)), let entry = Self.byCode[Int(code)] else { return nil }
        self = entry.vital
    }

    /// By its number: Swift would hash the characters of its name, several times for every reading.
    public func hash(into hasher: inout Hasher) { hasher.combine(code) }

    static let registry: [Vital: Properties] = [
        .spo2: Properties(
            unit: "%", ucum: "%", loinc: ["2708-6", "59408-5"], plausible: 30...100, normal: 95...100, decimals: 0),
        .heartRate: Properties(
            unit: "bpm", ucum: "/min", loinc: ["8867-4"], plausible: 15...300, normal: 60...100, decimals: 0),
        .temperature: Properties(
            unit: "°C", ucum: "Cel", loinc: ["8310-5"], plausible: 20...45, normal: 36.1...37.2, normalOnSkin: 30...35, decimals: 1),
        .respiratoryRate: Properties(
            unit: "/min", ucum: "/min", loinc: ["9279-1"], plausible: 2...80, normal: 12...20, decimals: 0),
        .systolicBP: Properties(
            unit: "mmHg", ucum: "mm[Hg]", loinc: ["8480-6"], plausible: 30...300, normal: 111...140, decimals: 0),
        .diastolicBP: Properties(
            unit: "mmHg", ucum: "mm[Hg]", loinc: ["8462-4"], plausible: 15...200, normal: 60...90, decimals: 0),
        .consciousness: Properties(
            unit: "", ucum: "1", loinc: ["67775-7"], plausible: 0...4, normal: 0...0, decimals: 0,
            letters: ["A", "C", "V", "P", "U"]),
        .supplementalO2: Properties(
            unit: "", ucum: "1", loinc: ["3151-8"], plausible: 0...1, normal: 0...0, decimals: 0),
        .perfusionIndex: Properties(
            unit: "%", ucum: "%", loinc: [], plausible: 0...30, normal: nil, decimals: 1),
        .signalQuality: Properties(
            unit: "%", ucum: "%", loinc: [], plausible: 0...100, normal: nil, decimals: 0),
        .ambientTemperature: Properties(
            unit: "°C", ucum: "Cel", loinc: [], plausible: -20...60, normal: nil, decimals: 1),
    ]

    /// By the number, which may leave holes.
    private static let byCode: [(vital: Vital, properties: Properties)?] = {
        var entries = [(vital: Vital, properties: Properties)?](repeating: nil, count: Int(allCases.map(\.code).max() ?? 0) + 1)
        for (vital, properties) in registry { entries[Int(vital.code)] = (vital, properties) }
        return entries
    }()
}
