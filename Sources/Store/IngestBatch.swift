import Access
import Clinical
import Postgres

/// One transaction's worth of submissions: two round trips, one that reads who wears what, one that writes and commits.
struct IngestBatch {
    typealias Outcome = Swift.Result<Receipt, IngestError>

    private let submissions: [Submission]

    init(_ submissions: [Submission]) { self.submissions = submissions }

    /// What a commit stored.
    struct Stored {
        var reports: Int
        var readings: Int
        var alerts: IngestAlarms.Tally
    }

    /// Stores what may be stored; answers each submission, in order.
    func commit(on connection: Connection) throws -> ([Outcome], Stored) {
        do {
            return try commit(on: connection, expectingDuplicates: false)
        } catch let error as PostgresError where error.sqlState == "23505" {
            try connection.script("ROLLBACK")
            return try commit(on: connection, expectingDuplicates: true)
        }
    }

    /// Expecting none, a duplicate is an error and the rows need not be looked for first: that saves a quarter of the
    /// insertion, and nearly no report is sent twice.
    private func commit(on connection: Connection, expectingDuplicates: Bool) throws -> ([Outcome], Stored) {
        let (devices, patients, alarms) = try readWhoIsWho(on: connection)
        var rows = IngestRows()
        var seen: [DeviceID: SeenDevice] = [:]
        let bound = submissions.enumerated().map { index, submission in
            bind(submission, index, devices, patients, &rows, &seen)
        }
        rows.sort()
        let duplicates: [Int: Int]
        let (new, changes): ([IngestRows.Row], IngestAlarms.Changes)
        if expectingDuplicates {
            let stored = try connection.pipeline { write(rows, seen, Self.insertion + Self.skippingDuplicates, &$0) }[0]
            let split = try rows.split(stored: stored)
            (new, changes) = (split.stored, alarms.pass(split.stored))
            try connection.pipeline { try finish(new, changes, &$0) }
            duplicates = split.duplicates
        } else {
            (new, changes) = (rows.all, alarms.pass(rows.all))
            try connection.pipeline {
                write(rows, seen, Self.insertion, &$0)
                try finish(new, changes, &$0)
            }
            duplicates = [:]
        }
        let outcomes = bound.enumerated().map { index, outcome in
            outcome.map { Receipt(patients: $0, duplicates: duplicates[index, default: 0]) }
        }
        let accepted = outcomes.count { if case .success = $0 { true } else { false } }
        return (outcomes, Stored(reports: accepted, readings: new.count, alerts: changes.tally))
    }

    /// The devices that report, the patients for whom people enter values, and where the alarms of all of them stand.
    private func readWhoIsWho(
        on connection: Connection
    ) throws -> ([DeviceID: KnownDevice], [PatientID: KnownPatient], IngestAlarms) {
        let ids = Set(submissions.compactMap(\.origin.device))
        let entered = Set(submissions.compactMap(\.origin.patient))
        let earliest = submissions.lazy.flatMap(\.readings).map(\.measuredAt).min() ?? Instant(milliseconds: 0)
        let results = try connection.pipeline {
            $0.query("BEGIN")
            // Nobody moves a device to another patient, or discharges one, between this reading and the commit.
            $0.query("SELECT pg_advisory_xact_lock_shared($1)", [IngestLock.assignments])
            $0.query(
                """
                SELECT d.id, d.key_hash, a.patient_id, p.ward_id, p.discharged_at IS NOT NULL, lower(a.during),
                    nullif(upper(a.during), 'infinity')
                FROM devices d
                LEFT JOIN device_assignment a ON a.device_id = d.id AND a.during && tstzrange($2, NULL)
                LEFT JOIN patients p ON p.id = a.patient_id
                WHERE d.id = ANY ($1) AND d.retired_at IS NULL
                """, [Array(ids), earliest.timestamp])
            IngestAlarms.ask(&$0, devices: Array(ids), earliest: earliest.timestamp, entered: Array(entered))
            if !entered.isEmpty {
                $0.query("SELECT id, ward_id, discharged_at IS NOT NULL FROM patients WHERE id = ANY ($1)", [Array(entered)])
            }
        }
        var known: [DeviceID: KnownDevice] = [:]
        for row in results[2] {
            let id: DeviceID = try row[0]
            let hash: Bytes? = try row[1]
            var device = known[id] ?? KnownDevice(keyHash: hash?.bytes)
            if let patient: PatientID = try row[2] {
                let upper: Timestamp? = try row[6]
                device.assignments.append(
                    .init(
                        patient: patient, known: KnownPatient(ward: try row[3], isDischarged: try row[4]), from: Instant(try row[5]),
                        to: upper.map(Instant.init) ?? Instant(milliseconds: .max)))
            }
            known[id] = device
        }
        let patients = try results.dropFirst(3 + IngestAlarms.queries).joined().map { row in
            (try row[0] as PatientID, KnownPatient(ward: try row[1], isDischarged: try row[2]))
        }
        return (known, Dictionary(uniqueKeysWithValues: patients), try IngestAlarms(results[3..<3 + IngestAlarms.queries]))
    }

    /// Finds the patient of each reading; adds what is to be stored to `rows`.
    private func bind(
        _ submission: Submission, _ index: Int, _ devices: [DeviceID: KnownDevice], _ known: [PatientID: KnownPatient],
        _ rows: inout IngestRows, _ seen: inout [DeviceID: SeenDevice]
    ) -> Swift.Result<[PatientID?], IngestError> {
        let patients: [PatientID?]
        var author: UserID?
        switch submission.origin {
        case .device(let key):
            guard let device = devices[key.device], let hash = device.keyHash, key.matches(hash: hash) else {
                return .failure(.unauthenticated)
            }
            seen[key.device, default: SeenDevice()].add(submission)
            patients = submission.readings.map { device.assignment(at: $0.measuredAt)?.patient }
        case .relayed(let id, let scope):
            guard let device = devices[id], device.assignments.contains(where: { $0.known.exists(for: scope) }) else {
                return .failure(.unknownDevice)
            }
            author = scope.user
            patients = submission.readings.map {
                device.assignment(at: $0.measuredAt).flatMap { $0.known.exists(for: scope) ? $0.patient : nil }
            }
        case .entered(let patient, let scope):
            guard let patientNow = known[patient], patientNow.exists(for: scope) else { return .failure(.unknownPatient) }
            author = scope.user
            patients = submission.readings.map { _ in patient }
        }
        guard submission.readings.isEmpty || patients.contains(where: { $0 != nil }) else { return .failure(.unassigned) }
        for (reading, patient) in zip(submission.readings, patients) {
            guard let patient else { continue }
            rows.append(
                IngestRows.Row(
                    patient: patient, reading: reading, device: submission.origin.device ?? 0, author: author,
                    receivedAt: submission.receivedAt, submission: index))
        }
        return .success(patients)
    }

    private static let insertion = """
        INSERT INTO readings (patient_id, vital, measured_at, device_id, value, received_at, entered_by)
        SELECT * FROM unnest($1::integer[], $2::smallint[], $3::timestamptz[], $4::integer[], $5::float8[],
            $6::timestamptz[], $7::integer[])
        """
    private static let skippingDuplicates = " ON CONFLICT DO NOTHING RETURNING patient_id, vital, measured_at, device_id"

    private func write(_ rows: IngestRows, _ seen: [DeviceID: SeenDevice], _ insertion: String, _ pipeline: inout Pipeline) {
        let seen = seen.sorted { $0.key < $1.key }  // in the order of the key: two writers never wait crosswise
        pipeline.query(insertion, rows.columns)
        pipeline.query(
            """
            INSERT INTO device_state AS s (device_id, last_seen_at, battery, rssi, firmware, boot, sequence, status)
            SELECT *, 'actif' FROM unnest($1::integer[], $2::timestamptz[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[],
                $7::bigint[])
            ON CONFLICT (device_id) DO UPDATE SET
                last_seen_at = greatest(s.last_seen_at, excluded.last_seen_at),
                battery = coalesce(excluded.battery, s.battery), rssi = coalesce(excluded.rssi, s.rssi),
                firmware = coalesce(excluded.firmware, s.firmware), boot = coalesce(excluded.boot, s.boot),
                sequence = coalesce(excluded.sequence, s.sequence),
                status = CASE s.status WHEN 'inconnu' THEN excluded.status ELSE s.status END
            """,
            [
                seen.map { Int32($0.key) }, seen.map(\.value.at.timestamp), seen.map(\.value.state.battery),
                seen.map(\.value.state.rssi), seen.map(\.value.state.firmware), seen.map(\.value.state.boot),
                seen.map(\.value.state.sequence),
            ])
    }

    /// - Parameter rows: those that are stored.
    private func finish(_ rows: [IngestRows.Row], _ changes: IngestAlarms.Changes, _ pipeline: inout Pipeline) throws {
        changes.write(into: &pipeline)
        try IngestAudit(rows, of: submissions).write(&pipeline)
        pipeline.query("COMMIT")
    }
}

/// Where a patient is.
private struct KnownPatient {
    let ward: WardID
    let isDischarged: Bool

    func exists(for scope: Scope) -> Bool { scope.sees(ward: ward, isDischarged: isDischarged) }
}

/// What the database knows of a device in use.
private struct KnownDevice {
    struct Assignment {
        let patient: PatientID
        let known: KnownPatient
        let from: Instant
        let to: Instant
    }
    let keyHash: [UInt8]?
    var assignments: [Assignment] = []

    func assignment(at instant: Instant) -> Assignment? { assignments.first { $0.from <= instant && instant < $0.to } }
}

/// What the batch's reports say of a device: the last word on each point.
private struct SeenDevice {
    var at = Instant(milliseconds: 0)
    var state = DeviceState()

    mutating func add(_ submission: Submission) {
        at = max(at, submission.receivedAt)
        guard let new = submission.state else { return }
        state.battery = new.battery ?? state.battery
        state.rssi = new.rssi ?? state.rssi
        state.firmware = new.firmware ?? state.firmware
        state.boot = new.boot ?? state.boot
        state.sequence = new.sequence ?? state.sequence
    }
}
