import Clinical

extension RouteDocument {
    private static let limit = #"{"type_donnee": "spo2", "cote": "bas", "niveau_gravite": "error", "seuil": 88, "delai_s": 10}"#
    private static let limits = #"{"limites": [\#(limit)], "motif": "BPCO"}"#
    private static let found = DocumentedAnswer(
        status: 200, schema: .component(.limits), example: SchemaComponent.limits.schema.example,
        headers: ["ETag": "The version of the limits, for `If-Match`."], text: SchemaComponent.limits.rawValue)

    static let limitsAndStatistics: [RouteDocument] = [
        .init("GET", "/api/limites/", "The hospital's alarm limits", answers: found),
        .init("PUT", "/api/limites/", "Replace the hospital's alarm limits", body: limits, answers: found, errors: [.conflict, .changedMeanwhile]),
        .init("GET", "/api/services/{id}/limites/", "A ward's alarm limits", answers: found),
        .init(
            "PUT", "/api/services/{id}/limites/", "Replace a ward's alarm limits", body: limits, answers: found,
            errors: [.conflict, .changedMeanwhile]),
        .init("GET", "/api/patients/{id}/limites/", "The alarm limits that hold for a patient, and the patient's own", answers: found),
        .init(
            "PUT", "/api/patients/{id}/limites/", "Replace a patient's own alarm limits", body: limits, answers: found,
            errors: [.conflict, .changedMeanwhile]),
        .init("GET", "/api/patients/{id}/limites/changements/", "Who changed a limit that concerns a patient", answers: .page(.limitChange)),
        .init(
            "POST", "/api/patients/{id}/limites/essai/", "How many alerts there would have been with other limits; a week at most",
            body: #"{"limites": [\#(limit)], "depuis": "2026-11-21T14:00:00Z", "jusqu_a": "2026-11-22T14:00:00Z"}"#,
            answers: .one(.limitsTrial)),
        .init("GET", "/api/patients/{id}/alarmes/charge/", "What a patient's alarms asked of the ward, day by day", answers: .list(.alarmLoad)),
        .init("GET", "/api/alarmes/mesures/", "How quickly alarms came, and how many each ward had", answers: .one(.alarmStatistics)),
    ]

    private static let newPause = #"{"duree_s": 120}"#

    static let pauses: [RouteDocument] = [
        .init("GET", "/api/services/{id}/pause/", "The pause of a ward's alarm sound", answers: .current("pause", .pause)),
        .init("POST", "/api/services/{id}/pause/", "Pause a ward's alarm sound", body: newPause, "{}", answers: .made(.pause)),
        .init("DELETE", "/api/services/{id}/pause/", "End it", answers: .nothing),
        .init("GET", "/api/patients/{id}/pause/", "The pause of a patient's alarm sound", answers: .current("pause", .pause)),
        .init(
            "POST", "/api/patients/{id}/pause/", "Pause a patient's alarm sound", body: newPause, "{}", answers: .made(.pause), errors: [.conflict]),
        .init("DELETE", "/api/patients/{id}/pause/", "End it", answers: .nothing),
        .init("GET", "/api/patients/{id}/absence/", "A patient's absence", answers: .current("absence", .hold)),
        .init(
            "POST", "/api/patients/{id}/absence/", "Say that a patient is away: alerts about the devices rest",
            body: #"{"motif": "Scanner", "duree_min": 60}"#, answers: .made(.hold), errors: [.conflict]),
        .init("DELETE", "/api/patients/{id}/absence/", "The patient is back", answers: .nothing),
        .init("GET", "/api/patients/{id}/brassard/", "A cuff on the arm with the sensor", answers: .current("brassard", .hold)),
        .init(
            "POST", "/api/patients/{id}/brassard/", "Say that a cuff is being inflated: a lost pulse is no alert for 90 s", answers: .made(.hold),
            errors: [.conflict]),
        .init("DELETE", "/api/patients/{id}/brassard/", "End it", answers: .nothing),
    ]

    static let alerts: [RouteDocument] = [
        .init(
            "GET", "/api/iot/alertes/", "Alerts, newest first; `format=csv` gives a file of any length",
            answers: .page(.alert).orFile(Alert.csvHeading)),
        .init(
            "POST", "/api/iot/alertes/", "Raise an alert by hand",
            body: #"{"patient": 12, "type_alerte": "chute", "message": "Chute sans gravité", "niveau_gravite": "warning"}"#,
            answers: .made(.alert), .one(.alert, "The open one of the same patient, kind and author was updated."), errors: [.tooManyOpenAlerts]),
        .init("GET", "/api/iot/alertes/{id}/", "An alert", answers: .one(.alert)),
        .init("GET", "/api/iot/alertes/{id}/traces/", "The strips of the signal that devices sent for an alert", answers: .list(.signalTrace)),
        .init(
            "PUT", "/api/iot/alertes/{id}/", "Acknowledge an alert, or change one that a person raised", body: #"{"acquittee": true}"#,
            answers: .one(.alert), errors: [.conflict]),
        .init(
            "PATCH", "/api/iot/alertes/{id}/", "The same, with some members", body: #"{"acquittee": true, "niveau_gravite": "error"}"#,
            answers: .one(.alert),
            errors: [.conflict]),
        .init("DELETE", "/api/iot/alertes/{id}/", "Acknowledge an alert, as the replaced system's clients do: none is deleted", answers: .nothing),
        .init(
            "POST", "/api/iot/alertes/{id}/acquitter/",
            "Acknowledge an alert; 409 if it is worse than the priority that is said", body: #"{"niveau_gravite": "error"}"#, "{}",
            answers: .one(.alert), errors: [.conflict]),
        .init(
            "POST", "/api/iot/alertes/{id}/acquitter/annuler/", "Take back one's acknowledgement, within a minute", answers: .one(.alert),
            errors: [.conflict]),
        .init(
            "POST", "/api/iot/alertes/{id}/medecin/", "Say that a doctor was called, of an alert about the score", answers: .one(.alert),
            errors: [.conflict]),
        .init("POST", "/api/iot/alertes/{id}/clore/", "End an alert about the score", answers: .one(.alert), errors: [.conflict]),
    ]
}
