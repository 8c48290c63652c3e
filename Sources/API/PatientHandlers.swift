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

    func listPatients(_ call: Call) throws -> Response {
        let page = try call.query.page { Int($0) }
        let ward = try call.query.number("service")
        if let ward { _ = try call.found(database.ward(ward, call.scope())) }
        let patients = try database.patients(call.scope(), ward: ward, page)
        return try call.list(patients, page) { String($0.id) }
    }

    func showPatient(_ call: Call) throws -> Response {
        try .json(patient(call.parameters["id"] ?? "", call))
    }

    func addPatient(_ call: Call) throws -> Response {
        try .json(database.addPatient(checked(call.decode()), call.scope()), status: 201)
    }

    func changePatient(_ call: Call) throws -> Response {
        let patient = try patient(call.parameters["id"] ?? "", call)
        let fields = try checked(call.decode(over: patient.fields))
        return try .json(call.found(database.updatePatient(patient.id, fields, call.scope())))
    }

    /// PostgreSQL would take `tomorrow` and `infinity` for dates, too; that the day exists is left to it.
    private func checked(_ fields: PatientFields) throws -> PatientFields {
        if let date = fields.birthDate, date.wholeMatch(of: /[0-9]{4}-[0-9]{2}-[0-9]{2}/) == nil {
            throw Problem.invalid("date_naissance", .malformed)
        }
        return fields
    }

    /// - Parameter key: the id or the hospital number. - Throws: 404.
    func patient(_ key: String, _ call: Call) throws -> Patient {
        try call.found(database.patient(PatientKey(key), call.scope()))
    }
}
