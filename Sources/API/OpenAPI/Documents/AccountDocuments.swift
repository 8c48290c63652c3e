import Clinical

extension RouteDocument {
    static let general: [RouteDocument] = [
        .init("GET", "/api/version/", "The version of the server", answers: .json(.object(["version": .text]), example: #"{"version": "0.1.0"}"#)),
        .init(
            "GET", "/api/openapi.json", "This description, OpenAPI 3.1",
            answers: .init(
                status: 200, schema: Schema(["type": .string("object")]), headers: ["ETag": "For `If-None-Match`."], text: "The document."),
            .init(status: 304, text: "It is what `If-None-Match` names.")),
    ]

    private static let credentials = #"{"username": "claire.petit", "password": "quatre etages sans ascenseur"}"#
    private static let refused: [Problem.Code] = [.noActiveAccount, .provisionalPasswordExpired, .throttled]
    private static let empty = DocumentedAnswer.json(.object([:]), example: "{}", "Nothing more to say.")
    private static let access = Schema.text.saying("Good for 15 minutes.")
    private static let pair = Schema.object(["access": access, "refresh": .text.saying("Good for 24 hours.")])
    private static let granted = Schema.object([
        "access_token": access, "token_type": .only(.string("Bearer")), "expires_in": .integer(0...900).saying("Seconds."),
        "scope": .text.saying("The permissions that it has, with spaces between them."), "access": .text.saying("The same token."),
    ])
    private static let opened = Schema.object(["access": access, "utilisateur": .component(.me)])

    static let sessions: [RouteDocument] = [
        .init(
            "POST", "/api/token/",
            "Log in, as a program: with a name and a password, or with a machine key as an OAuth client",
            body: credentials, answers: .json(.any([pair, granted]), example: #"{"access": "eyJhbGciOi…", "refresh": "eyJhbGciOi…"}"#),
            errors: refused + [.tooManyRequests, .invalidClient, .invalidRequest, .invalidScope, .unsupportedGrantType]),
        .init(
            "POST", "/api/token/refresh/", "A new access token", body: #"{"refresh": "eyJhbGciOi…"}"#,
            answers: .json(.object(["access": access]), example: #"{"access": "eyJhbGciOi…"}"#), errors: [.tokenNotValid]),
        .init(
            "POST", "/api/token/verify/", "Whether a token is good", body: #"{"token": "eyJhbGciOi…"}"#, answers: empty, errors: [.tokenNotValid]),
        .init(
            "POST", "/api/token/blacklist/", "Log out, as a program: ends the session of a refresh token", body: #"{"refresh": "eyJhbGciOi…"}"#,
            answers: empty, errors: [.tokenNotValid]),
        .init(
            "POST", "/api/session/", "Log in, in a browser; the refresh token is a cookie", body: credentials,
            answers: .init(
                status: 200, schema: opened, headers: ["Set-Cookie": "The session, HttpOnly; over https its name begins with `__Host-`."],
                text: "An access token, and who one is."),
            errors: refused + [.permissionDenied]),
        .init(
            "PUT", "/api/session/", "Renew a browser's session", body: #"{"inactif_s": 12, "services": [1]}"#, "{}",
            answers: .init(status: 200, schema: opened, headers: ["Set-Cookie": "The session, with a new refresh token."], text: "As after a login."),
            errors: [.notAuthenticated, .tokenNotValid, .permissionDenied]),
        .init(
            "DELETE", "/api/session/", "Log out, in a browser",
            answers: .init(status: 204, headers: ["Set-Cookie": "Deletes the session's."], text: "Done."),
            errors: [.permissionDenied, .unsupportedMediaType]),

        .init("GET", "/api/moi/", "Who am I", answers: .one(.me)),
        .init("PATCH", "/api/moi/", "Change one's language", body: #"{"langue": "en"}"#, answers: .one(.me)),
        .init(
            "POST", "/api/moi/mot_de_passe/", "Change one's password",
            body: #"{"actuel": "quatre etages sans ascenseur", "nouveau": "cinq etages avec terrasse"}"#, answers: .nothing, errors: [.throttled]),
        .init("GET", "/api/moi/sessions/", "One's own sessions", answers: .list(.session)),
        .init("DELETE", "/api/moi/sessions/{session}/", "End one of one's own sessions", answers: .nothing),
    ]

    static let accounts: [RouteDocument] = [
        .init("GET", "/api/utilisateurs/", "The accounts", answers: .page(.account)),
        .init(
            "POST", "/api/utilisateurs/", "Add an account; without a password one is made",
            body: #"{"username": "paul.martin", "role": "infirmier", "services": [1]}"#,
            #"{"username": "lea.roux", "role": "ecran", "services": [1], "langue": "fr", "mot_de_passe": "quatre etages sans ascenseur"}"#,
            answers: .json(
                Schema.account.adding(["mot_de_passe": .text]).optional("mot_de_passe"), status: 201,
                "Account, and `mot_de_passe` where it was made: it is shown once."),
            errors: [.conflict]),
        .init("GET", "/api/utilisateurs/{id}/", "An account", answers: .one(.account)),
        .init(
            "PATCH", "/api/utilisateurs/{id}/", "Change an account's role, wards, language or state",
            body: #"{"role": "medecin", "services": [1], "actif": true}"#, answers: .one(.account), errors: [.conflict]),
        .init(
            "POST", "/api/utilisateurs/{id}/mot_de_passe/", "Give an account a provisional password",
            answers: .json(.object(["mot_de_passe": .text]), example: #"{"mot_de_passe": "violet-moulin-42-kayak"}"#), errors: [.conflict]),
        .init("GET", "/api/utilisateurs/{id}/sessions/", "An account's sessions", answers: .list(.session)),
        .init("DELETE", "/api/utilisateurs/{id}/sessions/", "End all sessions of an account", answers: .nothing),
        .init("DELETE", "/api/utilisateurs/{id}/sessions/{session}/", "End one session of an account", answers: .nothing),
    ]

    private static let madeKey = Schema.machineKey.adding(["cle": .text.saying("The key: it is shown once.")])

    private static let madeKeyExample = #"""
        {"id": 31, "client_id": "fjs_31", "nom": "Moteur d'intégration", "permissions": ["readPatients", "managePatients"], "services": [1],
         "tous_services": false, "etat": "valide", "cree_le": "2026-11-22T08:00:00.000Z", "cree_par": "admin",
         "expire_le": "2027-11-22T00:00:00.000Z", "ancienne_jusqu_a": null, "revoquee_le": null, "derniere_utilisation": null,
         "derniere_adresse": null, "cle": "fjs_31_oX2bq4m7c6d1e8f9a0b2c3d4e5f6g7h8i9j0k1l2m3n"}
        """#

    static let machineKeys: [RouteDocument] = [
        .init("GET", "/api/cles/", "The machine keys, those that are over, too", answers: .page(.machineKey)),
        .init(
            "POST", "/api/cles/", "Make a machine key, of some wards or of every ward",
            body:
                #"{"nom": "Moteur d'intégration", "permissions": ["readPatients", "managePatients"], "services": [1], "expire_le": "2027-11-22T00:00:00Z"}"#,
            #"{"nom": "Entrepôt de données", "permissions": ["readReadings"], "tous_services": true, "expire_le": "2027-11-22T00:00:00Z"}"#,
            answers: .json(madeKey, status: 201, example: madeKeyExample, "MachineKey, and `cle`: it is shown once."), errors: [.conflict]),
        .init("GET", "/api/cles/{id}/", "A machine key", answers: .one(.machineKey)),
        .init(
            "POST", "/api/cles/{id}/renouveler/", "Give a machine key a new secret; the old one may work on for some hours",
            body: #"{"ancienne_valable_h": 24, "expire_le": "2027-11-22T00:00:00Z"}"#, "{}",
            answers: .json(madeKey, example: madeKeyExample, "MachineKey, and `cle`: it is shown once."), errors: [.conflict]),
        .init("DELETE", "/api/cles/{id}/", "Revoke a machine key, for good; its sockets are closed", answers: .nothing),
    ]

    static let audit: [RouteDocument] = [
        .init(
            "GET", "/api/audit/", "Who did what; `format=csv` gives a file",
            answers: .init(
                status: 200, schema: .list(.component(.auditEntry)), otherTypes: ["text/csv": .text],
                example: SchemaComponent.auditEntry.schema.example.map { .array([$0]) }, headers: DocumentedAnswer.linked,
                text: "A list of AuditEntry, newest first; the file has 10,000 entries at most."))
    ]
}
