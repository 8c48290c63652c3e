import Clinical
import Postgres

/// The strips of the signal that came with a batch's reports, each for the patient who wore the device then. Where nobody did, there is no alert for it.
struct IngestTraces {
    /// A device that sends more an hour is broken: those are not kept.
    static let hourlyLimit = 60

    private struct Row {
        let patient: PatientID
        let device: DeviceID
        let receivedAt: Instant
        let trace: SignalTrace
    }
    private var rows: [Row] = []

    /// - Parameters:
    ///   - known: what the database knows of the device's clock.
    ///   - wearer: who wore the device at an instant.
    mutating func add(_ submission: Submission, of device: DeviceID, known: ClockOffset, wearer: (Instant) -> PatientID?) {
        guard let trace = submission.state?.trace else { return }
        var offset = known
        offset.observe(submission)
        // Dated as a reading of that second is.
        let last = Reading(vital: .heartRate, value: 0, measuredAt: trace.endedAt, isDatedByServer: trace.isDatedByServer)
        let effective = offset.instants([last], clock: submission.state?.clock, receivedAt: submission.receivedAt)[0]
        guard let patient = wearer(effective) else { return }
        rows.append(Row(patient: patient, device: device, receivedAt: submission.receivedAt, trace: trace))
    }

    func write(_ pipeline: inout Pipeline) {
        if rows.isEmpty { return }
        // Two reports of a device with the same strip, the second because the first seemed lost, differ by the way where the server dates them.
        pipeline.query(
            """
            INSERT INTO signal_traces (patient_id, device_id, ended_at, received_at, begun, ended, rate_hz, step, differences)
            SELECT n.patient_id, n.device_id, n.ended_at, n.received_at, n.begun::text[], n.ended::text[], n.rate_hz, n.step, n.differences
            FROM unnest($1::integer[], $2::integer[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::text[], $7::float8[], $8::integer[], $9::bytea[])
                AS n (patient_id, device_id, ended_at, received_at, begun, ended, rate_hz, step, differences)
            WHERE (SELECT count(*) FROM signal_traces o WHERE o.device_id = n.device_id AND o.received_at > n.received_at - interval '1 hour') < $10
                AND NOT EXISTS (SELECT FROM signal_traces o WHERE o.device_id = n.device_id AND o.received_at > n.received_at - interval '1 hour'
                    AND o.differences = n.differences AND abs(extract(epoch FROM o.ended_at - n.ended_at)) < 60)
            ON CONFLICT DO NOTHING
            """,
            [
                rows.map { Int32($0.patient) }, rows.map { Int32($0.device) }, rows.map(\.trace.endedAt.timestamp),
                rows.map(\.receivedAt.timestamp), rows.map { Self.array($0.trace.begun) }, rows.map { Self.array($0.trace.ended) },
                rows.map(\.trace.rateHz), rows.map { Int32($0.trace.step) },
                rows.map { Bytes($0.trace.differences.map { UInt8(bitPattern: $0) }) }, Self.hourlyLimit,
            ])
    }

    /// Screens learn that an alert, raised by an earlier transaction, has a strip now.
    func tell(_ pipeline: inout Pipeline) {
        if rows.isEmpty { return }
        pipeline.query(
            """
            UPDATE alerts a SET version = a.version
            FROM unnest($1::integer[], $2::timestamptz[], $3::integer[], $4::timestamptz[]) AS n (patient_id, ended_at, device_id, received_at)
            WHERE a.patient_id = n.patient_id AND a.raised_at < now()
                AND a.measured_at <= n.ended_at + interval '10 s' AND coalesce(a.ended_at, 'infinity') >= n.ended_at - interval '45 s'
                AND EXISTS (SELECT FROM traces_of(a) t
                    WHERE (t.ended_at, t.device_id, t.received_at) = (n.ended_at, n.device_id, n.received_at))
            """,
            [
                rows.map { Int32($0.patient) }, rows.map(\.trace.endedAt.timestamp), rows.map { Int32($0.device) },
                rows.map(\.receivedAt.timestamp),
            ])
    }

    /// Our own words, which need no quotes.
    private static func array(_ causes: [SignalTrace.Cause]) -> String { "{\(causes.map(\.rawValue).joined(separator: ","))}" }
}
