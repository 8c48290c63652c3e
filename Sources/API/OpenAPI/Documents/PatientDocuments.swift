import Clinical

extension RouteDocument {
    private static let newPatient =
        #"{"identifiant": "P1042", "nom": "Petit", "prenom": "Anne", "date_naissance": "1950-04-23", "sexe": "F", "service": 1, "lit": "12"}"#

    static let wards: [RouteDocument] = [
        .init("GET", "/api/services/", "The wards that the caller sees", answers: .page(.ward)),
        .init("POST", "/api/services/", "Add a ward", body: #"{"nom": "Pneumologie"}"#, answers: .made(.ward), errors: [.conflict]),
        .init("GET", "/api/services/{id}/", "A ward", answers: .one(.ward)),
        .init(
            "PATCH", "/api/services/{id}/", "Change a ward", body: #"{"temperature_cutanee_validee": true}"#, #"{"profil_par_defaut": "adulte"}"#,
            answers: .one(.ward), errors: [.conflict]),
        .init("DELETE", "/api/services/{id}/", "Delete a ward that has no patients and no accounts", answers: .nothing, errors: [.conflict]),
        .init(
            "GET", "/api/services/{id}/traces/", "The newest readings of everybody in a ward, for charts; 5 minutes at most",
            answers: .json(.traces, example: #"{"12": {"spo2": [[1795358598120, 97]]}}"#, "By patient and vital: `[ms, value]`.")),
    ]

    static let patients: [RouteDocument] = [
        .init(
            "GET", "/api/patients/", "Patients; with `sortis=true` those who left",
            answers: .init(
                status: 200, schema: .list(.any([.component(.patient), .component(.dischargedPatient)])),
                example: SchemaComponent.patient.schema.example.map { .array([$0]) }, headers: DocumentedAnswer.linked,
                text: "A list of Patient; with `sortis=true` of DischargedPatient."), errors: [.sessionLocked]),
        .init(
            "POST", "/api/patients/", "Admit a patient, or admit again who has left", body: newPatient,
            answers: .made(.patient, "Somebody new."), .one(.patient, "Somebody who is back."), errors: [.conflict, .readmissionThrottled]),
        .init(
            "PUT", "/api/patients/", "Change or admit by hospital number, as often as it is sent",
            body: #"{"nom": "Petit", "prenom": "Anne", "service": 1}"#,
            answers: .one(.patient, "Changed, or as it was."), .made(.patient, "Somebody new."), errors: [.conflict, .readmissionThrottled]),
        .init(
            "POST", "/api/import/patients/", "Read patients from a file, all rows or none; with `essai=true` only say what would happen",
            body: "identifiant,nom,prenom,date_naissance,sexe,service,lit\nP1042,Petit,Anne,1950-04-23,F,Cardiologie,12\n",
            answers: .one(.importReport)),
        .init("GET", "/api/patients/{id}/", "A patient", answers: .one(.patient)),
        .init(
            "PUT", "/api/patients/{id}/", "Change a patient",
            body: #"{"identifiant": "P1042", "nom": "Petit", "prenom": "Anne", "service": 1, "lit": "14"}"#, answers: .one(.patient),
            errors: [.conflict]),
        .init(
            "PATCH", "/api/patients/{id}/", "Change some members of a patient", body: #"{"enceinte": false}"#, answers: .one(.patient),
            errors: [.conflict]),
        .init(
            "POST", "/api/patients/{id}/profil/", "Confirm the limit profile", body: #"{"profil": "adulte", "motif": "taille d'adulte"}"#,
            answers: .one(.patient), errors: [.conflict]),
        .init("POST", "/api/patients/{id}/sortie/", "Discharge a patient", answers: .one(.patient)),
        .init(
            "POST", "/api/patients/{id}/sortie/annuler/", "Take back a discharge, within an hour", body: #"{"lit": "12"}"#, "{}",
            answers: .one(.returnedPatient), errors: [.conflict]),
        .init("GET", "/api/patients/{id}/score/", "The early warning score (NEWS2)", answers: .one(.score)),
        .init(
            "GET", "/api/patients/{id}/historique/", "A history for a chart, in buckets",
            answers: .json(.history, example: "[[1795358580000, 95, 96.4, 98, 60]]", "`[ms, minimum, average, maximum, count]` of each bucket.")
                .orFile("debut,minimum,moyenne,maximum,nombre")),
        .init(
            "GET", "/api/patients/{id}/saisies/", "What the caller has entered by hand for a patient, and can change still", answers: .list(.ownEntry)
        ),
    ]
}
