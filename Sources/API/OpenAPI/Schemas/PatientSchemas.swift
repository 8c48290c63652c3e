import Clinical
import Store

/// Wards and patients: `Ward`, `Patient`, `DischargedPatient`, `ScoreReport`.
extension Schema {
    static let wardExample =
        #"{"id": 1, "nom": "Cardiologie", "temperature_cutanee_validee": false, "profil_par_defaut": "adulte", "noms_sur_ecran_verrouille": false}"#

    static let ward = Schema.object([
        "id": .id, "nom": .text(1...80),
        "temperature_cutanee_validee": .flag.saying("The early warning score takes what devices measure on the skin."),
        "profil_par_defaut": .profile.saying("Whose limits hold until somebody has confirmed a patient's profile."),
        "noms_sur_ecran_verrouille": .flag.saying("A locked session gets the patients' names."),
    ]).showing(wardExample)

    static let profile = choice(LimitProfile.self)
    static let vital = choice(Vital.self)
    static let severity = choice(Severity.self)

    static let patientExample =
        #""id": 12, "identifiant": "P1042", "nom": "Petit", "prenom": "Anne", "date_naissance": "1950-04-23", "sexe": "F", "service": 1, "#
        + #""lit": "12", "echelle_spo2": 1, "enceinte": false, "sorti_le": null, "limites_propres": ["spo2"], "profil": "adulte", "#
        + #""profil_confirme_par": "claire.petit", "profil_confirme_le": "2026-11-22T08:00:00.000Z", "profil_en_vigueur": "adulte", "#
        + #""profil_propose": "adulte", "profil_a_confirmer": false, "profil_provisoire": null"#

    static let patient = Schema.object([
        "id": .id, "identifiant": .text.saying("The hospital number."), "nom": .text, "prenom": .text, "date_naissance": .day.orNull,
        "sexe": .choice(["F", "M", "X"]).orNull, "service": .id.saying("The ward."), "lit": .text.orNull,
        "echelle_spo2": .integer(1...2).orNull.saying("Of the early warning score."), "enceinte": .flag.orNull,
        "sorti_le": .instant.orNull.saying("Null: in the ward."), "limites_propres": .list(.vital).saying("Vitals with limits of the patient's own."),
        "profil": .profile.orNull.saying("That a person confirmed."), "profil_confirme_par": .text.orNull, "profil_confirme_le": .instant.orNull,
        "profil_en_vigueur": .profile.saying("Whose limits hold."), "profil_propose": .profile.orNull.saying("By the birth date."),
        "profil_a_confirmer": .flag,
        "profil_provisoire": .profile.orNull.saying("Whose limits hold besides, on each side the stricter, until a profile is confirmed."),
    ]).showing("{\(patientExample)}")

    static let dischargedPatient = patient.adding([
        "sorti_par": .text.orNull, "lit_quitte": .text.orNull,
        "annulable_jusqu_a": .instant.orNull.saying("Until when the caller can take the discharge back; null: cannot."),
    ]).showing(
        #"{\#(patientExample), "sorti_par": "claire.petit", "lit_quitte": "12", "annulable_jusqu_a": "2026-11-22T15:43:18.120Z"}"#
    )

    static let returnedPatient = patient.adding([
        "dispositifs_rendus": .list(.object(["id": .id, "nom": .text])).saying("Devices that the patient wears again."),
        "dispositifs_pris": .list(.object(["id": .id, "nom": .text])).saying("Devices that were given to others."),
    ]).showing(#"{\#(patientExample), "dispositifs_rendus": [{"id": 5, "nom": "Bracelet 5"}], "dispositifs_pris": []}"#)

    static let importReport = Schema.object([
        "essai": .flag.saying("Nothing was changed."), "lignes": .integer.saying("Rows of the file."),
        "effets": .object(Dictionary(uniqueKeysWithValues: ListReport.Effect.allCases.map { ($0.rawValue, .integer) })).saying("Rows by effect."),
        "resultats": .list(
            .object([
                "ligne": .integer.saying("Of the file, from 1."), "reference": .text.saying("The hospital number, or the device's name."),
                "effet": .choice(ListReport.Effect.self), "id": .id.orNull.saying("Null of what is refused, and of what a trial would add."),
                "errors": .map(.text, to: .list(.text)).saying("Of a refused row: messages by column."),
            ])
        ).saying("In the order of the file."),
    ]).showing(
        #"{"essai": true, "lignes": 2, "effets": {"ajoute": 1, "readmis": 0, "modifie": 0, "inchange": 0, "refuse": 1}, "resultats": "#
            + #"[{"ligne": 2, "reference": "P1042", "effet": "ajoute", "id": null, "errors": {}}, "#
            + #"{"ligne": 3, "reference": "P1043", "effet": "refuse", "id": null, "errors": {"lit": ["Ce lit est occupé."]}}]}"#)

    static let score = Schema.object([
        "applicable": .flag, "motif": .choice(["moins_de_16_ans", "grossesse"]).orNull.saying("Why it does not apply."),
        "echelle": .integer(1...2), "minimum": .integer.orNull.saying("What the score surely is."),
        "maximum": .integer.orNull.saying("What it can be."),
        "connus": .integer.orNull.saying("Parameters that are known."), "parametres": .integer, "risque_minimum": .risk, "risque_maximum": .risk,
        "calcule_le": .instant,
        "parties": .list(
            .object([
                "parametre": .choice(EarlyWarningScore.Parameter.self), "etat": .choice(["connu", "absent", "ancien"]),
                "valeur": .readingValue.orNull,
                "timestamp": .instant.orNull, "saisie": .flag.orNull.saying("A person took the value."), "points_minimum": .integer,
                "points_maximum": .integer,
            ])),
    ]).showing(
        #"""
        {"applicable": true, "motif": null, "echelle": 1, "minimum": 1, "maximum": 4, "connus": 6, "parametres": 7, "risque_minimum": "faible",
         "risque_maximum": "urgent", "calcule_le": "2026-11-22T14:43:18.120Z",
         "parties": [{"parametre": "heart_rate", "etat": "connu", "valeur": 96, "timestamp": "2026-11-22T14:43:17.000Z", "saisie": false,
          "points_minimum": 1, "points_maximum": 1}]}
        """#)

    private static let risk = Schema.choice(["faible", "urgent", "urgence"]).orNull
}
