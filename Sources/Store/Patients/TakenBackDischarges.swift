import Access
import Clinical
import Postgres

/// Somebody who left lately, for those who saw them before.
public struct DischargedPatient: Sendable, Encodable, Identifiable {
    public var patient: Patient
    /// Nil: no account did it.
    public var dischargedBy: String?
    /// Where the patient lay.
    public var formerBed: String?
    /// Until when the caller may take the discharge back; nil: may not.
    public var takeBackUntil: Instant?

    public var id: PatientID { patient.id }

    enum CodingKeys: String, CodingKey { case sorti_par, lit_quitte, annulable_jusqu_a }

    public func encode(to encoder: any Encoder) throws {
        try patient.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(dischargedBy, forKey: .sorti_par)
        try container.encode(formerBed, forKey: .lit_quitte)
        try container.encode(takeBackUntil, forKey: .annulable_jusqu_a)
    }
}

/// What became of a discharge that was taken back.
public struct TakenBackDischarge: Sendable {
    public var patient: Patient
    /// The devices that the patient wears again, and those that are not free any more.
    public var returned: [WornDevice]
    public var missing: [WornDevice]
}

/// Discharges that were a mistake.
extension Database {
    /// So long who discharged a patient may take that back.
    public static let ownDischargeMinutes = 60.0
    /// So long a ward sees whom it has discharged.
    public static let dischargedListHours = 24.0

    /// Who has left: an administrator sees all of them, others those of their wards who left within `dischargedListHours`.
    public func dischargedPatients(_ scope: Scope, ward: WardID?, _ page: Page<PatientID>) throws -> [DischargedPatient] {
        guard scope.may(.managePatients) else { return [] }
        return try pool.with {
            try $0.query(
                """
                SELECT \(Self.patientColumns), u.username, d.bed, CASE
                    WHEN \(Self.isOwnDischarge(user: 6, isAdministrator: 7)) AND p.discharged_at > clock_timestamp() - $5 * interval '1 minute'
                    THEN p.discharged_at + $5 * interval '1 minute' END
                FROM patients p LEFT JOIN discharges d ON (d.patient_id, d.discharged_at) = (p.id, p.discharged_at)
                LEFT JOIN users u ON u.id = d.discharged_by
                WHERE p.discharged_at IS NOT NULL AND \(Self.wasVisible(wards: 1)) AND ($2::bigint IS NULL OR p.ward_id = $2) AND p.id > $3
                ORDER BY p.id LIMIT $4
                """,
                [scope.wards, ward, page.after ?? 0, page.limit, Self.ownDischargeMinutes, scope.user, scope.role == .admin]
            ).map {
                DischargedPatient(
                    patient: try self.patient($0), dischargedBy: try $0[Self.columnAfterPatient], formerBed: try $0[Self.columnAfterPatient + 1],
                    takeBackUntil: (try $0[Self.columnAfterPatient + 2] as Timestamp?).map(Instant.init))
            }
        }
    }

    /// Takes back a discharge: the stay goes on in the same ward and bed, with the own limits, and with the devices that nobody has been given
    /// meanwhile. What these measured in between is the patient's. Alerts stay acknowledged: what is wrong still is raised by the next readings.
    /// Nil where the caller saw no such patient.
    ///
    /// - Parameter bed: another bed than before.
    /// - Throws: `StoreError.notDischarged`, `.notOwnDischarge`, `.dischargedTooLongAgo`; `ShownText.Faults`; a unique violation of
    ///   `patients_bed_key` where somebody lies in the bed.
    public func takeBackDischarge(_ key: PatientKey, bed: String?, _ scope: Scope) throws -> TakenBackDischarge? {
        let bed = try bed.map { try ShownText.checked([.init("lit", $0, mayBeEmpty: true)])[0] }
        let (id, hospitalNumber): (PatientID?, String?) =
            switch key {
            case .id(let id): (id, nil)
            case .hospitalNumber(let number): (nil, number)
            }
        return try change(by: scope.author) { connection in
            // Before the patient's row, as who discharges does.
            try lockAssignments(on: connection)
            let row = try connection.query(
                """
                SELECT p.id, p.discharged_at IS NOT NULL, coalesce(\(Self.isOwnDischarge(user: 5, isAdministrator: 6)), false),
                    coalesce(d.discharged_at > clock_timestamp() - $4 * interval '1 minute', false)
                FROM patients p LEFT JOIN discharges d ON (d.patient_id, d.discharged_at) = (p.id, p.discharged_at)
                WHERE (p.id = $1 OR p.hospital_number = $2) AND \(Self.wasVisible(wards: 3)) FOR UPDATE OF p
                """, [id, hospitalNumber, scope.wards, Self.ownDischargeMinutes, scope.user, scope.role == .admin]
            ).first()
            guard let row else { return nil }
            let patient: PatientID = try row[0]
            guard try row[1] else { throw StoreError.notDischarged }
            guard try row[2] else { throw StoreError.notOwnDischarge }
            guard try row[3] else { throw StoreError.dischargedTooLongAgo }
            let present = try connection.query(
                """
                UPDATE patients p SET discharged_at = NULL, bed = coalesce($2, d.bed) FROM discharges d
                WHERE p.id = $1 AND d.patient_id = p.id RETURNING \(Self.patientColumns)
                """, [patient, bed])
            let (returned, missing) = try returnDevices(to: patient, on: connection)
            try connection.query(
                """
                INSERT INTO alarm_rules (patient_id, \(AlarmRule.columns), reason, expires_at)
                SELECT patient_id, \(AlarmRule.columns), reason, expires_at
                FROM jsonb_populate_recordset(NULL::alarm_rules, (SELECT rules FROM discharges WHERE patient_id = $1)) AS r
                WHERE \(AlarmRule.holds) ON CONFLICT DO NOTHING
                """, [patient])
            try connection.query("DELETE FROM discharges WHERE patient_id = $1", [patient])
            var back = try self.patient(present[0])
            back.ownLimits = try self.patient(.id(patient), scope, on: connection)?.ownLimits ?? []
            return TakenBackDischarge(patient: back, returned: returned, missing: missing)
        }
    }

    /// What taking it back must know; under `lockAssignments`, at its instant.
    func rememberDischarge(of patient: PatientID, at present: Timestamp, _ scope: Scope, on connection: Connection) throws {
        try connection.query(
            """
            INSERT INTO discharges AS d (patient_id, discharged_at, discharged_by, bed, assignment_ids, assignment_ends, rules)
            SELECT p.id, $2, $3, p.bed, coalesce(array_agg(a.id) FILTER (WHERE a.id IS NOT NULL), '{}'),
                coalesce(array_agg(nullif(upper(a.during), 'infinity')) FILTER (WHERE a.id IS NOT NULL), '{}'),
                (SELECT coalesce(jsonb_agg(to_jsonb(r)), '[]') FROM alarm_rules r WHERE r.patient_id = p.id)
            FROM patients p LEFT JOIN device_assignment a ON a.patient_id = p.id AND a.during @> $2 WHERE p.id = $1 GROUP BY p.id
            ON CONFLICT (patient_id) DO UPDATE SET discharged_at = excluded.discharged_at, discharged_by = excluded.discharged_by, bed = excluded.bed,
                assignment_ids = excluded.assignment_ids, assignment_ends = excluded.assignment_ends, rules = excluded.rules
            """, [patient, present, scope.author.user])
    }

    private func returnDevices(to patient: PatientID, on connection: Connection) throws -> (returned: [WornDevice], missing: [WornDevice]) {
        let rows = try connection.query(
            """
            WITH worn AS (
                SELECT a.id, a.device_id, tstzrange(lower(a.during), w.until) AS during
                FROM discharges d CROSS JOIN LATERAL unnest(d.assignment_ids, d.assignment_ends) AS w (id, until)
                JOIN device_assignment a ON a.id = w.id AND upper(a.during) = d.discharged_at
                WHERE d.patient_id = $1
            ), freed AS (
                UPDATE device_assignment a SET during = w.during FROM worn w JOIN devices d ON d.id = w.device_id
                WHERE a.id = w.id AND d.retired_at IS NULL AND NOT EXISTS (
                    SELECT FROM device_assignment o WHERE o.device_id = w.device_id AND o.id <> w.id AND o.during && w.during)
                RETURNING a.id
            )
            SELECT d.id, d.name, EXISTS (SELECT FROM freed f WHERE f.id = w.id) FROM worn w JOIN devices d ON d.id = w.device_id ORDER BY d.id
            """, [patient]
        ).map { row in (device: WornDevice(id: try row[0], name: try row[1]), isFree: try row[2] as Bool) }
        return (rows.filter(\.isFree).map(\.device), rows.filter { !$0.isFree }.map(\.device))
    }

    /// Of a patient `p` who may have left: the caller sees them, or did until lately.
    private static func wasVisible(wards: Int) -> String {
        """
        ($\(wards)::bigint[] IS NULL OR p.ward_id = ANY ($\(wards))
            AND (p.discharged_at IS NULL OR p.discharged_at > clock_timestamp() - interval '\(dischargedListHours) hours'))
        """
    }

    /// Of a discharge `d`.
    private static func isOwnDischarge(user: Int, isAdministrator: Int) -> String {
        "(d.discharged_by = $\(user) OR $\(isAdministrator) AND d.patient_id IS NOT NULL)"
    }
}
