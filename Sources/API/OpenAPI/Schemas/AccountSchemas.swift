import Access
import Clinical
import Store

/// What `Problem.response` writes, and the types of Store that accounts are made of.
extension Schema {
    static let problem = Schema.object(
        [
            "type": .only(.string("about:blank")), "title": .text.saying("The name of the status, in English."),
            "status": .integer(400...599), "detail": .text.saying("A sentence for people, French unless `Accept-Language` prefers English."),
            "code": .text.saying("For programs."), "error": .text.saying("Equal to `detail`; of an OAuth client's request for a token the code."),
            "error_description": .text.saying("For an OAuth client: equal to `detail`."),
            "request_id": .text.saying("Under which the logs have the request."),
            "errors": .map(.text, to: .list(.text)).saying(
                "Messages by the field that must be mended. Each stands beside the standard members, too, unless one has its name."),
            "rejetees": .list(.rejectedReading).saying("Readings that were refused, where all of them were."),
            "affectations": .list(.object(["debut": .instant, "fin": .instant.orNull, "patient": .id], optional: ["patient"])).saying(
                "When the device is worn already."),
            "dispositifs": .list(.object(["id": .id, "nom": .text])).saying("The other devices that the patient wears."),
        ], optional: ["error_description", "request_id", "errors", "rejetees", "affectations", "dispositifs"]
    ).others(.list(.text)).showing(
        #"""
        {"type": "about:blank", "title": "Bad Request", "status": 400, "code": "invalid", "detail": "A field is missing or wrong.",
         "error": "A field is missing or wrong.", "errors": {"nom": ["This field is required."]}, "nom": ["This field is required."]}
        """#)

    static let language = choice(Language.self)

    static let account = Schema.object([
        "id": .id, "username": .text, "role": .choice(Role.self), "services": .list(.id).saying("The wards that the account sees."),
        "langue": language, "actif": .flag, "cree_le": .instant, "derniere_connexion": .instant.orNull,
        "mot_de_passe_provisoire": .flag.saying("It must change its password before anything else."),
    ]).showing(
        #"""
        {"id": 7, "username": "claire.petit", "role": "infirmier", "services": [1], "langue": "fr", "actif": true,
         "cree_le": "2026-11-20T08:00:00.000Z", "derniere_connexion": null, "mot_de_passe_provisoire": true}
        """#)

    static let me = Schema.object([
        "id": .id, "username": .text,
        "role": .choice(Role.allCases.map(\.rawValue) + [Me.machineRole]).saying("While the session is locked: `ecran`."), "langue": language,
        "services": .list(.component(.ward)), "mot_de_passe_provisoire": .flag, "permissions": .list(.choice(Permission.self)),
        "inactivite_s": .integer.orNull.saying("Untouched for so long, the session is locked or ends; null: never."),
        "fuseau_horaire": .text.saying("The hospital's, an IANA name."), "fin_session": .instant.orNull, "verrouillee_depuis": .instant.orNull,
    ]).showing(
        #"""
        {"id": 7, "username": "claire.petit", "role": "infirmier", "langue": "fr", "services": [\#(wardExample)],
         "mot_de_passe_provisoire": false, "permissions": ["session", "readPatients"], "inactivite_s": 1800, "fuseau_horaire": "Europe/Paris",
         "fin_session": "2026-11-22T20:00:00.000Z", "verrouillee_depuis": null}
        """#)

    static let machineKey = Schema.object([
        "id": .id.saying("Of the account that stands for it in alerts and in the audit."),
        "client_id": .text.saying("`fjs_` and the id: with `cle` as `client_secret` for `/api/token/`."), "nom": .text,
        "permissions": .list(.choice(Permission.ofMachineKeys.map(\.rawValue))), "services": .list(.id).saying("The wards that it sees."),
        "tous_services": .flag.saying("It sees every ward, also one that is added later."), "etat": .choice(MachineKeyRecord.State.self),
        "cree_le": .instant, "cree_par": .text.orNull.saying("Null: the command line."), "expire_le": .instant,
        "ancienne_jusqu_a": .instant.orNull.saying("Until then the secret before the last renewal works, too."), "revoquee_le": .instant.orNull,
        "derniere_utilisation": .instant.orNull.saying("To the minute."), "derniere_adresse": .text.orNull,
    ]).showing(
        #"""
        {"id": 31, "client_id": "fjs_31", "nom": "Moteur d'intégration", "permissions": ["readPatients", "managePatients"], "services": [1],
         "tous_services": false, "etat": "valide", "cree_le": "2026-11-22T08:00:00.000Z", "cree_par": "admin",
         "expire_le": "2027-11-22T00:00:00.000Z", "ancienne_jusqu_a": null, "revoquee_le": null,
         "derniere_utilisation": "2026-11-22T14:40:00.000Z", "derniere_adresse": "192.0.2.20"}
        """#)

    static let session = Schema.object(
        [
            "id": .text, "type": .choice(["navigateur", "programme"]), "adresse": .text.orNull, "agent": .text.orNull, "ouverte_le": .instant,
            "derniere_activite": .instant, "actuelle": .flag.saying("Whether the request came from it; only in one's own list."),
        ], optional: ["actuelle"]
    ).showing(
        #"""
        {"id": "9b2f0c6e", "type": "programme", "adresse": "192.0.2.7", "agent": "python-requests/2.34", "ouverte_le": "2026-11-22T08:00:00.000Z",
         "derniere_activite": "2026-11-22T14:40:00.000Z", "actuelle": true}
        """#)

    static let auditEntry = Schema.object(
        [
            "id": .integer, "le": .instant, "action": .text, "utilisateur": .text, "utilisateur_id": .id.orNull, "adresse": .text.orNull,
            "session": .text.orNull, "patient": .id.orNull, "objet": .text.orNull, "avant": .anything.saying("What was there before."),
            "apres": .anything, "scelle": .flag.saying("Whether it stands in the chain of hashes already."),
        ]
    ).showing(
        #"""
        {"id": 4711, "le": "2026-11-22T14:43:18.120Z", "action": "alert.acknowledged", "utilisateur": "claire.petit", "utilisateur_id": 7,
         "adresse": "192.0.2.7", "session": "9b2f0c6e", "patient": 12, "objet": "alert 88", "avant": {"acquittee_le": null},
         "apres": {"acquittee_le": "2026-11-22T14:43:18.120Z"}, "scelle": true}
        """#)
}

extension Schema {
    /// With an example, as JSON.
    func showing(_ example: String) -> Schema {
        var schema = self
        schema.members["examples"] = .array([JSON(example: example)])
        return schema
    }

    /// Its own, or none.
    var example: JSON? { if case .array(let examples) = members["examples"] { examples.first } else { nil } }
}

extension JSON {
    /// An example out of the code: a test reads each of them.
    init(example: String) { self = (try? JSON(parsing: Array(example.utf8))) ?? .string(example) }
}
