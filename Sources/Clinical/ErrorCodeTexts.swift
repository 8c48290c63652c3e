extension ErrorCode {
    /// A test walks them for missing languages, and compares nginx' texts with them.
    public static let sentences: [ErrorCode: [Language: String]] = [
        .parseError: [.french: "Le corps de la requête n’est pas du JSON valide.", .english: "The request body is not valid JSON."],
        .invalid: [.french: "Un champ est absent ou incorrect.", .english: "A field is missing or wrong."],
        .patientRequired: [.french: "patient_id requis", .english: "patient_id required"],
        .notAuthenticated: [
            .french: "Informations d’authentification non fournies.", .english: "Authentication credentials were not provided.",
        ],
        .badAuthorizationHeader: [
            .french: "L’en-tête Authorization contient « Bearer », puis un seul jeton ou une seule clé.",
            .english: "The Authorization header holds \"Bearer\" and then one token or key.",
        ],
        .tokenNotValid: [
            .french: "Le jeton ou la clé n’est pas valide ou a expiré.", .english: "The token or key is invalid or has expired.",
        ],
        .noActiveAccount: [
            .french: "Aucun compte actif ne correspond à ces identifiants.",
            .english: "No active account matches these credentials.",
        ],
        .invalidClient: [.french: "Cette clé n’est pas valable ou a expiré.", .english: "This key is invalid or has expired."],
        .invalidRequest: [
            .french: "La clé se trouve à la fois dans l’en-tête Authorization et dans le corps de la requête : une seule fois suffit.",
            .english: "The key stands both in the Authorization header and in the request body: once is enough.",
        ],
        .invalidScope: [
            .french: "scope demande une permission que cette clé n’a pas.", .english: "scope asks for a permission that this key does not have.",
        ],
        .unsupportedGrantType: [
            .french: "grant_type vaut client_credentials ou password.", .english: "grant_type is client_credentials or password.",
        ],
        .permissionDenied: [
            .french: "Vous n’avez pas la permission d’effectuer cette action.",
            .english: "You do not have permission to perform this action.",
        ],
        .throttled: [
            .french: "Trop d’essais de connexion. Réessayez un peu plus tard.", .english: "Too many login attempts. Try again a little later.",
        ],
        .tooManyRequests: [
            .french: "Trop de demandes à la fois de votre part. Réessayez dans un instant.",
            .english: "Too many requests at a time from you. Try again in a moment.",
        ],
        .readmissionThrottled: [
            .french: "Trop d’admissions qui contredisent un patient déjà enregistré. Vérifiez le numéro et réessayez un peu plus tard.",
            .english: "Too many admissions that contradict a patient who is stored already. Check the number and try again a little later.",
        ],
        .tooManyOpenAlerts: [
            .french: "Ce patient a déjà \(PersonsAlert.maximumOpen) alertes signalées ouvertes : acquittez-les d’abord.",
            .english: "This patient has \(PersonsAlert.maximumOpen) open alerts raised by people already: acknowledge them first.",
        ],
        .provisionalPasswordExpired: [
            .french: "Ce mot de passe provisoire n’est plus valable ; demandez-en un nouveau à un administrateur.",
            .english: "This provisional password has expired; ask an administrator for a new one.",
        ],
        .passwordChangeRequired: [
            .french: "Le mot de passe est provisoire : choisissez-en un nouveau d’abord.",
            .english: "The password is provisional: choose a new one first.",
        ],
        .sessionLocked: [
            .french: "Cet écran est verrouillé : il ne fait que surveiller. Déverrouillez-le d’abord.",
            .english: "This screen is locked and only monitors. Unlock it first.",
        ],
        .notFound: [.french: "Introuvable.", .english: "Not found."],
        .deleted: [.french: "Cette mesure a été supprimée.", .english: "This reading has been deleted."],
        .requestRunning: [
            .french: "La même requête est encore en cours ; réessayez dans un instant.",
            .english: "The same request is still being carried out; try again in a moment.",
        ],
        .idempotencyKeyReused: [
            .french: "Cette clé Idempotency-Key a déjà servi à une autre requête ; choisissez-en une nouvelle.",
            .english: "This Idempotency-Key was used for another request; choose a new one.",
        ],
        .methodNotAllowed: [.french: "Méthode non autorisée ici.", .english: "Method not allowed here."],
        .conflict: [
            .french: "Cela contredit ce qui est déjà enregistré.", .english: "This contradicts what is stored already.",
        ],
        .noPatientAssigned: [
            .french: "Aucun patient ne portait ce dispositif au moment des mesures ; conservez-les.",
            .english: "No patient wore this device when the readings were taken; keep them.",
        ],
        .patientWearsDevice: [
            .french: "Ce patient porte déjà un autre dispositif : précisez autres_dispositifs, « remplacer » ou « garder ».",
            .english: #"This patient wears another device already: say autres_dispositifs, "remplacer" (replace) or "garder" (keep both)."#,
        ],
        .changedMeanwhile: [
            .french: "Quelqu’un d’autre l’a modifié entre-temps ; rechargez.", .english: "Somebody else has changed this meanwhile; load it again.",
        ],
        .tooLarge: [.french: "Le corps de la requête est trop grand.", .english: "The request body is too large."],
        .unsupportedMediaType: [
            .french: "Seul le type application/json, sans compression, est accepté.", .english: "Only application/json, not compressed, is accepted.",
        ],
        .unavailable: [
            .french: "Service momentanément indisponible ; rien n’a été enregistré.",
            .english: "Service temporarily unavailable; nothing was stored.",
        ],
        .outcomeUnknown: [
            .french: "Le serveur n’a pas confirmé l’enregistrement : il a peut-être eu lieu. Renvoyez la même requête.",
            .english: "The server has not confirmed that this was stored: it may have been. Send the same request again.",
        ],
        .error: [.french: "Erreur interne.", .english: "Internal error."],
        .originNotAllowed: [.french: "L’origine de cette page n’est pas autorisée.", .english: "This page's origin is not allowed."],
        .upgradeRequired: [
            .french: "Cette adresse attend une connexion WebSocket, version 13.", .english: "This address takes WebSocket connections, version 13.",
        ],
        .headTooLarge: [.french: "Les en-têtes de la demande sont trop longs.", .english: "The request's headers are too large."],
        .malformedHandshake: [
            .french: "La demande de connexion WebSocket est invalide.", .english: "The WebSocket handshake is malformed.",
        ],
    ]
}
