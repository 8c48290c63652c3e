import Store

extension ImportReport {
    /// As the terminal shows it.
    var lines: [String] {
        let heading = isApplied ? "taken from \(source):" : "dry run, nothing was changed; from \(source), --apply would take:"
        let groups = groupsWithoutRole.isEmpty ? [] : ["no --role-of for the groups: \(groupsWithoutRole.joined(separator: ", "))"]
        let keys = devicesWithoutKey.isEmpty ? [] : ["\(devicesWithoutKey.count) devices have no key yet and cannot report; see: fajma device key"]
        return [heading] + tables.flatMap { $0.lines } + groups + keys
    }
}

extension ImportReport.Table {
    fileprivate var lines: [String] {
        guard let table else { return ["\(noun.rawValue): left out"] }
        let counts = "\(noun.rawValue) (\(table)): \(found) found, \(taken) taken, \(there) already there, \(refusedCount) refused"
        return [counts] + refused.map { "  refused: \($0.line($0.reason.words))" } + notes.map { "  note: \($0.line($0.reason.words))" }
    }
}

extension ImportReport.Group {
    fileprivate func line(_ words: String) -> String {
        let rows = ids.isEmpty ? "" : " (id \(ids.map(String.init).joined(separator: ", "))\(ids.count < count ? ", …" : ""))"
        return "\(count) \(words)\(rows)"
    }
}

extension ImportRefusal {
    var words: String {
        switch self {
        case .idTaken: "whose number is taken here; --renumber gives them others"
        case .idOutOfRange: "whose number does not fit here; --renumber gives them others"
        case .usernameTaken: "whose name is taken, perhaps but for capitals"
        case .usernameNotAllowed: "whose name is empty, too long, or has spaces around it or invisible characters"
        case .hospitalNumberTaken: "whose hospital number is taken"
        case .hospitalNumberNotAllowed:
            "whose hospital number is not 1 to 32 letters without accents, digits and the signs _ / - . :, or begins with n:, or has . or .. alone between slashes"
        case .nameNotAllowed: "whose name is empty, too long or has invisible characters"
        case .birthDateImpossible: "with an impossible birth date"
        case .sexUnknown: "whose sex is not F, M, X or empty; see --sex"
        case .kindNotAllowed: "whose kind is empty, too long, has invisible characters or is the system's"
        case .statusNotAllowed: "whose status is empty, too long or has invisible characters"
        case .messageNotAllowed: "whose message is empty, too long or has invisible characters"
        case .severityUnknown: "whose severity is not error, warning or info"
        case .patientNotTaken: "of a patient who is not taken"
        case .deviceNotTaken: "of a device that is not taken"
        case .notWorn: "of a device that nobody wears: whose they are is not known"
        case .vitalUnknown: "of an unknown vital; see --vital"
        case .wrongUnit: "in another unit than the vital's"
        case .implausible: "with a value that cannot be a patient's"
        case .inFuture: "from the future"
        case .clockNotSet: "from before 2020: a clock was not set"
        case .tooOld: "older than readings are kept; see FAJMA_READING_DAYS"
        case .beforeSince: "from before --since"
        case .conflict: "for which another value is stored under the same patient, vital, millisecond and device"
        }
    }
}

extension ImportNote {
    var words: String {
        switch self {
        case .passwordNotTaken: "accounts whose password is kept in another way than pbkdf2_sha256; see: fajma user password"
        case .defaultRole: "accounts in no group with a role: they get --role"
        case .inactive: "accounts that are disabled, and stay so"
        case .wearsNothing: "patients who wear no device; see --discharge-unworn"
        case .discharged: "patients who are discharged at once"
        case .wornByNobody: "devices that nobody wears"
        case .wearerNotTaken: "devices whose patient is not taken: nobody wears them"
        case .severalDevices: "patients who wear several devices"
        case .renumbered: "with another number here"
        case .beforeDeviceChange: "readings from before their device's row was last changed there: perhaps of another patient; see --since"
        case .closedOpen: "alerts that were open there: here they are over, and acknowledged"
        }
    }
}
