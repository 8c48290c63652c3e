import Clinical
import Logging
import Postgres
import Store
import Synchronization
import TestDatabase
import Testing

@testable import API

/// Nothing that shows one patient, or was refused, without a trace.
@Suite struct AuditGapTests {
    let api: TestService
    let owner: Connection

    init() throws {
        api = try TestService()
        owner = try api.store.connection()
        for (patient, key) in zip(api.store.patients, api.store.keys) {
            _ = try api.store.database.addAlert(patient: patient.id, kind: "k", message: "m", severity: .error, measuredAt: api.now, api.store.admin)
            let reading = Reading(vital: .spo2, value: 95, measuredAt: api.now.advanced(bySeconds: -5))
            _ = try api.ingest.submit(Submission(origin: .device(key), readings: [reading], receivedAt: api.now))
        }
        try owner.script("DELETE FROM audit")
    }

    /// `patient.opened nurse 1 patient 1`
    private func written() throws -> [String] {
        try owner.query("SELECT concat_ws(' ', action, username, patient_id, subject) FROM audit ORDER BY id").map { try $0[0] }
    }

    private func reading(of patient: Int) throws -> String {
        try #require(try api.send("GET", "/api/iot/data/?patient_id=\(patient)").json?[0]?["id"]?.text)
    }

    @Test(
        "whatever shows one patient in depth is written, once an hour",
        arguments: ["/api/iot/data/?patient_id=1", "/api/iot/data/?dispositif=1", "READING", "/api/iot/alertes/?patient_id=1", "/api/iot/alertes/1/"])
    func shown(path: String) throws {
        let path = path == "READING" ? try "/api/iot/data/\(reading(of: 1))/" : path
        try owner.script("DELETE FROM audit")
        for _ in 0..<2 { #expect(try api.send("GET", path, as: .infirmier).status == 200) }
        #expect(try written() == ["patient.opened nurse 1 patient 1"])
    }

    @Test("lists of a whole ward open nobody", arguments: ["/api/iot/data/", "/api/iot/alertes/", "/api/patients/", "/api/iot/alertes/?service=1"])
    func lists(path: String) throws {
        #expect(try api.send("GET", path, as: .infirmier).status == 200)
        #expect(try written() == [])
    }

    @Test("what belongs to a patient of another ward does not exist, and that somebody asked for it is written")
    func foreign() throws {
        let reading = try reading(of: 2)
        try owner.script("DELETE FROM audit")
        let requests: [(String, String, String)] = [
            ("GET", "/api/patients/2/", "patient.refused nurse 2 patient 2"), ("GET", "/api/patients/H1/score/", "patient.refused nurse 2 patient 2"),
            ("PATCH", "/api/patients/2/", "patient.refused nurse 2 patient 2"),
            ("GET", "/api/iot/data/?patient_id=H1", "patient.refused nurse 2 patient 2"),
            ("GET", "/api/iot/alertes/?patient_id=2", "patient.refused nurse 2 patient 2"),
            ("GET", "/api/iot/alertes/2/", "patient.refused nurse 2 alert 2"),
            ("POST", "/api/iot/alertes/2/acquitter/", "patient.refused nurse 2 alert 2"),
            ("GET", "/api/iot/dispositifs/2/", "patient.refused nurse 2 device 2"),
            ("GET", "/api/iot/data/\(reading)/", "patient.refused nurse 2 reading \(reading)"),
            ("GET", "/api/services/2/", "ward.refused nurse ward 2"), ("GET", "/api/patients/?service=2", "ward.refused nurse ward 2"),
        ]
        for (method, path, expected) in requests {
            try owner.script("DELETE FROM audit")
            for _ in 0..<2 { #expect(try api.send(method, path, as: .infirmier, method == "PATCH" ? "{}" : "").status == 404, "\(path)") }
            #expect(try written() == [expected], "\(path)")
        }
    }

    @Test("so is a foreign patient named in a body", arguments: ["2", #""H1""#]) func bodies(patient: String) throws {
        for (path, body) in [
            ("/api/iot/data/", #"{"patient":\#(patient),"type_donnee":"temperature","valeur":37}"#),
            ("/api/iot/alertes/", #"{"patient":\#(patient),"type_alerte":"t","message":"m","niveau_gravite":"info"}"#),
        ] where path == "/api/iot/data/" || patient == "2" {
            try owner.script("DELETE FROM audit")
            #expect(try api.send("POST", path, as: .infirmier, body)["patient"] != nil)
            #expect(try written() == ["patient.refused nurse 2 patient 2"], "\(path)")
        }
    }

    @Test("what exists for nobody, and what an administrator does not find, is no refusal")
    func unknown() throws {
        for path in ["/api/patients/77/", "/api/patients/NOBODY/", "/api/iot/alertes/99/", "/api/iot/dispositifs/99/", "/api/services/99/"] {
            for sender in [TestService.Sender.infirmier, .admin] { #expect(try api.send("GET", path, as: sender).status == 404) }
        }
        #expect(try written() == [])
    }

    private func admit(_ number: String, born date: String = "1950-04-23", key: String? = nil) throws -> Answer {
        try api.send(
            "POST", "/api/patients/", as: .infirmier,
            #"{"identifiant":"\#(number)","nom":"Petit","prenom":"Anne","date_naissance":"\#(date)","service":1,"lit":"9"}"#,
            headers: key.map { ["Idempotency-Key": $0] } ?? [:])
    }

    @Test("guessing a discharged stranger's birth date is slow, and each guess is written, with and without a key", arguments: [false, true])
    func admissions(hasKey: Bool) throws {
        try owner.script("UPDATE patients SET discharged_at = now() WHERE id = 2")
        try owner.script("DELETE FROM audit")
        for day in 10..<20 { #expect(try admit("H1", born: "1951-01-\(day)", key: hasKey ? "k\(day)" : nil).status == 409) }
        #expect(try written() == Array(repeating: "admission.refused nurse 2 patient 2", count: 10))
        let refused = try admit("H1", key: hasKey ? "k" : nil)
        #expect(refused.status == 429 && refused["code"]?.text == "throttled" && refused.header("Retry-After") != nil)
        #expect(try written().last == "admission.throttled nurse 2 patient 2")
        // Nobody else is held up, nor who admits somebody new.
        #expect(try admit("NEW1").status == 201)
        try owner.script("UPDATE patients SET bed = '' WHERE hospital_number = 'NEW1'")
        try owner.script("UPDATE login_buckets SET at = at - interval '31 seconds'")
        #expect(try admit("H1").status == 200)
    }

    @Test("readmissions of the right person cost nothing") func readmissions() throws {
        for _ in 0..<15 {
            try owner.script("UPDATE patients SET discharged_at = now(), bed = '' WHERE id = 2")
            #expect(try admit("H1").status == 200)
        }
    }

    @Test("an acknowledgement, a pause or an alert in the name of an account that did not do it is written as the database role's") func role() throws
    {
        try owner.script(
            """
            INSERT INTO alerts (patient_id, vital, side, kind, message, severity, measured_at) VALUES (1, 1, 'bas', 'spo2_bas', 'm', 'error', now());
            """)
        #expect(try written() == [])
        try owner.script(
            """
            UPDATE alerts SET acknowledged_at = now(), acknowledged_by = 1 WHERE kind = 'spo2_bas';
            INSERT INTO alerts (patient_id, kind, message, severity, measured_at, raised_by) VALUES (1, 'chute', 'm', 'info', now(), 2);
            INSERT INTO sound_pauses (patient_id, begun_by, ends_at, severity) VALUES (1, 1, now() + interval '1 minute', 'info');
            UPDATE sound_pauses SET ended_at = now();
            INSERT INTO monitoring_holds (patient_id, kind, begun_by, begun_at, ends_at) VALUES (1, 'absence', 2, now(), now() + interval '1 minute')
            """)
        let role: String = try owner.query("SELECT 'sql:' || session_user")[0][0]
        #expect(
            try written().map { $0.split(separator: " ").prefix(2).joined(separator: " ") }
                == ["alert.changed", "alert.created", "pause.created", "pause.changed", "hold.created"].map { "\($0) \(role)" })
        // What the system does itself is still nobody's doing.
        try owner.script(
            "DELETE FROM audit; UPDATE alerts SET acknowledged_at = NULL, acknowledged_by = NULL, reminded_at = now() WHERE kind = 'spo2_bas'")
        #expect(try written() == [])
    }
}
