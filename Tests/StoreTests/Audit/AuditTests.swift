import Access
import Clinical
import Postgres
import Store
import TestDatabase
import Testing

/// Who did what: that it is written, and that nothing else is.
@Suite struct AuditTests {
    let store: TestStore
    private let owner: Connection
    private let start: Int

    init() throws {
        store = try TestStore()
        owner = try store.connection()
        start = try owner.query("SELECT max(id) FROM audit")[0][0]
    }

    /// `action|username|patient|subject|before|after` of what was written since the beginning.
    private func written() throws -> [String] {
        try owner.query(
            """
            SELECT concat_ws('|', action, username, coalesce(patient_id::text, '-'), coalesce(subject, '-'), coalesce(before::text, '-'),
                coalesce(after::text, '-'))
            FROM audit WHERE id > $1 ORDER BY id
            """, [start]
        ).map { try $0[0] }
    }

    private func actions() throws -> [String] {
        try owner.query("SELECT action FROM audit WHERE id > $1 ORDER BY id", [start]).map { try $0[0] }
    }

    @Test("of a change the old and the new value are kept, and who, where and when") func change() throws {
        var fields = store.patients[0].fields
        fields.bed = "12 bis"
        let author = Scope(
            user: store.nurse.user, username: "nurse", role: .infirmier, language: "fr", wards: [store.wards[0].id], session: "s1",
            address: "192.0.2.7")
        _ = try store.database.updatePatient(store.patients[0].id, fields, author)
        #expect(try written() == [#"patient.changed|nurse|1|patient 1|{"bed": "1"}|{"bed": "12 bis"}"#])
        let row = try owner.query(
            "SELECT user_id, address, session, at > now() - interval '1 minute' FROM audit ORDER BY id DESC LIMIT 1")[0]
        #expect(try row[0] == store.nurse.user && row[1] == "192.0.2.7" && row[2] == "s1")
        let isRecent: Bool = try row[3]
        #expect(isRecent)
        _ = try store.database.updatePatient(store.patients[0].id, fields, author)
        #expect(try written().count == 1, "what changes nothing leaves nothing")
    }

    @Test("what somebody does at psql is written in the database role's name") func byHand() throws {
        try owner.script("UPDATE wards SET name = 'Réanimation' WHERE id = 1")
        let role: String = try owner.query("SELECT session_user::text")[0][0]
        #expect(try written() == [#"ward.changed|sql:\#(role)|-|ward 1|{"name": "Cardiologie"}|{"name": "Réanimation"}"#])
    }

    @Test("an alert that a person raises or acknowledges is written, one that the alarms raise or end is not") func alerts() throws {
        try owner.script(
            """
            INSERT INTO alerts (patient_id, vital, side, kind, message, severity, measured_at) VALUES (1, 1, 'bas', 'spo2_bas', 'm', 'error', now());
            UPDATE alerts SET ended_at = now()
            """)
        #expect(try written() == [])
        let now = try TestStore.now
        let raised = try store.database.addAlert(patient: 1, kind: "call", message: "m", severity: .info, measuredAt: now, store.nurse)
        _ = try store.database.acknowledgeAlert(#require(raised).id, store.nurse)
        #expect(try actions() == ["alert.created", "alert.changed"])
        let acknowledgement = try #require(try written().last)
        #expect(acknowledgement.hasPrefix("alert.changed|nurse|1|alert 2|") && acknowledgement.contains(#""acknowledged_by": 2"#))
        #expect(!acknowledgement.contains("version"))
    }

    @Test("a session's beginning and end are written, its renewals are not") func sessions() throws {
        let later = try TestStore.now.advanced(bySeconds: 60)
        func token(_ id: String) -> TokenClaims {
            TokenClaims(kind: .refresh, userID: store.nurse.user, id: id, issuedAt: later, expiresAt: later, session: "s")
        }
        _ = try store.database.openSession(
            token("a"), passwordHash: "-", kind: .browser, agent: "Firefox", expires: nil,
            by: Author(user: store.nurse.user, name: "nurse", address: "192.0.2.7"))
        _ = try store.database.rotateRefreshToken(token("a"), to: token("b"), graceSeconds: 0, by: store.nurse.author)
        try store.database.endSession(of: token("b"), by: store.nurse.author)
        try store.database.endSession(of: token("b"), by: store.nurse.author)
        #expect(try actions() == ["session.created", "session.ended"])
        #expect(try written().allSatisfy { $0.contains("|nurse|-|session s|") })
    }

    @Test("a new password is told, never what it is made of") func password() throws {
        _ = try store.database.setPassword(2, passwordHash: "very secret", by: store.admin.author)
        #expect(try written() == [#"password.changed|admin|-|user 2|{"password_hash": "…"}|{"password_hash": "…"}"#])
        try owner.script("UPDATE users SET role = 'medecin', password_hash = 'x' WHERE id = 2")
        #expect(try actions().last == "user.changed")
        let text: String = try owner.query("SELECT string_agg(a::text, '') FROM audit a")[0][0]
        #expect(!text.contains("very secret"))
    }

    @Test("a device's key is told, never what it is; a status that a person sets is told, a device's own is not") func devices() throws {
        let key = try #require(try store.database.newDeviceKey(1, store.admin))
        #expect(try written() == [#"device.changed|admin|-|device 1|{"key_hash": "…"}|{"key_hash": "…"}"#])
        try store.database.setDeviceStatus(1, "panne")
        let report = Submission(
            origin: .device(key), readings: [Reading(vital: .spo2, value: 97, measuredAt: try TestStore.now)],
            state: DeviceState(battery: 80), receivedAt: try TestStore.now)
        _ = try store.ingest().submit(report)
        #expect(try written().count == 1)
        #expect(try store.database.setDeviceStatus(1, "maintenance", store.nurse))
        #expect(try store.database.setDeviceStatus(1, "maintenance", store.nurse))
        #expect(try store.database.setDeviceStatus(2, "neuf", store.admin))
        #expect(
            try written().dropFirst() == [
                #"device.changed|nurse|-|device 1|{"status": "panne"}|{"status": "maintenance"}"#,
                #"device.changed|admin|-|device 2|-|{"status": "neuf"}"#,
            ])
        let text: String = try owner.query("SELECT string_agg(a::text, '') FROM audit a")[0][0]
        #expect(!text.contains(key.text.suffix(43)))
    }

    @Test("a corrected and a deleted reading keep their old value; rows that only move between partitions are no change") func corrections() throws {
        let now = try TestStore.now
        let readings = [Vital.spo2, .heartRate].map { Reading(vital: $0, value: 90, measuredAt: now) }
        _ = try store.ingest().submit(Submission(origin: .device(store.keys[0]), readings: readings, receivedAt: now))
        #expect(try written() == [])
        let key = StoredReading.Key(patient: 1, vital: .spo2, measuredAt: now, device: 1)
        _ = try store.database.correctReading(key, value: 91, store.admin)
        _ = try store.database.correctReading(key, value: 91, store.admin)
        #expect(try store.database.deleteReading(key, store.admin))
        #expect(
            try written() == [
                #"reading.changed|admin|1|reading \#(key.id)|{"value": 90}|{"value": 91}"#,
                #"reading.deleted|admin|1|reading \#(key.id)|{"value": 91}|-"#,
            ])
        try owner.script(
            """
            DO $$ BEGIN EXECUTE 'DROP TABLE readings_' || to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDD'); END $$;
            INSERT INTO readings VALUES (1, 1, now(), 1, 97, now());
            """)
        try store.database.makePartitions()
        #expect(try written().count == 2)
    }

    @Test("what a person enters or sends for a device is written once, by vital; a repetition is not") func entered() throws {
        let now = try TestStore.now.advanced(bySeconds: -1)
        let ingest = store.ingest()
        func submit(_ origin: Submission.Origin, _ values: [(Vital, Double)]) throws {
            let readings = values.map { Reading(vital: $0.0, value: $0.1, measuredAt: now) }
            _ = try ingest.submit(Submission(origin: origin, readings: readings, receivedAt: now.advanced(bySeconds: 1)))
        }
        let entered = Submission.Origin.entered(patient: 1, by: store.nurse)
        try submit(entered, [(.spo2, 95), (.consciousness, 0)])
        try submit(.relayed(device: 1, by: store.admin), [(.spo2, 96)])
        let time = now.rfc3339
        let key = StoredReading.Key(patient: 1, vital: .spo2, measuredAt: now, device: 1)
        let first = [
            #"reading.created|nurse|1|-|-|{"spo2": 95, "measured_at": "\#(time)", "consciousness": "A"}"#,
            #"reading.created|admin|1|reading \#(key.id)|-|{"spo2": 96, "measured_at": "\#(time)"}"#,
        ]
        #expect(try written() == first)
        try submit(entered, [(.spo2, 95), (.consciousness, 0)])
        #expect(try written() == first)
        try submit(entered, [(.spo2, 94), (.temperature, 37.5)])
        #expect(try written().dropFirst(2).map { $0.split(separator: "|").last } == [#"{"measured_at": "\#(time)", "temperature": 37.5}"#])
        try submit(.device(store.keys[0]), [(.heartRate, 70)])
        #expect(try written().count == 3)
    }

    @Test("values of several instants stand by vital and instant") func instants() throws {
        let now = try TestStore.now
        let earlier = now.advanced(bySeconds: -60)
        _ = try store.ingest().submit(
            Submission(
                origin: .entered(patient: 1, by: store.nurse),
                readings: [Reading(vital: .spo2, value: 95, measuredAt: now), Reading(vital: .spo2, value: 94, measuredAt: earlier)],
                receivedAt: now))
        #expect(try written().first?.hasSuffix(#"{"spo2": {"\#(earlier.rfc3339)": 94, "\#(now.rfc3339)": 95}}"#) == true)
    }

    @Test("a patient is opened once a session and hour, and looking again writes nothing") func opened() throws {
        func open(_ patient: Int, _ session: String?) throws {
            try store.database.recordOnceAnHour(.opened(patient), by: Author(user: 2, name: "nurse", session: session))
        }
        try open(1, "s1")
        let numbers: Int = try owner.query("SELECT last_value FROM audit_id_seq")[0][0]
        try open(1, "s1")
        #expect(try owner.query("SELECT last_value FROM audit_id_seq")[0][0] == numbers)
        try open(2, "s1")
        try open(1, "s2")
        try open(1, nil)
        try open(1, nil)
        #expect(
            try written() == [
                "patient.opened|nurse|1|patient 1|-|-", "patient.opened|nurse|2|patient 2|-|-", "patient.opened|nurse|1|patient 1|-|-",
                "patient.opened|nurse|1|patient 1|-|-",
            ])
        // An hour later, as the chain's owner would have to pretend.
        try owner.script("UPDATE audit SET once = once || ' of an hour ago' WHERE once IS NOT NULL")
        try open(1, "s1")
        #expect(try written().count == 5)
    }

    @Test("of a refused login stands the account, never what was typed") func logins() throws {
        try store.database.recordRefusedLogin(username: "nurse", address: "192.0.2.7")
        try store.database.recordRefusedLogin(.tooManyAttempts, username: "my password", address: nil)
        #expect(try written() == ["login.refused|nurse|-|-|-|-", "login.throttled|-|-|-|-|-"])
        #expect(try owner.query("SELECT count(*) FROM audit WHERE user_id = 2 AND action = 'login.refused' AND address = '192.0.2.7'")[0][0] == 1)
    }

    @Test("lists are filtered, and of an account that is not an administrator's only its wards' patients") func lists() throws {
        let database = store.database
        try database.record(.opened(1), by: store.nurse.author)
        try database.record(.opened(2), by: store.admin.author)
        func found(_ filter: AuditFilter, _ scope: Scope? = nil) throws -> [String] {
            try database.audit(scope ?? store.admin, filter, Page(limit: 2)).map { "\($0.action) \($0.username)" }
        }
        let all = ["patient.opened admin", "patient.opened nurse"]
        #expect(try found(AuditFilter()) == all)
        #expect(try found(AuditFilter(action: "patient.opened")) == all)
        #expect(try found(AuditFilter(user: store.nurse.user, action: "patient.opened")) == [all[1]])
        #expect(try found(AuditFilter(username: "nurse")) == [all[1]])
        #expect(try found(AuditFilter(patient: .hospitalNumber("H0"), action: "patient.opened")) == [all[1]])
        #expect(try found(AuditFilter(patient: .id(2), action: "patient.opened")) == [all[0]])
        #expect(try found(AuditFilter(to: try TestStore.now.advanced(bySeconds: -3600))) == [])
        #expect(try found(AuditFilter(action: "patient.opened"), store.nurse) == [all[1]])
    }
}
