import Clinical
import Store

/// Limits, alerts, pauses and what is counted of them.
extension Schema {
    private static let side = choice(Side.self)
    private static let level = choice(AlarmLevel.self)
    private static let bounds: KeyValuePairs<String, Schema> = [
        "seuil": .number.orNull.saying("Null: no alarm of this priority."), "inclus": .flag.orNull.saying("Whether the limit itself is an alarm."),
        "delai_s": .number.orNull, "hysteresis": .number.orNull,
    ]

    static let limit = Schema.object(
        [
            "type_donnee": .vital, "cote": side, "niveau_gravite": .severity, "seuil": .number.orNull.saying("Null: no alarm of this priority."),
            "inclus": .flag.saying("Whether the limit itself is an alarm."), "delai_s": .number, "hysteresis": .number,
            "origine": level.saying("Whose limit it is."), "motif": .text.orNull, "expire_le": .instant.orNull,
        ], optional: ["origine", "motif", "expire_le"]
    ).showing("{\(limitExample), \"origine\": \"hopital\"}")

    static let limitExample =
        #""type_donnee": "spo2", "cote": "bas", "niveau_gravite": "error", "seuil": 88, "inclus": false, "delai_s": 10, "hysteresis": 1"#

    static let limits = Schema.object(
        [
            "version": .integer.saying("The `ETag`; `If-Match` takes it back."), "profil": .profile, "profil_provisoire": .profile.orNull,
            "limites": .list(.component(.limit)).saying("That hold."), "propres": .list(.component(.limit)).saying("This level's own."),
            "temperature_cutanee_validee": .flag,
        ], optional: ["profil_provisoire", "temperature_cutanee_validee"]
    ).showing(
        #"""
        {"version": 3405691582, "profil": "adulte", "limites": [{\#(limitExample), "origine": "patient"}],
         "propres": [{\#(limitExample), "motif": "BPCO", "expire_le": null}], "temperature_cutanee_validee": false}
        """#)

    static let limitChange = Schema.object([
        "moment": .instant, "auteur": .text.orNull, "niveau": level, "profil": .profile.orNull, "type_donnee": .vital, "cote": side,
        "niveau_gravite": .severity, "ancien": .object(bounds).orNull, "nouveau": .object(bounds).orNull,
        "en_vigueur_avant": .object(bounds).adding(["origine": level.orNull]).orNull,
        "en_vigueur_apres": .object(bounds).adding(["origine": level.orNull]).orNull, "assouplie": .flag.orNull,
        "cause": .choice(LooseningCause.self).orNull, "motif": .text.orNull, "expire_le": .instant.orNull,
    ]).showing(
        #"""
        {"moment": "2026-11-22T14:43:18.120Z", "auteur": "claire.petit", "niveau": "patient", "profil": null, "type_donnee": "spo2", "cote": "bas",
         "niveau_gravite": "error", "ancien": null, "nouveau": {"seuil": 86, "inclus": false, "delai_s": 10, "hysteresis": 1},
         "en_vigueur_avant": {"seuil": 88, "inclus": false, "delai_s": 10, "hysteresis": 1, "origine": "hopital"},
         "en_vigueur_apres": {"seuil": 86, "inclus": false, "delai_s": 10, "hysteresis": 1, "origine": "patient"}, "assouplie": true, "cause": null,
         "motif": "BPCO", "expire_le": null}
        """#)

    static let limitsTrial = Schema.object([
        "depuis": .instant, "jusqu_a": .instant, "lectures": .integer.saying("Readings that were looked at."), "avant": trialCount,
        "apres": trialCount, "constatees": .integer.saying("Alerts that there were."),
    ]).showing(
        #"""
        {"depuis": "2026-11-21T14:00:00.000Z", "jusqu_a": "2026-11-22T14:00:00.000Z", "lectures": 86400,
         "avant": {"profil": "adulte", "alertes": 14, "par_gravite": {"error": 2, "warning": 12, "info": 0}},
         "apres": {"profil": "adulte", "alertes": 1, "par_gravite": {"error": 1, "warning": 0, "info": 0},
          "liste": [{"type_alerte": "spo2_bas", "niveau_gravite": "error", "debut": "2026-11-22T03:12:10.000Z", "fin": "2026-11-22T03:13:02.000Z",
           "valeur": 84}]}, "constatees": 14}
        """#)

    private static let bySeverity = object(Dictionary(uniqueKeysWithValues: Severity.allCases.map { ($0.rawValue, Schema.integer) }))
    private static let trialCount = Schema.object(
        [
            "profil": .profile, "alertes": .integer, "par_gravite": bySeverity,
            "liste": .list(
                .object(["type_alerte": .text, "niveau_gravite": .severity, "debut": .instant, "fin": .instant.orNull, "valeur": .number])),
        ], optional: ["liste"])

    static let pause = Schema.object([
        "id": .integer, "patient": .id.orNull, "service": .id.orNull, "par": .text, "debut": .instant, "fin": .instant,
        "niveau_gravite": .severity.saying("The worst that it covers."), "terminee_le": .instant.orNull,
        "rompue_par": .integer.orNull.saying("The alert that broke it."),
    ]).showing(
        #"""
        {"id": 31, "patient": 12, "service": null, "par": "claire.petit", "debut": "2026-11-22T14:43:18.120Z", "fin": "2026-11-22T14:45:18.120Z",
         "niveau_gravite": "warning", "terminee_le": null, "rompue_par": null}
        """#)

    static let hold = Schema.object([
        "id": .integer, "patient": .id, "motif": .text.saying("Empty for a cuff."), "par": .text, "debut": .instant, "fin": .instant,
        "terminee_le": .instant.orNull,
    ]).showing(
        #"""
        {"id": 9, "patient": 12, "motif": "Scanner", "par": "claire.petit", "debut": "2026-11-22T14:43:18.120Z", "fin": "2026-11-22T15:43:18.120Z",
         "terminee_le": null}
        """#)

    static let alert = Schema.object([
        "id": .integer, "patient": .id.orNull, "service": .id.orNull.saying("Of an alert about a whole ward."),
        "dispositif": .id.orNull.saying("Of a technical alert."), "type_alerte": .text, "levee_par": .text.orNull.saying("Who raised it by hand."),
        "message": .text, "niveau_gravite": .severity, "type_donnee": .text.orNull, "cote": side.orNull, "valeur": .number.orNull,
        "seuil": .number.orNull, "profil": .profile.orNull,
        "sources": .list(.object(["dispositif": .id.orNull, "nom": .text.orNull])), "timestamp": .instant, "recue_le": .instant.orNull,
        "levee_le": .instant.orNull, "aggravee_le": .instant.orNull, "rappelee_le": .instant.orNull, "escaladee_le": .instant.orNull,
        "acquittee": .flag, "acquittee_par": .text.orNull, "acquittee_le": .instant.orNull, "premier_acquittement_le": .instant.orNull,
        "terminee_le": .instant.orNull, "trace": .flag.saying("Whether a device sent a strip of its signal for it."),
        "veille": .any([.component(.hold), Schema(["type": .string("null")])]), "score": alertScore.orNull,
        "version": .integer.saying("Grows with every change of this alert."),
    ]).showing(
        #"""
        {"id": 88, "patient": 12, "service": null, "dispositif": null, "type_alerte": "spo2_bas", "levee_par": null,
         "message": "SpO2 basse : 84 % (limite 88 %)", "niveau_gravite": "error", "type_donnee": "spo2", "cote": "bas", "valeur": 84, "seuil": 88,
         "profil": "adulte", "sources": [{"dispositif": 5, "nom": "Bracelet 5"}], "timestamp": "2026-11-22T14:43:08.000Z",
         "recue_le": "2026-11-22T14:43:08.090Z", "levee_le": "2026-11-22T14:43:18.120Z", "aggravee_le": null, "rappelee_le": null,
         "escaladee_le": null, "acquittee": false, "acquittee_par": null, "acquittee_le": null, "premier_acquittement_le": null,
         "terminee_le": null, "trace": true, "veille": null, "score": null, "version": 1}
        """#)

    static let signalTrace = Schema.object([
        "dispositif": .id, "nom": .text, "levees": .list(.text).saying("What was raised or grew worse at its end."),
        "terminees": .list(.text).saying("What ended then."), "debut": .instant, "fin": .instant, "cadence": .number.saying("Points a second."),
        "points": .list(.number.orNull, atMost: SignalTrace.maximumPoints).saying(
            "Infrared light, in percent of the strip's mean level from it; null: missing."),
    ]).showing(
        #"""
        {"dispositif": 5, "nom": "Bracelet 5", "levees": ["spo2"], "terminees": [], "debut": "2026-11-22T14:43:10.160Z",
         "fin": "2026-11-22T14:43:18.120Z", "cadence": 25, "points": [0.12, 0.09, null, -0.31]}
        """#)

    private static let alertScore = Schema.object([
        "minimum": .integer, "maximum": .integer, "parametres_a_3": .list(.vital), "alerte_liee": .integer.orNull,
        "prochaine_mesure_le": .instant.orNull, "medecin_appele_le": .instant.orNull, "medecin_appele_par": .text.orNull,
    ])

    static let alarmLoad = Schema.object([
        "jour": .day, "alertes": .integer, "par_gravite": bySeverity, "duree_s": .number.saying("How long alerts were open, added up."),
        "acquittement_p50_s": .number.orNull,
    ]).showing(
        #"{"jour": "2026-11-22", "alertes": 3, "par_gravite": {"error": 1, "warning": 2, "info": 0}, "duree_s": 412.5, "acquittement_p50_s": 38}"#)

    static let alarmStatistics = Schema.object([
        "debut": .instant, "fin": .instant, "delai": .object(delay), "par_heure": .list(.object(delay).adding(["heure": .instant])),
        "charge": .list(
            .object([
                "service": .id, "nom": .text, "patients_jours": .number, "alertes": .integer, "par_patient_jour": .number.orNull,
            ])),
    ]).showing(
        #"""
        {"debut": "2026-11-21T14:00:00.000Z", "fin": "2026-11-22T14:00:00.000Z", "delai": {"n": 41, "p50_ms": 620, "p99_ms": 1480},
         "par_heure": [{"heure": "2026-11-22T13:00:00.000Z", "n": 2, "p50_ms": 610, "p99_ms": 700}],
         "charge": [{"service": 1, "nom": "Cardiologie", "patients_jours": 11.5, "alertes": 41, "par_patient_jour": 3.57}]}
        """#)

    /// From the measurement to the alert.
    private static let delay: KeyValuePairs<String, Schema> = ["n": .integer, "p50_ms": .number.orNull, "p99_ms": .number.orNull]
}
