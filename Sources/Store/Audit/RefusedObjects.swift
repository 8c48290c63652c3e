import Clinical
import Postgres

/// What a request names.
public enum NamedObject: Sendable {
    case patient(PatientKey)
    case reading(StoredReading.Key)
    case alert(Int)
    case device(DeviceID)
    case ward(WardID)
}

extension Database {
    /// Records, once a session and hour, that the caller asked for an object that exists and is not theirs to see: the answer was that there is
    /// none. Of what does not exist, and of what the caller sees, nothing is recorded.
    ///
    /// - Returns: whether it is such an object.
    @discardableResult
    public func recordIfForeign(_ object: NamedObject, _ scope: Scope) throws -> Bool {
        guard let wards = scope.wards, let event = try pool.with({ try foreign(object, wards, on: $0) }) else { return false }
        try recordOnceAnHour(event, by: scope.author)
        return true
    }

    private func foreign(_ object: NamedObject, _ wards: [WardID], on connection: Connection) throws -> AuditEvent? {
        func patient(_ what: String, _ sql: String, _ values: [any PostgresEncodable]) throws -> AuditEvent? {
            let row = try connection.query(
                "SELECT p.id FROM patients p WHERE \(sql) AND NOT \(Scope.visible("p", wards: 1))", [wards] + values
            ).first()
            let id: PatientID? = try row?[0]
            return id.map { .refused(patient: $0, what: what.isEmpty ? "patient \($0)" : what) }
        }
        switch object {
        case .patient(.id(let id)): return try patient("", "p.id = $2", [id])
        case .patient(.hospitalNumber(let number)): return try patient("", "p.hospital_number = $2", [number])
        case .reading(let key): return try patient("reading \(key.id)", "p.id = $2", [key.patient])
        case .device(let id):
            return try patient(
                "device \(id)", "p.id = (SELECT patient_id FROM device_assignment WHERE device_id = $2 AND during @> now())", [id])
        case .alert(let id):
            let row = try connection.query("SELECT patient_id, ward_id FROM alerts WHERE id = $1", [id]).first()
            if let ward: WardID = try row?[1] { return wards.contains(ward) ? nil : .refused(ward: ward) }
            guard let subject: PatientID = try row?[0] else { return nil }
            return try patient("alert \(id)", "p.id = $2", [subject])
        case .ward(let id):
            guard !wards.contains(id), try connection.query("SELECT FROM wards WHERE id = $1", [id]).first() != nil else { return nil }
            return .refused(ward: id)
        }
    }
}
