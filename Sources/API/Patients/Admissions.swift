import Clinical
import Postgres
import Store

/// Admitting under a hospital number that somebody has: at the throttle's pace, and each that fails is recorded.
extension Service {
    /// Outside the transaction of `Idempotency-Key`: what is counted and recorded must not vanish with what is refused.
    ///
    /// - Parameter body: whose number is looked at before the handler is asked.
    func admitting(_ call: Call, _ body: [UInt8], _ answer: () throws -> Response) throws -> Response {
        // A body without a number is the handler's to refuse.
        guard let number = try? JSON(parsing: body).members?["identifiant"]?.lenientText else { return try answer() }
        return try admitting(call, hospitalNumber: number, answer)
    }

    func admitting(_ call: Call, hospitalNumber number: String, _ answer: () throws -> Response) throws -> Response {
        let scope = try call.scope()
        let (counted, patient): (LoginAttempt.Counted, PatientID)
        switch try database.countAdmission(hospitalNumber: number, scope) {
        case .unknownNumber: return try answer()
        case .counted(let attempt, let known): (counted, patient) = (attempt, known)
        case .refused(let seconds, let known):
            try database.recordOnceAnHour(.throttledAdmission(known), by: scope.author)
            logRefusal("admission.throttled", account: scope.username, call.request)
            throw Problem.throttled(seconds: seconds, code: .readmissionThrottled)
        }
        do {
            let response = try answer()
            try database.giveBack(counted)
            return response
        } catch let error as PostgresError where Database.isNumberTaken(error) {
            try database.record(.refusedAdmission(patient), by: scope.author)
            logRefusal("admission.refused", account: scope.username, call.request)
            throw error
        }
    }
}
