import Clinical
import Foundation
import Postgres
import Store
import TestDatabase
import Testing

/// Pauses of the alarms' sound: who has one, what they cover and what breaks them.
@Suite(.timeLimit(.minutes(1))) struct SoundPauseTests {
    let store: TestStore
    let now: Instant
    private let owner: Connection

    init() throws {
        store = try TestStore()
        now = try TestStore.now
        owner = try store.connection()
    }

    private var patient: SoundPause.Subject { .patient(store.patients[0].id) }
    private var ward: SoundPause.Subject { .ward(store.wards[0].id) }

    private func begin(_ subject: SoundPause.Subject, seconds: Int = 120) throws -> SoundPause {
        try #require(try store.database.beginPause(of: subject, seconds: seconds, store.nurse))
    }

    private func current(_ subject: SoundPause.Subject) throws -> SoundPause? { try store.database.currentPause(of: subject) }

    @discardableResult private func raise(_ severity: Severity, ward: Int = 0) throws -> Alert {
        // Each of a kind of its own: a second one of the same would change the first.
        let count: Int = try owner.query("SELECT count(*) FROM alerts")[0][0]
        return try #require(
            try store.database.addAlert(
                patient: store.patients[ward].id, kind: "k\(count)", message: "m", severity: severity, measuredAt: now, store.admin))
    }

    /// `id ended|running|broken by alert`.
    private func pauses() throws -> [String] {
        try owner.query(
            """
            SELECT concat_ws(' ', id, CASE WHEN broken_by IS NOT NULL THEN 'broken by ' || broken_by WHEN ended_at IS NULL THEN 'running' ELSE 'ended' END)
            FROM sound_pauses ORDER BY id
            """
        ).map { try $0[0] }
    }

    @Test("a pause has an owner and an end, and another takes its place") func begin() throws {
        let first = try begin(patient)
        #expect(first.begunBy == "nurse" && first.patient == store.patients[0].id && first.ward == nil && first.severity == .info)
        #expect(first.end.seconds(since: first.begin) == 120)
        let second = try begin(patient, seconds: 600)
        #expect(try current(patient) == second && second.id > first.id)
        _ = try begin(ward)
        #expect(try pauses() == ["1 ended", "2 running", "3 running"])
        try store.database.endPause(of: patient, store.nurse)
        #expect(try current(patient) == nil && current(ward) != nil)
        #expect(throws: PostgresError.self) { try begin(patient, seconds: 601) }
    }

    @Test("nobody begins one for a patient or a ward that is not theirs, or for a patient who has left") func scope() throws {
        #expect(try store.database.beginPause(of: .patient(store.patients[1].id), seconds: 60, store.nurse) == nil)
        #expect(try store.database.beginPause(of: .ward(store.wards[1].id), seconds: 60, store.nurse) == nil)
        #expect(try store.database.beginPause(of: .ward(99), seconds: 60, store.admin) == nil)
        _ = try begin(patient)
        _ = try store.database.dischargePatient(.id(store.patients[0].id), store.nurse)
        #expect(try pauses() == ["1 ended"])
        #expect(throws: StoreError.patientDischarged) { try store.database.beginPause(of: patient, seconds: 60, store.admin) }
    }

    @Test("a new alert breaks it where it is worse than what was open and unacknowledged when it began") func broken() throws {
        let acknowledged = try raise(.error)
        _ = try store.database.acknowledgeAlert(acknowledged.id, store.nurse)
        try raise(.warning)
        #expect(try begin(patient).severity == .warning)
        try raise(.warning)
        try raise(.info)
        #expect(try current(patient) != nil)
        let error = try raise(.error)
        #expect(try current(patient) == nil)
        #expect(try pauses() == ["1 broken by \(error.id)"])
        #expect(try begin(patient).severity == .error)
        try raise(.error)
        #expect(try current(patient) != nil, "what is as bad as that is covered")
    }

    @Test("an alert that gets worse breaks it, one that is acknowledged or ends does not") func worsened() throws {
        let alert = try raise(.warning)
        _ = try begin(patient)
        _ = try begin(ward)
        _ = try store.database.acknowledgeAlert(alert.id, store.nurse)
        try owner.query("UPDATE alerts SET message = 'n'")
        #expect(try pauses() == ["1 running", "2 running"])
        try owner.query("UPDATE alerts SET severity = 'error', acknowledged_at = NULL, acknowledged_by = NULL")
        #expect(try pauses() == ["1 broken by \(alert.id)", "2 broken by \(alert.id)"])
    }

    @Test("a ward's is broken by any of its patients' alerts and by its own, not by another ward's") func wards() throws {
        _ = try begin(ward)
        try raise(.error, ward: 1)
        #expect(try current(ward) != nil)
        let alert = try raise(.warning)
        #expect(try pauses() == ["1 broken by \(alert.id)"])
        #expect(try begin(ward).severity == .warning)
        try owner.query(
            "INSERT INTO alerts (ward_id, kind, message, severity, measured_at) VALUES ($1, 'service_non_surveille', 'm', 'error', now())",
            [store.wards[0].id])
        #expect(try current(ward) == nil)
        #expect(try begin(ward).severity == .error)
    }

    @Test("a ward's covers the errors that were there, not another patient's; a patient's covers the patient's own") func errors() throws {
        try raise(.error)
        _ = try begin(ward)
        _ = try begin(patient)
        try raise(.warning)
        #expect(try pauses() == ["1 running", "2 running"])
        let other = try raise(.error)
        #expect(try pauses() == ["1 broken by \(other.id)", "2 running"])
    }

    @Test("one whose time is up is over: nothing breaks it, and the next begins as if there had been none") func expired() throws {
        _ = try begin(patient)
        try owner.script("UPDATE sound_pauses SET begun_at = begun_at - interval '5 minutes', ends_at = ends_at - interval '5 minutes'")
        #expect(try current(patient) == nil)
        #expect(try store.database.state(patients: [store.patients[0].id], wards: []).patients[0].pause == nil)
        try raise(.error)
        #expect(try pauses() == ["1 running"])
        let start: Int = try owner.query("SELECT max(id) FROM audit")[0][0]
        _ = try begin(patient)
        #expect(try pauses() == ["1 ended", "2 running"])
        let written: [String] = try owner.query("SELECT action FROM audit WHERE id > $1", [start]).map { try $0[0] }
        #expect(written == ["pause.created"])
        let isItsOwnTime: Bool = try owner.query("SELECT ended_at = ends_at FROM sound_pauses WHERE id = 1")[0][0]
        #expect(isItsOwnTime)
    }

    @Test("a moved patient keeps the pause, and both states have it") func moved() throws {
        let pause = try begin(patient)
        var fields = store.patients[0].fields
        (fields.ward, fields.bed) = (store.wards[1].id, "9")
        _ = try store.database.updatePatient(store.patients[0].id, fields, store.admin)
        let wards = try begin(ward)
        let state = try store.database.state(patients: [], wards: store.wards.map(\.id))
        #expect(state.patients.first { $0.patient == store.patients[0].id }?.pause == pause)
        #expect(state.pauses == [wards])
    }

    @Test("beginning, replacing and ending it is audited; that an alert breaks it is nobody's doing") func audit() throws {
        let start: Int = try owner.query("SELECT max(id) FROM audit")[0][0]
        _ = try begin(patient)
        _ = try begin(patient)
        try store.database.endPause(of: patient, store.nurse)
        _ = try begin(patient)
        try raise(.error)
        let written: [String] = try owner.query(
            "SELECT concat_ws(' ', action, username, patient_id, subject) FROM audit WHERE id > $1 ORDER BY id", [start]
        ).map { try $0[0] }
        #expect(
            written == [
                "pause.created nurse 1 pause 1", "pause.changed nurse 1 pause 1", "pause.created nurse 1 pause 2", "pause.changed nurse 1 pause 2",
                "pause.created nurse 1 pause 3", "alert.created admin 1 alert 1",
            ])
    }

    /// Whichever comes first, the other knows of it: an alert that neither saw would stay silent.
    @Test("an alert that is being raised while a pause begins is waited for, and covered") func race() throws {
        let raising = try store.connection()
        try raising.script("BEGIN")
        try raising.query(
            "INSERT INTO alerts (patient_id, kind, message, severity, measured_at, raised_by) VALUES ($1, 'k', 'm', 'error', now(), 1)",
            [store.patients[0].id])
        let (store, subject) = (store, patient)
        let begun = OnThread { try store.database.beginPause(of: subject, seconds: 60, store.nurse) }
        try store.waitForLocked()
        try raising.script("COMMIT")
        #expect(try begun.value()?.severity == .error)
    }
}
