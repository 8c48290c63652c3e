import Clinical
import Store

// How people name things on the command line.

extension Database {
    /// - Parameter text: the id or the hospital number.
    func patient(named text: String) throws -> Patient {
        guard let patient = try patient(PatientKey(text), .administrator) else {
            throw Failure("there is no patient \(text); see: fajma patient list")
        }
        return patient
    }

    func presentPatient(named text: String) throws -> Patient {
        let patient = try patient(named: text)
        guard patient.dischargedAt == nil else { throw StoreError.patientDischarged }
        return patient
    }

    /// - Parameter texts: each the number or the name.
    func wards(named texts: [String]) throws -> [WardID] {
        if texts.isEmpty { return [] }
        let all = try everyPage(\Ward.id) { try wards(.administrator, $0) }
        return try texts.map { text in
            // A name goes first: a ward may be called "3".
            guard let ward = all.first(where: { $0.name == text }) ?? all.first(where: { String($0.id) == text }) else {
                throw Failure("there is no ward \(text); see: fajma ward list")
            }
            return ward.id
        }
    }

    func device(numbered id: DeviceID) throws -> Device {
        guard let device = try device(id, .administrator) else { throw Self.noDevice(id) }
        return device
    }

    static func noDevice(_ id: DeviceID) -> Failure { Failure("there is no device \(id); see: fajma device list") }
}
