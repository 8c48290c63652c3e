import Clinical
import Store

struct NewPause: ObjectBody {
    let seconds: Int

    init(_ fields: inout BodyFields) {
        seconds = fields.optional("duree_s", .integer(SoundPause.allowedSeconds)) ?? SoundPause.defaultSeconds
    }
}

/// Pauses of the alarms' sound, of a patient and of a ward.
extension Service {
    private struct CurrentPause: Encodable {
        let pause: SoundPause?

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(pause, forKey: .pause)  // null where there is none
        }
        enum CodingKeys: CodingKey { case pause }
    }

    func showPatientPause(_ call: Call) throws -> Response { try show(patientSubject(call)) }
    func showWardPause(_ call: Call) throws -> Response { try show(wardSubject(call)) }
    func beginPatientPause(_ call: Call, _ new: NewPause) throws -> Response { try begin(new, patientSubject(call), call) }
    func beginWardPause(_ call: Call, _ new: NewPause) throws -> Response { try begin(new, wardSubject(call), call) }
    func endPatientPause(_ call: Call) throws -> Response { try end(patientSubject(call), call) }
    func endWardPause(_ call: Call) throws -> Response { try end(wardSubject(call), call) }

    private func patientSubject(_ call: Call) throws -> SoundPause.Subject {
        try .patient(knownPatient(call.parameters["id"] ?? "", call).id)
    }

    private func wardSubject(_ call: Call) throws -> SoundPause.Subject {
        try .ward(call.found(database.ward(call.number("id"), call.scope())).id)
    }

    private func show(_ subject: SoundPause.Subject) throws -> Response {
        try .json(CurrentPause(pause: database.currentPause(of: subject)))
    }

    private func begin(_ new: NewPause, _ subject: SoundPause.Subject, _ call: Call) throws -> Response {
        try .json(call.found(database.beginPause(of: subject, seconds: new.seconds, call.scope())), status: 201)
    }

    private func end(_ subject: SoundPause.Subject, _ call: Call) throws -> Response {
        try database.endPause(of: subject, call.scope())
        return .noContent
    }
}
