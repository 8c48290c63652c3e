import Clinical
import Postgres

/// Whether somebody may be admitted under a hospital number now.
public enum AdmissionAttempt: Sendable {
    /// Nobody has this number yet.
    case unknownNumber
    /// Somebody has: counted, to be given back when it was the same person who comes again.
    case counted(LoginAttempt.Counted, PatientID)
    /// Too many that contradicted a patient went before.
    case refused(seconds: Double, PatientID)
}

extension Database {
    /// Counts an admission under a number that somebody has, in whichever ward: who guesses a name or birth date until it is right would read a
    /// stranger's history. Before the admission, so that guesses made at once do not slip by together.
    public func countAdmission(hospitalNumber: String, _ scope: Scope) throws -> AdmissionAttempt {
        let known: PatientID? = try pool.with {
            try $0.query("SELECT id FROM patients WHERE hospital_number = $1", [hospitalNumber]).first().map { try $0[0] }
        }
        guard let known else { return .unknownNumber }
        switch try count([.admissions(of: scope.user)]) {
        case .counted(let counted): return .counted(counted, known)
        case .refused(let seconds): return .refused(seconds: seconds, known)
        }
    }

    /// Whether an admission failed because of who has the number.
    public static func isNumberTaken(_ error: PostgresError) -> Bool { error.constraint == "patients_hospital_number_key" }
}
