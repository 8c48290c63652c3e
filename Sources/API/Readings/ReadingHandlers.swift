import Clinical
import Store

/// A value that takes another's place. What it may be depends on the vital.
struct ValueBody: ObjectBody {
    /// Nil: it stays, as PATCH may leave it.
    let value: JSON?

    static let takesForms = true
    static let others = OtherMembers.refused(except: ["id", "dispositif", "patient", "type_donnee", "unite", "timestamp"])
    init(_ fields: inout BodyFields) { value = fields.unlessPatched("valeur", .reading) }
}

extension Service {
    /// What a ward's page shows of each patient, and somewhat more.
    private static let traceSeconds = 300.0
    /// Of each patient and vital: as many as a page keeps.
    private static let traceLimit = 1_000

    /// Of a list that nothing narrows: so many of the newest, and none that is older.
    private static let unfilteredLimit = 100
    private static let unfilteredSeconds = 3_600.0

    func listReadings(_ call: Call) throws -> Response {
        let query = call.query
        var page = try query.page { StoredReading.Key(id: $0) }
        let (from, to) = (try query.instant("debut"), try query.instant("fin"))
        let isFile = try call.wantsFile()
        // Without one of the two a list ends with its page, however far it goes back.
        if from != nil, to != nil, !isFile { _ = try query.span(now: now(), defaultSeconds: 0) }
        // A ward's page fetches the last minutes of each of its patients, who were not opened by that.
        let isTrace = from.map { now().seconds(since: $0) <= Self.traceSeconds } ?? false
        var filter = ReadingFilter(
            patient: try query["patient_id"].map { try isTrace ? knownPatient($0, call).id : patient($0, call).id },
            device: try query.number("dispositif"),
            vital: try query.value("type_donnee") { Vital(rawValue: $0) }, from: from,
            to: to)
        if isFile { return try readingsFile(filter, call) }
        if filter == ReadingFilter(vital: filter.vital) {
            filter.from = now().advanced(bySeconds: -Self.unfilteredSeconds)
            page.limit = min(page.limit, Self.unfilteredLimit + 1)
        }
        let (asked, shown) = (filter, page)
        let readings = try shares.lists.with(call.scope().user) { try database.readings(call.scope(), asked, shown) }
        // Of one device they are those of its few wearers.
        if filter.device != nil, filter.patient == nil, !isTrace { try recordShown(readings.map(\.key.patient), call) }
        return try call.list(readings, page) { $0.key.id }
    }

    private func readingsFile(_ filter: ReadingFilter, _ call: Call) throws -> Response {
        let scope = try call.scope()
        return try file("mesures", call, of: filter.patient, heading: StoredReading.csvHeading) { [database] (after: StoredReading.Key?) in
            let rows = try database.readings(scope, filter, Page(limit: Self.filePage, after: after))
            return (rows.map(\.csvLine).joined(), rows.count, rows.last?.key)
        }
    }

    func latestData(_ call: Call) throws -> Response {
        if call.query["patient_id"] == nil, let ward = try call.query.number("service") {
            let patients = try call.found(database.latestReadings(ward: ward, call.scope()))
            return try .json(Dictionary(uniqueKeysWithValues: patients.map { (String($0), Self.byVital($1)) }))
        }
        guard let key = call.query["patient_id"] else { throw Problem(status: 400, code: .patientRequired) }
        return try .json(Self.byVital(database.latestReadings(patient: patient(key, call).id)))
    }

    private static func byVital(_ readings: [Reading]) -> [String: WireValue] {
        Dictionary(uniqueKeysWithValues: readings.map { ($0.vital.rawValue, WireValue($0)) })
    }

    /// A ward's page at its opening and after each gap, in one request: `{"12": {"spo2": [[ms, value], …]}}`.
    func showTraces(_ call: Call) throws -> Response {
        let now = now()
        let from = try call.query.instant("debut") ?? now.advanced(bySeconds: -Self.traceSeconds)
        guard now.seconds(since: from) <= Self.traceSeconds else { throw Problem.invalid("debut", .outOfRange) }
        let traces = try call.found(
            shares.traces.with(call.scope().user) { try database.traces(ward: call.number("id"), from: from, limit: Self.traceLimit, call.scope()) })
        // By hand: there are tens of thousands of them.
        let patients = traces.map { patient, vitals in
            let lines = vitals.map { vital, readings in
                "\"\(vital.rawValue)\":[\(readings.map { "[\($0.measuredAt.milliseconds),\($0.value)]" }.joined(separator: ","))]"
            }
            return "\"\(patient)\":{\(lines.joined(separator: ","))}"
        }
        return Response(
            status: 200, headers: [("Content-Type", "application/json")], body: Array("{\(patients.joined(separator: ","))}".utf8))
    }

    func showReading(_ call: Call) throws -> Response {
        let key = try key(call)
        if let reading = try database.reading(key, call.scope()) {
            try recordShown([key.patient], call)
            return try .json(reading)
        }
        throw try database.isDeleted(key, call.scope()) ? Problem(status: 404, code: .deleted) : Problem.notFound
    }

    /// What the caller can take back.
    func listOwnEntries(_ call: Call) throws -> Response {
        let patient = try patient(call.parameters["id"] ?? "", call)
        return try .json(database.ownEntries(of: patient.id, call.scope()))
    }

    func correctReading(_ call: Call, _ body: ValueBody) throws -> Response {
        guard let new = body.value else { return try showReading(call) }
        let key = try key(call)
        return try .json(call.found(database.correctReading(key, value: value(new, of: key.vital), call.scope())))
    }

    /// As readings are sent: a number, or the letter of a vital that has letters.
    private func value(_ json: JSON, of vital: Vital) throws -> Double {
        func read<Value>(_ type: FieldType<Value>) throws -> Value {
            guard let value = type.read(json) else { throw Problem(status: 400, code: .invalid, fields: ["valeur": [type.fault(of: json)]]) }
            return value
        }
        guard let letters = vital.properties.letters else { return try read(.number(vital.properties.plausible)) }
        return Double(letters.firstIndex(of: try read(.choice(letters))) ?? 0)
    }

    func deleteReading(_ call: Call) throws -> Response {
        guard try database.deleteReading(key(call), call.scope()) else { throw Problem.notFound }
        return .noContent
    }

    private func key(_ call: Call) throws -> StoredReading.Key {
        try call.found(call.parameters["id"].flatMap(StoredReading.Key.init(id:)))
    }
}
