import Clinical
import Foundation
import Store

extension Service {
    private static let defaultPoints = 500
    static let pointsRange = 2...1500
    private static let daySeconds = 86_400.0
    private static let mostDays = 31

    func alarmMeasures(_ call: Call) throws -> Response {
        let span = try call.query.span(now: now(), defaultSeconds: Self.daySeconds)
        return try .json(shares.histories.with(call.scope().user) { try database.alarmMeasures(span) })
    }

    func alarmLoad(_ call: Call) throws -> Response {
        let patient = try patient(call.parameters["id"] ?? "", call)
        let span = try call.query.span(now: now(), defaultSeconds: 7 * Self.daySeconds)
        // A span of 31 days can lie in 32.
        func day(_ milliseconds: Int64) -> Int {
            let seconds = Double(milliseconds) / 1000
            let offset = timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: seconds))
            return Int(((seconds + Double(offset)) / Self.daySeconds).rounded(.down))
        }
        guard day(span.upperBound.milliseconds - 1) - day(span.lowerBound.milliseconds) < Self.mostDays else {
            throw Problem.invalid("debut", .spanTooLong)
        }
        return try .json(
            shares.histories.with(call.scope().user) { try database.alarmLoad(patient.id, span, zone: timeZone.identifier, call.scope()) })
    }

    /// Letters have no average: they are refused, and read one by one as readings.
    func showHistory(_ call: Call) throws -> Response {
        let patient = try patient(call.parameters["id"] ?? "", call)
        let query = call.query
        guard let vital = try query.value("type_donnee", { Vital(rawValue: $0) }) else {
            throw Problem.invalid("type_donnee", .required)
        }
        guard vital.properties.letters == nil else { throw Problem.invalid("type_donnee", .noAverage) }
        let points = try query.number("points") ?? Self.defaultPoints
        let grid = HistoryGrid(try query.span(now: now(), defaultSeconds: Self.daySeconds), points: points)
        let buckets = try shares.histories.with(call.scope().user) { try database.history(patient.id, vital, grid, call.scope()) }
        if try call.wantsFile() {
            try database.record(.exported("historique", of: patient.id, query.all), by: call.scope().author)
            let lines = buckets.map { "\($0.begin.rfc3339),\($0.minimum),\($0.average),\($0.maximum),\($0.count)\r\n" }
            return Response(
                status: 200,
                headers: [("Content-Type", "text/csv; charset=utf-8"), ("Content-Disposition", "attachment; filename=\"fajma-historique.csv\"")],
                body: Array(("debut,minimum,moyenne,maximum,nombre\r\n" + lines.joined()).utf8))
        }
        // By hand: 1,500 arrays of five numbers take the encoder longer than the database.
        let rows = buckets.map { "[\($0.begin.milliseconds),\($0.minimum),\($0.average),\($0.maximum),\($0.count)]" }
        return Response(
            status: 200, headers: [("Content-Type", "application/json")], body: Array("[\(rows.joined(separator: ","))]".utf8))
    }
}
