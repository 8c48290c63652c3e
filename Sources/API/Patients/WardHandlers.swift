import Clinical
import Store

extension Service {
    private struct WardFields: Decodable { let nom: String }
    private struct WardChange: Decodable {
        let nom: String?
        let temperature_cutanee_validee: Bool?
    }

    func listWards(_ call: Call) throws -> Response {
        let page = try call.query.page { Int($0) }
        return try call.list(database.wards(call.scope(), page), page) { String($0.id) }
    }

    func showWard(_ call: Call) throws -> Response {
        try .json(call.found(database.ward(call.number("id"), call.scope())))
    }

    func addWard(_ call: Call) throws -> Response {
        try .json(database.addWard(name: call.decode(WardFields.self).nom, by: call.scope().author), status: 201)
    }

    func changeWard(_ call: Call) throws -> Response {
        let change: WardChange = try call.decode()
        if change.nom == nil, change.temperature_cutanee_validee == nil { throw Problem.invalid("nom", .required) }
        return try .json(
            call.found(
                database.changeWard(
                    call.number("id"), name: change.nom, isSkinTemperatureValid: change.temperature_cutanee_validee, call.scope())))
    }

    func deleteWard(_ call: Call) throws -> Response {
        guard try database.deleteWard(call.number("id"), call.scope()) else { throw Problem.notFound }
        return .noContent
    }
}
