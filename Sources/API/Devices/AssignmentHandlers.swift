import Clinical
import Store

/// Who wears which device from when until when.
extension Service {
    private struct NewAssignment: Decodable {
        let patient: PatientID
        let debut: Instant?
        let fin: Instant?
    }

    func listAssignments(_ call: Call) throws -> Response {
        let page = try call.query.page { Int($0) }
        return try call.list(call.found(database.assignments(of: call.number("id"), call.scope(), page)), page) { String($0.id) }
    }

    func assign(_ call: Call) throws -> Response {
        let device = try call.number("id")
        let new: NewAssignment = try call.decode()
        let assignment = try database.assignDevice(
            device, to: new.patient, from: new.debut, to: new.fin, now: now(), call.scope())
        return try .json(call.found(assignment), status: 201)
    }

    func changeAssignment(_ call: Call) throws -> Response {
        let (device, id) = try (call.number("id"), call.number("affectation"))
        let assignment = try database.updateAssignment(id, of: device, now: now(), call.scope()) { try call.decode(over: $0) }
        return try .json(call.found(assignment))
    }

    func deleteAssignment(_ call: Call) throws -> Response {
        let (device, id) = try (call.number("id"), call.number("affectation"))
        guard try database.deleteAssignment(id, of: device, call.scope()) else { throw Problem.notFound }
        return .noContent
    }
}
