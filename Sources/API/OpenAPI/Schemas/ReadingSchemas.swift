import Clinical
import Store

/// Readings, and the three bodies of POST `/api/iot/data/` (`Report`), whose decoder reports no members: a test compares the two.
extension Schema {
    static let value = Schema.object(values, optional: ["site", "autres"]).showing(
        #"{"valeur": 97, "unite": "%", "timestamp": "2026-11-22T14:43:18.120Z"}"#)

    private static let values: KeyValuePairs<String, Schema> = [
        "valeur": .readingValue, "unite": .text, "timestamp": .instant,
        "site": .choice(["peau", "centrale"]).saying("Of a temperature: by a device or by hand."),
        "autres": .list(.object(["valeur": .number, "timestamp": .instant, "dispositif": .id.orNull], optional: ["dispositif"])).saying(
            "What other devices of the patient say that contradicts it."),
    ]

    /// By vital; those without data are missing.
    static let latest = object(
        Dictionary(uniqueKeysWithValues: Vital.allCases.map { ($0.rawValue, Schema.component(.value)) }),
        optional: Set(Vital.allCases.map(\.rawValue)))

    static let readingExample =
        #""id": "12.1.1795358598120.5", "dispositif": 5, "patient": 12, "type_donnee": "spo2", "valeur": 97, "unite": "%", "#
        + #""timestamp": "2026-11-22T14:43:18.120Z""#

    static let reading = Schema.object(
        [
            "id": .text.saying("Opaque."), "dispositif": .id.orNull.saying("Null: by hand."), "patient": .id, "type_donnee": .vital,
            "valeur": .readingValue, "unite": .text, "timestamp": .instant, "site": .choice(["peau", "centrale"]),
        ], optional: ["site"]
    ).showing("{\(readingExample)}")

    static let ownEntry = Schema.object(
        [
            "id": .text, "dispositif": .id.orNull, "patient": .id, "type_donnee": .vital, "valeur": .readingValue, "unite": .text,
            "timestamp": .instant, "site": .choice(["peau", "centrale"]), "saisie_le": .instant, "modifiable_jusqu_a": .instant,
        ], optional: ["site"]
    ).showing(
        #"""
        {"id": "12.3.1795358598120.0", "dispositif": null, "patient": 12, "type_donnee": "temperature", "valeur": 38.4, "unite": "°C",
         "timestamp": "2026-11-22T14:43:18.120Z", "site": "centrale", "saisie_le": "2026-11-22T14:43:20.000Z",
         "modifiable_jusqu_a": "2026-11-22T15:43:20.000Z"}
        """#)

    /// `[[ms, minimum, average, maximum, count], …]`.
    static let history = list(numbers(5), atMost: 1_500)
    /// By patient, by vital: `[[ms, value], …]`.
    static let traces = map(Schema(["pattern": .string("^[0-9]+$")]), to: .map(.vital, to: .list(.numbers(2))))

    static let rejectedReading = Schema.object(
        ["index": .integer.saying("Its place, from 0."), "type_donnee": .text, "code": .choice(Rejection.Reason.self), "raison": .text],
        optional: ["type_donnee"])

    static let receipt = Schema.object(
        [
            "recues": .integer.saying("Stored, or stored before."), "doublons": .integer.saying("Of these: stored before."),
            "rejetees": .list(rejectedReading), "heure_serveur": .instant,
            "brassard_ms": .integer.saying("For how long a cuff still stops the wearer's pulse."),
            "trace_refusee": .list(.object(["champ": .text, "code": .choice(SignalTrace.Fault.self), "raison": .text])).saying(
                "What is wrong with `etat.trace`, which is not kept."),
            "limites": .object(["version": .integer, "regles": .list(.component(.limit))]).saying(
                "The wearer's alarm rules, where the device holds others."),
        ], optional: ["brassard_ms", "trace_refusee", "limites"]
    ).showing(receiptExample)

    static let receiptExample = #"""
        {"recues": 1, "doublons": 0, "rejetees": [{"index": 1, "type_donnee": "spo2", "code": "implausible", "raison": "Valeur impossible."}],
         "heure_serveur": "2026-11-22T14:43:18.120Z"}
        """#

    // MARK: What is sent

    private static let age = integer(0...Int(Report.maximumAgeMilliseconds)).orNull.saying(
        "Of a device whose clock is not set: how long ago it was measured.")
    private static let time: KeyValuePairs<String, Schema> = [
        "valeur": .readingValue, "unite": .text.orNull.saying("The vital's own; never converted."),
        "timestamp": .instant.orNull.saying("Left out: the time of arrival."), "age_ms": age,
    ]
    private static let optional: Set<String> = ["unite", "timestamp", "age_ms", "dispositif", "patient", "etat"]
    private static let origin: KeyValuePairs<String, Schema> = [
        "dispositif": .id.orNull.saying("May be left out with a device key."),
        "patient": .any([.id, .text(1...Report.maximumHospitalNumberLength), Schema(["type": .string("null")])]).saying(
            "Of a value by hand, instead of a device: the id, or the hospital number."),
        "etat": .component(.deviceState),
    ]

    private static func sent(_ parts: KeyValuePairs<String, Schema>...) -> Schema {
        object(Dictionary(parts.joined().map { ($0, $1) }) { $1 }, optional: optional)
    }

    static let singleReading = sent(origin, time, ["type_donnee": .vital]).saying("One reading.")
    static let report = sent(
        origin, ["timestamp": .instant.orNull, "age_ms": age],
        ["mesures": .list(sent(time, ["type_donnee": .vital]), atMost: Report.maximumReadings)]
    ).saying("Several readings, and what the device says of itself.")
    static let readingMap: Schema = {
        let vitals = Vital.allCases.map(\.rawValue)
        let others = Dictionary((Array(origin) + [("timestamp", .instant.orNull), ("age_ms", age)]).map { ($0, $1) }) { $1 }
        var schema = Schema.object(
            others.merging(vitals.map { ($0, sent(time)) }) { $1 }, optional: optional.union(vitals))
        schema.members["anyOf"] = .array(vitals.map { .object(["required": .array([.string($0)])]) })
        return schema.saying("A reading of each vital, by its name.")
    }()

    static let deviceState = Schema.object(
        [
            "batterie": .integer(0...100), "rssi": .integer(-150...20), "firmware": .text(1...DeviceState.maximumTextLength),
            "demarrage": counter.saying("Grows by one at each start."), "sequence": counter.saying("Grows by one with each report."),
            "cause_demarrage": .text(1...DeviceState.maximumTextLength), "memoire_libre": counter,
            "perdues": counter.saying("Records lost because the memory was full."), "detaches": .list(.vital, atMost: 32), "raisons": .reasons,
            "courbe": .numbers(3).saying("The coefficients of its own that it computes SpO2 with."), "inverse": .flag,
            "trace": .anything.saying("A strip of its signal, for an alarm that it raised or ended: docs/interface.md."),
            "heure": .instant.saying("Its clock."), "limites": counter.saying("The version of the alarm rules that it holds; 0: none."),
        ],
        optional: [
            "batterie", "rssi", "firmware", "demarrage", "sequence", "cause_demarrage", "memoire_libre", "perdues", "detaches", "raisons", "courbe",
            "inverse", "trace", "heure", "limites",
        ]
    ).saying("A member that is wrong is ignored: it never costs a reading.").showing(
        #"{"batterie": 81, "rssi": -61, "firmware": "0.1.0", "demarrage": 3, "sequence": 1042, "detaches": [], "limites": 0}"#)

    private static let counter = integer(0...Int(UInt32.max))
}

extension ReportBody {
    static func schema(isPatch: Bool) -> Schema? {
        .any([.component(.singleReading), .component(.readingMap), .component(.report)])
    }
}
