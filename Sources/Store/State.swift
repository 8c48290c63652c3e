import Clinical
import Postgres

extension Database {
    /// The state of these patients and of everybody in these wards, each once, in one round trip and one snapshot of the
    /// database. Not scoped: who may listen to a room was decided when it was entered.
    public func state(patients: [PatientID], wards: [WardID]) throws -> [PatientState] {
        try pool.with { connection in
            let results = try connection.pipeline {
                $0.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                $0.query("SELECT id, ward_id FROM patients WHERE id = ANY ($1) OR ward_id = ANY ($2) ORDER BY id", [patients, wards])
                $0.query(
                    """
                    SELECT l.patient_id, l.vital, l.value, l.measured_at
                    FROM latest_readings l JOIN patients p ON p.id = l.patient_id
                    WHERE p.id = ANY ($1) OR p.ward_id = ANY ($2) ORDER BY l.patient_id, l.vital
                    """, [patients, wards])
                $0.query(
                    """
                    SELECT \(Self.alertColumns)
                    FROM alerts a JOIN patients p ON p.id = a.patient_id LEFT JOIN users u ON u.id = a.acknowledged_by
                    WHERE (p.id = ANY ($1) OR p.ward_id = ANY ($2))
                        AND (a.ended_at IS NULL OR (a.severity = 'error' AND a.acknowledged_at IS NULL))
                    ORDER BY a.id
                    """, [patients, wards])
                $0.query("COMMIT")
            }
            var latest: [PatientID: [Reading]] = [:]
            for row in results[2] {
                if let reading = try Self.latest(row, from: 1) { latest[try row[0], default: []].append(reading) }
            }
            let alerts = Dictionary(grouping: try results[3].map { try Self.alert($0) }, by: \.patient)
            return try results[1].map { row in
                let patient: PatientID = try row[0]
                return PatientState(
                    patient: patient, ward: try row[1], latest: latest[patient] ?? [], alerts: alerts[patient] ?? [])
            }
        }
    }
}
