import Clinical
import Store

struct NewAssignment: ObjectBody {
    let patient: PatientID
    let begin: Instant?
    let end: Instant?
    let others: OtherDevices?

    static let others = OtherMembers.refused(except: ["id"])
    init(_ fields: inout BodyFields) {
        patient = fields.required("patient", .id)
        (begin, end) = (fields.optional("debut", .instant), fields.optional("fin", .instant))
        others = fields.otherDevices()
    }
}

struct AssignmentChange: ObjectBody {
    let change: Change<AssignmentTime>
    let others: OtherDevices?

    static let others = OtherMembers.refused(except: ["id", "patient"])
    init(_ fields: inout BodyFields) {
        var change = Change<AssignmentTime>()
        fields.change(\.begin, "debut", .instant, in: &change)
        fields.change(optional: \.end, "fin", .instant, in: &change)
        self.change = change
        others = fields.otherDevices()
    }
}

extension BodyFields {
    /// What becomes of the other devices that the patient wears, wherever a body gives a device to a patient. Nil: the body does not say.
    mutating func otherDevices() -> OtherDevices? { optional("autres_dispositifs", FieldType<OtherDevices>.choice) }
}

/// Who wears which device from when until when.
extension Service {
    func listAssignments(_ call: Call) throws -> Response {
        let page = try call.query.page { Int($0) }
        return try call.list(call.found(database.assignments(of: call.number("id"), call.scope(), page)), page) { String($0.id) }
    }

    func assign(_ call: Call, _ new: NewAssignment) throws -> Response {
        let assignment = try database.assignDevice(
            call.number("id"), to: new.patient, from: new.begin, to: new.end, now: now(), others: new.others, call.scope())
        return try .json(call.found(assignment), status: 201)
    }

    func changeAssignment(_ call: Call, _ body: AssignmentChange) throws -> Response {
        let (device, id) = try (call.number("id"), call.number("affectation"))
        let assignment = try database.updateAssignment(id, of: device, now: now(), others: body.others, call.scope(), body.change)
        return try .json(call.found(assignment))
    }

    func deleteAssignment(_ call: Call) throws -> Response {
        let (device, id) = try (call.number("id"), call.number("affectation"))
        guard try database.deleteAssignment(id, of: device, call.scope()) else { throw Problem.notFound }
        return .noContent
    }
}
