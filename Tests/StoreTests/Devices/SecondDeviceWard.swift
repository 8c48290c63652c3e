import Clinical
import Store
import TestDatabase
import Testing

/// `TestStore`'s hospital and a device that nobody wears.
struct SecondDeviceWard {
    /// Every way in which a device is given to a patient from now on.
    enum Path: CaseIterable {
        case assign, update, add
    }

    let store: TestStore
    let now: Instant
    let patient: PatientID
    /// The device that the patient wears, for an hour already.
    let worn: DeviceID
    let spare: DeviceID

    init() throws {
        store = try TestStore()
        now = try TestStore.now
        (patient, worn) = (store.patients[0].id, store.devices[0].id)
        spare = try #require(try store.database.addDevice(DeviceFields(name: "Spare", kind: "bracelet"), store.admin)?.id)
    }

    func addDevice(_ name: String) throws -> DeviceID {
        try #require(try store.database.addDevice(DeviceFields(name: name, kind: "bracelet"), store.admin)?.id)
    }

    /// A patient without a device.
    func admit() throws -> PatientID {
        try store.database.addPatient(
            PatientFields(
                hospitalNumber: "N1", lastName: "Petit", firstName: "Anne", birthDate: nil, sex: nil, ward: store.wards[0].id, bed: ""),
            store.nurse
        ).id
    }

    /// - Returns: the device that the patient was given.
    @discardableResult
    func give(_ path: Path, _ others: OtherDevices?) throws -> DeviceID {
        func fields(_ name: String) -> DeviceFields { DeviceFields(name: name, kind: "bracelet", patient: patient) }
        switch path {
        case .assign: _ = try assign(spare, from: nil, others)
        case .update: _ = try #require(try store.database.updateDevice(spare, fields("Spare"), others: others, store.admin))
        case .add: return try #require(try store.database.addDevice(fields("New"), others: others, store.admin)?.id)
        }
        return spare
    }

    /// - Parameters: begin, end: in seconds from now; nil: now, and open.
    func assign(_ device: DeviceID, from begin: Double?, to end: Double? = nil, _ others: OtherDevices? = nil) throws -> Assignment {
        try #require(
            try store.database.assignDevice(
                device, to: patient, from: begin.map { now.advanced(bySeconds: $0) }, to: end.map { now.advanced(bySeconds: $0) }, now: now,
                others: others, store.nurse))
    }

    /// Newest first.
    func assignments(_ device: DeviceID) throws -> [Assignment] {
        try #require(try store.database.assignments(of: device, store.admin, Page(limit: 10)))
    }

    func wears(_ device: DeviceID) throws -> Bool { try store.database.device(device, store.admin)?.patient == patient }

    /// The devices that the choice was asked about; none where nothing was asked.
    func asked(_ body: () throws -> Void) throws -> [DeviceID] {
        do {
            try body()
            return []
        } catch StoreError.patientWears(let others) {
            return others.map(\.id)
        }
    }
}
