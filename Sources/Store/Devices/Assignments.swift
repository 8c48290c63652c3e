import Clinical
import Postgres

extension Database {
    private static let columns = "a.id, a.patient_id, lower(a.during), nullif(upper(a.during), 'infinity')"

    private typealias During = PlannedAssignment.During

    private func during(_ row: Row) throws -> During { (try row[2], try row[3]) }

    private func assignment(_ row: Row) throws -> Assignment {
        let during = try during(row)
        return try Assignment(id: row[0], patient: row[1], time: AssignmentTime(during.begin, during.end))
    }

    /// Newest first, those of patients whom the caller sees. Nil where the caller sees no such device.
    ///
    /// - Parameter page: after the assignment of that number.
    public func assignments(of device: DeviceID, _ scope: Scope, _ page: Page<Int>) throws -> [Assignment]? {
        try pool.with { connection in
            guard try self.device(device, scope, on: connection) != nil else { return nil }
            return try connection.query(
                """
                SELECT \(Self.columns) FROM device_assignment a JOIN patients p ON p.id = a.patient_id
                WHERE a.device_id = $2 AND \(Scope.visible("p", wards: 1))
                    AND ($3::bigint IS NULL OR lower(a.during) < (SELECT lower(during) FROM device_assignment WHERE id = $3))
                ORDER BY lower(a.during) DESC LIMIT $4
                """, [scope.wards, device, page.after, page.limit]
            ).map(assignment)
        }
    }

    /// Gives a device to a patient. Nil where the caller sees no such device.
    ///
    /// Readings that are stored already stay with whoever they were bound to when they came.
    ///
    /// - Parameters:
    ///   - begin: nil: now, and whoever wears it now wears it no longer.
    ///   - now: what the limits of `AssignmentTime` count from.
    ///   - others: what becomes of other devices that the patient wears then; nil: none are expected.
    /// - Throws: `StoreError`; `PostgresError.refused` with `device_assignment_patient_fkey` where the caller sees no such patient.
    public func assignDevice(
        _ id: DeviceID, to patient: PatientID, from begin: Instant?, to end: Instant?, now: Instant, others: OtherDevices? = nil, _ scope: Scope
    ) throws -> Assignment? {
        try change(by: scope.author) { connection in
            let present = try lockAssignments(on: connection)
            guard try usableDevice(id, scope, on: connection) != nil else { return nil }
            try check(wearer: patient, scope, on: connection)
            let before = begin == nil ? try current(id, of: patient, at: present, on: connection) : nil
            if begin == nil { try endAssignments(of: .currentOf(id), at: present, on: connection) }
            let during: During = try (begin: begin?.timestamp ?? firstFree(id, at: present, on: connection), end: end?.timestamp)
            try AssignmentTime(during.begin, during.end).check(now: now)
            try checkFree(id, during, except: nil, scope, on: connection)
            let planned = PlannedAssignment(device: id, patient: patient, during: during, before: before)
            try settleOthers(of: planned, others, at: present, scope, on: connection)
            return try assignment(
                connection.query(
                    """
                    INSERT INTO device_assignment AS a (device_id, patient_id, during) VALUES ($1, $2, tstzrange($3, $4))
                    RETURNING \(Self.columns)
                    """, [id, patient, during.begin, during.end])[0])
        }
    }

    /// Changes from when until when a device was or will be worn. Nil where the caller sees no such assignment of such a device.
    ///
    /// It decides about readings that are still to come. Those that are stored stay with whoever they were bound to: nobody's
    /// chart changes behind the back of those who have read it; what is wrong there is corrected reading by reading.
    ///
    /// - Parameters:
    ///   - others: as for `assignDevice`; a device that the patient wears in the present time of the assignment already is no other one.
    /// - Throws: `StoreError`.
    public func updateAssignment(
        _ id: Int, of device: DeviceID, now: Instant, others: OtherDevices? = nil, _ scope: Scope,
        _ change: Change<AssignmentTime>
    ) throws -> Assignment? {
        try self.change(by: scope.author) { connection in
            let present = try lockAssignments(on: connection)
            guard try usableDevice(device, scope, on: connection) != nil,
                let row = try assignmentRow(id, of: device, scope, on: connection)
            else { return nil }
            let (before, old) = try (assignment(row), during(row))
            let time = change.applied(to: before.time)
            try time.check(now: now, before: before.time)
            try check(before.patient, isPresentUntil: time.end, scope, on: connection)
            // What the caller leaves as it is stays so to the microsecond.
            let new: During = (
                begin: time.begin == before.time.begin ? old.begin : time.begin.timestamp,
                end: time.end == before.time.end ? old.end : time.end?.timestamp
            )
            if new == old { return before }
            try checkFree(device, new, except: id, scope, on: connection)
            let planned = PlannedAssignment(device: device, patient: before.patient, during: new, before: old)
            try settleOthers(of: planned, others, at: present, scope, on: connection)
            return try assignment(
                connection.query(
                    "UPDATE device_assignment a SET during = tstzrange($2, $3) WHERE id = $1 RETURNING \(Self.columns)",
                    [id, new.begin, new.end])[0])
        }
    }

    /// Takes back an assignment that has not begun. False where the caller sees none such.
    public func deleteAssignment(_ id: Int, of device: DeviceID, _ scope: Scope) throws -> Bool {
        try change(by: scope.author) { connection in
            try lockAssignments(on: connection)
            guard try self.device(device, scope, on: connection) != nil,
                try assignmentRow(id, of: device, scope, on: connection) != nil
            else { return false }
            let deleted = try connection.query(
                "DELETE FROM device_assignment WHERE id = $1 AND lower(during) > clock_timestamp()", [id])
            guard deleted.affectedRows == 1 else { throw StoreError.hasBegun }
            return true
        }
    }

    private func assignmentRow(_ id: Int, of device: DeviceID, _ scope: Scope, on connection: Connection) throws -> Row? {
        try connection.query(
            """
            SELECT \(Self.columns) FROM device_assignment a JOIN patients p ON p.id = a.patient_id
            WHERE a.id = $2 AND a.device_id = $3 AND \(Scope.visible("p", wards: 1))
            """, [scope.wards, id, device]
        ).first()
    }

    /// When a device is worn by a patient who wears it now.
    private func current(_ device: DeviceID, of patient: PatientID, at present: Timestamp, on connection: Connection) throws -> During? {
        try connection.query(
            "SELECT \(Self.columns) FROM device_assignment a WHERE a.device_id = $1 AND a.patient_id = $2 AND a.during @> $3",
            [device, patient, present]
        ).first().map(during)
    }

    /// Who was discharged does not wear it again.
    private func check(_ patient: PatientID, isPresentUntil end: Instant?, _ scope: Scope, on connection: Connection) throws {
        guard let dischargedAt = try self.patient(.id(patient), scope, on: connection)?.dischargedAt else { return }
        guard let end, end <= dischargedAt else { throw StoreError.patientDischarged }
    }

    /// - Throws: as `assignDevice` for its patient. To the end of the transaction the patient stays where they are.
    func check(wearer patient: PatientID, _ scope: Scope, on connection: Connection) throws {
        guard let wearer = try self.patient(.id(patient), scope, isLocked: true, on: connection) else {
            throw PostgresError(kind: .refused, sqlState: "23503", constraint: "device_assignment_patient_fkey")
        }
        if wearer.dischargedAt != nil { throw StoreError.patientDischarged }
    }

    /// The exclusion constraint would refuse it too, without telling who is in the way.
    private func checkFree(
        _ device: DeviceID, _ during: During, except id: Int?, _ scope: Scope, on connection: Connection
    ) throws {
        let others = try connection.query(
            """
            SELECT \(Self.columns), \(Scope.visible("p", wards: 1))
            FROM device_assignment a JOIN patients p ON p.id = a.patient_id
            WHERE a.device_id = $2 AND a.during && tstzrange($3, $4) AND a.id IS DISTINCT FROM $5 ORDER BY lower(a.during)
            """, [scope.wards, device, during.begin, during.end, id]
        ).map { row in
            let isVisible: Bool = try row[4]
            let assignment = try assignment(row)
            return WornTime(patient: isVisible ? assignment.patient : nil, time: assignment.time)
        }
        if !others.isEmpty { throw StoreError.overlap(others) }
    }
}

/// What takes and ends assignments, for whoever changes devices and patients.
extension Database {
    enum AssignmentsToEnd {
        /// The current one.
        case currentOf(DeviceID)
        /// The current ones and those to come.
        case device(DeviceID), patient(PatientID)
    }

    /// Ingest holds this lock shared while it binds readings to patients. To be taken before rows of patients and before anything
    /// that writes a device's state: ingest takes it first and the state's row last, and two that take them crosswise wait for
    /// each other.
    ///
    /// - Returns: the instant at which what is changed under it ends and begins: in whole milliseconds, as it goes over the wire, so
    ///   that what a client lets begin where something ended leaves no gap and no overlap.
    @discardableResult
    func lockAssignments(on connection: Connection) throws -> Timestamp {
        let results = try connection.pipeline {
            $0.query("SELECT pg_advisory_xact_lock($1)", [AdvisoryLock.assignments])
            $0.query("SELECT date_trunc('milliseconds', clock_timestamp())")
        }
        return try results[1][0][0]
    }

    /// Ends assignments; under `lockAssignments`, at its instant.
    func endAssignments(of whose: AssignmentsToEnd, at present: Timestamp, on connection: Connection) throws {
        let (rows, id, atMost) =
            switch whose {
            case .currentOf(let device): ("device_id = $1", device, "$2")
            case .device(let device): ("device_id = $1", device, "'infinity'")
            case .patient(let patient): ("patient_id = $1", patient, "'infinity'")
            }
        // One that only begins later, or began in this very instant, is taken back instead of ended.
        try connection.query(
            "DELETE FROM device_assignment WHERE \(rows) AND lower(during) >= $2 AND lower(during) <= \(atMost)", [id, present])
        try connection.query(
            """
            UPDATE device_assignment SET during = tstzrange(lower(during), $2)
            WHERE \(rows) AND lower(during) < $2 AND (upper_inf(during) OR upper(during) > $2)
            """, [id, present])
    }

    /// When a device that nobody wears now can be worn from: at `lockAssignments`' instant, or in the rest of its millisecond, if
    /// it was ended by who does not count in whole ones.
    private func firstFree(_ device: DeviceID, at present: Timestamp, on connection: Connection) throws -> Timestamp {
        try connection.query(
            """
            SELECT greatest($2, max(upper(during))) FROM device_assignment
            WHERE device_id = $1 AND upper(during) < $2 + interval '1 millisecond'
            """, [device, present])[0][0]
    }

    /// Gives a device to a patient who does not wear it from now on, whatever was to come; under `lockAssignments`. - Throws: as `assignDevice`.
    func assign(
        _ id: DeviceID, to patient: PatientID?, others: OtherDevices?, at present: Timestamp, _ scope: Scope, on connection: Connection
    ) throws {
        if let patient { try check(wearer: patient, scope, on: connection) }
        try endAssignments(of: .device(id), at: present, on: connection)
        guard let patient else { return }
        let begin = try firstFree(id, at: present, on: connection)
        let planned = PlannedAssignment(device: id, patient: patient, during: (begin, nil))
        try settleOthers(of: planned, others, at: present, scope, on: connection)
        try connection.query(
            "INSERT INTO device_assignment (device_id, patient_id, during) VALUES ($1, $2, tstzrange($3, NULL))", [id, patient, begin])
    }
}
