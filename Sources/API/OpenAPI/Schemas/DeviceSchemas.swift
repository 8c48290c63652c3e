import Clinical

/// Devices: `Device`, `Assignment`, `DeviceCalibration`.
extension Schema {
    private static let calibrationExample =
        #"{"id": 3, "le": "2026-11-20T10:00:00.000Z", "par": "admin", "enregistre_le": "2026-11-20T10:05:00.000Z", "#
        + #""reference": "Masimo Radical-7 n° 1234", "a": 0, "b": -34.5, "c": 112.25, "spo2_min": 80, "spo2_max": 99, "en_service": true}"#

    static let calibration = Schema.object([
        "id": .integer, "le": .instant, "par": .text, "enregistre_le": .instant, "reference": .text.saying("The instrument of the comparison."),
        "a": .number, "b": .number, "c": .number, "spo2_min": .integer, "spo2_max": .integer,
        "en_service": .flag.saying("The device says that it computes with these coefficients."),
    ]).showing(calibrationExample)

    static let device = Schema.object([
        "id": .id, "nom": .text, "type_dispositif": .text, "patient": .id.orNull.saying("Who wears it now."), "statut": .text,
        "derniere_connexion": .instant.orNull, "batterie": .integer(0...100).orNull.saying("In percent."), "rssi": .integer.orNull.saying("In dBm."),
        "firmware": .text.orNull, "detaches": .list(.vital).saying("Vitals whose sensor is not on the patient."),
        "raisons": .reasons, "decalage_ms": .integer.orNull.saying("Its clock minus the server's."), "porte_depuis": .instant.orNull,
        "retire_le": .instant.orNull.saying("Out of use since then."),
        "etalonnage": .any([.component(.calibration), Schema(["type": .string("null")])]), "inverse": .flag,
    ]).showing(
        #"""
        {"id": 5, "nom": "Bracelet 5", "type_dispositif": "bracelet", "patient": 12, "statut": "actif",
         "derniere_connexion": "2026-11-22T14:43:18.120Z", "batterie": 81, "rssi": -61, "firmware": "0.1.0", "detaches": [], "raisons": {},
         "decalage_ms": null, "porte_depuis": "2026-11-21T09:00:00.000Z", "retire_le": null, "etalonnage": \#(calibrationExample), "inverse": false}
        """#)

    /// Why there is no value of a vital now.
    static let reasons = map(.vital, to: .choice(MissingReason.self))

    static let assignment = Schema.object([
        "id": .integer, "patient": .id, "debut": .instant, "fin": .instant.orNull.saying("Null: until somebody ends it."),
    ]).showing(#"{"id": 21, "patient": 12, "debut": "2026-11-21T09:00:00.000Z", "fin": null}"#)
}
