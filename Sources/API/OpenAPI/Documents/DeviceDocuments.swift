import Clinical
import Store

extension RouteDocument {
    private static let worn: [Problem.Code] = [.conflict, .patientWearsDevice]

    static let devices: [RouteDocument] = [
        .init("GET", "/api/iot/dispositifs/", "Devices; `libres=true`: that nobody wears, `retires=true`: out of use", answers: .page(.device)),
        .init(
            "POST", "/api/iot/dispositifs/", "Add a device", body: #"{"nom": "Bracelet 5", "type_dispositif": "bracelet"}"#,
            answers: .made(.device), errors: worn),
        .init(
            "POST", "/api/import/dispositifs/", "Read devices from a file, all rows or none; with `essai=true` only say what would happen",
            body: "nom,type_dispositif,patient\nBracelet 5,bracelet,P1042\n", answers: .one(.importReport)),
        .init("GET", "/api/iot/dispositifs/{id}/", "A device", answers: .one(.device)),
        .init(
            "PUT", "/api/iot/dispositifs/{id}/", "Change a device",
            body: #"{"nom": "Bracelet 5", "type_dispositif": "bracelet", "patient": 12, "statut": "actif", "autres_dispositifs": "garder"}"#,
            answers: .one(.device), errors: worn),
        .init(
            "PATCH", "/api/iot/dispositifs/{id}/", "Change some members of a device", body: #"{"nom": "Bracelet 5 bis"}"#, answers: .one(.device),
            errors: worn),
        .init("DELETE", "/api/iot/dispositifs/{id}/", "Take a device out of use", answers: .nothing),
        .init(
            "POST", "/api/iot/dispositifs/{id}/update_status/", "A device's status", body: #"{"statut": "actif"}"#,
            answers: .json(
                .object(["status": .only(.string(Texts.statusUpdated))]), example: #"{"status": "Statut mis à jour"}"#),
            errors: [.conflict]),
        .init(
            "POST", "/api/iot/dispositifs/{id}/cle/", "A new device key, shown once; the former one stops at once or after some hours",
            body: #"{"ancienne_valable_h": 24}"#, "{}",
            answers: .json(
                .object(["cle": .text, "qr": .list(.text).saying("The rows of a QR code that sets the device up.")]),
                example: #"{"cle": "fjd_5_k3…", "qr": ["1111111", "1000001"]}"#),
            errors: [.conflict]),
        .init("GET", "/api/iot/dispositifs/{id}/etalonnages/", "A device's calibrations, newest first", answers: .page(.calibration)),
        .init(
            "POST", "/api/iot/dispositifs/{id}/etalonnages/", "Record a calibration",
            body: #"{"reference": "Masimo Radical-7 n° 1234", "a": 0, "b": -34.5, "c": 112.25, "spo2_min": 80, "spo2_max": 99}"#,
            answers: .made(.calibration), errors: [.conflict]),
        .init(
            "DELETE", "/api/iot/dispositifs/{id}/etalonnages/{etalonnage}/", "Take back a calibration", answers: .nothing,
            errors: [.conflict]),
        .init("GET", "/api/iot/dispositifs/{id}/affectations/", "Who wore a device from when until when", answers: .page(.assignment)),
        .init(
            "POST", "/api/iot/dispositifs/{id}/affectations/", "Give a device to a patient",
            body: #"{"patient": 12, "autres_dispositifs": "garder"}"#, answers: .made(.assignment), errors: worn),
        .init(
            "PATCH", "/api/iot/dispositifs/{id}/affectations/{affectation}/", "Change when a device is worn, or end it",
            body: #"{"fin": null}"#, answers: .one(.assignment), errors: worn),
        .init(
            "DELETE", "/api/iot/dispositifs/{id}/affectations/{affectation}/", "Delete an assignment that has not begun", answers: .nothing,
            errors: [.conflict]),
    ]

    static let readings: [RouteDocument] = [
        .init(
            "GET", "/api/iot/data/", "Readings, newest first; `format=csv` gives a file of any length",
            answers: .page(.reading).orFile(StoredReading.csvHeading)),
        .init(
            "POST", "/api/iot/data/", "Report readings: one, a map, or many with the device's state",
            body: #"{"dispositif": 5, "type_donnee": "spo2", "valeur": 97, "unite": "%"}"#,
            #"{"dispositif": 5, "spo2": {"valeur": 97, "unite": "%"}, "heart_rate": {"valeur": 72, "unite": "bpm"}}"#,
            #"{"dispositif": 5, "mesures": [{"type_donnee": "spo2", "valeur": 97, "age_ms": 1500}], "etat": {"batterie": 81, "sequence": 1042}}"#,
            #"{"patient": 12, "type_donnee": "temperature", "valeur": 38.4, "unite": "°C"}"#,
            answers: .json(
                .any([.component(.receipt), .component(.reading)]), status: 201, example: Schema.receiptExample,
                "Reading for a single one, else Receipt."),
            errors: [.conflict, .noPatientAssigned, .outcomeUnknown]),
        .init(
            "GET", "/api/iot/data/latest_data/", "The newest value of each vital, of `patient_id` or of everybody in `service`",
            answers: .json(
                .any([.latest, .map(Schema(["pattern": .string("^[0-9]+$")]), to: .latest)]),
                example: #"{"spo2": {"valeur": 97, "unite": "%", "timestamp": "2026-11-22T14:43:18.120Z"}}"#, "Of `service`: by patient, by vital.")),
        .init("GET", "/api/iot/data/{id}/", "A reading", answers: .one(.reading), errors: [.deleted]),
        .init("PUT", "/api/iot/data/{id}/", "Correct a reading", body: #"{"valeur": 98}"#, answers: .one(.reading)),
        .init("PATCH", "/api/iot/data/{id}/", "The same", body: #"{"valeur": 98}"#, answers: .one(.reading)),
        .init("DELETE", "/api/iot/data/{id}/", "Delete a reading; a tombstone stays", answers: .nothing),
    ]
}
