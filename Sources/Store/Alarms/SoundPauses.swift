import Clinical
import Postgres

/// Pauses of the alarms' sound, of a patient or of a ward. What they cover and what breaks them: SQL/routines/pauses.sql.
extension Database {
    static let pauseColumns = """
        s.id, s.patient_id, s.ward_id, b.username, s.begun_at, s.ends_at, s.severity, s.ended_at, s.broken_by
        """
    /// With what `pauseColumns` name.
    static let pauseTables = "sound_pauses s JOIN users b ON b.id = s.begun_by"
    /// One whose time is up is over, whether or not somebody wrote that down.
    static let isRunningPause = "s.ended_at IS NULL AND s.ends_at > now()"

    static func pause(_ row: Row) throws -> SoundPause {
        let patient: PatientID? = try row[1]
        let endedAt: Timestamp? = try row[7]
        return try SoundPause(
            id: row[0], of: patient.map { .patient($0) } ?? .ward(row[2]), begunBy: row[3], begin: Instant(row[4]), end: Instant(row[5]),
            severity: Severity(rawValue: row[6]) ?? .info,  // a CHECK holds the names; unknown never covers more
            endedAt: endedAt.map(Instant.init), brokenBy: row[8])
    }

    /// The pause that runs. The caller has found the patient or the ward.
    public func currentPause(of subject: SoundPause.Subject) throws -> SoundPause? {
        try pool.with { try currentPause(of: subject, on: $0) }
    }

    private func currentPause(of subject: SoundPause.Subject, on connection: Connection) throws -> SoundPause? {
        try connection.query(
            """
            SELECT \(Self.pauseColumns) FROM \(Self.pauseTables)
            WHERE s.patient_id IS NOT DISTINCT FROM $1 AND s.ward_id IS NOT DISTINCT FROM $2 AND \(Self.isRunningPause)
            """, [subject.patient, subject.ward]
        ).first().map(Self.pause)
    }

    /// Begins a pause in the caller's name; one that runs is replaced. Nil where the caller sees no such patient or ward.
    ///
    /// - Throws: `StoreError` for a patient who has left.
    public func beginPause(of subject: SoundPause.Subject, seconds: Int, _ scope: Scope) throws -> SoundPause? {
        try change(by: scope.author) { connection in
            // First, so that two who begin one at once come one after the other; who is just being discharged is waited for.
            guard try lock(subject, scope, on: connection) else { return nil }
            // Alerts that are just being raised are waited for, and those to come wait.
            try connection.query("SELECT pg_advisory_xact_lock(hashtext($1))", [AdvisoryLock.pauses])
            try endPause(of: subject, on: connection)
            try connection.query(
                """
                INSERT INTO sound_pauses (patient_id, ward_id, begun_by, begun_at, ends_at, severity)
                SELECT $1, $2, $3, now, now + make_interval(secs => $4), worst_unacknowledged($1::integer, $2::integer)
                FROM clock_timestamp() AS now
                """, [subject.patient, subject.ward, scope.user, Double(seconds)])
            return try currentPause(of: subject, on: connection)
        }
    }

    /// Keeps the patient or the ward as it is. False where the caller sees none.
    func lock(_ subject: SoundPause.Subject, _ scope: Scope, on connection: Connection) throws -> Bool {
        switch subject {
        case .ward(let ward):
            return try scope.sees(ward: ward)
                && connection.query("SELECT id FROM wards WHERE id = $1 FOR NO KEY UPDATE", [ward]).first() != nil
        case .patient(let patient):
            let found = try connection.query(
                """
                SELECT p.discharged_at IS NOT NULL FROM patients p WHERE p.id = $1 AND \(Scope.visible("p", wards: 2)) FOR NO KEY UPDATE
                """, [patient, scope.wards]
            ).first()
            guard let found else { return false }
            if try found[0] { throw StoreError.patientDischarged }
            return true
        }
    }

    /// Ends the pause that runs, if one does. The caller has found the patient or the ward.
    public func endPause(of subject: SoundPause.Subject, _ scope: Scope) throws {
        try change(by: scope.author) { try endPause(of: subject, on: $0) }
    }

    /// One whose time was up ended then.
    func endPause(of subject: SoundPause.Subject, on connection: Connection) throws {
        try connection.query(
            """
            UPDATE sound_pauses SET ended_at = least(greatest(now(), begun_at), ends_at)
            WHERE patient_id IS NOT DISTINCT FROM $1 AND ward_id IS NOT DISTINCT FROM $2 AND ended_at IS NULL
            """, [subject.patient, subject.ward])
    }
}
