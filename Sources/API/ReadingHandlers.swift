import Clinical
import Store

extension Service {
    /// What a ward's page shows of each patient, and somewhat more.
    private static let traceSeconds = 300.0

    private struct ValueBody: Decodable { let valeur: Double }
    private struct LetterBody: Decodable { let valeur: String }

    func listReadings(_ call: Call) throws -> Response {
        let query = call.query
        let page = try query.page { StoredReading.Key(id: $0) }
        let from = try query.instant("debut")
        // A ward's page fetches the last minutes of each of its patients, who were not opened by that.
        let isTrace = from.map { now().seconds(since: $0) <= Self.traceSeconds } ?? false
        let filter = ReadingFilter(
            patient: try query["patient_id"].map { try isTrace ? knownPatient($0, call).id : patient($0, call).id }, device: try query.number("dispositif"),
            vital: try query.value("type_donnee") { Vital(rawValue: $0) }, from: from,
            to: try query.instant("fin"))
        return try call.list(database.readings(call.scope(), filter, page), page) { $0.key.id }
    }

    func latestData(_ call: Call) throws -> Response {
        guard let key = call.query["patient_id"] else { throw Problem(status: 400, code: .patientRequired) }
        let readings = try database.latestReadings(patient: patient(key, call).id)
        return try .json(Dictionary(uniqueKeysWithValues: readings.map { ($0.vital.rawValue, WireValue($0)) }))
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
