import Access
import Clinical
import Foundation
import Postgres
import Store
import TestDatabase
import Testing

/// Beds, stays and who wears what, also when two people want the same at once.
@Suite(.timeLimit(.minutes(1))) struct StayTests {
    let store: TestStore
    let now: Instant

    init() throws {
        store = try TestStore()
        now = try TestStore.now
    }

    private func fields(_ number: String, bed: String) -> PatientFields {
        PatientFields(
            hospitalNumber: number, lastName: "Petit", firstName: "Anne", birthDate: nil, sex: nil, ward: store.wards[0].id, bed: bed)
    }

    /// Runs the bodies at once; true for each that threw nothing.
    private func succeeded(_ bodies: [@Sendable () throws -> Void]) -> [Bool] { atOnce(bodies).map { (try? $0.get()) != nil } }

    @Test("a device has one patient at a time, also for who writes SQL") func exclusion() throws {
        let connection = try store.connection()
        let error = #expect(throws: PostgresError.self) {
            try connection.query(
                "INSERT INTO device_assignment (device_id, patient_id, during) VALUES (1, 2, tstzrange(now() + interval '1 day', NULL))")
        }
        #expect(error?.constraint == "device_assignment_one_patient" && error?.sqlState == "23P01")
    }

    @Test("of two who admit into one bed at once one succeeds") func oneBed() throws {
        let store = store
        let (first, second) = (fields("N1", bed: "9"), fields("N2", bed: " 9 "))
        let outcomes = succeeded([
            { _ = try store.database.admitPatient(first, store.nurse) }, { _ = try store.database.admitPatient(second, store.nurse) },
        ])
        #expect(outcomes.sorted { $0 && !$1 } == [true, false])
        #expect(try store.connection().query("SELECT count(*) FROM patients WHERE bed = '9'")[0][0] == 1)
    }

    @Test(
        "two beds that look the same are one, and no two others",
        arguments: [
            ("101-F", "101-F\u{200B}", true), ("101-F", "101\u{2011}f", true), ("101-F", "101\u{2013}F", true), ("101 F", "101\u{202F} F", true),
            ("101-F", "１０１－Ｆ", true), ("lit 1é", "LIT  1E\u{301}", true), ("fi", "\u{FB01}", true), ("101-F", "101-G", false),
            ("101F", "101-F", false),
            ("1", "l", false),
        ]) func looks(first: String, second: String, areOne: Bool) throws
    {
        // By SQL, since the index must hold for every writer; the store refuses invisible characters before.
        let connection = try store.connection()
        try connection.query("UPDATE patients SET bed = $1 WHERE id = 1", [first])
        _ = try store.database.addPatient(fields("N1", bed: ""), store.nurse)
        do {
            try connection.query("UPDATE patients SET bed = $1 WHERE hospital_number = 'N1'", [second])
            #expect(!areOne)
        } catch let error as PostgresError {
            #expect(areOne && error.constraint == "patients_bed_key")
        }
    }

    @Test("of two who assign a device for the same time one succeeds; of two who assign it now the later wins") func oneWearer() throws {
        let store = store, now = now, device = store.devices[0].id
        let other = try store.database.addPatient(fields("N1", bed: ""), store.nurse)
        let wearers = [store.patients[0].id, other.id]
        #expect(try store.database.updateDevice(device, DeviceFields(name: "D", kind: "b"), store.admin)?.patient == nil)
        let (begin, end) = (now.advanced(bySeconds: 600), now.advanced(bySeconds: 1200))
        let planned = succeeded(
            wearers.map { patient in
                { _ = try store.database.assignDevice(device, to: patient, from: begin, to: end, now: now, store.nurse) }
            })
        #expect(planned.sorted { $0 && !$1 } == [true, false])
        let given = succeeded(
            wearers.map { patient in
                { _ = try store.database.assignDevice(device, to: patient, from: nil, to: begin, now: now, store.nurse) }
            })
        #expect(given == [true, true])
        let current = try #require(try store.database.device(device, store.nurse)?.patient)
        #expect(wearers.contains(current))
    }

    @Test("readings of an outage in which the device changed hands go to whoever wore it when they were measured", arguments: [1, 7])
    func outage(reports: Int) throws {
        let (database, device) = (store.database, store.devices[0].id)
        let second = try database.addPatient(fields("N1", bed: ""), store.nurse)
        // Worn by the first until 30 minutes ago, by nobody for 10, then by the second.
        let (taken, given) = (now.advanced(bySeconds: -1800), now.advanced(bySeconds: -1200))
        let worn = try #require(try database.assignments(of: device, store.nurse, Page(limit: 1))?.first)
        var end = Change<AssignmentTime>()
        end.set(\.end, to: taken)
        _ = try database.updateAssignment(worn.id, of: device, now: now, store.nurse, end)
        _ = try #require(try database.assignDevice(device, to: second.id, from: given, to: nil, now: now, store.nurse))
        let ingest = store.ingest()
        defer { ingest.close() }
        let readings = (0..<42).map {
            Reading(vital: .spo2, value: 95, measuredAt: now.advanced(bySeconds: -2400 + Double($0) * 50))
        }
        var patients: [PatientID?] = []
        for start in stride(from: 0, to: readings.count, by: readings.count / reports) {
            let part = Array(readings[start..<min(start + readings.count / reports, readings.count)])
            // A report of which nobody wore the device is refused as a whole.
            let receipt = try? ingest.submit(Submission(origin: .device(store.keys[0]), readings: part, receivedAt: now))
            patients += receipt?.patients ?? part.map { _ in nil }
        }
        let expected = readings.map { reading in
            reading.measuredAt < taken ? store.patients[0].id : reading.measuredAt < given ? nil : second.id
        }
        #expect(patients == expected && Set(expected).count == 3)
        for (reading, patient) in zip(readings, expected) {
            for id in [store.patients[0].id, second.id] {
                let key = StoredReading.Key(patient: id, vital: .spo2, measuredAt: reading.measuredAt, device: device)
                #expect(try (database.reading(key, store.nurse) != nil) == (id == patient))
            }
        }
    }

    @Test("a discharge takes devices off, ends alerts in its author's name and frees the bed; what comes late is still the patient's")
    func discharge() throws {
        let (database, patient, device) = (store.database, store.patients[0].id, store.devices[0].id)
        let ingest = store.ingest()
        defer { ingest.close() }
        func raise(_ kind: String) throws -> Int {
            try #require(
                try database.addAlert(patient: patient, kind: kind, message: "m", severity: .error, measuredAt: now, store.nurse)?.id)
        }
        let (seen, unseen) = (try raise("fall"), try raise("call"))
        _ = try database.acknowledgeAlert(seen, store.admin)
        _ = try database.updateDevice(
            store.devices[1].id, DeviceFields(name: "D", kind: "b", patient: patient), others: .keep, store.admin)
        let gone = try #require(try database.dischargePatient(.id(patient), store.nurse))
        let left = try #require(gone.dischargedAt)
        #expect(gone.fields.bed == "")
        for id in [device, store.devices[1].id] {
            #expect(try database.device(id, store.nurse)?.patient == nil)
            #expect(try database.assignments(of: id, store.admin, Page(limit: 1))?.first.flatMap(\.time.end).map { $0 <= left } == true)
        }
        let alerts = try database.alerts(store.admin, AlertFilter(patient: patient), Page(limit: 10))
        #expect(alerts.allSatisfy { $0.endedAt != nil && $0.acknowledged })
        #expect(alerts.first { $0.id == seen }?.acknowledgedBy == "admin" && alerts.first { $0.id == unseen }?.acknowledgedBy == "nurse")
        let receipt = try ingest.submit(
            Submission(
                origin: .device(store.keys[0]),
                readings: [
                    Reading(vital: .spo2, value: 95, measuredAt: now.advanced(bySeconds: -60)),
                    Reading(vital: .spo2, value: 94, measuredAt: left.advanced(bySeconds: 1)),
                ], receivedAt: left.advanced(bySeconds: 1)))
        #expect(receipt.patients == [patient, nil])
        #expect(try database.patient(.id(patient), store.nurse) == nil)
        #expect(try database.patient(.id(patient), store.admin) == gone)
        #expect(throws: IngestError.unknownPatient) {
            try ingest.submit(
                Submission(
                    origin: .entered(patient: patient, by: store.nurse),
                    readings: [Reading(vital: .spo2, value: 95, measuredAt: now)], receivedAt: now))
        }
    }

    @Test("a program that discharges ends alerts, and leaves acknowledging to people") func dischargeByProgram() throws {
        let patient = store.patients[0].id
        _ = try store.database.addAlert(patient: patient, kind: "k", message: "m", severity: .error, measuredAt: now, store.nurse)
        let program = Scope(user: 0, username: "fajma:root", role: .admin, language: "fr", wards: [])
        #expect(try store.database.dischargePatient(.hospitalNumber("H0"), program)?.dischargedAt != nil)
        let alert = try #require(try store.database.alerts(store.admin, AlertFilter(patient: patient), Page(limit: 1)).first)
        #expect(alert.endedAt != nil && !alert.acknowledged)
    }

    @Test("a change that is made meanwhile is not taken back by one that does not mention it") func lostUpdate() throws {
        let (database, patient) = (store.database, store.patients[0])
        let blocker = try store.connection()
        try blocker.script("BEGIN")
        try blocker.query("UPDATE patients SET bed = '12' WHERE id = $1", [patient.id])
        let renaming = OnThread { [store] in
            var change = Change<PatientFields>()
            change.set(\.lastName, to: "Grand")
            _ = try database.updatePatient(.id(patient.id), store.nurse, change)
        }
        try store.waitForLocked()
        try blocker.script("COMMIT")
        try renaming.value()
        let after = try #require(try database.patient(.id(patient.id), store.nurse))
        #expect(after.fields.lastName == "Grand" && after.fields.bed == "12")
    }

    @Test("a time without end that somebody wrote as infinity is one; infinity itself is no time", arguments: ["infinity", "-infinity"])
    func infinity(text: String) throws {
        let connection = try store.connection()
        #expect(throws: PostgresError(kind: .decoding)) {
            let _: Timestamp = try connection.query("SELECT '\(text)'::timestamptz")[0][0]
        }
        try connection.script("UPDATE device_assignment SET during = tstzrange(lower(during), 'infinity')")
        let ingest = store.ingest()
        defer { ingest.close() }
        let reading = Reading(vital: .spo2, value: 95, measuredAt: now)
        let receipt = try ingest.submit(Submission(origin: .device(store.keys[0]), readings: [reading], receivedAt: now))
        #expect(receipt.patients == [store.patients[0].id])
        #expect(try store.database.assignments(of: store.devices[0].id, store.nurse, Page(limit: 1))?.first?.time.end == nil)
    }
}
