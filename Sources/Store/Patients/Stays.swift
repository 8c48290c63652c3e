import Clinical
import Postgres

/// A patient's stay: from admission to discharge, and perhaps another.
extension Database {
    /// Admits a patient. Whoever was discharged and comes again, by hospital number, name and birth date, keeps number and history
    /// and gets the new ward and bed.
    ///
    /// - Parameter readmits: false: somebody who was discharged keeps the number, and is not admitted again.
    /// - Throws: `ShownText.Faults`; `StoreError.scoreScaleNotAllowed`, `.profileNotAllowed`; a unique or check violation, by the constraint's name; `PostgresError.refused` with
    ///   `patients_ward_fkey` where the ward is not one of the caller's.
    public func admitPatient(
        _ fields: PatientFields, _ scope: Scope, readmits: Bool = true
    ) throws -> (patient: Patient, isReadmitted: Bool) {
        let fields = try fields.shown(today: today())
        guard scope.sees(ward: fields.ward) else { throw Self.foreignWard }
        try check(scoreScale: fields.spo2Scale, instead: nil, scope)
        if let profile = fields.profile { try check(profile: profile, instead: nil, scope) }
        return try change(by: scope.author) { connection in
            // Not scoped: a hospital number is one person's in all wards, whether the caller sees them or not.
            let known = try connection.query(
                "SELECT \(Self.patientColumns) FROM patients p WHERE p.hospital_number = $1 FOR UPDATE", [fields.hospitalNumber]
            ).first().map { try self.patient($0) }
            guard let known else { return (try admitted(insertPatient(fields, on: connection), fields.profile, scope, on: connection), false) }
            let taken = PostgresError(kind: .refused, sqlState: "23505", constraint: "patients_hospital_number_key")
            guard readmits, known.dischargedAt != nil else { throw taken }
            // The scale that a doctor chose stays; a pregnancy need not have lasted, and a child has grown.
            let readmitted = try connection.query(
                """
                UPDATE patients p SET ward_id = $2, bed = $3, discharged_at = NULL, admitted_at = now(), spo2_scale = greatest(spo2_scale, $4),
                    pregnant = coalesce($5, false), profile = NULL, profile_proposed = NULL, profile_confirmed_by = NULL, profile_confirmed_at = NULL
                WHERE id = $1 RETURNING \(Self.patientColumns)
                """, [known.id, fields.ward, fields.bed ?? "", fields.spo2Scale, fields.isPregnant])
            // Only now, though it undoes the rest: asked before, a bed that is taken would tell who guesses a name or a birth date that
            // it was right, and leave no trace.
            guard known.fields.isSamePerson(as: fields) else { throw taken }
            return (try admitted(patient(readmitted[0]), fields.profile, scope, on: connection), true)
        }
    }

    private func admitted(_ patient: Patient, _ profile: LimitProfile?, _ scope: Scope, on connection: Connection) throws -> Patient {
        let patient = try confirmed(patient, profile, scope, on: connection)
        try recordLoosened(atAdmissionOf: patient, on: connection)
        return patient
    }

    /// As `admitPatient`, for whom it makes no difference.
    public func addPatient(_ fields: PatientFields, _ scope: Scope) throws -> Patient { try admitPatient(fields, scope).patient }

    /// Discharges a patient: devices are taken off, alerts, holds and a pause of the sound end, the bed is free. What a device measured before and sends later still
    /// belongs to the patient. Once: who has left stays as they are. Nil where the caller sees no such patient.
    public func dischargePatient(_ key: PatientKey, _ scope: Scope) throws -> Patient? {
        try change(by: scope.author) { connection in
            // Before the patient's row, in the order in which assigning takes them.
            let present = try lockAssignments(on: connection)
            guard let patient = try patient(key, scope, isLocked: true, on: connection) else { return nil }
            if patient.dischargedAt != nil { return patient }
            try rememberDischarge(of: patient.id, at: present, scope, on: connection)
            try endAssignments(of: .patient(patient.id), at: present, on: connection)
            for kind in MonitoringHold.Kind.allCases { try endHold(kind, of: patient.id, on: connection) }
            try endAlerts(of: patient.id, scope, on: connection)
            try endPause(of: .patient(patient.id), on: connection)
            return try self.patient(
                connection.query(
                    "UPDATE patients p SET discharged_at = $2, bed = '' WHERE id = $1 RETURNING \(Self.patientColumns)",
                    [patient.id, present])[0])
        }
    }

    /// Nobody looks at them any more: whoever discharges acknowledges what is open. A program has no account to do so.
    private func endAlerts(of patient: PatientID, _ scope: Scope, on connection: Connection) throws {
        try connection.query(
            """
            UPDATE alerts SET ended_at = coalesce(ended_at, now()), acknowledged_by = coalesce(acknowledged_by, $2),
                acknowledged_at = CASE WHEN coalesce(acknowledged_by, $2) IS NOT NULL THEN coalesce(acknowledged_at, now()) END
            WHERE id IN (
                SELECT id FROM alerts WHERE patient_id = $1 AND (ended_at IS NULL OR (severity = 'error' AND acknowledged_at IS NULL))
                ORDER BY id FOR UPDATE)
            """, [patient, scope.author.user])
        // Whoever comes back begins anew.
        try connection.query("DELETE FROM alarm_conditions WHERE patient_id = $1", [patient])
        try connection.query("DELETE FROM score_watches WHERE patient_id = $1", [patient])
        try connection.query("DELETE FROM alarm_rules WHERE patient_id = $1", [patient])
    }
}

extension PatientFields {
    /// Of two people with the same hospital number: a number that was mistyped must not open somebody else's history.
    fileprivate func isSamePerson(as other: PatientFields) -> Bool {
        func name(_ fields: PatientFields) -> [String] { [fields.lastName, fields.firstName].map(\.foldedName) }
        return birthDate == other.birthDate && name(self) == name(other)
    }
}
