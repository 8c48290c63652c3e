import Clinical
import Postgres
import Store
import TestDatabase
import Testing

/// When values that people enter may have been measured.
@Suite struct ManualEntryTests {
    private let store: TestStore
    private let ingest: Ingest
    private let now: Instant
    private static let day = 86_400.0

    init() throws {
        store = try TestStore()
        ingest = store.ingest()
        now = try TestStore.now
    }

    private func enter(_ secondsAgo: [Double], by scope: Scope? = nil) throws -> Receipt {
        try ingest.submit(
            Submission(
                origin: .entered(patient: store.patients[0].id, by: scope ?? store.nurse),
                readings: secondsAgo.map { Reading(vital: .spo2, value: 97, measuredAt: now.advanced(bySeconds: -$0)) }, receivedAt: now))
    }

    private func admit(_ secondsAgo: Double?) throws {
        let time = secondsAgo.map { "'\(now.advanced(bySeconds: -$0).rfc3339)'" } ?? "NULL"
        try store.connection().script("UPDATE patients SET admitted_at = \(time)")
    }

    @Test("seven days back and no more, also where the admission is not known") func sevenDays() throws {
        for known in [30 * Self.day, nil] {
            try admit(known)
            #expect(try enter([7 * Self.day]).patients == [store.patients[0].id])
            #expect(throws: IngestError.outsideStay) { try enter([7 * Self.day + 1]) }
        }
    }

    @Test("not before the admission, but in its minute; of several values those inside are stored") func admitted() throws {
        try admit(3600)
        #expect(throws: IngestError.outsideStay) { try enter([3600 + 121]) }
        #expect(try enter([3600 + 120, 3600 + 121, 0]).patients == [store.patients[0].id, nil, store.patients[0].id])
        #expect(try store.stored() == 2)
    }

    @Test("a new stay begins with the new admission, and what an administrator enters afterwards ends with the discharge") func stays() throws {
        let (patient, database) = (store.patients[0], store.database)
        #expect(try enter([3600]).patients == [patient.id])
        _ = try database.dischargePatient(.id(patient.id), store.admin)
        #expect(try enter([3601], by: store.admin).patients == [patient.id])
        try store.connection().script("UPDATE patients SET discharged_at = now() - interval '30 minutes' WHERE id = \(patient.id)")
        #expect(throws: IngestError.outsideStay) { try enter([1200], by: store.admin) }
        _ = try database.admitPatient(patient.fields, store.admin)
        #expect(throws: IngestError.outsideStay) { try enter([3602]) }
        #expect(try enter([0]).patients == [patient.id])
    }
}
