import Clinical
import Store

extension Service {
    private struct WardFields: Decodable { let nom: String }

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

    func renameWard(_ call: Call) throws -> Response {
        try .json(call.found(database.renameWard(call.number("id"), name: call.decode(WardFields.self).nom, call.scope())))
    }

    func deleteWard(_ call: Call) throws -> Response {
        guard try database.deleteWard(call.number("id"), call.scope()) else { throw Problem.notFound }
        return .noContent
    }
}
