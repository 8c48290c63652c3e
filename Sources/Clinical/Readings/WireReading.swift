/// One reading as it came, each field decoded by itself, so that a bad one spoils neither the body nor its neighbours.
/// Decoding never throws.
struct WireReading: Decodable {
    /// `type_donnee` as it came.
    var name: String?
    private var content: Result<Content, Fault>

    /// What stands before the clock is asked.
    private struct Content {
        var vital: Vital
        var value: Double
        var time: WireTime
    }

    struct Fault: Error {
        var reason: Rejection.Reason
    }

    static func notAnObject(name: String?) -> WireReading {
        WireReading(name: name, content: .failure(Fault(reason: .notAnObject)))
    }

    private init(name: String?, content: Result<Content, Fault>) { (self.name, self.content) = (name, content) }

    init(from decoder: any Decoder) {
        guard let container = try? decoder.container(keyedBy: WireKey.self) else {
            self = .notAnObject(name: nil)
            return
        }
        self.init(in: container, name: nil)
    }

    /// `name` is a map's key; else `type_donnee` says it.
    init(in container: KeyedDecodingContainer<WireKey>, name: String?) {
        let named = name.map(WireField.value) ?? container.field(.typeDonnee)
        self.init(name: named.value, content: Self.content(in: container, name: named))
    }

    private static func content(
        in container: KeyedDecodingContainer<WireKey>, name: WireField<String>
    ) -> Result<Content, Fault> {
        func fault(_ reason: Rejection.Reason) -> Result<Content, Fault> { .failure(Fault(reason: reason)) }
        if case .absent = name { return fault(.missingVital) }
        guard let vital = name.value.flatMap(Vital.init(rawValue:)) else { return fault(.unknownVital) }
        let properties = vital.properties

        let value: Double
        if let letters = properties.letters {
            let letter: WireField<String> = container.field(.valeur)
            if case .absent = letter { return fault(.missingValue) }
            guard let index = letter.value.flatMap(letters.firstIndex) else { return fault(.unknownLetter) }
            value = Double(index)
        } else {
            let number: WireField<Double> = container.field(.valeur)
            if case .absent = number { return fault(.missingValue) }
            guard let number = number.value, number.isFinite else { return fault(.notANumber) }
            guard properties.plausible.contains(number) else { return fault(.implausible) }
            value = number
        }
        switch container.field(.unite) as WireField<String> {
        case .absent: break
        case .value(let unit) where unit == properties.unit: break
        case .value, .wrong: return fault(.wrongUnit)
        }
        return .success(Content(vital: vital, value: value, time: WireTime(in: container)))
    }

    func checked(otherwise common: WireTime, now: Instant) -> Result<Reading, Fault> {
        content.flatMap { content in
            content.time.or(common).resolved(now: now).map {
                Reading(vital: content.vital, value: content.value, measuredAt: $0)
            }
        }
    }

    /// By the device's own clock; nil where the reading names no instant, or could not be read.
    func timestamp(otherwise common: WireTime) -> Instant? {
        guard case .success(let content) = content, case .instant(let instant) = content.time.or(common) else { return nil }
        return instant
    }
}

/// When a reading was measured, as it came: `timestamp`, else `age_ms`, else not said.
enum WireTime {
    case missing
    case instant(Instant)
    case ageMilliseconds(Int64)
    case bad(Rejection.Reason)

    init(in container: KeyedDecodingContainer<WireKey>) {
        switch container.field(.timestamp) as WireField<String> {
        case .value(let text): self = Instant(rfc3339: text).map(WireTime.instant) ?? .bad(.badTimestamp)
        case .wrong: self = .bad(.badTimestamp)
        case .absent:
            switch container.field(.ageMs) as WireField<Int64> {
            case .value(let age) where (0...Report.maximumAgeMilliseconds).contains(age): self = .ageMilliseconds(age)
            case .value, .wrong: self = .bad(.badAge)
            case .absent: self = .missing
            }
        }
    }

    func or(_ common: WireTime) -> WireTime { if case .missing = self { common } else { self } }

    /// The instant by the server's clock; `now` where nothing was said.
    func resolved(now: Instant) -> Result<Instant, WireReading.Fault> {
        switch self {
        case .missing: .success(now)
        case .instant(let instant) where instant.seconds(since: now) > Report.maximumFutureSeconds:
            .failure(WireReading.Fault(reason: .future))
        case .instant(let instant): .success(instant)
        case .ageMilliseconds(let age): .success(Instant(milliseconds: now.milliseconds - age))
        case .bad(let reason): .failure(WireReading.Fault(reason: reason))
        }
    }
}

/// The members of a body and of a reading in it; open, because a map's are vitals' names.
struct WireKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }

    static let dispositif = WireKey(stringValue: "dispositif")
    static let patient = WireKey(stringValue: "patient")
    static let mesures = WireKey(stringValue: "mesures")
    static let etat = WireKey(stringValue: "etat")
    static let typeDonnee = WireKey(stringValue: "type_donnee")
    static let valeur = WireKey(stringValue: "valeur")
    static let unite = WireKey(stringValue: "unite")
    static let timestamp = WireKey(stringValue: "timestamp")
    static let ageMs = WireKey(stringValue: "age_ms")

    /// What a map may hold beside vitals; `type` is a WebSocket message's.
    static let notVitals: Set<String> = ["dispositif", "patient", "etat", "timestamp", "age_ms", "type"]
}

/// A member of an object: not there (or null), of the expected type, or of another.
enum WireField<Value> {
    case absent, wrong
    case value(Value)

    var value: Value? { if case .value(let value) = self { value } else { nil } }
}

extension KeyedDecodingContainer<WireKey> {
    fileprivate func field<Value: Decodable>(_ key: WireKey) -> WireField<Value> {
        // One look-up a member: with a question before each, decoding took twice as long.
        do { return try decodeIfPresent(Value.self, forKey: key).map(WireField.value) ?? .absent } catch { return .wrong }
    }
}
