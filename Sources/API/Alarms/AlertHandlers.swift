import Clinical
import Store

struct NewAlertBody: ObjectBody {
    let patient: PatientID
    let kind: String
    let message: String
    let severity: Severity
    let timestamp: Instant?
    /// It is over already: the replaced system's clients keep what somebody has seen to.
    let isAcknowledged: Bool

    static let takesForms = true
    static let others = OtherMembers.ignored
    init(_ fields: inout BodyFields) {
        (patient, kind) = (fields.required("patient", .id), fields.required("type_alerte", .text(1...64)))
        message = fields.required("message", .text(1...PersonsAlert.maximumMessage))
        severity = fields.required("niveau_gravite", FieldType<Severity>.choice)
        timestamp = fields.optional("timestamp", .instant)
        isAcknowledged = fields.optional("acquittee", .flag) ?? false
    }
}

/// An alert as the replaced system's clients send it back, or some members of it. What the system says cannot be changed, what a person says can.
struct AlertChange: ObjectBody {
    let isAcknowledged: Bool?
    /// Beside `acquittee` how bad it was when somebody looked; alone how bad it is.
    let severity: Severity?
    let message: String?

    static let takesForms = true
    static let others = OtherMembers.ignored
    init(_ fields: inout BodyFields) {
        (isAcknowledged, severity) = (fields.optional("acquittee", .flag), fields.optional("niveau_gravite", FieldType<Severity>.choice))
        message = fields.optional("message", .text(1...PersonsAlert.maximumMessage))
    }
}

struct SeenAlert: ObjectBody {
    /// How bad the alert was that somebody saw.
    let severity: Severity?

    static let takesForms = true
    static let others = OtherMembers.ignored
    init(_ fields: inout BodyFields) { severity = fields.optional("niveau_gravite", FieldType<Severity>.choice) }
}

extension Service {
    func listAlerts(_ call: Call) throws -> Response {
        let query = call.query
        let page = try query.page { Int($0) }
        let filter = AlertFilter(
            patient: try query["patient_id"].map { try patient($0, call).id }, ward: try query.value("service") { WardID($0) },
            acknowledged: try query.optionalFlag("acquittee"),
            severity: try query.value("niveau_gravite") { Severity(rawValue: $0) }, from: try query.instant("debut"),
            to: try query.instant("fin"))
        if try call.wantsFile() { return try alertsFile(filter, call) }
        let alerts = try database.alerts(call.scope(), filter, page)
        return try call.list(alerts.map { try call.told($0) }, page) { String($0.id) }
    }

    private func alertsFile(_ filter: AlertFilter, _ call: Call) throws -> Response {
        let scope = try call.scope()
        return try file("alertes", call, of: filter.patient, heading: Alert.csvHeading) { [database] (after: Int?) in
            let alerts = try database.alerts(scope, filter, Page(limit: Self.filePage, after: after))
            return (try alerts.map { try call.told($0).csvLine }.joined(), alerts.count, alerts.last?.id)
        }
    }

    func showAlert(_ call: Call) throws -> Response {
        let alert = try call.found(database.alert(call.number("id"), call.scope()))
        try recordShown([alert.patient], call)
        return try .json(call.told(alert))
    }

    /// The strips of the signal that devices sent for the alert, oldest first.
    func showAlertTraces(_ call: Call) throws -> Response {
        let alert = try call.found(database.alert(call.number("id"), call.scope()))
        try recordShown([alert.patient], call)
        return try .json(database.traces(of: alert.id, call.scope()))
    }

    func raiseAlert(_ call: Call, _ body: NewAlertBody) throws -> Response {
        guard !SystemAlertKind.contains(body.kind) else { throw Problem.invalid("type_alerte") { SystemAlertKind.refusal(in: $0) } }
        let now = now()
        let new = NewAlert(
            patient: body.patient, kind: body.kind, message: body.message, severity: body.severity, measuredAt: body.timestamp ?? now,
            isAcknowledged: body.isAcknowledged)
        switch try database.raiseAlert(new, now: now, call.scope()) {
        case .raised(let alert): return try .json(alert, status: 201)
        case .updated(let alert): return try .json(alert)
        case .tooManyOpen: throw Problem.tooManyOpenAlerts
        case .timeNotAllowed: throw Problem.invalid("timestamp", .outsideStay)
        case .unknownPatient: throw Problem.invalid("patient", .unknown)
        }
    }

    /// The replaced system's clients acknowledge this way.
    func changeAlert(_ call: Call, _ change: AlertChange) throws -> Response {
        let id = try call.number("id")
        if change.message != nil || change.severity != nil {
            let severity = change.isAcknowledged == nil ? change.severity : nil
            _ = try call.found(database.changePersonsAlert(id, message: change.message, severity: severity, call.scope()))
        }
        if change.isAcknowledged == true { return try acknowledge(call, seen: change.severity) }
        let alert = try call.found(database.alert(id, call.scope()))
        if change.isAcknowledged == false, alert.acknowledged { return try takeBackAcknowledgement(call) }
        return try showAlert(call)
    }

    /// No alert is ever deleted: who wants it gone has seen it. The replaced system's clients send it.
    func dismissAlert(_ call: Call) throws -> Response {
        _ = try call.found(database.acknowledgeAlert(call.number("id"), call.scope()))
        return .noContent
    }

    /// Who says how bad it was does not acknowledge what it has become meanwhile; the replaced system's clients say nothing.
    func acknowledge(_ call: Call, _ body: SeenAlert) throws -> Response { try acknowledge(call, seen: body.severity) }

    func takeBackAcknowledgement(_ call: Call) throws -> Response {
        try .json(call.told(call.found(database.takeBackAcknowledgement(call.number("id"), call.scope()))))
    }

    func recordDoctorCall(_ call: Call) throws -> Response {
        try .json(call.told(call.found(database.recordDoctorCall(call.number("id"), call.scope()))))
    }

    func closeScoreAlert(_ call: Call) throws -> Response {
        try .json(call.told(call.found(database.closeScoreAlert(call.number("id"), call.scope()))))
    }

    private func acknowledge(_ call: Call, seen: Severity?) throws -> Response {
        let alert = try call.found(database.acknowledgeAlert(call.number("id"), seen: seen, call.scope()))
        if let seen, alert.severity > seen, !alert.acknowledged { throw Problem.conflict("niveau_gravite", .worse) }
        return try .json(call.told(alert))
    }
}

extension Call {
    /// An alert in the reader's language: that of `Accept-Language`, where it is sent, else the account's.
    fileprivate func told(_ alert: Alert) throws -> Alert {
        if request.header("Accept-Language") != nil { return alert.told(in: request.language) }
        return try alert.told(in: Language(rawValue: scope().language) ?? .french)
    }
}
