import Access
import Clinical
import Store

/// What can be written of a device; other members are ignored, as in the replaced system.
struct DeviceBody: ObjectBody {
    let change: Change<DeviceFields>
    let others: OtherDevices?

    static let takesForms = true
    static let others = OtherMembers.ignored
    init(_ fields: inout BodyFields) {
        var change = Change<DeviceFields>()
        fields.change(\.name, "nom", .text(1...100), in: &change)
        fields.change(\.kind, "type_dispositif", .text(1...50), in: &change)
        fields.change(optional: \.patient, "patient", .id, in: &change)
        fields.change(optional: \.status, "statut", .status, in: &change)
        self.change = change
        others = fields.otherDevices()
    }
}

struct StatusBody: ObjectBody {
    let status: String

    static let takesForms = true
    static let others = OtherMembers.ignored
    init(_ fields: inout BodyFields) { status = fields.required("statut", .status) }
}

extension FieldType<String> {
    fileprivate static let status = text(1...32)
}

struct KeyRequest: ObjectBody {
    /// How long the former key still works.
    let formerHours: Int

    init(_ fields: inout BodyFields) { formerHours = fields.optional("ancienne_valable_h", .integer(Database.formerKeyHours)) ?? 0 }
}

extension Service {
    private struct StatusAnswer: Encodable { let status: String }
    private struct KeyAnswer: Encodable {
        let cle: String
        /// Rows of modules of the QR code that sets a device up.
        let qr: [String]
    }

    func listDevices(_ call: Call) throws -> Response {
        let query = call.query
        let page = try query.page { Int($0) }
        let filter = DeviceFilter(
            patient: try query["patient_id"].map { try knownPatient($0, call).id }, isFree: try query.flag("libres"),
            isRetired: try query.flag("retires"))
        let devices = try database.devices(call.scope(), filter, page)
        return try call.list(devices, page) { String($0.id) }
    }

    func showDevice(_ call: Call) throws -> Response {
        let device = try call.found(database.device(call.number("id"), call.scope()))
        // What is out of use is gone for who does not ask for such devices, as in the replaced system.
        guard try device.retiredAt == nil || call.query.flag("retires") else { throw Problem.notFound }
        return try .json(device)
    }

    func addDevice(_ call: Call, _ body: DeviceBody) throws -> Response {
        let fields = body.change.applied(to: DeviceFields(name: "", kind: ""))
        return try .json(call.found(database.addDevice(fields, others: body.others, call.scope())), status: 201)
    }

    func changeDevice(_ call: Call, _ body: DeviceBody) throws -> Response {
        try .json(call.found(database.updateDevice(call.number("id"), others: body.others, call.scope(), body.change)))
    }

    func retireDevice(_ call: Call) throws -> Response {
        guard try database.retireDevice(call.number("id"), call.scope()) else { throw Problem.notFound }
        return .noContent
    }

    func newKey(_ call: Call, _ body: KeyRequest) throws -> Response {
        // Before the old key is gone.
        guard let url = call.request.publicURL else { throw Problem.invalid("host", .malformed) }
        let id = try call.number("id")
        let key = try call.found(database.newDeviceKey(id, formerHours: body.formerHours, call.scope())).text
        let code = ProvisioningCode(url: url, cle: key, curve: try database.calibratedCurve(of: id))
        return try .json(KeyAnswer(cle: key, qr: QRCode(code.text).rows))
    }

    func updateStatus(_ call: Call, _ body: StatusBody) throws -> Response {
        let (id, status) = (try call.number("id"), body.status)
        switch call.caller {
        case .device(let key):
            guard try database.isValid(key) else { throw Problem.unauthenticated(.tokenNotValid) }
            guard key.device == id else { throw Problem.forbidden }
            try database.setDeviceStatus(id, status)
        case .user(let scope):
            guard try database.setDeviceStatus(id, status, scope) else { throw Problem.notFound }
        case .nobody: throw Problem.forbidden
        }
        return try .json(StatusAnswer(status: Texts.statusUpdated))
    }
}
