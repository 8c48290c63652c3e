import Clinical
import Postgres
import Store

struct PatientBody: ObjectBody {
    let change: Change<PatientFields>

    static let others = OtherMembers.refused(except: [
        "id", "sorti_le", "limites_propres", "profil_confirme_par", "profil_confirme_le", "profil_en_vigueur", "profil_propose", "profil_a_confirmer",
        "profil_provisoire",
    ])
    init(_ fields: inout BodyFields) {
        var change = Change<PatientFields>()
        fields.change(\.hospitalNumber, "identifiant", .text(1...32), in: &change)
        fields.change(\.lastName, "nom", .text(1...80), in: &change)
        fields.change(\.firstName, "prenom", .text(0...80), in: &change)
        fields.change(optional: \.birthDate, "date_naissance", .day, in: &change)
        fields.change(optional: \.sex, "sexe", .choice(["F", "M", "X"]), in: &change)
        fields.change(\.ward, "service", .id, in: &change)
        fields.change(optional: \.bed, "lit", .text(0...20), in: &change)
        fields.change(optional: \.spo2Scale, "echelle_spo2", .integer(1...2), in: &change)
        fields.change(optional: \.isPregnant, "enceinte", .flag, in: &change)
        fields.change(optional: \.profile, "profil", .choice, in: &change)
        self.change = change
    }

    /// Of a patient who is new. - Parameter number: where the body need not say it.
    func fields(hospitalNumber number: String = "") -> PatientFields {
        change.applied(
            to: PatientFields(hospitalNumber: number, lastName: "", firstName: "", birthDate: nil, sex: nil, ward: 0, bed: nil))
    }
}

/// A patient whose number the query names. What is left out stays as it is: an integration engine does not know what a ward has set.
struct NumberedPatientBody: ObjectBody {
    let body: PatientBody
    /// Members that are needed of somebody new, and are not there.
    let missing: [String]

    static let needed = ["nom", "prenom", "service"]
    static let others = PatientBody.others
    static let isPartial = true
    init(_ fields: inout BodyFields) {
        missing = Self.needed.filter { [fields] in !fields.has($0) }
        body = PatientBody(&fields)
    }
}

struct ProfileBody: ObjectBody {
    let profile: LimitProfile
    /// Why, where it makes any limit looser.
    let reason: String?

    init(_ fields: inout BodyFields) {
        profile = fields.required("profil", FieldType<LimitProfile>.choice)
        reason = fields.optional("motif", .text(1...200))
    }
}

/// In which bed a patient lies whose discharge is taken back; nil: the one before.
struct ReturnBody: ObjectBody {
    let bed: String?

    init(_ fields: inout BodyFields) { bed = fields.optional("lit", .text(0...20)) }
}

/// A patient who is back, and what became of the devices.
private struct ReturnedPatient: Encodable {
    let back: TakenBackDischarge

    enum CodingKeys: String, CodingKey { case dispositifs_rendus, dispositifs_pris }

    private struct Device: Encodable {
        let id: Int
        let nom: String

        init(_ device: WornDevice) { (id, nom) = (device.id, device.name) }
    }

    func encode(to encoder: any Encoder) throws {
        try back.patient.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(back.returned.map(Device.init), forKey: .dispositifs_rendus)
        try container.encode(back.missing.map(Device.init), forKey: .dispositifs_pris)
    }
}

extension Service {
    func listPatients(_ call: Call) throws -> Response {
        let page = try call.query.page { Int($0) }
        // A number would tell whose bed it is, and who has left is on no display.
        if try call.scope().lock != nil, call.query["identifiant"] != nil || call.query["sortis"] != nil { throw Problem.sessionLocked }
        let ward = try call.query.number("service")
        if let ward { _ = try call.found(database.ward(ward, call.scope())) }
        if let number = call.query["identifiant"] { return try .json([find(hospitalNumber: number, ward: ward, call)]) }
        if try call.query.flag("sortis") {
            return try call.list(database.dischargedPatients(call.scope(), ward: ward, page), page) { String($0.id) }
        }
        return try call.list(database.patients(call.scope(), ward: ward, page), page) { String($0.id) }
    }

    /// Present or discharged, as far as the caller sees them. - Throws: 404, as in every list of one patient.
    private func find(hospitalNumber: String, ward: WardID?, _ call: Call) throws -> Patient {
        let patient = try call.found(database.patient(.hospitalNumber(hospitalNumber), call.scope()))
        let isDischarged = try call.query.optionalFlag("sortis") ?? (patient.dischargedAt != nil)
        guard ward ?? patient.fields.ward == patient.fields.ward, isDischarged == (patient.dischargedAt != nil) else { throw Problem.notFound }
        return try opened(patient, call)
    }

    func showPatient(_ call: Call) throws -> Response {
        try .json(patient(call.parameters["id"] ?? "", call))
    }

    func addPatient(_ call: Call, _ body: PatientBody) throws -> Response {
        let (patient, isReadmitted) = try database.admitPatient(body.fields(), call.scope())
        return try .json(patient, status: isReadmitted ? 200 : 201)
    }

    /// By hospital number: changes whom the caller sees under it, present or discharged, and else admits somebody new. The same request again
    /// changes nothing, and admits nobody who has left: an integration engine may repeat what it has sent.
    func putPatient(_ call: Call, _ named: NumberedPatientBody) throws -> Response {
        guard let number = call.query["identifiant"] else { throw Problem.invalid("identifiant", .required) }
        let said = named.body.fields(hospitalNumber: number)
        guard said.hospitalNumber == number else { throw Problem.invalid("identifiant", .otherNumber) }
        func known() throws -> Response? {
            try database.updatePatient(.hospitalNumber(number), call.scope(), named.body.change).map { try .json(opened($0, call)) }
        }
        if let response = try known() { return response }
        guard named.missing.isEmpty else {
            throw Problem(
                status: 400, code: .invalid, fields: Dictionary(uniqueKeysWithValues: named.missing.map { ($0, [.text(.required)]) }))
        }
        do {
            return try admitting(call, hospitalNumber: number) {
                try .json(database.admitPatient(said, call.scope(), readmits: false).patient, status: 201)
            }
        } catch let error as PostgresError where Database.isNumberTaken(error) {
            // Perhaps by the same request a moment ago.
            guard let response = try known() else { throw error }
            return response
        }
    }

    func changePatient(_ call: Call, _ body: PatientBody) throws -> Response {
        let patient = try call.found(database.updatePatient(PatientKey(call.parameters["id"] ?? ""), call.scope(), body.change))
        return try .json(opened(patient, call))  // a change of nothing shows as much
    }

    func confirmProfile(_ call: Call, _ body: ProfileBody) throws -> Response {
        let key = PatientKey(call.parameters["id"] ?? "")
        let patient = try call.found(database.confirmProfile(body.profile, of: key, call.scope(), reason: body.reason))
        return try .json(opened(patient, call))
    }

    func dischargePatient(_ call: Call) throws -> Response {
        try .json(call.found(database.dischargePatient(PatientKey(call.parameters["id"] ?? ""), call.scope())))
    }

    func takeBackDischarge(_ call: Call, _ body: ReturnBody) throws -> Response {
        let back = try call.found(database.takeBackDischarge(PatientKey(call.parameters["id"] ?? ""), bed: body.bed, call.scope()))
        try recordShown([back.patient.id], call)
        return try .json(ReturnedPatient(back: back))
    }

    /// Whoever looks somebody up has opened their page: that is recorded, or nothing is shown.
    ///
    /// - Parameter key: the id or the hospital number. - Throws: 404.
    func patient(_ key: String, _ call: Call) throws -> Patient {
        try opened(knownPatient(key, call), call)
    }

    /// For what a ward's screen shows of everybody in it: nobody has opened anybody's page.
    ///
    /// - Parameter key: the id or the hospital number. - Throws: 404.
    func knownPatient(_ key: String, _ call: Call) throws -> Patient {
        try call.found(database.patient(PatientKey(key), call.scope()))
    }

    private func opened(_ patient: Patient, _ call: Call) throws -> Patient {
        try recordShown([patient.id], call)
        return patient
    }

    /// The patients whom an answer shows in depth: each is recorded once a session and hour, before anything is shown.
    func recordShown(_ patients: [PatientID?], _ call: Call) throws {
        let author = try call.scope().author
        for patient in Set(patients.compactMap { $0 }).sorted() { try database.recordOnceAnHour(.opened(patient), by: author) }
    }
}
