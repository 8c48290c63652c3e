/// What `fajma import` brings over, in the order in which one needs the other.
public enum ImportNoun: String, CaseIterable, Sendable, Hashable, Encodable {
    case users, patients, devices, readings, alerts

    /// The table in which the rows wait to be judged. It is temporary: nobody else sees it, and it ends with the connection.
    var staging: String { "import_\(rawValue)" }

    /// What `--column` may name.
    public var columnNames: [String] { columns.map(\.name) }

    /// The columns by which the replaced system's table is recognised, by their names there, and those that may be missing.
    var columns: [ImportColumn] {
        switch self {
        case .users:
            [
                .init("id", .id), .init("username", .text), .init("password", .text), .init("is_superuser", .flag), .init("is_active", .flag),
                .init("date_joined", .time, isNeeded: false),
            ]
        case .patients:
            [
                .init("id", .id), .init("identifiant", .text), .init("nom", .text), .init("prenom", .text, isNeeded: false),
                .init("date_naissance", .text, isNeeded: false), .init("sexe", .text, isNeeded: false),
            ]
        case .devices:
            [
                .init("id", .id), .init("nom", .text), .init("type_dispositif", .text), .init("patient_id", .id),
                .init("statut", .text, isNeeded: false), .init("derniere_connexion", .time, isNeeded: false),
            ]
        case .readings:
            [
                .init("id", .id), .init("dispositif_id", .id), .init("type_donnee", .text), .init("valeur", .number), .init("unite", .text),
                .init("timestamp", .time),
            ]
        case .alerts:
            [
                .init("id", .id), .init("patient_id", .id), .init("type_alerte", .text), .init("message", .text), .init("niveau_gravite", .text),
                .init("timestamp", .time), .init("acquittee", .flag),
            ]
        }
    }
}

/// A column of the replaced system. The staging table's has the same name.
struct ImportColumn: Sendable {
    enum Kind: Sendable { case id, text, number, flag, time }

    var name: String
    var kind: Kind
    var isNeeded: Bool

    init(_ name: String, _ kind: Kind, isNeeded: Bool = true) { (self.name, self.kind, self.isNeeded) = (name, kind, isNeeded) }

    /// PostgreSQL's type in which it is staged.
    var type: String {
        switch kind {
        case .id: "bigint"
        case .text: "text"
        case .number: "double precision"
        case .flag: "boolean"
        case .time: "timestamptz"
        }
    }

    /// The types that it may have at the source, as `information_schema` calls them; nil: any.
    var sourceTypes: Set<String>? {
        switch kind {
        case .id: ["smallint", "integer", "bigint"]
        case .text: nil
        case .number: ["smallint", "integer", "bigint", "real", "double precision", "numeric"]
        case .flag: ["boolean"]
        case .time: ["timestamp with time zone"]
        }
    }
}

/// Why a row is not taken.
public enum ImportRefusal: String, CaseIterable, Sendable, Hashable, Encodable, Error {
    case idTaken = "id_taken"
    case idOutOfRange = "id_out_of_range"
    case usernameTaken = "username_taken"
    case usernameNotAllowed = "username_not_allowed"
    case hospitalNumberTaken = "hospital_number_taken"
    case hospitalNumberNotAllowed = "hospital_number_not_allowed"
    case nameNotAllowed = "name_not_allowed"
    case birthDateImpossible = "birth_date_impossible"
    case sexUnknown = "sex_unknown"
    case kindNotAllowed = "kind_not_allowed"
    case statusNotAllowed = "status_not_allowed"
    case messageNotAllowed = "message_not_allowed"
    case severityUnknown = "severity_unknown"
    case patientNotTaken = "patient_not_taken"
    case deviceNotTaken = "device_not_taken"
    case notWorn = "not_worn"
    case vitalUnknown = "vital_unknown"
    case wrongUnit = "wrong_unit"
    case implausible
    case inFuture = "in_future"
    case clockNotSet = "clock_not_set"
    case tooOld = "too_old"
    case beforeSince = "before_since"
    case conflict
}

/// What an administrator should know of a row that is taken all the same.
public enum ImportNote: String, CaseIterable, Sendable, Hashable, Encodable {
    /// Its password is kept in a way that cannot be checked here: the account is made, and nobody can log in until a new one is set.
    case passwordNotTaken = "password_not_taken"
    /// None of its groups has a role.
    case defaultRole = "default_role"
    case inactive
    /// No device: nobody is measured.
    case wearsNothing = "wears_nothing"
    case discharged
    case wornByNobody = "worn_by_nobody"
    case wearerNotTaken = "wearer_not_taken"
    case severalDevices = "several_devices"
    case renumbered
    /// Measured before the device's row was last changed there: perhaps on an earlier patient.
    case beforeDeviceChange = "before_device_change"
    /// Open there: ended here with the import.
    case closedOpen = "closed_open"
}
