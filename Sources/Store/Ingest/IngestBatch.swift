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
    private let today: String
    private var rows = IngestRows()
    private var seen = IngestDevices()
    private var reports: IngestReports
    private var traces = IngestTraces()
    /// Whose alarms are looked at, and where they are. Not those of whom only history came.
    private var wards: [PatientID: WardID] = [:]
    /// Of readings that came without a time and in company, and of those of a report that was sent again, by submission and place: when they are
    /// taken to have been measured.
    private var moved: [Int: [Int: Instant]] = [:]

    init(_ submissions: [Submission], today: String) {
        (self.submissions, self.today) = (submissions, today)
        reports = IngestReports(of: submissions)
    }

    /// What a commit stored.
    struct Stored {
        var reports: Int
        var readings: Int
        var alerts: IngestAlarms.Tally
        /// A duplicate that nobody expected made the first attempt fail.
        var isSecondAttempt = false
    }

    /// Stores what may be stored; answers each submission, in order.
    ///
    /// - Parameters:
    ///   - today: the hospital's day, `2026-11-30`.
    ///   - repeaters: who is expected to send what is stored already, and learns from this batch.
    static func commit(
        _ submissions: [Submission], today: String, on connection: Connection, _ repeaters: IngestRepeaters
    ) throws -> ([Outcome], Stored) {
        do {
            var batch = IngestBatch(submissions, today: today)
            return try batch.commit(on: connection, repeaters, expectsDuplicates: false)
        } catch let error as PostgresError where error.sqlState == "23505" {
            try connection.query("ROLLBACK")
            var batch = IngestBatch(submissions, today: today)
            var (outcomes, stored) = try batch.commit(on: connection, repeaters, expectsDuplicates: true)
            stored.isSecondAttempt = true
            return (outcomes, stored)
        }
    }

    /// Where none is expected, a duplicate is an error and the rows need not be looked for first: that saves a quarter of the
    /// insertion and a round trip, and nearly no report is sent twice.
    private mutating func commit(
        on connection: Connection, _ repeaters: IngestRepeaters, expectsDuplicates: Bool
    ) throws -> ([Outcome], Stored) {
        let (devices, patients) = try readWhoIsWho(on: connection)
        let bound = submissions.enumerated().map { bind($1, $0, devices, patients) }
        var repeated = Repeated()
        try leaveOutBuried(&rows, &repeated, on: connection)
        rows.sort()
        let alarms = try IngestAlarms(of: wards, today: today, on: connection)
        let (new, changes): ([IngestRows.Row], IngestAlarms.Changes)
        if expectsDuplicates || repeaters.expectDuplicates(in: rows.all) {
            let stored = try connection.pipeline { write(Self.insertion + Self.skippingDuplicates, &$0) }[0]
            let split = try rows.split(stored: stored)
            new = try split.stored + settle(split.others, &repeated, on: connection)
            changes = alarms.pass(IngestRows(new).inOrder)
            try connection.pipeline { try finish(new, changes, &$0) }
        } else {
            (new, changes) = (rows.all, alarms.pass(rows.all))
            try connection.pipeline {
                write(Self.insertion, &$0)
                try finish(new, changes, &$0)
            }
        }
        repeaters.learn(rows.all, repeated)
        let outcomes = bound.enumerated().map { index, outcome in
            outcome.map { bound in
                let rules = bound.wearer.flatMap { wearer in
                    submissions[index].state?.rulesVersion.flatMap { alarms.rules(of: wearer, unless: $0) }
                }
                return Receipt(
                    patients: bound.patients, duplicates: repeated.duplicates[index, default: 0], conflicts: repeated.conflicts[index, default: []],
                    moved: moved[index, default: [:]].merging(repeated.moved[index, default: [:]]) { $1 }, rules: rules,
                    cuffMilliseconds: bound.wearer.flatMap(alarms.cuffMilliseconds(of:)))
            }
        }
        let accepted = outcomes.count { if case .success = $0 { true } else { false } }
        return (outcomes, Stored(reports: accepted, readings: new.count, alerts: changes.tally))
    }

    /// The devices that report, and the patients for whom people enter values.
    private mutating func readWhoIsWho(on connection: Connection) throws -> ([DeviceID: KnownDevice], [PatientID: KnownPatient]) {
        let ids = Set(submissions.compactMap(\.origin.device))
        let entered = Set(submissions.compactMap(\.origin.patient))
        let earliest = submissions.lazy.map {
            let earliest = IngestReports.earliest($0) ?? $0.readings.reduce($0.receivedAt) { min($0, $1.measuredAt) }
            return min(earliest, $0.state?.trace?.endedAt ?? earliest)
        }.min()
        let reports = reports
        let results = try connection.pipeline {
            $0.query("BEGIN")
            // Nobody moves a device to another patient, or discharges one, between this reading and the commit.
            $0.query("SELECT pg_advisory_xact_lock_shared($1)", [AdvisoryLock.assignments])
            $0.query(
                """
                SELECT d.id, \(Database.keyHashes), a.patient_id, p.ward_id, p.discharged_at IS NOT NULL, lower(a.during),
                    nullif(upper(a.during), 'infinity'), \(ClockOffset.columns("s")),
                    (SELECT max(t.measured_at) FROM reading_tombstones t WHERE t.patient_id = a.patient_id)
                FROM devices d LEFT JOIN device_state s ON s.device_id = d.id
                LEFT JOIN device_assignment a ON a.device_id = d.id AND a.during && tstzrange($2, NULL)
                LEFT JOIN patients p ON p.id = a.patient_id
                WHERE d.id = ANY ($1) AND d.retired_at IS NULL
                """, [Array(ids), (earliest ?? Instant(milliseconds: 0)).advanced(bySeconds: -Report.maximumFutureSeconds).timestamp])
            if !entered.isEmpty {
                $0.query(
                    """
                    SELECT id, ward_id, admitted_at, discharged_at, (SELECT max(t.measured_at) FROM reading_tombstones t WHERE t.patient_id = p.id)
                    FROM patients p WHERE id = ANY ($1)
                    """, [Array(entered)])
            }
            reports.read(into: &$0)
        }
        let (ofPatients, ofReports) = (results.dropFirst(3).prefix(entered.isEmpty ? 0 : 1), results.dropFirst(entered.isEmpty ? 3 : 4))
        try self.reports.take(ofReports)
        var known: [DeviceID: KnownDevice] = [:]
        for row in results[2] {
            let id: DeviceID = try row[0]
            let hashes: Bytes? = try row[1]
            var device = try known[id] ?? KnownDevice(keyHashes: hashes?.bytes, offset: ClockOffset(row, from: 7))
            if let patient: PatientID = try row[2] {
                let upper: Timestamp? = try row[6]
                device.assignments.append(
                    .init(
                        patient: patient,
                        known: KnownPatient(ward: try row[3], isDischarged: try row[4], newestTombstone: try KnownPatient.instant(row[17])),
                        from: Instant(try row[5]), to: upper.map(Instant.init) ?? Instant(milliseconds: .max)))
            }
            known[id] = device
        }
        let patients = try ofPatients.joined().map { row in
            (try row[0] as PatientID, try KnownPatient(ward: row[1], admittedAt: row[2], dischargedAt: row[3], newestTombstone: row[4]))
        }
        return (known, Dictionary(uniqueKeysWithValues: patients))
    }

    /// Finds the patient of each reading; keeps what is to be stored.
    private mutating func bind(
        _ sent: Submission, _ index: Int, _ devices: [DeviceID: KnownDevice], _ known: [PatientID: KnownPatient]
    ) -> Swift.Result<Bound, IngestError> {
        var submission = sent
        /// When the first of the same reports arrived, if this is another one.
        var first: Instant?
        let wearers: [(patient: PatientID, known: KnownPatient)?]
        let instants: [Instant]
        var isInDoubt = false
        var wearer: (patient: PatientID, known: KnownPatient)?
        switch submission.origin {
        case .device(let key):
            guard let device = devices[key.device], let hashes = device.keyHashes, key.matches(hashes: hashes) else {
                return .failure(.unauthenticated)
            }
            first = reports.first(of: sent)
            if let first { submission = sent.dated(from: first) }
            (instants, isInDoubt) = seen.add(submission, of: key.device, known: device.offset)
            wearers = instants.map { device.wearer(at: $0) }
            wearer = device.wearer(at: submission.receivedAt)
            traces.add(sent, of: key.device, known: device.offset) { device.wearer(at: $0)?.patient }
        case .relayed(let id, let scope):
            guard let device = devices[id], device.assignments.contains(where: { $0.known.exists(for: scope) }) else {
                return .failure(.unknownDevice)
            }
            first = reports.first(of: sent)
            if let first { submission = sent.dated(from: first) }
            func visible(at instant: Instant) -> (patient: PatientID, known: KnownPatient)? {
                device.wearer(at: instant).flatMap { $0.known.exists(for: scope) ? $0 : nil }
            }
            var offset = device.offset
            offset.observe(submission)
            instants = submission.effectiveInstants(offset)
            wearers = instants.map { visible(at: $0) }
            wearer = visible(at: submission.receivedAt)
            traces.add(sent, of: id, known: device.offset) { visible(at: $0)?.patient }
        case .entered(let patient, let scope):
            guard let patientNow = known[patient], patientNow.exists(for: scope) else { return .failure(.unknownPatient) }
            instants = submission.effectiveInstants(ClockOffset())
            wearers = submission.readings.map {
                ManualEntry.allows(
                    $0.measuredAt, admittedAt: patientNow.admittedAt, dischargedAt: patientNow.dischargedAt, receivedAt: submission.receivedAt)
                    ? (patient, patientNow) : nil
            }
        }
        guard submission.readings.isEmpty || wearers.contains(where: { $0 != nil }) else {
            return .failure(submission.origin.patient == nil ? .unassigned : .outsideStay)
        }
        if first == nil { reports.add(sent) }
        /// The values of a vital that came without a time, and how much later than the first each is taken to have been measured.
        var untimed: [Vital: [Double: Int64]] = [:]
        for (position, wearer) in wearers.enumerated() {
            guard let wearer else { continue }
            let reading = submission.readings[position]
            let isUntimed = reading.measuredAt == first ?? submission.receivedAt
            var row = IngestRows.Row(
                patient: wearer.patient, reading: reading, device: submission.origin.device ?? 0, author: submission.origin.person?.user,
                receivedAt: submission.receivedAt, submission: index, position: position, isUntimed: isUntimed, effectiveAt: instants[position])
            row.isInDoubt = isInDoubt
            row.isRepetition = first != nil
            if row.isRepetition, reading.isDatedByServer { moved[index, default: [:]][position] = reading.measuredAt }
            if isUntimed {
                let later = untimed[reading.vital]?[reading.value] ?? Int64(untimed[reading.vital]?.count ?? 0)
                untimed[reading.vital, default: [:]][reading.value] = later
                if later > 0 {
                    row.move(byMilliseconds: later)
                    moved[index, default: [:]][position] = row.reading.measuredAt
                }
            }
            if let newest = wearer.known.newestTombstone, row.reading.measuredAt <= newest { row.mayBeBuried = true }
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

    static let insertion = """
        INSERT INTO readings (patient_id, vital, measured_at, device_id, value, received_at, entered_by, effective_at)
        SELECT * FROM unnest($1::integer[], $2::smallint[], $3::timestamptz[], $4::integer[], $5::float8[],
            $6::timestamptz[], $7::integer[], $8::timestamptz[])
        """
    static let skippingDuplicates = " ON CONFLICT DO NOTHING RETURNING patient_id, vital, measured_at, device_id"

    private func write(_ insertion: String, _ pipeline: inout Pipeline) {
        pipeline.query(insertion, rows.columns)
        seen.write(&pipeline)
        reports.write(&pipeline)
        traces.write(&pipeline)  // before the alerts, which say whether they have one
    }

    /// - Parameter rows: those that are stored.
    private func finish(_ rows: [IngestRows.Row], _ changes: IngestAlarms.Changes, _ pipeline: inout Pipeline) throws {
        changes.write(into: &pipeline)
        traces.tell(&pipeline)
        try IngestAudit(rows, of: submissions).write(&pipeline)
        pipeline.query("COMMIT")
    }
}
