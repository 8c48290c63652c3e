import Access
import Clinical
import Postgres

/// The recent reports with readings that the server dated. The same report again, as a device sends it that was not told whether the first one was
/// stored, gets the instants of the first: its readings then have the same identities.
///
/// A report is the same when device, `demarrage`, `sequence` and all its readings with their ages are. Another report under the same counters, as
/// of a device that counts from the beginning again, is dated by its own arrival and takes the place of the first. Reports whose readings all
/// have timestamps are not looked at.
struct IngestReports {
    /// Of each device.
    static let kept = 16
    static let keptSeconds = 86_400.0

    private struct Key: Hashable, Comparable {
        let device: DeviceID
        let boot: Int
        let sequence: Int

        static func < (a: Key, b: Key) -> Bool { (a.device, a.boot, a.sequence) < (b.device, b.boot, b.sequence) }
    }
    private struct First {
        let receivedAt: Instant
        let digest: [UInt8]
    }
    /// What the batch asks for.
    private let asked: Set<Key>
    /// What the database knows of it, and what the batch adds.
    private var known: [Key: First] = [:]
    private var new: Set<Key> = []

    init(of submissions: [Submission]) { asked = Set(submissions.compactMap(Self.key)) }

    /// Nil: no reading of it was dated by the server, or its device does not count.
    private static func key(_ submission: Submission) -> Key? {
        guard let state = submission.state, let boot = state.boot, let sequence = state.sequence, let device = submission.origin.device,
            submission.readings.contains(where: \.isDatedByServer)
        else { return nil }
        return Key(device: device, boot: boot, sequence: sequence)
    }

    private var devices: [Int32] { Set(asked.map(\.device)).sorted().map { Int32($0) } }

    /// The earliest instant that a reading of the submission can get; nil: those that it has.
    static func earliest(_ submission: Submission) -> Instant? {
        key(submission) == nil ? nil : submission.readings.map(\.measuredAt).min()?.advanced(bySeconds: -keptSeconds)
    }

    // MARK: Reading

    /// Adds two statements, or none. The first one lets two processes with reports of one device take turns until the commit, in the order of the
    /// devices, so that no two wait for each other; the second one then sees what the other has committed.
    func read(into pipeline: inout Pipeline) {
        if asked.isEmpty { return }
        let keys = asked.sorted()
        pipeline.query(
            "SELECT pg_advisory_xact_lock($2, id) FROM unnest($1::integer[]) AS id", [devices, AdvisoryLock.reports])
        pipeline.query(
            """
            SELECT device_id, boot, sequence, received_at, digest FROM recent_reports
            JOIN unnest($1::integer[], $2::bigint[], $3::bigint[]) AS n (device_id, boot, sequence) USING (device_id, boot, sequence)
            WHERE received_at > now() - $4 * interval '1 s'
            """, [keys.map { Int32($0.device) }, keys.map(\.boot), keys.map(\.sequence), Self.keptSeconds])
    }

    /// - Parameter results: of what `read` added, in its order.
    mutating func take(_ results: some BidirectionalCollection<Result>) throws {
        guard !asked.isEmpty, let rows = results.last else { return }
        for row in rows {
            let digest: Bytes = try row[4]
            known[Key(device: try row[0], boot: try row[1], sequence: try row[2])] = First(receivedAt: Instant(try row[3]), digest: digest.bytes)
        }
    }

    // MARK: Dating

    /// When the first of the same reports arrived; nil: this is the first, or it is of those that are not looked at.
    func first(of submission: Submission) -> Instant? {
        guard let key = Self.key(submission), let first = known[key], first.digest == submission.digest else { return nil }
        return first.receivedAt
    }

    /// A report that is stored, and was not before.
    mutating func add(_ submission: Submission) {
        guard let key = Self.key(submission) else { return }
        known[key] = First(receivedAt: submission.receivedAt, digest: submission.digest)
        new.insert(key)
    }

    // MARK: Writing

    func write(_ pipeline: inout Pipeline) {
        if new.isEmpty { return }
        let reports = new.sorted().compactMap { key in known[key].map { (key: key, first: $0) } }
        pipeline.query(
            """
            INSERT INTO recent_reports (device_id, boot, sequence, received_at, digest)
            SELECT * FROM unnest($1::integer[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::bytea[])
            ON CONFLICT (device_id, boot, sequence) DO UPDATE SET received_at = excluded.received_at, digest = excluded.digest
            """,
            [
                reports.map { Int32($0.key.device) }, reports.map(\.key.boot), reports.map(\.key.sequence),
                reports.map(\.first.receivedAt.timestamp), reports.map { Bytes($0.first.digest) },
            ])
        pipeline.query(
            """
            DELETE FROM recent_reports r USING unnest($1::integer[]) AS n (device_id)
            WHERE r.device_id = n.device_id AND (r.received_at, r.boot, r.sequence) <= (
                SELECT received_at, boot, sequence FROM recent_reports o WHERE o.device_id = n.device_id
                ORDER BY received_at DESC, boot DESC, sequence DESC OFFSET $2 LIMIT 1)
            """, [devices, Self.kept])
    }
}

extension Submission {
    /// The same for the same report: SHA-256 of its readings, in their order, each with its timestamp or its age.
    fileprivate var digest: [UInt8] {
        var bytes: [UInt8] = []
        func append(_ number: UInt64) { Swift.withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) } }
        for reading in readings {
            append(UInt64(bitPattern: Int64(reading.vital.code)))
            append(reading.value.bitPattern)
            append(reading.isDatedByServer ? 1 : 0)
            let time = reading.isDatedByServer ? receivedAt.milliseconds - reading.measuredAt.milliseconds : reading.measuredAt.milliseconds
            append(UInt64(bitPattern: time))
        }
        return sha256(bytes)
    }

    /// With the readings that the server dates as old as they were for somebody who received it at `first`.
    func dated(from first: Instant) -> Submission {
        var dated = self
        let later = receivedAt.milliseconds - first.milliseconds
        for position in readings.indices where readings[position].isDatedByServer {
            dated.readings[position].measuredAt = Instant(milliseconds: readings[position].measuredAt.milliseconds - later)
        }
        return dated
    }
}
