import Clinical
import FoundationEssentials
import Logging
import Postgres
import Store

extension Problem {
    /// The one place where an error becomes what the client gets. What is nobody's fault but ours is logged.
    init(_ error: any Error, logger: Logger) {
        switch error {
        case let problem as Problem: self = problem
        case let error as ReportError: self = Problem(error)
        case let error as IngestError: self = Problem(error)
        case let error as StoreError: self = Problem(error)
        case let fault as UserFault: self = Problem(fault)
        case let faults as MachineKeyFaults: self = Problem(faults)
        case let faults as ShownText.Faults:
            self.init(
                status: 400, code: .invalid, fields: faults.fields.mapValues { [.text($0 == .empty ? .empty : .unprintable)] })
        case let problem as AlarmRuleProblem: self = .invalid("limites", { problem.text(in: $0) })
        case let error as PostgresError:
            if let known = Problem(error) {
                self = known
            } else {
                // That the database does not answer is logged once, where its connections are.
                if error.kind != .deadlineExceeded { logger.error("request failed", metadata: ["why": "\(error)"]) }
                self = error.isAway || error.isTransient ? .unavailable : .internalError
            }
        default:
            logger.error("request failed", metadata: ["why": "\(type(of: error))"])
            self = .internalError
        }
    }

    private init(_ error: ReportError) {
        guard let field = error.field else {
            self = error == .malformed ? .parseError : .invalid(Problem.wholeBody, { error.text(in: $0) })
            return
        }
        self = .invalid(field, { error.text(in: $0) })
        // What most clients send: which members it has.
        if error == .unknownShape { for name in ["type_donnee", "valeur"] { fields[name] = [.text(.required)] } }
    }

    private init(_ error: IngestError) {
        switch error {
        case .unauthenticated: self = .unauthenticated(.tokenNotValid)
        case .unknownDevice: self = .invalid("dispositif", .unknown)
        case .unknownPatient: self = .invalid("patient", .unknown)
        case .unassigned: self = Problem(status: 409, code: .noPatientAssigned)
        case .outsideStay: self = .invalid("timestamp", { Rejection(index: 0, name: nil, reason: .outsideStay).text(in: $0) })
        case .tooMany(let seconds): self = .tooManyRequests(seconds: seconds)
        case .overloaded, .away: self = .unavailable
        case .outcomeUnknown: self = .outcomeUnknown
        case .refused: self = .internalError
        }
    }

    private init(_ error: StoreError) {
        switch error {
        case .overlap(let others):
            self = .conflict("debut", .occupied)
            worn = others
        case .beginsTooEarly: self = .invalid("debut", .tooEarly)
        case .beginsTooLate: self = .invalid("debut", .tooLate)
        case .endsBeforeBegin: self = .invalid("fin", .endsBeforeBegin)
        case .hasBegun: self = .conflict("debut", .begun)
        case .patientWears(let devices):
            self.init(status: 409, code: .patientWearsDevice, fields: ["autres_dispositifs": [.text(.otherDevices)]])
            wornDevices = devices
        case .deviceRetired: self = .conflict("retire_le", .retired)
        case .impossibleBirthDate: self = .invalid("date_naissance", .impossibleBirthDate)
        case .patientDischarged: self = .conflict("patient", .discharged)
        case .requestRunning: self = Problem(status: 409, code: .requestRunning, headers: [("Retry-After", "1")])
        case .keyUsed: self = Problem(status: 422, code: .idempotencyKeyReused)
        case .notOwnEntry, .scoreScaleNotAllowed, .profileNotAllowed: self = .forbidden
        case .profileByConfirmation: self = .invalid("profil", .profileByConfirmation)
        case .notAcknowledged: self = .conflict("acquittee", .notAcknowledged)
        case .notOwnAcknowledgement: self = .conflict("acquittee", .acknowledgedByOther)
        case .acknowledgedTooLongAgo: self = .conflict("acquittee", .acknowledgedTooLongAgo)
        case .raisedAgain: self = .conflict("acquittee", .raisedAgain)
        case .noScoreAlert: self = .conflict("type_alerte", .noScoreAlert)
        case .alertEnded: self = .conflict("terminee_le", .alertEnded)
        case .notDischarged: self = .conflict("sorti_le", .notDischarged)
        case .notOwnDischarge: self = .conflict("sorti_le", .dischargedByOther)
        case .dischargedTooLongAgo: self = .conflict("sorti_le", .dischargedTooLongAgo)
        case .reasonNeeded: self = .invalid("motif", .reasonNeeded)
        case .changedMeanwhile: self = .changedMeanwhile
        case .wardHasPatients: self = .conflict("patients", .wardHasPatients)
        case .wardHasAccounts: self = .conflict("utilisateurs", .wardHasAccounts)
        case .limitsContradict(let wards, let patients):
            let text = { @Sendable in Texts.contradicted(wards: wards, patients: patients, in: $0) }
            self.init(status: 409, code: .conflict, fields: ["limites": [.own(text)]])
        }
    }

    private init(_ fault: UserFault) {
        switch fault {
        case .wardNeeded: self = .invalid("services", .wardNeeded)
        case .ownRole: self = .conflict("role", .ownAccount)
        case .ownState: self = .conflict("actif", .ownAccount)
        case .lastAdministrator(.role): self = .conflict("role", .lastAdministrator)
        case .lastAdministrator(.state): self = .conflict("actif", .lastAdministrator)
        }
    }

    /// Nil where the client can mend nothing.
    private init?(_ error: PostgresError) {
        if let (status, field, fault) = Self.constraints[error.constraint] {
            self.init(status: status, code: status == 409 ? .conflict : .invalid, fields: [field: [.text(fault)]])
            return
        }
        switch error.sqlState {
        case "22003": self = .invalid("service", .unknown)  // the one number of a body that goes into a column unlooked-up
        case "22021", "22P05": self = .invalid(Problem.wholeBody, .malformed)  // a NUL character, which PostgreSQL's text cannot hold
        default: return nil
        }
    }

    private static let constraints: [String: (Int, String, FieldFault)] = [
        "users_username_key": (409, "username", .taken),
        "users_username_folded_key": (409, "username", .taken),
        "users_username_length": (400, "username", .tooLong),
        "users_username_printable": (400, "username", .unprintable),
        "users_language_known": (400, "langue", .unknown),
        "user_wards_ward_fkey": (400, "services", .unknown),
        "wards_name_key": (409, "nom", .taken),
        "wards_look_key": (409, "nom", .taken),
        "wards_name_length": (400, "nom", .tooLong),
        "patients_hospital_number_key": (409, "identifiant", .taken),
        "patients_hospital_number_known": (400, "identifiant", .hospitalNumber),
        "patients_last_name_length": (400, "nom", .tooLong),
        "patients_first_name_length": (400, "prenom", .tooLong),
        "patients_sex_known": (400, "sexe", .unknown),
        "patients_ward_fkey": (400, "service", .unknown),
        "patients_bed_length": (400, "lit", .tooLong),
        "patients_bed_key": (409, "lit", .bedTaken),
        "devices_name_length": (400, "nom", .tooLong),
        "devices_kind_length": (400, "type_dispositif", .tooLong),
        "device_state_status_length": (400, "statut", .tooLong),
        "device_assignment_one_patient": (409, "patient", .occupied),
        "device_assignment_patient_fkey": (400, "patient", .unknown),
        "alerts_kind_length": (400, "type_alerte", .tooLong),
        "alerts_message_length": (400, "message", .tooLong),
    ]
}
