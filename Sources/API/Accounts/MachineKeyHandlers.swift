import Access
import Clinical
import Store

struct NewMachineKey: ObjectBody {
    let fields: MachineKeyFields

    init(_ fields: inout BodyFields) {
        let name = fields.required("nom", .text(MachineKeyRecord.nameLength))
        let permissions = fields.required("permissions", .choices(Permission.ofMachineKeys))
        let wards = fields.optional("services", .ids(atMost: Query.maximumLimit)) ?? []
        let isOfEveryWard = fields.optional("tous_services", .flag) ?? false
        let expiresAt = fields.required("expire_le", .instant)
        // Every ward is said in so many words: a list that was forgotten opens nothing.
        if fields.faults["services"] == nil, wards.isEmpty != isOfEveryWard { fields.refuse("services", .text(.wardsOrEvery)) }
        self.fields = MachineKeyFields(
            name: name, permissions: Set(permissions), wards: isOfEveryWard ? nil : wards, expiresAt: expiresAt)
    }
}

struct MachineKeyRenewal: ObjectBody {
    /// How long the former secret still works.
    let formerHours: Int
    let expiresAt: Instant?

    init(_ fields: inout BodyFields) {
        formerHours = fields.optional("ancienne_valable_h", .integer(MachineKeyRecord.formerHours)) ?? 0
        expiresAt = fields.optional("expire_le", .instant)
    }
}

/// Keys of the hospital's programs, as administrators see them.
extension Service {
    func listMachineKeys(_ call: Call) throws -> Response {
        let page = try call.query.page { Int($0) }
        return try call.list(database.machineKeys(page), page) { String($0.id) }
    }

    func showMachineKey(_ call: Call) throws -> Response { try .json(call.found(database.machineKey(call.number("id")))) }

    func addMachineKey(_ call: Call, _ body: NewMachineKey) throws -> Response {
        try .json(database.addMachineKey(body.fields, call.scope()), status: 201)
    }

    func renewMachineKey(_ call: Call, _ body: MachineKeyRenewal) throws -> Response {
        try .json(
            call.found(database.renewMachineKey(call.number("id"), formerHours: body.formerHours, expiresAt: body.expiresAt, call.scope())))
    }

    func revokeMachineKey(_ call: Call) throws -> Response {
        guard try database.revokeMachineKey(call.number("id"), call.scope()) else { throw Problem.notFound }
        return .noContent
    }
}

extension Problem {
    init(_ error: MachineKeyFaults) {
        let fields = error.faults.reduce(into: [String: [Message]]()) { fields, fault in
            switch fault {
            case .nameTaken: fields["nom"] = [.text(.taken)]
            case .unknownWard: fields["services"] = [.text(.unknown)]
            case .expiryOutOfRange: fields["expire_le"] = [.text(.keyExpiry)]
            case .revoked: fields["revoquee_le"] = [.text(.keyRevoked)]
            }
        }
        // What is wrong in itself comes before what only contradicts something.
        let isConflict = error.faults.isSubset(of: [.nameTaken, .revoked])
        self.init(status: isConflict ? 409 : 400, code: isConflict ? .conflict : .invalid, fields: fields)
    }
}
