import Clinical
import Store

struct NewAbsence: ObjectBody {
    let reason: String
    let minutes: Int

    init(_ fields: inout BodyFields) {
        let typed = fields.required("motif", .text(1...MonitoringHold.maximumReasonCharacters))
        minutes = fields.optional("duree_min", .integer(MonitoringHold.allowedAbsenceMinutes)) ?? MonitoringHold.defaultAbsenceMinutes
        do { reason = try ShownText.checked(typed, field: "motif") } catch {
            reason = typed
            if fields.faults["motif"] == nil { fields.refuse("motif", .text(error.fields["motif"] == .empty ? .empty : .unprintable)) }
        }
    }
}

/// Absences, and cuffs on the arm with the sensor: while one runs, some alerts about the patient's devices rest.
extension Service {
    func showAbsence(_ call: Call) throws -> Response { try showHold(.absence, call) }
    func showCuff(_ call: Call) throws -> Response { try showHold(.cuff, call) }
    func endAbsence(_ call: Call) throws -> Response { try endHold(.absence, call) }
    func endCuff(_ call: Call) throws -> Response { try endHold(.cuff, call) }

    func beginAbsence(_ call: Call, _ new: NewAbsence) throws -> Response {
        let hold = try database.beginHold(.absence, of: heldPatient(call), reason: new.reason, seconds: new.minutes * 60, call.scope())
        return try .json(call.found(hold), status: 201)
    }

    func beginCuff(_ call: Call) throws -> Response {
        let hold = try database.beginHold(.cuff, of: heldPatient(call), seconds: MonitoringHold.cuffSeconds, call.scope())
        return try .json(call.found(hold), status: 201)
    }

    private func heldPatient(_ call: Call) throws -> PatientID { try knownPatient(call.parameters["id"] ?? "", call).id }

    /// `{"absence": null}` where none runs.
    private func showHold(_ kind: MonitoringHold.Kind, _ call: Call) throws -> Response {
        let hold: MonitoringHold? = try database.currentHold(kind, of: heldPatient(call))
        return try .json([kind.rawValue: hold])
    }

    private func endHold(_ kind: MonitoringHold.Kind, _ call: Call) throws -> Response {
        try database.endHold(kind, of: heldPatient(call), call.scope())
        return .noContent
    }
}
