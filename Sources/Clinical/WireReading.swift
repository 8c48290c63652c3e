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
        let name = name ?? container.text(.typeDonnee)
        self.init(name: name, content: Self.content(in: container, name: name))
    }

    private static func content(
        in container: KeyedDecodingContainer<WireKey>, name: String?
    ) -> Result<Content, Fault> {
        func fault(_ reason: Rejection.Reason) -> Result<Content, Fault> { .failure(Fault(reason: reason)) }
        guard let name else { return fault(container.contains(.typeDonnee) ? .unknownVital : .missingVital) }
        guard let vital = Vital(rawValue: name) else { return fault(.unknownVital) }
        let properties = vital.properties

        guard container.contains(.valeur) else { return fault(.missingValue) }
        let value: Double
        if let letters = properties.letters {
            guard let letter = container.text(.valeur), let index = letters.firstIndex(of: letter) else {
                return fault(.unknownLetter)
            }
            value = Double(index)
        } else {
            guard let number = try? container.decode(Double.self, forKey: .valeur), number.isFinite else {
                return fault(.notANumber)
            }
            guard properties.plausible.contains(number) else { return fault(.implausible) }
            value = number
        }
        if container.has(.unite), container.text(.unite) != properties.unit { return fault(.wrongUnit) }
        return .success(Content(vital: vital, value: value, time: WireTime(in: container)))
    }

    func checked(otherwise common: WireTime, now: Instant) -> Result<Reading, Fault> {
        content.flatMap { content in
            let time = if case .missing = content.time { common } else { content.time }
            return time.resolved(now: now).map {
                Reading(vital: content.vital, value: content.value, measuredAt: $0)
            }
        }
    }
}

/// When a reading was measured, as it came: `timestamp`, else `age_ms`, else not said.
enum WireTime {
    case missing
    case instant(Instant)
    case ageMilliseconds(Int64)
    case bad(Rejection.Reason)

    init(in container: KeyedDecodingContainer<WireKey>) {
        if container.has(.timestamp) {
            let instant = container.text(.timestamp).flatMap { Instant(rfc3339: $0) }
            self = instant.map(WireTime.instant) ?? .bad(.badTimestamp)
        } else if container.has(.ageMs) {
            if let age = try? container.decode(Int64.self, forKey: .ageMs), (0...Report.maximumAgeMilliseconds).contains(age) {
                self = .ageMilliseconds(age)
            } else {
                self = .bad(.badAge)
            }
        } else {
            self = .missing
        }
    }

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

extension KeyedDecodingContainer<WireKey> {
    /// Nil where there is no text under the key. Asks first: a thrown error costs more than a reading.
    fileprivate func text(_ key: WireKey) -> String? {
        contains(key) ? try? decode(String.self, forKey: key) : nil
    }

    /// Whether there is something other than null under the key.
    fileprivate func has(_ key: WireKey) -> Bool {
        contains(key) && (try? decodeNil(forKey: key)) == false
    }
}
