import Clinical
import Foundation
import Store
import Synchronization
import TestDatabase
import Testing

/// A patient who wears a device gets a second one only where somebody chose what becomes of the first.
@Suite struct SecondDeviceTests {
    let ward: SecondDeviceWard

    init() throws { ward = try SecondDeviceWard() }

    @Test("a second device is refused without a choice, which names the first, and nothing has changed", arguments: SecondDeviceWard.Path.allCases)
    func asked(path: SecondDeviceWard.Path) throws {
        func counts() throws -> [Int] {
            try ["device_assignment", "devices", "audit"].map { try ward.store.connection().query("SELECT count(*) FROM \($0)")[0][0] }
        }
        let before = try counts()
        #expect(throws: StoreError.patientWears([WornDevice(id: ward.worn, name: "D")])) { try ward.give(path, nil) }
        #expect(try counts() == before)
    }

    @Test(
        "replace ends the first assignment in the instant in which the second begins, in its author's name",
        arguments: SecondDeviceWard.Path.allCases)
    func replace(path: SecondDeviceWard.Path) throws {
        let given = try ward.give(path, .replace)
        let (new, old) = (try #require(try ward.assignments(given).first), try #require(try ward.assignments(ward.worn).first))
        #expect(new.patient == ward.patient && new.time.end == nil && old.time.end == new.time.begin)
        #expect(try ward.wears(given) && !ward.wears(ward.worn))
        let audit = try ward.store.connection().query(
            """
            SELECT username, patient_id FROM audit WHERE action = 'assignment.changed' AND subject = $1 ORDER BY id DESC LIMIT 1
            """, ["device \(ward.worn)"])[0]
        #expect(try audit[0] == (path == .assign ? "nurse" : "admin") && audit[1] == ward.patient)
    }

    @Test("keep leaves both", arguments: SecondDeviceWard.Path.allCases) func keep(path: SecondDeviceWard.Path) throws {
        let before = try ward.assignments(ward.worn)
        let given = try ward.give(path, .keep)
        #expect(try ward.wears(given) && ward.wears(ward.worn))
        #expect(try ward.assignments(ward.worn) == before)
    }

    @Test("what does not give the patient another device asks nothing, also where two are worn") func sameDevice() throws {
        func change(_ device: DeviceID, _ name: String) throws {
            _ = try ward.store.database.updateDevice(device, DeviceFields(name: name, kind: "bracelet", patient: ward.patient), ward.store.admin)
        }
        try change(ward.worn, "Renamed")
        _ = try ward.assign(ward.worn, from: nil)
        _ = try ward.give(.assign, .keep)
        for device in [ward.worn, ward.spare] {
            try change(device, "Again")
            _ = try ward.assign(device, from: nil, to: 3600)
            _ = try ward.assign(device, from: nil)
        }
        #expect(try ward.wears(ward.worn) && ward.wears(ward.spare))
        // Who gives the same device once more can still choose.
        _ = try ward.assign(ward.spare, from: nil, .replace)
        #expect(try ward.wears(ward.spare) && !ward.wears(ward.worn))
    }

    @Test("of two that are kept, a third asks about both and replaces both") func third() throws {
        _ = try ward.give(.assign, .keep)
        let third = try ward.addDevice("Third")
        #expect(try ward.asked { _ = try ward.assign(third, from: nil) } == [ward.worn, ward.spare])
        _ = try ward.assign(third, from: nil, .replace)
        #expect(try ward.wears(third) && !ward.wears(ward.worn) && !ward.wears(ward.spare))
    }

    @Test("devices that are known to measure different vitals are no matter; one that has sent nothing is") func vitals() throws {
        let ingest = ward.store.ingest()
        defer { ingest.close() }
        func send(_ device: DeviceID, _ vital: Vital, _ value: Double) throws {
            let key = try #require(try ward.store.database.newDeviceKey(device, ward.store.admin))
            let reading = Reading(vital: vital, value: value, measuredAt: try TestStore.now)
            _ = try ingest.submit(Submission(origin: .device(key), readings: [reading], receivedAt: reading.measuredAt))
        }
        func isAsked() throws -> Bool { try ward.asked { _ = try ward.assign(ward.spare, from: nil) } == [ward.worn] }
        try send(ward.worn, .temperature, 34)
        #expect(try isAsked(), "the other one has sent nothing")
        let before = try ward.admit()
        _ = try ward.store.database.assignDevice(ward.spare, to: before, from: nil, to: nil, now: ward.now, ward.store.nurse)
        try send(ward.spare, .spo2, 97)
        _ = try ward.assign(ward.spare, from: nil, .replace)
        #expect(try ward.wears(ward.worn) && ward.wears(ward.spare), "replacing one leaves what measures something else")
        try send(ward.worn, .spo2, 96)
        _ = try ward.store.database.assignDevice(ward.spare, to: before, from: nil, to: nil, now: ward.now, ward.store.nurse)
        #expect(try isAsked(), "both measure SpO2 now")
    }

    @Test("a device that the caller may not see is counted and not named") func scope() throws {
        let (patient, foreign) = (try ward.admit(), ward.store.devices[1].id)
        let (begin, now) = (ward.now.advanced(bySeconds: 600), ward.now)
        var end = Change<AssignmentTime>()
        end.set(\.end, to: begin)
        let worn = try #require(try ward.assignments(foreign).first)
        _ = try ward.store.database.updateAssignment(worn.id, of: foreign, now: now, ward.store.admin, end)
        _ = try ward.store.database.assignDevice(foreign, to: patient, from: begin, to: nil, now: now, ward.store.admin)
        for (scope, named) in [(ward.store.nurse, []), (ward.store.admin, [WornDevice(id: foreign, name: "D")])] {
            #expect(throws: StoreError.patientWears(named)) {
                try ward.store.database.assignDevice(ward.spare, to: patient, from: begin, to: nil, now: now, scope)
            }
        }
    }

    @Test("of two who give a patient two devices at once, exactly one is asked") func atOnce() throws {
        let ward = ward, patient = try ward.admit()
        let devices = [ward.spare, try ward.addDevice("Third")]
        let blocker = try ward.store.connection()
        try blocker.script("BEGIN")
        try blocker.query("SELECT FROM patients WHERE id = $1 FOR UPDATE", [patient])
        let assigning = devices.map { device in
            OnThread {
                try ward.asked {
                    _ = try ward.store.database.assignDevice(device, to: patient, from: nil, to: nil, now: ward.now, ward.store.nurse)
                }
            }
        }
        try ward.store.waitForLocked(2)
        try blocker.script("COMMIT")
        let asked = try assigning.map { try $0.value() }
        #expect(asked.count == 2 && asked.contains([]))
        let worn = try devices.filter { try ward.store.database.device($0, ward.store.nurse)?.patient == patient }
        #expect(worn.count == 1 && asked.contains(worn))
    }
}
