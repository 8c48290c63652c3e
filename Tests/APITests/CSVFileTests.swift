import Clinical
import FoundationEssentials
import Store
import TestDatabase
import Testing

@testable import API

@Suite("Files of readings, alerts and histories") struct CSVFileTests {
    let api: TestService

    init() throws { api = try TestService() }

    private func lines(_ answer: Answer) -> [String] { answer.text.split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init) }

    private func store(_ count: Int) throws {
        try api.store.connection().script(
            """
            INSERT INTO readings (patient_id, vital, measured_at, device_id, value, received_at)
            SELECT 1, 1, now() - make_interval(secs => n), 1, 90 + n % 9, now() FROM generate_series(1, \(count)) n
            """)
    }

    @Test("readings of any number are all there, newest first, each once, by format or by Accept") func readings() throws {
        let count = 2 * Service.filePage + 7
        try store(count)
        let file = try api.send("GET", "/api/iot/data/?patient_id=1&format=csv&debut=2000-01-01T00:00:00Z&fin=2100-01-01T00:00:00Z")
        #expect(file.status == 200 && file.header("Content-Type") == "text/csv; charset=utf-8")
        let rows = lines(file)
        #expect(rows.first == StoredReading.csvHeading && rows.last == "" && rows.count == count + 2)
        let ids = rows.dropFirst().dropLast().map { $0.prefix { $0 != "," } }
        #expect(Set(ids).count == count && ids == ids.sorted { $0.split(separator: ".")[2] > $1.split(separator: ".")[2] })
        #expect(try api.send("GET", "/api/iot/data/?patient_id=1", headers: ["Accept": "text/csv"]).text == file.text)
        let listed = try api.send("GET", "/api/iot/data/?patient_id=1&limit=1")
        let cells = rows[1].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        #expect(
            cells[0] == listed.json?[0]?["id"]?.text && Double(cells[4]) == listed.json?[0]?["valeur"]?.number
                && cells[6] == listed.json?[0]?["timestamp"]?.text)
        #expect(try api.count("SELECT count(*) FROM audit WHERE action = 'data.exported' AND patient_id = 1 AND subject = 'mesures'") == 2)
    }

    @Test("nobody gets more of it than of the list") func scope() throws {
        try store(3)
        try api.store.connection().script(
            "INSERT INTO readings (patient_id, vital, measured_at, device_id, value, received_at) VALUES (2, 1, now(), 2, 77, now())")
        #expect(try api.send("GET", "/api/iot/data/?patient_id=2&format=csv", as: .infirmier).status == 404)
        let all = try api.send("GET", "/api/iot/data/?format=csv&debut=2000-01-01T00:00:00Z", as: .infirmier)
        #expect(lines(all).count == 5 && !all.text.contains(",77,"))
        #expect(try api.send("GET", "/api/iot/data/?patient_id=1&format=xml").status == 400)
        #expect(try api.send("GET", "/api/iot/data/?patient_id=1&format=csv", as: .device).status == 403)
    }

    @Test("one file at a time for an account, and its place is free after the last piece") func places() throws {
        try store(3)
        let bearer = try #require(try api.credentials(.admin))
        let request = Request(
            method: "GET", path: "/api/iot/data/", encodedPath: nil, prefix: "", query: "patient_id=1&format=csv", isSecure: false, address: nil,
            id: nil,
            headers: { $0 == "Authorization" ? "Bearer \(bearer)" : nil })
        var first: Response? = api.service.respond(to: request)
        #expect(first?.stream != nil)
        let second = api.service.respond(to: request)
        #expect(second.status == 429 && second.headers.contains { $0.0 == "Retry-After" })
        first = nil
        #expect(api.service.respond(to: request).status == 200)
    }

    @Test("alerts and histories too; a message is safe in a spreadsheet") func others() throws {
        try api.send("POST", "/api/iot/alertes/", #"{"patient":1,"type_alerte":"t","message":"=1+1, \"x\"","niveau_gravite":"error"}"#)
        let alerts = lines(try api.send("GET", "/api/iot/alertes/?patient_id=1&format=csv"))
        #expect(alerts.count == 3 && alerts[0].hasPrefix("id,patient,") && alerts[1].contains(#","'=1+1, ""x""","#), "\(alerts)")
        #expect(alerts[0].split(separator: ",").count == 17)
        try store(5)
        let history = lines(try api.send("GET", "/api/patients/1/historique/?type_donnee=spo2&format=csv"))
        #expect(history[0] == "debut,minimum,moyenne,maximum,nombre" && history.count > 2)
        #expect(try api.count("SELECT count(*) FROM audit WHERE action = 'data.exported'") == 2)
    }
}
