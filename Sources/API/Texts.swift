import Access
import Clinical
import Store

/// What is wrong with one field.
enum FieldFault: String, CaseIterable, Sendable {
    case required, wrongType, malformed, unknown, taken, occupied, hospitalNumber, impossibleBirthDate, tooLong, outOfRange, worse, otherNumber,
        unreadable, tooComplex
    // Stays, devices and wards
    case bedTaken, discharged, retired, otherDevices, begun, tooEarly, tooLate, endsBeforeBegin, wardHasPatients, wardHasAccounts
    // Limits and their rehearsal
    case tooMany, tooLongAgo
    // Readings
    case otherValue, otherWearer
    case unprintable, wardNeeded, ownAccount, lastAdministrator
    case noAverage, spanTooLong
    case empty, outsideStay, ownPassword
    // Taking back
    case acknowledgedByOther, acknowledgedTooLongAgo, notAcknowledged, raisedAgain, dischargedByOther, dischargedTooLongAgo, notDischarged
    case reasonNeeded, expiryOutOfRange, onlyPatientsExpire, profileByConfirmation
    // Alerts about the early warning score
    case noScoreAlert, alertEnded
    // Calibrations of devices
    case implausibleCurve, calibratedLater
    // Files that are read in
    case notUTF8, emptyFile, columnTwice, severalDevices
    // Machine keys
    case wardsOrEvery, keyExpiry, keyRevoked
    case wrongPassword, samePassword, passwordTooShort, passwordTooLong, passwordCommon, passwordContainsName
}

/// Every sentence of the API, one table a subject; a test walks them for missing languages. Titles are HTTP's own words.
enum Texts {
    static let faults: [FieldFault: [Language: String]] = [
        .wardsOrEvery: [
            .french: "Choisissez des services, ou tous (tous_services) : l’un ou l’autre.",
            .english: "Choose wards, or every ward (tous_services): one or the other.",
        ],
        .keyExpiry: [
            .french: "L’expiration doit être à venir, dans \(MachineKeyRecord.longestDays) jours au plus.",
            .english: "The expiry must lie ahead, at most \(MachineKeyRecord.longestDays) days from now.",
        ],
        .keyRevoked: [
            .french: "Cette clé est révoquée pour toujours : créez-en une autre.", .english: "This key is revoked for good: make another one.",
        ],
        .required: [.french: "Ce champ est obligatoire.", .english: "This field is required."],
        .wrongType: [.french: "Le type de cette valeur est incorrect.", .english: "This value is of the wrong type."],
        .malformed: [.french: "Format incorrect.", .english: "Wrong format."],
        .unknown: [.french: "Cette valeur ne désigne rien de connu.", .english: "This value names nothing known."],
        .taken: [.french: "Cette valeur est déjà prise.", .english: "This value is already taken."],
        .occupied: [
            .french: "Ce dispositif est déjà attribué pour cette période.", .english: "This device is already assigned for that time.",
        ],
        .hospitalNumber: [
            .french:
                "De 1 à 32 lettres sans accent, chiffres et signes _ / - . : ; ni « n: » au début, ni « . » ou « .. » seuls entre deux barres obliques.",
            .english: "1 to 32 letters without accents, digits and the signs _ / - . : (not beginning with n:, nor . or .. alone between slashes).",
        ],
        .impossibleBirthDate: [
            .french: "La date de naissance doit être comprise entre aujourd’hui et il y a \(BirthDate.oldestYears) ans.",
            .english: "The birth date must be between today and \(BirthDate.oldestYears) years ago.",
        ],
        .notUTF8: [.french: "Le fichier doit être un texte en UTF-8.", .english: "The file must be text in UTF-8."],
        .emptyFile: [
            .french: "Le fichier est vide : la première ligne nomme les colonnes.", .english: "The file is empty: its first line names the columns.",
        ],
        .columnTwice: [.french: "Cette colonne figure plusieurs fois.", .english: "This column is there several times."],
        .severalDevices: [
            .french: "Plusieurs dispositifs portent ce nom : modifiez-les un par un.",
            .english: "Several devices have this name: change them one by one.",
        ],
        .tooLong: [.french: "Valeur vide, trop longue ou non admise.", .english: "Value empty, too long or not allowed."],
        .outOfRange: [.french: "Valeur hors limites.", .english: "Value out of range."],
        .unreadable: [
            .french: "Une valeur est illisible : un nombre hors limites ou non entier, ou un texte mal codé.",
            .english: "A value cannot be read: a number out of range or not whole, or ill-formed text.",
        ],
        .tooComplex: [.french: "Trop de valeurs, ou trop imbriquées.", .english: "Too many values, or nested too deeply."],
        .acknowledgedByOther: [
            .french: "Quelqu’un d’autre a acquitté cette alerte.", .english: "Somebody else has acknowledged this alert.",
        ],
        .acknowledgedTooLongAgo: [
            .french: "Un acquittement ne s’annule que dans la minute qui suit.",
            .english: "An acknowledgement can be taken back for one minute only.",
        ],
        .notAcknowledged: [
            .french: "Cette alerte n’est plus acquittée : elle attend de nouveau quelqu’un.",
            .english: "This alert is not acknowledged any more: it waits for somebody again.",
        ],
        .raisedAgain: [
            .french: "L’alerte a été levée de nouveau entre-temps : c’est la nouvelle qu’il faut traiter.",
            .english: "The alert has been raised again meanwhile: it is the new one that needs somebody.",
        ],
        .noScoreAlert: [
            .french: "Cette alerte ne concerne pas le score d’alerte précoce.", .english: "This alert is not about the early warning score.",
        ],
        .implausibleCurve: [
            .french: "Ces coefficients ne donnent pas une SpO2 : de 60 à 110 % pour R = 0,5 et R = 1, et moins pour R = 1.",
            .english: "These coefficients give no SpO2: 60 to 110 % at R 0.5 and R 1, and less at R 1.",
        ],
        .calibratedLater: [.french: "Un étalonnage ne peut pas être dans le futur.", .english: "A calibration cannot be in the future."],
        .alertEnded: [.french: "Cette alerte est déjà terminée.", .english: "This alert is over already."],
        .dischargedByOther: [
            .french: "Seule la personne qui a enregistré cette sortie peut l’annuler ; sinon, réadmettez le patient.",
            .english: "Only the person who recorded this discharge can take it back; otherwise readmit the patient.",
        ],
        .dischargedTooLongAgo: [
            .french: "Une sortie ne s’annule que dans l’heure qui suit ; réadmettez le patient.",
            .english: "A discharge can be taken back for one hour only; readmit the patient.",
        ],
        .profileByConfirmation: [
            .french: "Un profil se confirme par POST /api/patients/{id}/profil/.",
            .english: "A profile is confirmed by POST /api/patients/{id}/profil/.",
        ],
        .notDischarged: [
            .french: "Ce patient est présent : sa sortie est déjà annulée.",
            .english: "This patient is present: the discharge is taken back already.",
        ],
        .reasonNeeded: [
            .french: "Une limite assouplie demande un motif.", .english: "A limit that is made looser needs a reason.",
        ],
        .expiryOutOfRange: [
            .french: "La fin doit être à venir, dans \(Int(AlarmRuleTerms.longestDays)) jours au plus.",
            .english: "The end must be in the future, within \(Int(AlarmRuleTerms.longestDays)) days.",
        ],
        .onlyPatientsExpire: [
            .french: "Seules les limites d’un patient peuvent avoir une fin.", .english: "Only a patient’s limits can have an end.",
        ],
        .bedTaken: [.french: "Ce lit est déjà occupé.", .english: "This bed is already occupied."],
        .discharged: [.french: "Ce patient est sorti.", .english: "This patient has been discharged."],
        .retired: [.french: "Ce dispositif est retiré du service.", .english: "This device is out of use."],
        .otherDevices: [
            .french: "« remplacer » termine l’affectation des autres dispositifs du patient, « garder » les laisse tous.",
            .english: #""remplacer" ends the assignments of the patient's other devices, "garder" keeps all of them."#,
        ],
        .begun: [
            .french: "Cette attribution a déjà commencé ; mettez-y fin.", .english: "This assignment has begun already; end it instead.",
        ],
        .tooEarly: [.french: "Cette date remonte à plus de 30 jours.", .english: "This is more than 30 days ago."],
        .tooLate: [.french: "Cette date est à plus d’un an.", .english: "This is more than a year ahead."],
        .endsBeforeBegin: [.french: "La fin doit suivre le début.", .english: "The end must come after the beginning."],
        .noAverage: [
            .french: "Ce paramètre n’a pas de moyenne ; lisez ses mesures une à une.",
            .english: "This parameter has no average; read its readings one by one.",
        ],
        .spanTooLong: [.french: "La période dépasse 31 jours.", .english: "The period is longer than 31 days."],
        .wardHasPatients: [
            .french: "Des patients, présents ou sortis, sont rattachés à ce service.",
            .english: "Patients, present or discharged, belong to this ward.",
        ],
        .wardHasAccounts: [
            .french: "Des comptes ou des clés d’accès sont rattachés à ce service.", .english: "Accounts or access keys belong to this ward.",
        ],
        .tooMany: [.french: "Trop d’éléments.", .english: "Too many elements."],
        .otherValue: [
            .french: "Une autre valeur est déjà enregistrée pour cet instant.",
            .english: "Another value is stored for this instant already.",
        ],
        .otherWearer: [
            .french: "Ce patient ne porte pas ce dispositif.", .english: "This patient does not wear this device.",
        ],
        .tooLongAgo: [.french: "7 jours au plus.", .english: "7 days at most."],
        .unprintable: [
            .french:
                "Pas d’espaces au début ou à la fin, ni de caractères invisibles ou qui inversent le sens de lecture, ni plus de \(ShownText.maximumMarks) signes sur une lettre.",
            .english:
                "No spaces at the beginning or end, no characters that are invisible or turn the direction of reading, and at most \(ShownText.maximumMarks) marks over a letter.",
        ],
        .wardNeeded: [
            .french: "Sans service, ce compte ne verrait rien ; seul un administrateur s’en passe.",
            .english: "Without a ward this account would see nothing; only an administrator needs none.",
        ],
        .ownAccount: [
            .french: "Personne ne change son propre rôle ni son propre état ; demandez à un autre administrateur.",
            .english: "Nobody changes their own role or state; ask another administrator.",
        ],
        .lastAdministrator: [
            .french: "C’est le dernier administrateur actif.", .english: "This is the last active administrator.",
        ],
        .wrongPassword: [.french: "Ce n’est pas le mot de passe actuel.", .english: "This is not the current password."],
        .samePassword: [
            .french: "C’est le mot de passe actuel ; choisissez-en un autre.", .english: "This is the current password; choose another.",
        ],
        .passwordTooShort: [
            .french: "Au moins \(PasswordPolicy.minimumCharacters) caractères ; une phrase convient bien.",
            .english: "At least \(PasswordPolicy.minimumCharacters) characters; a sentence does well.",
        ],
        .passwordTooLong: [
            .french: "Au plus \(Password.maximumBytes) octets.", .english: "At most \(Password.maximumBytes) bytes.",
        ],
        .passwordCommon: [
            .french: "Trop facile à deviner : mot de passe courant, suite ou répétition.",
            .english: "Too easy to guess: a common password, a sequence or a repetition.",
        ],
        .passwordContainsName: [
            .french: "Trop proche du nom du compte, d’un service, de l’hôpital ou de ce logiciel.",
            .english: "Too close to the name of the account, of a ward, of the hospital or of this program.",
        ],
        .empty: [.french: "Ce champ ne peut pas être vide.", .english: "This field may not be empty."],
        .outsideStay: [
            .french: "L’heure d’une alerte se situe pendant le séjour du patient, au plus une minute dans le futur.",
            .english: "An alert's time lies within the patient's stay, at most one minute ahead.",
        ],
        .ownPassword: [
            .french: "Le propre mot de passe se change avec l’actuel : POST /api/moi/mot_de_passe/.",
            .english: "One's own password is changed with the present one: POST /api/moi/mot_de_passe/.",
        ],
        .otherNumber: [
            .french: "Ce numéro n’est pas celui de l’adresse.", .english: "This number is not that of the address.",
        ],
        .worse: [
            .french: "L’alerte s’est aggravée entre-temps : regardez-la avant d’acquitter.",
            .english: "The alert has become worse meanwhile: look at it before you acknowledge it.",
        ],
    ]

    static let titles: [Int: String] = [
        400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 409: "Conflict",
        412: "Precondition Failed",
        413: "Content Too Large", 415: "Unsupported Media Type", 422: "Unprocessable Content",
        429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable",
    ]

    /// Whose own limits a change would contradict; only the first are named.
    static func contradicted(wards: [String], patients: [String], in language: Language) -> String {
        func list(_ names: [String], _ one: String, _ many: String) -> String? {
            let shown = names.prefix(10).joined(separator: ", ") + (names.count > 10 ? ", …" : "")
            return names.isEmpty ? nil : "\(names.count) \(names.count == 1 ? one : many) (\(shown))"
        }
        switch language {
        case .french:
            let who = [list(wards, "service", "services"), list(patients, "patient", "patients")].compactMap(\.self).joined(separator: " et ")
            return "Ce changement contredirait des limites propres : \(who). Modifiez-les d’abord."
        case .english:
            let who = [list(wards, "ward", "wards"), list(patients, "patient", "patients")].compactMap(\.self).joined(separator: " and ")
            return "This change would contradict limits of their own: \(who). Change those first."
        }
    }

    /// Of `update_status`, in every language: the replaced system's programs compare it.
    static let statusUpdated = "Statut mis à jour"
}
