/// What a device, or a nurse by hand, sends to be stored: the body of POST `/api/iot/data/`, decoded and checked.
///
/// A reading that cannot be right is in `rejected` with its reason and keeps no other from being stored.
public struct Report: Sendable, Equatable {
    /// Which of the contract's three bodies it was; the answer differs.
    public enum Shape: Sendable { case single, map, report }

    public static let maximumReadings = 1000
    /// 30 days: longer than a device's log holds.
    public static let maximumAgeMilliseconds: Int64 = 30 * 86_400_000
    public static let maximumHospitalNumberLength = 64

    public var shape: Shape
    /// As the body names it; nil where the device key says it.
    public var device: DeviceID?
    /// Whose the readings are, for entry by hand.
    public var patient: PatientKey?
    /// In the order of the body; a map's in the order of their wire names. A vital and instant may occur twice: the store counts it.
    public var readings: [Reading]
    /// Ordered by `index`.
    public var rejected: [Rejection]
    public var state: DeviceState?
    /// What is wrong with the strip of the signal that came with the state: it is not kept, everything else is.
    public var traceFaults: [SignalTrace.FieldFault] = []
    /// By the device's own clock: the newest instant that a reading names, also one that was rejected because it lies ahead.
    public var newestTimestamp: Instant?

    public init(
        shape: Shape, device: DeviceID? = nil, patient: PatientKey? = nil, readings: [Reading] = [],
        rejected: [Rejection] = [], state: DeviceState? = nil, newestTimestamp: Instant? = nil
    ) {
        (self.shape, self.device, self.patient) = (shape, device, patient)
        (self.readings, self.rejected, self.state) = (readings, rejected, state)
        self.newestTimestamp = newestTimestamp
    }

    /// The place in the body of the reading that stands at `position` in `readings`.
    public func index(ofReading position: Int) -> Int {
        var index = position
        for rejection in rejected where rejection.index <= index { index += 1 }
        return index
    }
}

/// How a patient is named in a path, a query or a body: by our id, or by the hospital's own number.
public enum PatientKey: Hashable, Sendable {
    case id(PatientID)
    case hospitalNumber(String)

    /// Stands before a hospital number that would otherwise be read as an id or as several segments of a path. No number begins with it.
    public static let numberMark = "n:"
    /// No patient has it.
    private static let nobody = 0

    /// Digits only are always an id, also where they are nobody's: a hospital number of digits never opens the patient whose id is equal.
    /// What follows `n:`, and any other text, is a hospital number.
    public init(_ text: String) {
        if text.unicodeScalars.starts(with: Self.numberMark.unicodeScalars) {
            self = .hospitalNumber(String(text.unicodeScalars.dropFirst(Self.numberMark.unicodeScalars.count)))
        } else if !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) {
            self = .id(text.utf8.first == UInt8(ascii: "0") ? Self.nobody : Int32(text).map(Int.init) ?? Self.nobody)
        } else {
            self = .hospitalNumber(text)
        }
    }
}

/// A reading that is not stored, and why.
public struct Rejection: Hashable, Sendable {
    /// Its place in `mesures`; in a map, its place among the wire names in alphabetical order; 0 for a single reading.
    public var index: Int
    /// `type_donnee` as it came, cut to 64 characters; nil where there was none.
    public var name: String?
    public var reason: Reason

    public init(index: Int, name: String?, reason: Reason) {
        (self.index, self.name, self.reason) = (index, name.map { String(String.UnicodeScalarView($0.unicodeScalars.prefix(64))) }, reason)
    }

    /// A code, for programs and metrics; `Rejection.text(in:)` is for people.
    public enum Reason: String, Sendable, CaseIterable {
        case notAnObject = "not_an_object"
        case missingVital = "missing_vital"
        case unknownVital = "unknown_vital"
        case missingValue = "missing_value"
        case notANumber = "not_a_number"
        case unknownLetter = "unknown_letter"
        case implausible
        case wrongUnit = "wrong_unit"
        case badTimestamp = "bad_timestamp"
        case badAge = "bad_age"
        case future
        /// Before `Report.earliestInstant`: the clock has not been set since the device started.
        case clockNotSet = "clock_not_set"
        /// For the store: another value is stored for the same patient, vital, instant and device.
        case conflict
        /// For the store: nobody wore the device at that instant.
        case noPatient = "no_patient"
        /// For the store: a value by hand that does not lie within the patient's stay, or too far back (`ManualEntry`).
        case outsideStay = "outside_stay"

        /// The member of the body that a client must mend.
        public var field: String {
            switch self {
            case .missingVital, .unknownVital: "type_donnee"
            case .notAnObject, .missingValue, .notANumber, .unknownLetter, .implausible, .conflict: "valeur"
            case .wrongUnit: "unite"
            case .badTimestamp, .future, .clockNotSet, .outsideStay: "timestamp"
            case .badAge: "age_ms"
            case .noPatient: "dispositif"
            }
        }
    }
}

/// Why a body as a whole is refused. Nothing of it is stored.
public enum ReportError: String, Error, Sendable, CaseIterable {
    case malformed
    case notAnObject = "not_an_object"
    case badDevice = "bad_device"
    case badPatient = "bad_patient"
    /// `mesures` is no array, or an empty one.
    case noReadings = "no_readings"
    /// None of the three shapes is there.
    case unknownShape = "unknown_shape"
    case tooManyReadings = "too_many_readings"
    /// More values, or more of them in one another, than `JSON` follows.
    case tooComplex = "too_complex"

    /// The contract's `code`.
    public var code: String { self == .malformed ? "parse_error" : "invalid" }

    /// The member of the body that a client must mend; nil where it is the body itself.
    public var field: String? {
        switch self {
        case .malformed, .notAnObject, .tooComplex: nil
        case .badDevice: "dispositif"
        case .badPatient: "patient"
        case .noReadings, .unknownShape, .tooManyReadings: "mesures"
        }
    }
}
