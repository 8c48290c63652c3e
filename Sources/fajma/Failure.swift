import Access
import Clinical
import Postgres
import Store

/// Why a command failed, as one line for the person who typed it.
struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// The one place where an error becomes the line that is shown.
func explanation(of error: any Error) -> String {
    switch error {
    case let error as PostgresError: explanation(of: error)
    case let error as StoreError: explanation(of: error)
    case let faults as ShownText.Faults: explanation(of: faults)
    case let faults as MachineKeyFaults: explanation(of: faults)
    case Password.Refusal.empty: "the password is empty"
    case Password.Refusal.tooLong: "the password is longer than \(Password.maximumBytes) bytes"
    case PasswordPolicy.Fault.tooShort: "the password is too short: at least \(PasswordPolicy.minimumCharacters) characters, a sentence perhaps"
    case PasswordPolicy.Fault.tooLong: "the password is longer than \(Password.maximumBytes) bytes"
    case PasswordPolicy.Fault.common: "the password is easy to guess: a common one, a sequence or a repetition"
    case PasswordPolicy.Fault.containsName: "the password is too close to the name of the account, of a ward, of the hospital or of fajma"
    case let fault as ImportFault: explanation(of: fault)
    case UserFault.lastAdministrator: "this is the last active administrator; add another first"
    default: "\(error)"
    }
}

private func explanation(of fault: ImportFault) -> String {
    switch fault {
    case .tableMissing(let noun, let columns):
        "no table of \(noun.rawValue): none has the columns \(columns.joined(separator: ", ")), or this role may not read it; "
            + "name them with --column, or leave it out with --without \(noun.rawValue)"
    case .tablesAmbiguous(let noun, let tables):
        "several tables could be \(noun.rawValue): \(tables.joined(separator: ", ")); name one with --table \(noun.rawValue)=TABLE"
    case .groupsUnknown(let groups, let known):
        "--role-of names no group: \(groups.joined(separator: ", ")); accounts have the groups: \(known.isEmpty ? "none" : known.joined(separator: ", "))"
    case .running: "another import is running on this database, or its end is not known yet; try again in a few seconds"
    case .ownDatabase: "--from names the database of FAJMA itself"
    }
}

/// By the options that were typed, not by the wire's names.
private func explanation(of faults: ShownText.Faults) -> String {
    let options = [
        "nom": "NAME or --last-name", "prenom": "--first-name", "lit": "--bed", "type_dispositif": "--kind", "statut": "the status",
        "username": "NAME",
    ]
    return faults.fields.sorted { $0.key < $1.key }.map { field, fault in
        "\(options[field] ?? field) "
            + (fault == .empty
                ? "is empty; up to 80 characters are allowed"
                : "must not begin or end with a space, nor hold invisible characters or more than \(ShownText.maximumMarks) marks over a letter")
    }.joined(separator: "; ")
}

private func explanation(of faults: MachineKeyFaults) -> String {
    faults.faults.map { fault in
        switch fault {
        case .nameTaken: "NAME is taken: an account or a key, perhaps a revoked one, has this name"
        case .unknownWard: "--ward names no ward"
        case .expiryOutOfRange: "the expiry must lie ahead, at most \(MachineKeyRecord.longestDays) days from now: see --days and --expires"
        case .revoked: "the key is revoked for good; make another one: fajma key add"
        }
    }.sorted().joined(separator: "; ")
}

private func explanation(of error: StoreError) -> String {
    switch error {
    case .overlap(let others):
        "the device is worn in that time already: " + others.map(words).joined(separator: "; ") + "; see: fajma device assignments"
    case .beginsTooEarly: "--from is more than \(Int(AssignmentTime.longestAgoSeconds / 86_400)) days ago"
    case .beginsTooLate: "--from is more than \(Int(AssignmentTime.furthestAheadSeconds / 86_400)) days ahead"
    case .endsBeforeBegin: "--to must come after the beginning"
    case .hasBegun: "the assignment has begun already"
    case .patientWears(let devices):
        "the patient wears another device already: " + devices.map { "\($0.id) (\($0.name))" }.joined(separator: ", ")
            + "; end that with --replace, or keep both with --keep-others"
    case .deviceRetired: "the device is out of use"
    case .impossibleBirthDate: "--birth-date must be between today and \(BirthDate.oldestYears) years ago"
    case .patientDischarged: "the patient has been discharged; see: fajma patient add"
    case .requestRunning, .keyUsed: "the same request was sent before"
    case .notOwnEntry: "the reading may be changed by administrators only"
    case .notAcknowledged, .notOwnAcknowledgement, .acknowledgedTooLongAgo: "who acknowledged an alert takes that back within a minute"
    case .raisedAgain: "the alert has been raised again"
    case .noScoreAlert: "the alert is not about the early warning score"
    case .alertEnded: "the alert is over"
    case .notDischarged, .notOwnDischarge, .dischargedTooLongAgo: "who discharged a patient takes that back within an hour"
    case .reasonNeeded: "a limit that is made looser needs a reason"
    case .scoreScaleNotAllowed: "the scale of the score is chosen by a doctor"
    case .profileNotAllowed, .profileByConfirmation: "the limit profile is confirmed by a doctor or a nurse of the ward"
    case .changedMeanwhile: "somebody else has changed this meanwhile"
    case .wardHasPatients: "patients, present or discharged, belong to this ward"
    case .wardHasAccounts: "accounts or machine keys belong to this ward"
    case .limitsContradict(let wards, let patients): "own limits would be contradicted: " + (wards + patients).joined(separator: ", ")
    }
}

private func words(_ worn: WornTime) -> String {
    let patient = worn.patient.map { "by patient \($0) " } ?? ""
    return patient + "from \(worn.time.begin.rfc3339) " + (worn.time.end.map { "to \($0.rfc3339)" } ?? "on")
}

private func explanation(of error: PostgresError) -> String {
    if let known = constraints[error.constraint] { return known }
    return switch (error.kind, error.sqlState) {
    case (.connectionLost, _) where !error.reason.isEmpty: "no connection to the database: \(error.reason)"
    case (.connectionLost, _):
        "no connection to the database: is PostgreSQL running, does the database in DATABASE_URL (or FAJMA_OWNER_DATABASE_URL) exist, may this account use it?"
    case (_, "22007"), (_, "22008"): "--birth-date is no date; write it as 1950-04-23"
    case (_, "42501"): "the role in DATABASE_URL may not do this; see: fajma doctor"
    case (_, "42P01"), (_, "42703"), (_, "42883"): "the database's schema does not fit this program; run: fajma migrate"
    case (_, "55P03"): "somebody else holds a lock on the tables, a backup perhaps; try again later"
    case (_, "25006"): "the database is read-only: DATABASE_URL names a standby"
    case (_, "22021"), (_, "22P05"): "a text holds a character that the database cannot store"
    default: error.description
    }
}

/// What a violated constraint means to somebody who knows only the options.
private let constraints = [
    "wards_name_key": "NAME is taken: there is a ward of this name",
    "wards_look_key": "NAME is taken: there is a ward whose name looks the same",
    "wards_name_length": "NAME must have 1 to 80 characters",
    "patients_bed_key": "--bed is taken: another patient lies there",
    "patients_hospital_number_key": "--number is taken: there is a patient with this hospital number",
    "patients_hospital_number_known":
        "--number must be 1 to 32 letters without accents, digits and the signs _ / - . : but not beginning with n:, nor . or .. alone between slashes",
    "patients_last_name_length": "--last-name must have 1 to 80 characters",
    "patients_first_name_length": "--first-name must have at most 80 characters",
    "patients_sex_known": "--sex must be F, M or X",
    "patients_ward_fkey": "--ward names no ward; see: fajma ward list",
    "patients_bed_length": "--bed must have at most 20 characters",
    "devices_name_length": "NAME must have 1 to 80 characters",
    "devices_kind_length": "--kind must have 1 to 40 characters",
    "device_assignment_patient_fkey": "--patient names no patient; see: fajma patient list",
    "users_username_key": "NAME is taken: there is an account of this name",
    "users_username_folded_key": "NAME is taken: there is an account of this name, but for capitals",
    "users_username_length": "NAME must have 1 to 150 characters",
    "users_username_printable": "NAME must not begin or end with a space, nor hold invisible characters",
    "user_wards_ward_fkey": "--ward names no ward; see: fajma ward list",
]
