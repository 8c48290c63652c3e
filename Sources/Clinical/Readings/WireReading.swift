/// One reading as it came, each field decoded by itself, so that a bad one spoils neither the body nor its neighbours.
/// Reading it never throws.
struct WireReading {
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

    /// `name` is a map's key; else `type_donnee` says it.
    init(in members: [String: JSON], name: String?) {
        let named = name.map(WireField.value) ?? WireField(members["type_donnee"], \.text)
        self.init(name: named.value, content: Self.content(in: members, name: named))
    }

    private static func content(in members: [String: JSON], name: WireField<String>) -> Result<Content, Fault> {
        func fault(_ reason: Rejection.Reason) -> Result<Content, Fault> { .failure(Fault(reason: reason)) }
        if case .absent = name { return fault(.missingVital) }
        guard let vital = name.value.flatMap({ JSON.string($0).word }).flatMap(Vital.init(rawValue:)) else { return fault(.unknownVital) }
        let properties = vital.properties

        let value: Double
        if let letters = properties.letters {
            let letter = WireField(members["valeur"], \.word)
            if case .absent = letter { return fault(.missingValue) }
            guard let index = letter.value.flatMap(letters.firstIndex) else { return fault(.unknownLetter) }
            value = Double(index)
        } else {
            let number = WireField(members["valeur"], \.lenientNumber)
            if case .absent = number { return fault(.missingValue) }
            guard let number = number.value else { return fault(.notANumber) }
            guard properties.plausible.contains(number) else { return fault(.implausible) }
            value = number
        }
        switch WireField(members["unite"], \.word) {
        case .absent: break
        case .value(let unit) where vital.isUnit(unit): break
        case .value, .wrong: return fault(.wrongUnit)
        }
        return .success(Content(vital: vital, value: value, time: WireTime(in: members)))
    }

    func checked(otherwise common: WireTime, now: Instant) -> Result<Reading, Fault> {
        content.flatMap { content in
            let time = content.time.or(common)
            return time.resolved(now: now).map {
                Reading(vital: content.vital, value: content.value, measuredAt: $0, isDatedByServer: time.isByServerClock)
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

    init(in members: [String: JSON]) {
        switch WireField(members["timestamp"], \.text) {
        case .value(let text) where !text.isEmpty: self = Instant(rfc3339: text).map(WireTime.instant) ?? .bad(.badTimestamp)
        case .wrong: self = .bad(.badTimestamp)
        // Forms send what was not filled in as an empty text.
        case .absent, .value:
            switch WireField(members["age_ms"], \.lenientInteger) {
            case .value(let age) where (0...Report.maximumAgeMilliseconds).contains(Int64(age)): self = .ageMilliseconds(Int64(age))
            case .value, .wrong: self = .bad(.badAge)
            case .absent: self = .missing
            }
        }
    }

    /// False: by the clock of who sent it.
    var isByServerClock: Bool { if case .instant = self { false } else { true } }

    func or(_ common: WireTime) -> WireTime { if case .missing = self { common } else { self } }

    /// The instant by the server's clock; `now` where nothing was said.
    func resolved(now: Instant) -> Result<Instant, WireReading.Fault> {
        switch self {
        case .missing: .success(now)
        case .instant(let instant) where instant.seconds(since: now) > Report.maximumFutureSeconds:
            .failure(WireReading.Fault(reason: .future))
        case .instant(let instant) where instant < Report.earliestInstant: .failure(WireReading.Fault(reason: .clockNotSet))
        case .instant(let instant): .success(instant)
        case .ageMilliseconds(let age): .success(Instant(milliseconds: now.milliseconds - age))
        case .bad(let reason): .failure(WireReading.Fault(reason: reason))
        }
    }
}

extension WireReading {
    /// What a map may hold beside vitals; `type` is a WebSocket message's.
    static let notVitals: Set<String> = ["dispositif", "patient", "etat", "timestamp", "age_ms", "type"]
}

/// A member of an object: not there (or null), of the expected type, or of another.
private enum WireField<Value> {
    case absent, wrong
    case value(Value)

    init(_ json: JSON?, _ read: (JSON) -> Value?) {
        self = json.map { $0 == .null ? .absent : read($0).map(WireField.value) ?? .wrong } ?? .absent
    }

    var value: Value? { if case .value(let value) = self { value } else { nil } }
}

extension JSON {
    /// A text and nothing that could be one.
    fileprivate var text: String? { if case .string(let text) = self { text } else { nil } }
}
