import Clinical
import Store

extension Database {
    /// An alert by hand; nil where the account sees no such patient.
    public func addAlert(
        patient: PatientID, kind: String, message: String, severity: Severity, measuredAt: Instant, _ scope: Scope
    ) throws -> Alert? {
        let new = NewAlert(patient: patient, kind: kind, message: message, severity: severity, measuredAt: measuredAt)
        switch try raiseAlert(new, now: TestStore.now, scope) {
        case .raised(let alert), .updated(let alert): return alert
        case .tooManyOpen, .timeNotAllowed, .unknownPatient: return nil
        }
    }
}
