import Clinical
import Store

struct NewWard: ObjectBody {
    let name: String

    static let others = OtherMembers.refused(except: ["id"])
    init(_ fields: inout BodyFields) { name = fields.required("nom", .wardName) }
}

struct WardChange: ObjectBody {
    let name: String?
    let isSkinTemperatureValid: Bool?
    let defaultProfile: LimitProfile?
    let showsNamesWhenLocked: Bool?

    static let others = OtherMembers.refused(except: ["id"])
    init(_ fields: inout BodyFields) {
        (name, isSkinTemperatureValid) = (fields.optional("nom", .wardName), fields.optional("temperature_cutanee_validee", .flag))
        defaultProfile = fields.optional("profil_par_defaut", FieldType<LimitProfile>.choice)
        showsNamesWhenLocked = fields.optional("noms_sur_ecran_verrouille", .flag)
        let isEmpty = name == nil && isSkinTemperatureValid == nil && defaultProfile == nil && showsNamesWhenLocked == nil
        if isEmpty, fields.faults.isEmpty { fields.refuse("nom", .text(.required)) }
    }
}

extension FieldType<String> {
    fileprivate static let wardName = text(1...80)
}

extension Service {
    func listWards(_ call: Call) throws -> Response {
        let page = try call.query.page { Int($0) }
        return try call.list(database.wards(call.scope(), page), page) { String($0.id) }
    }

    func showWard(_ call: Call) throws -> Response {
        try .json(call.found(database.ward(call.number("id"), call.scope())))
    }

    func addWard(_ call: Call, _ new: NewWard) throws -> Response {
        try .json(database.addWard(name: new.name, by: call.scope().author), status: 201)
    }

    func changeWard(_ call: Call, _ change: WardChange) throws -> Response {
        try .json(
            call.found(
                database.changeWard(
                    call.number("id"), name: change.name, isSkinTemperatureValid: change.isSkinTemperatureValid,
                    defaultProfile: change.defaultProfile, showsNamesWhenLocked: change.showsNamesWhenLocked, call.scope())))
    }

    func deleteWard(_ call: Call) throws -> Response {
        guard try database.deleteWard(call.number("id"), call.scope()) else { throw Problem.notFound }
        return .noContent
    }
}
