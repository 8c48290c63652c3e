import Clinical
import Postgres

extension Database {
    /// The patient whom a live room may be about: one of the caller's, and not discharged. Nil: there is none.
    public func presentPatient(_ key: PatientKey, _ scope: Scope) throws -> PatientID? {
        guard let patient = try patient(key, scope), patient.dischargedAt == nil else { return nil }
        return patient.id
    }

    /// The state of these patients and of everybody in these wards, each once, in one round trip and one snapshot of the
    /// database. Who is discharged is in no ward. Not scoped: who may listen to a room was decided when it was entered.
    public func state(patients: [PatientID], wards: [WardID]) throws -> [PatientState] {
        let wanted = "(p.id = ANY ($1) OR (p.ward_id = ANY ($2) AND p.discharged_at IS NULL))"
        return try pool.with { connection in
            let results = try connection.pipeline {
                $0.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                $0.query("SELECT id, ward_of(p) FROM patients p WHERE \(wanted) ORDER BY id", [patients, wards])
                $0.query(
                    """
                    SELECT l.patient_id, l.vital, l.value, l.measured_at, l.by_hand
                    FROM latest_readings l JOIN patients p ON p.id = l.patient_id
                    WHERE \(wanted) ORDER BY l.patient_id, l.vital, l.measured_at
                    """, [patients, wards])
                $0.query(
                    """
                    SELECT \(Self.alertColumns)
                    FROM \(Self.alertTables)
                    WHERE \(wanted)
                        AND (a.ended_at IS NULL OR (a.severity = 'error' AND a.acknowledged_at IS NULL))
                    ORDER BY a.id
                    """, [patients, wards])
                $0.query("COMMIT")
            }
            var latest: [PatientID: [Reading]] = [:]
            for row in results[2] {
                if let reading = try Self.latest(row, from: 1) { latest[try row[0], default: []].append(reading) }
            }
            let alerts = Dictionary(grouping: try results[3].map { try Self.alert($0) }) { $0.patient }
            return try results[1].map { row in
                let patient: PatientID = try row[0]
                return PatientState(
                    patient: patient, ward: try row[1], latest: latest[patient] ?? [], alerts: alerts[patient] ?? [])
            }
        }
    }
}
