import Access
import Clinical
import Store

extension Service {
    private struct StatusBody: Decodable { let statut: String }
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
            patient: try query.number("patient"), isFree: try query.flag("libres"), isRetired: try query.flag("retires"))
        let devices = try database.devices(call.scope(), filter, page)
        return try call.list(devices, page) { String($0.id) }
    }

    func showDevice(_ call: Call) throws -> Response {
        try .json(call.found(database.device(call.number("id"), call.scope())))
    }

    func addDevice(_ call: Call) throws -> Response {
        try .json(call.found(database.addDevice(call.decode(), call.scope())), status: 201)
    }

    func changeDevice(_ call: Call) throws -> Response {
        try .json(call.found(database.updateDevice(call.number("id"), call.scope()) { try call.decode(over: $0) }))
    }

    func retireDevice(_ call: Call) throws -> Response {
        guard try database.retireDevice(call.number("id"), call.scope()) else { throw Problem.notFound }
        return .noContent
    }

    func newKey(_ call: Call) throws -> Response {
        // Before the old key is gone.
        guard let url = call.request.publicURL else { throw Problem.invalid("host", .malformed) }
        let key = try call.found(database.newDeviceKey(call.number("id"), call.scope())).text
        return try .json(KeyAnswer(cle: key, qr: QRCode(ProvisioningCode(url: url, cle: key).text).rows))
    }

    func updateStatus(_ call: Call) throws -> Response {
        let id = try call.number("id")
        let status = try call.decode(StatusBody.self).statut
        switch call.caller {
        case .device(let key):
            guard try database.isValid(key) else { throw Problem.unauthenticated(.tokenNotValid) }
            guard key.device == id else { throw Problem.forbidden }
            try database.setDeviceStatus(id, status)
        case .user(let scope):
            guard try database.setDeviceStatus(id, status, scope) else { throw Problem.notFound }
        case .nobody: throw Problem.forbidden
        }
        return try .json(StatusAnswer(status: Texts.statusUpdated[call.request.language] ?? status))
    }
}
