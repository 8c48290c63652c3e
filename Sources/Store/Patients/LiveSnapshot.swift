import Clinical
import Postgres

extension Database {
    /// The patient whom a live room may be about: one of the caller's, and not discharged. Nil: there is none.
    public func presentPatient(_ key: PatientKey, _ scope: Scope) throws -> PatientID? {
        guard let patient = try patient(key, scope), patient.dischargedAt == nil else { return nil }
        return patient.id
    }

    /// What is known of patients, and of wards themselves.
    public struct State: Sendable {
        public var patients: [PatientState]
        /// About a whole ward.
        public var alerts: [Alert]
        public var pauses: [SoundPause]
    }

    /// The state of these patients and of everybody in these wards, each once, and of these wards, in one round trip and one
    /// snapshot of the database. Who is discharged is in no ward. Not scoped: who may listen to a room was decided when it was entered.
    public func state(patients: [PatientID], wards: [WardID]) throws -> State {
        let wanted = "(p.id = ANY ($1) OR (p.ward_id = ANY ($2) AND p.discharged_at IS NULL))"
        let isOpen = "(a.ended_at IS NULL OR (a.severity = 'error' AND a.acknowledged_at IS NULL))"
        return try pool.with { connection in
            let results = try connection.pipeline {
                $0.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                $0.query(
                    """
                    SELECT p.id, ward_of(p), p.spo2_scale, p.pregnant, w.skin_temperature_valid,
                        (p.birth_date + make_interval(years => $3::integer)) AT TIME ZONE 'UTC'
                    FROM patients p JOIN wards w ON w.id = p.ward_id WHERE \(wanted) ORDER BY p.id
                    """, [patients, wards, EarlyWarningScore.minimumAgeYears])
                $0.query(
                    """
                    -- Of devices the newest, and what others measured at about the same time.
                    SELECT patient_id, vital, value, ordered_at, device_id FROM (
                        SELECT l.*, max(l.ordered_at) OVER (PARTITION BY l.patient_id, l.vital, l.by_hand) AS newest_at
                        FROM latest_readings l JOIN patients p ON p.id = l.patient_id WHERE \(wanted)
                    ) AS newest WHERE ordered_at >= newest_at - \(TechnicalAlarm.comparedSeconds) * interval '1 s'
                    ORDER BY patient_id, vital, ordered_at, measured_at
                    """, [patients, wards])
                $0.query(
                    "SELECT \(Self.alertColumns) FROM \(Self.alertTables) WHERE \(wanted) AND \(isOpen) ORDER BY a.id", [patients, wards])
                $0.query(
                    "SELECT \(Self.alertColumns) FROM \(Self.alertTables) WHERE a.ward_id = ANY ($1) AND \(isOpen) ORDER BY a.id", [wards])
                $0.query(
                    """
                    SELECT \(Self.pauseColumns) FROM \(Self.pauseTables) LEFT JOIN patients p ON p.id = s.patient_id
                    WHERE \(Self.isRunningPause) AND (\(wanted) OR s.ward_id = ANY ($2))
                    """, [patients, wards])
                $0.query("COMMIT")
            }
            var latest: [PatientID: [Reading]] = [:]
            for row in results[2] {
                if let reading = try Self.latest(row, from: 1) { latest[try row[0], default: []].append(reading) }
            }
            let alerts = Dictionary(grouping: try results[3].map { try Self.alert($0) }) { $0.patient }
            let pauses = try results[5].map(Self.pause)
            return State(
                patients: try results[1].map { row in
                    let patient: PatientID = try row[0]
                    return PatientState(
                        patient: patient, ward: try row[1], latest: latest[patient] ?? [], alerts: alerts[patient] ?? [],
                        pause: pauses.first { $0.patient == patient }, scored: try Self.scored(row, from: 2))
                },
                alerts: try results[4].map { try Self.alert($0) }, pauses: pauses.filter { $0.patient == nil })
        }
    }

    private static func scored(_ row: Row, from first: Int) throws -> EarlyWarningScore.Subject {
        let adultFrom: Timestamp? = try row[first + 3]
        return EarlyWarningScore.Subject(
            scale: EarlyWarningScore.Scale(rawValue: try row[first]) ?? .one, adultFrom: adultFrom.map(Instant.init),
            isPregnant: try row[first + 1], takesSkinTemperature: try row[first + 2])
    }
}
