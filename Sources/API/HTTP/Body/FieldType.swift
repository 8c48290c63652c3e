import Access
import Clinical
import Store

/// What one member of a body, or one query parameter, may be: how it is read, leniently as Django REST framework does, and what is said of it.
struct FieldType<Value: Sendable>: Sendable {
    let allowed: Allowed
    /// Stands for the value while the other fields are looked at; the request is refused afterwards.
    let placeholder: Value
    let read: @Sendable (JSON) -> Value?

    func fault(of value: JSON) -> Problem.Message { .own { [allowed] in allowed.text(for: value, in: $0) } }
}

/// Values that a field takes, for people.
enum Allowed: Sendable {
    /// How many characters.
    case text(ClosedRange<Int>)
    case choice([String])
    /// A list of some of them.
    case choices([String])
    case integer(ClosedRange<Int>)
    case number(ClosedRange<Double>?)
    case id, flag, instant, day
    /// The value of a reading: a number or a letter, by the vital.
    case reading
    /// How many at most.
    case list(Int)
}

extension FieldType<String> {
    /// - Parameter count: of Unicode scalars, as PostgreSQL counts characters.
    static func text(_ count: ClosedRange<Int>) -> FieldType {
        FieldType(allowed: .text(count), placeholder: "") { json in
            // The bytes first: what is far too long is not counted.
            guard let text = json.lenientText, text.utf8.count <= 4 * count.upperBound, count.contains(text.unicodeScalars.count),
                !text.utf8.contains(0)  // PostgreSQL's text cannot hold it
            else { return nil }
            return text
        }
    }

    /// A password, a token: whatever it is, it is compared and not shown.
    static let secret = FieldType(allowed: .text(1...maximumSecret), placeholder: "") { json in
        json.lenientText.flatMap { !$0.isEmpty && $0.utf8.count <= maximumSecret ? $0 : nil }
    }
    private static var maximumSecret: Int { 8_192 }

    static func choice(_ words: [String]) -> FieldType {
        FieldType(allowed: .choice(words), placeholder: "") { json in
            if case .string(let word) = json, word.utf8.count <= 64, words.contains(word) { word } else { nil }
        }
    }

    /// `1950-04-23`; PostgreSQL would take `tomorrow` and `infinity` for days, too.
    static let day = FieldType(allowed: .day, placeholder: "") { json in
        if case .string(let text) = json, Instant.isDay(text) { text } else { nil }
    }
}

extension FieldType where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    static var choice: FieldType {
        // An enum without cases chooses nothing.
        FieldType(allowed: .choice(Value.allCases.map(\.rawValue)), placeholder: Value.allCases.first!) { json in
            if case .string(let word) = json, word.utf8.count <= 64 { Value(rawValue: word) ?? Value(rawValue: word.lowercased()) } else { nil }
        }
    }
}

extension FieldType<Int> {
    static func integer(_ range: ClosedRange<Int>) -> FieldType {
        FieldType(allowed: .integer(range), placeholder: range.lowerBound) { $0.lenientInteger.flatMap { range.contains($0) ? $0 : nil } }
    }

    /// The number of a patient, ward, device.
    static let id = FieldType(allowed: .id, placeholder: 1) { $0.lenientInteger.flatMap { (1...Int(Int32.max)).contains($0) ? $0 : nil } }
    /// The same, and 0: no device.
    static let idOrZero = integer(0...Int(Int32.max))
}

extension FieldType<Double> {
    static func number(_ range: ClosedRange<Double>? = nil) -> FieldType {
        FieldType(allowed: .number(range), placeholder: 0) { $0.lenientNumber.flatMap { range?.contains($0) ?? true ? $0 : nil } }
    }
}

extension FieldType<Bool> {
    static let flag = FieldType(allowed: .flag, placeholder: false) { $0.lenientFlag }
}

extension FieldType<Instant> {
    static let instant = FieldType(allowed: .instant, placeholder: Instant(milliseconds: 0)) { json in
        if case .string(let text) = json { Instant(rfc3339: text) } else { nil }
    }
    static let queryInstant = FieldType(allowed: .instant, placeholder: Instant(milliseconds: 0)) { json in
        if case .string(let text) = json { Query.readInstant(text) } else { nil }
    }
}

extension FieldType<JSON> {
    /// What it must be depends on something else.
    static let reading = FieldType(allowed: .reading, placeholder: .null) { $0 }
}

extension FieldType<[Permission]> {
    /// One or more of these.
    static func choices(_ permissions: [Permission]) -> FieldType {
        FieldType(allowed: .choices(permissions.map(\.rawValue)), placeholder: []) { json in
            guard case .array(let elements) = json, (1...permissions.count).contains(elements.count) else { return nil }
            let chosen = elements.compactMap { element in permissions.first { .string($0.rawValue) == element } }
            return chosen.count == elements.count ? chosen : nil
        }
    }
}

extension FieldType<[Int]> {
    static func ids(atMost limit: Int) -> FieldType {
        FieldType(allowed: .list(limit), placeholder: []) { json in
            guard case .array(let elements) = json, elements.count <= limit else { return nil }
            let ids = elements.compactMap(FieldType<Int>.id.read)
            return ids.count == elements.count ? ids : nil
        }
    }
}
