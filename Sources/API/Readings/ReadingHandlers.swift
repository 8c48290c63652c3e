import Clinical
import Store

extension Service {
    /// What a ward's page shows of each patient, and somewhat more.
    private static let traceSeconds = 300.0
    /// Of each patient and vital: as many as a page keeps.
    private static let traceLimit = 1_000
    /// Reports must not wait behind many of them; a page that is sent away asks again.
    static let tracesAtOnce = 8

    private struct ValueBody: Decodable { let valeur: Double }
    private struct LetterBody: Decodable { let valeur: String }

    func listReadings(_ call: Call) throws -> Response {
        let query = call.query
        let page = try query.page { StoredReading.Key(id: $0) }
        let from = try query.instant("debut")
        // A ward's page fetches the last minutes of each of its patients, who were not opened by that.
        let isTrace = from.map { now().seconds(since: $0) <= Self.traceSeconds } ?? false
        let filter = ReadingFilter(
            patient: try query["patient_id"].map { try isTrace ? knownPatient($0, call).id : patient($0, call).id },
            device: try query.number("dispositif"),
            vital: try query.value("type_donnee") { Vital(rawValue: $0) }, from: from,
            to: try query.instant("fin"))
        return try call.list(database.readings(call.scope(), filter, page), page) { $0.key.id }
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
            self.traces.with { try database.traces(ward: call.number("id"), from: from, limit: Self.traceLimit, call.scope()) })
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
        try .json(call.found(database.reading(key(call), call.scope())))
    }

    func correctReading(_ call: Call) throws -> Response {
        let key = try key(call)
        return try .json(call.found(database.correctReading(key, value: value(of: key.vital, call), call.scope())))
    }

    /// As readings are sent: a number, or the letter of a vital that has letters.
    private func value(of vital: Vital, _ call: Call) throws -> Double {
        guard let letters = vital.properties.letters else {
            let value = try call.decode(ValueBody.self).valeur
            guard vital.properties.plausible.contains(value) else { throw Problem.invalid("valeur", .outOfRange) }
            return value
        }
        guard let index = letters.firstIndex(of: try call.decode(LetterBody.self).valeur) else {
            throw Problem.invalid("valeur", .unknown)
        }
        return Double(index)
    }

    func deleteReading(_ call: Call) throws -> Response {
        guard try database.deleteReading(key(call), call.scope()) else { throw Problem.notFound }
        return .noContent
    }

    private func key(_ call: Call) throws -> StoredReading.Key {
        try call.found(call.parameters["id"].flatMap(StoredReading.Key.init(id:)))
    }
}
