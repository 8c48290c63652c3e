import Clinical
import Postgres

/// What a batch's reports say of the devices that sent them: the last word on each point.
struct IngestDevices {
    fileprivate struct Device {
        var seenAt = Instant(milliseconds: 0)
        /// Nil: what it sent tells how the patient was, not how the patient is.
        var liveAt: Instant?
        var state = DeviceState()
        /// Nil: no report of the batch tells the device's state.
        var detached: [Vital]?
        var reasons: [Vital: MissingReason] = [:]
        /// When a report of the batch last gave motion as a reason.
        var movedAt: Instant?
        /// Nil: no report of the batch says it.
        var curve: SpO2Curve??
        var isInverted = false
        var clockOffsetMilliseconds: Int?
        var offset: ClockOffset

        init(_ offset: ClockOffset) { self.offset = offset }
    }
    private var devices: [DeviceID: Device] = [:]

    /// - Parameter known: what the database knows of its clock.
    /// - Returns: when each reading was measured, by the server's clock as far as that can be told, and `ClockOffset.isInDoubt`.
    mutating func add(_ submission: Submission, of id: DeviceID, known: ClockOffset) -> (instants: [Instant], isInDoubt: Bool) {
        let instants = devices[id, default: Device(known)].add(submission)
        return (instants, devices[id]?.offset.isInDoubt ?? false)
    }

    /// Between two reports. A device that was silent for long, or sends what it kept, does not show its period.
    private static let gap = "date_part('epoch', excluded.last_seen_at - s.last_seen_at)"

    func write(_ pipeline: inout Pipeline) {
        let devices = devices.sorted { $0.key < $1.key }  // in the order of the key: two writers never wait crosswise
        pipeline.query(
            """
            INSERT INTO device_state AS s (device_id, last_seen_at, live_at, battery, rssi, firmware, boot, sequence, detached, clock_offset_ms, status,
                clock_boot, clock_way_from, clock_way_ms, clock_way_before_ms, clock_later_ms, clock_ahead_ms, clock_ahead_at, clock_former_ms,
                clock_former_at, reasons, no_pulse_since, moved_at, leds_inverted, spo2_curve)
            SELECT device_id, seen_at, live_at, battery, rssi, firmware, boot, sequence,
                -- Where no report tells the state, it stays.
                coalesce(n.detached::smallint[], (SELECT o.detached FROM device_state o WHERE o.device_id = n.device_id), '{}'),
                clock_offset_ms, 'actif', clock_boot, way_from, way, way_before, later, ahead, ahead_at, former, former_at,
                coalesce(n.reasons::jsonb, (SELECT o.reasons FROM device_state o WHERE o.device_id = n.device_id), '{}'),
                CASE WHEN n.has_no_pulse THEN n.seen_at END, n.moved_at,
                coalesce(n.inverted, (SELECT o.leds_inverted FROM device_state o WHERE o.device_id = n.device_id), false),
                CASE WHEN n.says_curve THEN n.curve::double precision[]
                    ELSE (SELECT o.spo2_curve FROM device_state o WHERE o.device_id = n.device_id) END
            FROM unnest($1::integer[], $2::timestamptz[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[], $8::text[],
                $9::bigint[], $10::timestamptz[], $11::bigint[], $12::timestamptz[], $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[],
                $17::timestamptz[], $18::bigint[], $19::timestamptz[], $20::text[], $21::boolean[], $22::timestamptz[], $23::boolean[],
                $24::boolean[], $25::text[])
                AS n (device_id, seen_at, battery, rssi, firmware, boot, sequence, detached, clock_offset_ms, live_at,
                    clock_boot, way_from, way, way_before, later, ahead, ahead_at, former, former_at, reasons, has_no_pulse, moved_at, inverted,
                    says_curve, curve)
            ON CONFLICT (device_id) DO UPDATE SET
                last_seen_at = greatest(s.last_seen_at, excluded.last_seen_at), live_at = greatest(s.live_at, excluded.live_at),
                period_seconds = CASE WHEN \(Self.gap) BETWEEN 0.2 AND 60 THEN smoothed_period(s.period_seconds, \(Self.gap))
                    ELSE s.period_seconds END,
                battery = coalesce(excluded.battery, s.battery), rssi = coalesce(excluded.rssi, s.rssi),
                firmware = coalesce(excluded.firmware, s.firmware), boot = coalesce(excluded.boot, s.boot),
                sequence = coalesce(excluded.sequence, s.sequence), detached = excluded.detached,
                clock_offset_ms = coalesce(excluded.clock_offset_ms, s.clock_offset_ms),
                clock_boot = excluded.clock_boot, clock_way_from = excluded.clock_way_from, clock_way_ms = excluded.clock_way_ms,
                clock_way_before_ms = excluded.clock_way_before_ms, clock_later_ms = excluded.clock_later_ms,
                clock_ahead_ms = excluded.clock_ahead_ms, clock_ahead_at = excluded.clock_ahead_at,
                reasons = excluded.reasons, leds_inverted = excluded.leds_inverted, spo2_curve = excluded.spo2_curve,
                no_pulse_since = CASE WHEN excluded.reasons = s.reasons THEN s.no_pulse_since
                    WHEN excluded.no_pulse_since IS NOT NULL THEN coalesce(s.no_pulse_since, excluded.no_pulse_since) END,
                moved_at = greatest(s.moved_at, excluded.moved_at), clock_former_ms = excluded.clock_former_ms, clock_former_at = excluded.clock_former_at
            """,
            [
                devices.map { Int32($0.key) }, devices.map(\.value.seenAt.timestamp), devices.map(\.value.state.battery),
                devices.map(\.value.state.rssi), devices.map(\.value.state.firmware), devices.map(\.value.state.boot),
                devices.map(\.value.state.sequence),
                devices.map { $0.value.detached.map { "{\($0.map { "\($0.code)" }.joined(separator: ","))}" } },
                devices.map(\.value.clockOffsetMilliseconds), devices.map { $0.value.liveAt?.timestamp },
            ]
                + ClockOffset.arrays(devices.map(\.value.offset)) + [
                    devices.map { $0.value.detached == nil ? nil : $0.value.reasonsText },
                    devices.map { $0.value.reasons.values.contains(.noPulse) }, devices.map { $0.value.movedAt?.timestamp },
                    devices.map { $0.value.detached == nil ? nil : $0.value.isInverted }, devices.map { $0.value.curve != nil },
                    devices.map { device in device.value.curve.flatMap { $0 }.map { "{\($0.a),\($0.b),\($0.c)}" } },
                ])
    }
}

/// As `device_state` has it.
extension ClockOffset {
    static func columns(_ table: String) -> String {
        ["boot", "way_from", "way_ms", "way_before_ms", "later_ms", "ahead_ms", "ahead_at", "former_ms", "former_at"]
            .map { "\(table).clock_\($0)" }.joined(separator: ", ") + ", \(table).last_seen_at"
    }

    init(_ row: Row, from first: Int) throws {
        func number(_ column: Int) throws -> Int64? { (try row[first + column] as Int?).map(Int64.init) }
        func instant(_ column: Int) throws -> Instant? { (try row[first + column] as Timestamp?).map(Instant.init) }
        func seen(_ column: Int) throws -> Seen? {
            guard let difference = try number(column), let at = try instant(column + 1) else { return nil }
            return Seen(difference: difference, at: at)
        }
        var way: Window?
        if let begin = try instant(1), let least = try number(2) { way = Window(begin: begin, least: least, before: try number(3)) }
        self.init(
            boot: try row[first], way: way, later: try number(4), ahead: try seen(5), former: try seen(7),
            heardAt: try instant(9))
    }

    fileprivate static func arrays(_ offsets: [ClockOffset]) -> [any PostgresEncodable] {
        func numbers(_ number: (ClockOffset) -> Int64?) -> [Int?] { offsets.map { number($0).map(Int.init) } }
        func instants(_ instant: (ClockOffset) -> Instant?) -> [Timestamp?] { offsets.map { instant($0)?.timestamp } }
        return [
            offsets.map(\.boot), instants { $0.way?.begin }, numbers { $0.way?.least }, numbers { $0.way?.before }, numbers(\.later),
            numbers { $0.ahead?.difference }, instants { $0.ahead?.at }, numbers { $0.former?.difference }, instants { $0.former?.at },
        ]
    }

    mutating func observe(_ submission: Submission) {
        observe(
            clock: submission.state?.clock, boot: submission.state?.boot,
            newest: submission.readings.lazy.filter { !$0.isDatedByServer }.map(\.measuredAt).max(), receivedAt: submission.receivedAt)
    }
}

extension IngestDevices.Device {
    mutating func add(_ submission: Submission) -> [Instant] {
        offset.observe(submission)
        let instants = submission.effectiveInstants(offset)
        seenAt = max(seenAt, submission.receivedAt)
        if submission.isLive(instants) { liveAt = max(liveAt ?? seenAt, submission.receivedAt) }
        clockOffsetMilliseconds = submission.clockOffsetMilliseconds ?? clockOffsetMilliseconds
        guard let new = submission.state else { return instants }
        state.battery = new.battery ?? state.battery
        state.rssi = new.rssi ?? state.rssi
        state.firmware = new.firmware ?? state.firmware
        state.boot = new.boot ?? state.boot
        state.sequence = new.sequence ?? state.sequence
        reasons = new.reasons ?? [:]
        if reasons.values.contains(.motion) { movedAt = max(movedAt ?? submission.receivedAt, submission.receivedAt) }
        isInverted = new.isInverted ?? false
        // Devices say it beside what they lost, which they leave out of most reports.
        if new.dropped != nil { curve = .some(new.curve) }
        let off = Vital.allCases.filter { new.detached?.contains($0) == true || reasons[$0] == .sensorOff }
        detached = off
        return instants
    }

    /// As JSON, by wire name; both are this program's own words, which need no escapes.
    fileprivate var reasonsText: String {
        "{\(reasons.map { #""\#($0.key.rawValue)":"\#($0.value.rawValue)""# }.sorted().joined(separator: ","))}"
    }
}
