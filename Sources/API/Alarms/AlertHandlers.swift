import Clinical
import Store

extension Service {
    private struct NewAlert: Decodable {
        let patient: PatientID
        let type_alerte: String
        let message: String
        let niveau_gravite: Severity
        let timestamp: Instant?
    }
    private struct AlertChange: Decodable { let acquittee: Bool }
    /// How bad the alert was that somebody saw.
    private struct SeenAlert: Decodable { let niveau_gravite: Severity? }

    func listAlerts(_ call: Call) throws -> Response {
        let query = call.query
        let page = try query.page { Int($0) }
        let filter = AlertFilter(
            patient: try query.value("patient_id") { PatientID($0) },
            acknowledged: try query.value("acquittee") { Bool($0.lowercased()) },
            severity: try query.value("niveau_gravite") { Severity(rawValue: $0) }, from: try query.instant("debut"),
            to: try query.instant("fin"))
        return try call.list(database.alerts(call.scope(), filter, page), page) { String($0.id) }
    }

    func showAlert(_ call: Call) throws -> Response {
        try .json(call.found(database.alert(call.number("id"), call.scope())))
    }

    func raiseAlert(_ call: Call) throws -> Response {
        let new: NewAlert = try call.decode()
        let alert = try database.addAlert(
            patient: new.patient, kind: new.type_alerte, message: new.message, severity: new.niveau_gravite,
            measuredAt: new.timestamp ?? now(), call.scope())
        guard let alert else { throw Problem.invalid("patient", .unknown) }
        return try .json(alert, status: 201)
    }

    /// The replaced system's clients acknowledge this way. An acknowledgement is not taken back.
    func changeAlert(_ call: Call) throws -> Response {
        guard try call.decode(AlertChange.self).acquittee else { throw Problem.invalid("acquittee", .notTrue) }
        return try acknowledge(call)
    }

    /// Who says how bad it was does not acknowledge what it has become meanwhile; the replaced system's clients say nothing.
    func acknowledge(_ call: Call) throws -> Response {
        let seen = call.request.body.isEmpty ? nil : try call.decode(SeenAlert.self).niveau_gravite
        let alert = try call.found(database.acknowledgeAlert(call.number("id"), seen: seen, call.scope()))
        if let seen, alert.severity > seen, !alert.acknowledged { throw Problem.conflict("niveau_gravite", .worse) }
        return try .json(alert)
    }
}
