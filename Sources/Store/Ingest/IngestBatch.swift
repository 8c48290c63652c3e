import Access
import Clinical
import Postgres

/// One transaction's worth of submissions: three round trips, one that reads who wears what, one that reads where their alarms stand, one
/// that writes and commits.
struct IngestBatch {
    typealias Outcome = Swift.Result<Receipt, IngestError>

    /// What a submission is to the patients.
    private struct Bound {
        /// Of each reading.
        var patients: [PatientID?]
        /// Who wears the device now, if it wants to know their alarm rules.
        var wearer: PatientID?
    }

    private let submissions: [Submission]
    private var rows = IngestRows()
    private var seen = IngestDevices()
    /// Whose alarms are looked at, and where they are. Not those of whom only history came.
    private var wards: [PatientID: WardID] = [:]

    init(_ submissions: [Submission]) { self.submissions = submissions }

    /// What a commit stored.
    struct Stored {
        var reports: Int
        var readings: Int
        var alerts: IngestAlarms.Tally
    }

    /// Stores what may be stored; answers each submission, in order.
    static func commit(_ submissions: [Submission], on connection: Connection) throws -> ([Outcome], Stored) {
        do {
            var batch = IngestBatch(submissions)
            return try batch.commit(on: connection, expectingDuplicates: false)
        } catch let error as PostgresError where error.sqlState == "23505" {
            try connection.script("ROLLBACK")
            var batch = IngestBatch(submissions)
            return try batch.commit(on: connection, expectingDuplicates: true)
        }
    }

    /// Expecting none, a duplicate is an error and the rows need not be looked for first: that saves a quarter of the
    /// insertion, and nearly no report is sent twice.
    private mutating func commit(on connection: Connection, expectingDuplicates: Bool) throws -> ([Outcome], Stored) {
        let (devices, patients) = try readWhoIsWho(on: connection)
        let bound = submissions.enumerated().map { bind($1, $0, devices, patients) }
        rows.sort()
        let alarms = try IngestAlarms(of: wards, on: connection)
        let duplicates: [Int: Int]
        let (new, changes): ([IngestRows.Row], IngestAlarms.Changes)
        if expectingDuplicates {
            let stored = try connection.pipeline { write(Self.insertion + Self.skippingDuplicates, &$0) }[0]
            let split = try rows.split(stored: stored)
            (new, changes) = (split.stored, alarms.pass(split.stored))
            try connection.pipeline { try finish(new, changes, &$0) }
            duplicates = split.duplicates
        } else {
            (new, changes) = (rows.all, alarms.pass(rows.all))
            try connection.pipeline {
                write(Self.insertion, &$0)
                try finish(new, changes, &$0)
            }
            duplicates = [:]
        }
        let outcomes = bound.enumerated().map { index, outcome in
            outcome.map { bound in
                let rules = bound.wearer.flatMap { wearer in
                    submissions[index].state?.rulesVersion.flatMap { alarms.rules(of: wearer, unless: $0) }
                }
                return Receipt(patients: bound.patients, duplicates: duplicates[index, default: 0], rules: rules)
            }
        }
        let accepted = outcomes.count { if case .success = $0 { true } else { false } }
        return (outcomes, Stored(reports: accepted, readings: new.count, alerts: changes.tally))
    }

    /// The devices that report, and the patients for whom people enter values.
    private func readWhoIsWho(on connection: Connection) throws -> ([DeviceID: KnownDevice], [PatientID: KnownPatient]) {
        let ids = Set(submissions.compactMap(\.origin.device))
        let entered = Set(submissions.compactMap(\.origin.patient))
        let earliest = submissions.lazy.map { $0.readings.reduce($0.receivedAt) { min($0, $1.measuredAt) } }.min()
        let results = try connection.pipeline {
            $0.query("BEGIN")
            // Nobody moves a device to another patient, or discharges one, between this reading and the commit.
            $0.query("SELECT pg_advisory_xact_lock_shared($1)", [AdvisoryLock.assignments])
            $0.query(
                """
                SELECT d.id, d.key_hash, a.patient_id, p.ward_id, p.discharged_at IS NOT NULL, lower(a.during),
                    nullif(upper(a.during), 'infinity')
                FROM devices d
                LEFT JOIN device_assignment a ON a.device_id = d.id AND a.during && tstzrange($2, NULL)
                LEFT JOIN patients p ON p.id = a.patient_id
                WHERE d.id = ANY ($1) AND d.retired_at IS NULL
                """, [Array(ids), (earliest ?? Instant(milliseconds: 0)).timestamp])
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
        let patients = try results.dropFirst(3).joined().map { row in
            (try row[0] as PatientID, KnownPatient(ward: try row[1], isDischarged: try row[2]))
        }
        return (known, Dictionary(uniqueKeysWithValues: patients))
    }

    /// Finds the patient of each reading; keeps what is to be stored.
    private mutating func bind(
        _ submission: Submission, _ index: Int, _ devices: [DeviceID: KnownDevice], _ known: [PatientID: KnownPatient]
    ) -> Swift.Result<Bound, IngestError> {
        let wearers: [(patient: PatientID, known: KnownPatient)?]
        var wearer: (patient: PatientID, known: KnownPatient)?
        switch submission.origin {
        case .device(let key):
            guard let device = devices[key.device], let hash = device.keyHash, key.matches(hash: hash) else {
                return .failure(.unauthenticated)
            }
            seen.add(submission, of: key.device)
            wearers = submission.readings.map { device.wearer(at: $0.measuredAt) }
            wearer = device.wearer(at: submission.receivedAt)
        case .relayed(let id, let scope):
            guard let device = devices[id], device.assignments.contains(where: { $0.known.exists(for: scope) }) else {
                return .failure(.unknownDevice)
            }
            func visible(at instant: Instant) -> (patient: PatientID, known: KnownPatient)? {
                device.wearer(at: instant).flatMap { $0.known.exists(for: scope) ? $0 : nil }
            }
            wearers = submission.readings.map { visible(at: $0.measuredAt) }
            wearer = visible(at: submission.receivedAt)
        case .entered(let patient, let scope):
            guard let patientNow = known[patient], patientNow.exists(for: scope) else { return .failure(.unknownPatient) }
            wearers = submission.readings.map { _ in (patient, patientNow) }
        }
        guard submission.readings.isEmpty || wearers.contains(where: { $0 != nil }) else { return .failure(.unassigned) }
        for (reading, wearer) in zip(submission.readings, wearers) {
            guard let wearer else { continue }
            let row = IngestRows.Row(
                patient: wearer.patient, reading: reading, device: submission.origin.device ?? 0, author: submission.origin.person?.user,
                receivedAt: submission.receivedAt, submission: index)
            if row.isLive { watch(wearer) }
            rows.append(row)
        }
        if submission.state?.rulesVersion == nil { wearer = nil }
        if let wearer { watch(wearer) }
        return .success(Bound(patients: wearers.map { $0?.patient }, wearer: wearer?.patient))
    }

    private mutating func watch(_ wearer: (patient: PatientID, known: KnownPatient)) {
        if !wearer.known.isDischarged { wards[wearer.patient] = wearer.known.ward }
    }

    private static let insertion = """
        INSERT INTO readings (patient_id, vital, measured_at, device_id, value, received_at, entered_by)
        SELECT * FROM unnest($1::integer[], $2::smallint[], $3::timestamptz[], $4::integer[], $5::float8[],
            $6::timestamptz[], $7::integer[])
        """
    private static let skippingDuplicates = " ON CONFLICT DO NOTHING RETURNING patient_id, vital, measured_at, device_id"

    private func write(_ insertion: String, _ pipeline: inout Pipeline) {
        pipeline.query(insertion, rows.columns)
        seen.write(&pipeline)
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

    func wearer(at instant: Instant) -> (patient: PatientID, known: KnownPatient)? {
        assignments.first { $0.from <= instant && instant < $0.to }.map { ($0.patient, $0.known) }
    }
}
