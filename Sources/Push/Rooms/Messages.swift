import Clinical
import FoundationEssentials

/// What the daemon says to a client: every message is one JSON object.
enum Message: Hashable, Sendable {
    /// `iot_data`; `from` as in `Event.readings`. `others`: what other devices say that contradicts these (`LatestReading.contradictions`).
    case readings(PatientID, [Reading], others: [Reading] = [], from: Instant? = nil)
    /// `iot_data` after a correction; as `Event.corrected`.
    case corrected(PatientID, Vital, latest: Reading?, from: Instant)
    case alert(Alert)
    case alertUpdate(Alert)
    /// The pause that has begun or ended; nil: none runs, and nobody saw how it ended.
    case pause(SoundPause.Subject, SoundPause?)
    case score(PatientID, ScoreReport)
    /// The device as JSON.
    case device(PatientID?, [UInt8])
    /// Where a patient is now; nil: discharged.
    case patient(PatientID, ward: WardID?)
    /// The snapshot is complete.
    case ready
    /// `isCurrent`: what happens in the database comes here, so that silence means that nothing happens.
    case pulse(Instant, isCurrent: Bool)
    case error(Fault, Language = .french)

    /// What a client did wrong, or what went wrong for it.
    enum Fault: Hashable, Sendable {
        case notJSON, unknownType, mayNotEnter, noVitalsHere, noToken
        /// Nothing was stored.
        case unavailable
        /// It may have been stored.
        case unconfirmed
        /// Why the readings that it sent were not stored: the source's words.
        case refused(String)
    }
}

extension Message {
    /// An alert or a fault in the reader's language; everything else is the same for all.
    func told(in language: Language) -> Message {
        switch self {
        case .alert(let alert): .alert(alert.told(in: language))
        case .alertUpdate(let alert): .alertUpdate(alert.told(in: language))
        case .error(let fault, _): .error(fault, language)
        default: self
        }
    }

    var hasLanguage: Bool {
        switch self {
        case .alert, .alertUpdate, .error: true
        default: false
        }
    }
}

extension Message.Fault {
    func text(in language: Language) -> String {
        switch self {
        // The clients of the replaced system compare it.
        case .notJSON: "Format JSON invalide"
        case .refused(let reason): reason
        default: Self.texts[self]?[language] ?? ""
        }
    }

    private static let texts: [Message.Fault: [Language: String]] = [
        .unknownType: [.french: "Type de message inconnu", .english: "Unknown type of message"],
        .mayNotEnter: [.french: "Vous ne pouvez pas saisir de données ici", .english: "You may not enter data here"],
        .noVitalsHere: [.french: "Ce canal ne transmet que les alertes", .english: "This channel carries alerts only"],
        .noToken: [.french: "token requis", .english: "token required"],
        .unavailable: ErrorCode.sentences[.unavailable] ?? [:], .unconfirmed: ErrorCode.sentences[.outcomeUnknown] ?? [:],
    ]
}

extension Message: Encodable {
    private enum Key: String, CodingKey {
        case type, error, data, timestamp, depuis, corrige, service
        case isCurrent = "a_jour"
        case patient = "patient_id"
    }

    private struct VitalKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(_ vital: Vital) { stringValue = vital.rawValue }
        init?(stringValue: String) { nil }
        init?(intValue: Int) { nil }
    }

    func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: Key.self)
        switch self {
        case .readings(let patient, let readings, let others, let from):
            try encode(readings, others, of: patient, from: from, into: &object)
        case .corrected(let patient, let vital, let latest, let from):
            try encode([latest].compactMap { $0 }, [], of: patient, from: from, into: &object)
            try object.encode([vital], forKey: .corrige)
        case .alert(let alert), .alertUpdate(let alert):
            if case .alert = self {
                try object.encode("alert", forKey: .type)
            } else {
                try object.encode("alert_update", forKey: .type)
            }
            try object.encode(alert.patient, forKey: .patient)
            try object.encodeIfPresent(alert.ward, forKey: .service)
            try object.encode(alert, forKey: .data)
        case .pause(let subject, let pause):
            try object.encode("pause", forKey: .type)
            try object.encode(subject.patient, forKey: .patient)
            try object.encode(subject.ward, forKey: .service)
            try object.encode(pause, forKey: .data)
        case .score(let patient, let report):
            try object.encode("score", forKey: .type)
            try object.encode(patient, forKey: .patient)
            try object.encode(report, forKey: .data)
        case .device(let patient, let json):
            try object.encode("dispositif", forKey: .type)
            try object.encode(patient, forKey: .patient)
            try object.encode(JSON(parsing: json), forKey: .data)
        case .patient(let patient, let ward):
            try object.encode("patient", forKey: .type)
            try object.encode(patient, forKey: .patient)
            try object.encode(ward, forKey: .service)
        case .ready:
            try object.encode("ready", forKey: .type)
        case .pulse(let now, let isCurrent):
            try object.encode("pulse", forKey: .type)
            try object.encode(now, forKey: .timestamp)
            try object.encode(isCurrent, forKey: .isCurrent)
        case .error(let fault, let language):
            try object.encode(fault.text(in: language), forKey: .error)
        }
    }

    private func encode(
        _ readings: [Reading], _ others: [Reading], of patient: PatientID, from: Instant?, into object: inout KeyedEncodingContainer<Key>
    ) throws {
        try object.encode("iot_data", forKey: .type)
        try object.encode(patient, forKey: .patient)
        var data = object.nestedContainer(keyedBy: VitalKey.self, forKey: .data)
        for reading in readings {
            let others = others.isEmpty ? [] : others.filter { $0.vital == reading.vital }
            try data.encode(WireValue(reading, others: others), forKey: VitalKey(reading.vital))
        }
        try object.encodeIfPresent(from, forKey: .depuis)
    }

    /// The whole WebSocket frame, to be shared by everybody who is to be told. Throws for a value that JSON cannot carry
    /// (no reading has one: not a number and infinity are refused when they are stored).
    func frame() throws -> Frame { Frame.text(try JSONEncoder.wire.encode(self)) }
}

extension Event {
    /// What everybody concerned is told; nil: nothing.
    var message: Message? {
        switch self {
        case .readings(let patient, _, let readings, let from): .readings(patient, readings.newestOfEach, from: from)
        case .corrected(let patient, _, let vital, let latest, let from):
            .corrected(patient, vital, latest: [Vital: LatestReading](latest)[vital]?.newest, from: from)
        case .alert(let alert, _, let isNew): isNew ? .alert(alert) : .alertUpdate(alert)
        case .pause(let pause, _): pause.subject.map { .pause($0, pause) }
        case .device(let patient, _, let json): .device(patient, json)
        case .patient(let patient, let ward, _): .patient(patient, ward: ward)
        case .rights: nil
        }
    }
}

extension JSONEncoder {
    /// As the interface writes JSON.
    static var wire: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return encoder
    }
}

extension [Reading] {
    /// Of each vital the newest: a message has one value of each.
    fileprivate var newestOfEach: [Reading] {
        var newest: [Reading] = []
        for reading in self {
            if let place = newest.firstIndex(where: { $0.vital == reading.vital }) {
                if newest[place].measuredAt <= reading.measuredAt { newest[place] = reading }
            } else {
                newest.append(reading)
            }
        }
        return newest
    }
}
