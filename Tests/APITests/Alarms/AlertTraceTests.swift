import Clinical
import Store
import TestDatabase
import Testing

@testable import API

/// The strips of the signal that devices send with their alarms, beside the alerts that they belong to.
@Suite struct AlertTraceTests {
    let api: TestService

    init() throws { api = try TestService() }

    /// Seconds from now, as the wire has it.
    private func time(_ seconds: Double) -> String { api.now.advanced(bySeconds: seconds).rfc3339 }

    private func trace(_ members: String, at seconds: Double, ir: String = "AQIDBA==") -> String {
        #""trace":{\#(members),"timestamp":"\#(time(seconds))","cadence":25,"pas":5000,"ir":"\#(ir)"}"#
    }

    private static let begun = #""debut":["spo2"],"fin":[]"#
    private static let ended = #""debut":[],"fin":["spo2"]"#

    /// A report with a reading for each second of `values`, the last of them `until` seconds from now.
    @discardableResult
    private func report(_ values: [Double] = [], until: Double = 0, state: String = "", bearer: String? = nil, language: String = "fr") throws
        -> Answer
    {
        let readings = values.enumerated().map { index, value in
            #"{"type_donnee":"spo2","valeur":\#(value),"timestamp":"\#(time(until - Double(values.count - 1 - index)))"}"#
        }
        let body = #"{"mesures":[\#(readings.joined(separator: ","))],"etat":{"batterie":80\#(state.isEmpty ? "" : ",")\#(state)}}"#
        return try api.send(
            "POST", "/api/iot/data/", bearer: bearer ?? api.credentials(.device), Array(body.utf8), headers: ["Accept-Language": language])
    }

    /// The last of them raises: they last for the rule's ten seconds.
    private static let low = Array(repeating: 80.0, count: 11)

    private func alert() throws -> JSON {
        let alerts = try #require(try api.send("GET", "/api/iot/alertes/", as: .infirmier).json?.array)
        return try #require(alerts.first { $0["type_donnee"]?.text == "spo2" })
    }

    private func traces(as sender: TestService.Sender = .infirmier) throws -> [JSON] {
        let id = try #require(try alert()["id"]?.lenientInteger)
        return try #require(try api.send("GET", "/api/iot/alertes/\(id)/traces/", as: sender).json?.array)
    }

    @Test("a strip that comes with the reading that raises is the alert's; lists say so and do not carry it") func together() throws {
        let answer = try report(Self.low, state: trace(Self.begun, at: 0))
        #expect(answer.status == 201 && answer["trace_refusee"] == nil, "\(answer.text)")
        let raised = try #require(try alert()["timestamp"]?.text)
        let own = try #require(try traces().first)
        #expect(try traces().count == 1 && alert()["trace"] == .bool(true), "raised at \(raised)")
        #expect(own["points"] == .array([0.5, 1.5, 3, 5].map { $0 == $0.rounded() ? .integer(Int($0)) : .number($0) }), "\(own)")
        #expect(own["dispositif"] == .integer(1) && own["nom"]?.text == "D" && own["cadence"]?.number == 25)
        #expect(own["levees"] == .array([.string("spo2")]) && own["terminees"] == .array([]))
        #expect(own["fin"]?.text == time(0) && own["debut"]?.text == time(-3 / 25))
        #expect(try !api.send("GET", "/api/iot/alertes/", as: .infirmier).text.contains("points"))
    }

    @Test("a strip that comes in a later report finds its alert, open or ended, and screens are told") func later() throws {
        try report(Self.low, until: -10)
        let before = try alert()
        #expect(before["trace"] == .bool(false))
        let at = Double(try #require(before["timestamp"]?.text.flatMap { Instant(rfc3339: $0) }).seconds(since: api.now))
        try report(state: trace(Self.begun, at: at))
        let after = try alert()
        #expect(after["trace"] == .bool(true) && after["version"] != before["version"])
        // It ends, and only then comes another one, of its beginning too: of one patient and instant each device has one.
        try report(Array(repeating: 98, count: 9), until: 0)
        #expect(try alert()["terminee_le"] != .null)
        try report(state: trace(Self.begun, at: at + 1, ir: "AQEBAQ=="))
        #expect(try traces().count == 2)
    }

    @Test("a strip that comes before its alert waits for it") func before() throws {
        try report(state: trace(Self.begun, at: 0))
        #expect(try api.count("SELECT count(*) FROM signal_traces") == 1)
        try report(Self.low)
        #expect(try traces().count == 1 && alert()["trace"] == .bool(true))
    }

    @Test("the strip of an alert's end is beside that of its beginning, and not beside an alert that has nothing to do with it") func end() throws {
        try report(Self.low, until: -20, state: trace(Self.begun, at: -20))
        try report(Array(repeating: 98, count: 10), until: -10, state: trace(Self.ended, at: -19, ir: "AgICAg=="))
        #expect(try traces().map { $0["terminees"] } == [.array([]), .array([.string("spo2")])])
        // Another vital's, and one of hours before.
        try report(state: trace(#""debut":["heart_rate"],"fin":[]"#, at: -24, ir: "AwMDAw=="))
        try report(state: trace(Self.begun, at: -7200, ir: "BAQEBA=="))
        #expect(try traces().count == 2)
    }

    @Test("two devices of a patient have their strips beside one alert, by name") func twoDevices() throws {
        try api.send("POST", "/api/iot/dispositifs/", #"{"nom":"Bracelet 3","type_dispositif":"bracelet"}"#)
        try api.send("POST", "/api/iot/dispositifs/3/affectations/", as: .infirmier, #"{"patient":1,"autres_dispositifs":"garder"}"#)
        try api.store.connection().script("UPDATE device_assignment SET during = tstzrange(now() - interval '1 hour', NULL) WHERE device_id = 3")
        let key = try #require(try api.send("POST", "/api/iot/dispositifs/3/cle/")["cle"]?.text)
        try report(Self.low, state: trace(Self.begun, at: 0))
        try report(state: trace(Self.begun, at: 0, ir: "BQUFBQ=="), bearer: key)
        #expect(Set(try traces().compactMap { $0["nom"]?.text }) == ["D", "Bracelet 3"])
    }

    @Test("a lost pulse is raised up to half a minute after it began, which is its instant") func lostPulse() throws {
        try api.store.connection().query(
            """
            INSERT INTO alerts (patient_id, device_id, kind, severity, message, measured_at)
            VALUES (1, 1, 'pouls_introuvable', 'error', '-', now() - interval '32 s')
            """)
        try report(state: trace(#""debut":["pouls_introuvable"],"fin":[]"#, at: -1))
        let id: Int = try api.count("SELECT id FROM alerts WHERE kind = 'pouls_introuvable'")
        #expect(try api.send("GET", "/api/iot/alertes/\(id)/traces/", as: .infirmier).json?.array?.count == 1)
    }

    @Test("who may not see the patient sees no strip, and who looks at one is in the audit") func rights() throws {
        try report(Self.low, state: trace(Self.begun, at: 0))
        let id = try #require(try alert()["id"]?.lenientInteger), path = "/api/iot/alertes/\(id)/traces/"
        #expect(try api.send("GET", path, as: .ecran).status == 200)
        #expect(try api.send("GET", path, as: .nobody).status == 401 && api.send("GET", path, as: .device).status == 403)
        #expect(try api.send("GET", "/api/iot/alertes/999/traces/").status == 404)
        let other = try api.store.database.addUser(
            username: "autre", passwordHash: "-", role: .infirmier, wards: [api.store.wards[1].id], by: api.store.admin.author)
        #expect(try api.send("GET", path, bearer: api.access(other), []).status == 404)
    }

    @Test(
        "a faulty strip costs no reading: each faulty member is named, in the device's language, and nothing of it is kept", arguments: ["fr", "en"])
    func faults(language: String) throws {
        let faulty = #""trace":{"debut":["temperature"],"timestamp":"2035-01-01T00:00:00Z","cadence":9,"pas":0,"ir":"!"}"#
        let answer = try report(Self.low, state: faulty, language: language)
        #expect(answer.status == 201 && answer["recues"] == .integer(11))
        let refused = try #require(answer["trace_refusee"]?.array)
        #expect(
            refused.compactMap { $0["champ"]?.text }
                == ["etat.trace.debut", "etat.trace.timestamp", "etat.trace.cadence", "etat.trace.pas", "etat.trace.ir"])
        #expect(refused.compactMap { $0["code"]?.text } == ["bad_causes", "future", "bad_rate", "bad_step", "bad_points"])
        #expect(refused[2]["raison"]?.text?.hasPrefix(language == "fr" ? "Un nombre de 10 à 100" : "A number from 10 to 100") == true)
        #expect(try api.count("SELECT count(*) FROM signal_traces") == 0)
        #expect(try alert()["trace"] == .bool(false))
    }

    @Test("the same strip, sent again, is kept once, and a device that sends strips without end is not listened to") func repeated() throws {
        try report(Self.low, state: trace(Self.begun, at: 0))
        try report(state: trace(Self.begun, at: 0))
        // Dated by the server, a repetition has another instant.
        for age in [900, 1100] {
            try report(state: #""trace":{\#(Self.begun),"age_ms":\#(age),"cadence":25,"pas":5000,"ir":"AQIDBA=="}"#)
        }
        #expect(try traces().count == 1)
        for number in 0..<70 {
            let ir =
                ["A", "B", "C", "D"][number % 4] + ["Q", "g", "w", "A"][number / 4 % 4] + "EBAQEB" + String(repeating: "AAAA", count: number / 16)
            try report(state: trace(Self.begun, at: -Double(number), ir: ir))
        }
        #expect(try api.count("SELECT count(*) FROM signal_traces") == 60)
    }

    @Test("a strip of which no alert ever came goes after a day, one of an alert stays") func removal() throws {
        try report(Self.low, state: trace(Self.begun, at: 0))
        try report(state: trace(#""debut":["heart_rate"],"fin":[]"#, at: -2, ir: "AwMDAw=="))
        try report(state: trace(#""debut":["heart_rate"],"fin":[]"#, at: -1, ir: "BAMDAw=="))
        #expect(try api.count("SELECT count(*) FROM signal_traces") == 3)
        _ = try api.store.database.forgetExpired()
        #expect(try api.count("SELECT count(*) FROM signal_traces") == 3)
        try api.store.connection().query("UPDATE signal_traces SET received_at = received_at - interval '25 hours'")
        _ = try api.store.database.forgetExpired()
        #expect(try api.count("SELECT count(*) FROM signal_traces") == 1)
        #expect(try traces().count == 1)
    }

    @Test("the strip is the patient's who wore the device then; where nobody did it is not kept") func wearer() throws {
        try report(state: trace(Self.begun, at: -86_400))
        #expect(try api.count("SELECT count(*) FROM signal_traces") <= 1)
        _ = try api.send("DELETE", "/api/iot/dispositifs/1/affectations/1/", as: .infirmier)
        try api.store.connection().query(
            "UPDATE device_assignment SET during = tstzrange(lower(during), now() - interval '1 minute') WHERE device_id = 1")
        let kept = try api.count("SELECT count(*) FROM signal_traces")
        #expect(try report(state: trace(Self.begun, at: -10)).status == 201)
        #expect(try api.count("SELECT count(*) FROM signal_traces") == kept)
        try report(state: trace(Self.begun, at: -120))
        #expect(try api.count("SELECT count(*) FROM signal_traces WHERE patient_id = 1") == kept + 1)
    }

    @Test("what the database tells screens has the same member") func told() throws {
        try report(Self.low, state: trace(Self.begun, at: 0))
        let json: String = try api.store.connection().query("SELECT alert_json(a)::text FROM alerts a WHERE vital IS NOT NULL LIMIT 1")[0][0]
        #expect(json.contains(#""trace" : true"#), "\(json)")
    }
}
