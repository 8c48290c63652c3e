import Clinical
import Metrics
import Store
import Testing

@testable import API

/// What is measured, and the history, over HTTP.
@Suite struct MeasureTests {
    let api: TestService

    init() throws { api = try TestService() }

    private func fault(_ path: String, _ field: String) throws {
        let answer = try api.send("GET", path)
        #expect(answer.status == 400 && answer[field] != nil, "\(path): \(answer.text)")
    }

    @Test("a history is arrays of five numbers, oldest first; by default the last day") func history() throws {
        let base = api.now.milliseconds / 1000 * 1000 - 20_000
        let readings = (0..<10).map { Reading(vital: .heartRate, value: 70 + Double($0), measuredAt: Instant(milliseconds: base + Int64($0) * 1000)) }
        _ = try api.ingest.submit(Submission(origin: .device(api.store.keys[0]), readings: readings, receivedAt: api.now))
        func time(_ offset: Int64) -> String { Instant(milliseconds: base + offset).rfc3339 }
        let answer = try api.send(
            "GET", "/api/patients/H0/historique/?type_donnee=heart_rate&debut=\(time(0))&fin=\(time(10_000))&points=11", as: .ecran)
        #expect(answer.status == 200 && answer.header("Content-Type") == "application/json")
        let rows: [[Double]] = try #require(answer.json?.array).map { row in row.array?.compactMap(\.number) ?? [] }
        let expected: [[Double]] = (0..<10).map { (index: Int) -> [Double] in
            let value = Double(70 + index)
            return [Double(base + Int64(index) * 1000), value, value, value, 1]
        }
        #expect(rows == expected)
        let day = try #require(try api.send("GET", "/api/patients/1/historique?type_donnee=heart_rate", as: .infirmier).json?.array)
        let stored: Double = day.compactMap { $0[4]?.number }.reduce(0, +)
        #expect(stored == 10)
        #expect(try api.send("GET", "/api/patients/1/historique/?type_donnee=spo2").json == .array([]))
    }

    @Test("whoever looks at a history or an alarm load has opened the patient", arguments: ["historique/?type_donnee=spo2", "alarmes/charge/"])
    func recorded(path: String) throws {
        #expect(try api.send("GET", "/api/patients/1/\(path)", as: .infirmier).status == 200)
        #expect(try api.count("SELECT count(*) FROM audit WHERE action = 'patient.opened' AND patient_id = 1") == 1)
    }

    @Test("what is wrong with a question is named") func faults() throws {
        let history = "/api/patients/1/historique/"
        try fault(history, "type_donnee")
        try fault("\(history)?type_donnee=x", "type_donnee")
        try fault("\(history)?type_donnee=consciousness", "type_donnee")
        for points in ["1", "1501", "-5", "x"] { try fault("\(history)?type_donnee=spo2&points=\(points)", "points") }
        for path in ["\(history)?type_donnee=spo2&", "/api/patients/1/alarmes/charge/?", "/api/alarmes/mesures/?"] {
            try fault("\(path)debut=yesterday", "debut")
            try fault("\(path)debut=2026-01-02T00:00:00Z&fin=2026-01-02T00:00:00Z", "fin")
            try fault("\(path)debut=2026-01-01T00:00:00Z&fin=2026-02-01T00:00:00.001Z", "debut")
            #expect(try api.send("GET", "\(path)debut=2026-01-01T00:00:00Z&fin=2026-02-01T00:00:00Z").status == 200)
        }
        try fault("/api/patients/1/alarmes/charge/?debut=2026-01-01T12:00:00Z&fin=2026-02-01T12:00:00Z", "debut")
    }

    @Test("without alerts the measures say so: null, and every ward") func empty() throws {
        let answer = try api.send("GET", "/api/alarmes/mesures/")
        #expect(answer.json?.names == ["debut", "fin", "delai", "par_heure", "charge"])
        let nothing = JSON.object(["n": .integer(0), "p50_ms": .null, "p99_ms": .null])
        #expect(answer["delai"] == nothing)
        #expect(answer["par_heure"] == .array([]))
        let ward = try #require(answer["charge"]?[1])
        #expect(ward.names == ["service", "nom", "patients_jours", "alertes", "par_patient_jour"])
        #expect(ward["nom"]?.text == "Pneumologie" && ward["alertes"]?.number == 0)
        let days = try #require(try api.send("GET", "/api/patients/1/alarmes/charge/").json?.array)
        #expect((7...8).contains(days.count))
        #expect(days[0].names == ["jour", "alertes", "par_gravite", "duree_s", "acquittement_p50_s"])
        let none = JSON.object(["error": .integer(0), "warning": .integer(0), "info": .integer(0)])
        #expect(days[0]["par_gravite"] == none)
    }

    @Test("requests are counted by the route's template and the class of the answer, without an id") func requests() throws {
        func line(_ labels: String) -> String? {
            api.service.requests.metrics.text.split(separator: "\n").first { $0.contains(labels) }.map(String.init)
        }
        for path in ["/api/patients/1/", "/api/patients/H0/", "/api/patients/999/", "/nowhere/"] { try api.send("GET", path) }
        #expect(line(#"method="GET",route="/api/patients/{id}/",status="2xx""#)?.hasSuffix("} 2.0") == true)
        #expect(line(#"method="GET",route="/api/patients/{id}/",status="4xx""#)?.hasSuffix("} 1.0") == true)
        #expect(line(#"method="",route="",status="4xx""#)?.hasSuffix("} 1.0") == true)
        #expect(!api.service.requests.metrics.text.contains("H0") && !api.service.requests.metrics.text.contains("999"))
    }

    @Test("what the ingest stores, raises and ends is counted once") func ingest() throws {
        func value(_ name: String) -> Double? {
            api.ingest.metrics(api.store.database).text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
                .flatMap { Double($0.split(separator: " ")[1]) }
        }
        let start = api.now.advanced(bySeconds: -30)
        func report(_ values: [Double], from second: Int) throws {
            let readings = values.enumerated().map { Reading(vital: .spo2, value: $1, measuredAt: start.advanced(bySeconds: Double(second + $0))) }
            _ = try api.ingest.submit(Submission(origin: .device(api.store.keys[0]), readings: readings, receivedAt: api.now))
        }
        try report(Array(repeating: 85, count: 11), from: 0)
        try report(Array(repeating: 85, count: 11), from: 0)  // sent again
        try report([99], from: 11)
        let expected: [(String, Double)] = [
            ("fajma_reports_stored_total", 3), ("fajma_readings_stored_total", 12), ("fajma_ingest_batch_reports_sum", 3),
            ("fajma_ingest_queue_reports", 0), (#"fajma_alerts_raised_total{severity="error"}"#, 1),
            (#"fajma_alerts_ended_total{severity="error"}"#, 1), ("fajma_alarm_delay_seconds_count", 1),
            (#"fajma_alarm_delay_seconds_bucket{le="10.0"}"#, 0),
            (#"fajma_database_errors_total{connection="ingest",kind="refused"}"#, 0),
        ]
        for (name, number) in expected { #expect(value(name) == number, "\(name)") }
    }
}
