import Clinical
import Store

struct TrialBody: ObjectBody {
    let limits: LimitList
    let from: Instant
    /// Nil: now.
    let to: Instant?
    /// Another profile to try; nil: the one that holds.
    let profile: LimitProfile?

    init(_ fields: inout BodyFields) {
        limits = LimitList(&fields)
        (from, to) = (fields.required("depuis", .instant), fields.optional("jusqu_a", .instant))
        profile = fields.optional("profil", FieldType<LimitProfile>.choice)
    }
}

/// How many alerts there would have been with other limits.
extension Service {

    private struct Answer: Encodable {
        let depuis: Instant
        let jusqu_a: Instant
        let lectures: Int
        let avant: Count
        let apres: Count
        let constatees: Int
    }

    private struct Count: Encodable {
        let profil: LimitProfile
        let alertes: Int
        let par_gravite: [String: Int]
        var liste: [WireAlarm]?

        init(_ rehearsal: LimitsTrial, _ profile: LimitProfile, isListed: Bool) {
            profil = profile
            alertes = rehearsal.count
            par_gravite = Dictionary(uniqueKeysWithValues: Severity.allCases.map { ($0.rawValue, rehearsal.bySeverity[$0] ?? 0) })
            liste = isListed ? rehearsal.list.map(WireAlarm.init) : nil
        }
    }

    func rehearse(_ call: Call, _ body: TrialBody) throws -> Response {
        let patient = try patient(call.parameters["id"] ?? "", call)
        let (from, to) = (body.from, body.to ?? now())
        guard from < to else { throw Problem.invalid(body.to == nil ? "depuis" : "jusqu_a", .endsBeforeBegin) }
        guard to.seconds(since: from) <= LimitsTrial.maximumDays * 86_400 else { throw Problem.invalid("depuis", .tooLongAgo) }
        let present = try call.found(database.alarmRules(.patient(patient.id), call.scope()))
        let other = try body.profile.map { try call.found(database.alarmRules(.patient(patient.id), profile: $0, call.scope())) }
        let proposed = try (other ?? present).replacing(ownWith: body.limits.rules)
        if let problem = proposed.problem { throw problem }
        return try shares.trials.with(call.scope().user) {
            var rehearsals = [LimitsTrial(present.rules), LimitsTrial(proposed.rules)]
            let count = try database.rehearse(patient.id, from: from, to: to, &rehearsals)
            return try .json(
                Answer(
                    depuis: from, jusqu_a: to, lectures: count, avant: Count(rehearsals[0], present.profile, isListed: false),
                    apres: Count(rehearsals[1], proposed.profile, isListed: true),
                    constatees: database.ruleAlertCount(patient.id, from: from, to: to)))
        }
    }
}

/// An alert that there would have been, as the wire tells it.
private struct WireAlarm: Encodable {
    let alarm: LimitsTrial.Alarm

    init(_ alarm: LimitsTrial.Alarm) { self.alarm = alarm }

    enum CodingKeys: String, CodingKey { case type_alerte, niveau_gravite, debut, fin, valeur }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(alarm.kind, forKey: .type_alerte)
        try container.encode(alarm.severity, forKey: .niveau_gravite)
        try container.encode(alarm.begin, forKey: .debut)
        try container.encode(alarm.end, forKey: .fin)  // null: it lasts beyond the readings
        try container.encode(alarm.value, forKey: .valeur)
    }
}
