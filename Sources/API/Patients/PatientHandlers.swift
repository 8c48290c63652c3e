import Clinical
import Store

extension Service {
    func listPatients(_ call: Call) throws -> Response {
        let page = try call.query.page { Int($0) }
        let ward = try call.query.number("service")
        if let ward { _ = try call.found(database.ward(ward, call.scope())) }
        let patients = try database.patients(call.scope(), ward: ward, isDischarged: call.query.flag("sortis"), page)
        return try call.list(patients, page) { String($0.id) }
    }

    func showPatient(_ call: Call) throws -> Response {
        try .json(patient(call.parameters["id"] ?? "", call))
    }

    func addPatient(_ call: Call) throws -> Response {
        let (patient, isReadmitted) = try database.admitPatient(checked(call.decode(), call), call.scope())
        return try .json(patient, status: isReadmitted ? 200 : 201)
    }

    func changePatient(_ call: Call) throws -> Response {
        let key = PatientKey(call.parameters["id"] ?? "")
        let patient = try call.found(database.updatePatient(key, call.scope()) { try checked(call.decode(over: $0), before: $0, call) })
        return try .json(opened(patient, call))  // a change of nothing shows as much
    }

    func dischargePatient(_ call: Call) throws -> Response {
        try .json(call.found(database.dischargePatient(PatientKey(call.parameters["id"] ?? ""), call.scope())))
    }

    private func checked(_ fields: PatientFields, before: PatientFields? = nil, _ call: Call) throws -> PatientFields {
        // PostgreSQL would take `tomorrow` and `infinity` for dates, too.
        if let date = fields.birthDate, !Self.isDay(date) { throw Problem.invalid("date_naissance", .malformed) }
        let scale = before?.spo2Scale ?? EarlyWarningScore.Scale.one.rawValue
        if let chosen = fields.spo2Scale, chosen != scale {
            guard EarlyWarningScore.Scale(rawValue: chosen) != nil else { throw Problem.invalid("echelle_spo2", .unknown) }
            guard try call.scope().role.may(.chooseScoreScale) else { throw Problem.forbidden }
        }
        return fields
    }

    /// Whether the text is a day that exists, as `1950-04-23`.
    private static func isDay(_ text: String) -> Bool {
        guard let match = text.wholeMatch(of: /([0-9]{4})(-[0-9]{2}-[0-9]{2})/), let year = Int(match.1), year > 0 else { return false }
        // The calendar repeats every 400 years, and instants begin with 1970.
        return Instant(rfc3339: "\(2000 + year % 400)\(match.2)T00:00:00Z") != nil
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
        try database.recordOnceAnHour(.opened(patient.id), by: call.scope().author)
        return patient
    }
}
