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
        var clockOffsetMilliseconds: Int?
    }
    private var devices: [DeviceID: Device] = [:]

    mutating func add(_ submission: Submission, of id: DeviceID) {
        devices[id, default: Device()].add(submission)
    }

    /// Between two reports. A device that was silent for long, or sends what it kept, does not show its period.
    private static let gap = "date_part('epoch', excluded.last_seen_at - s.last_seen_at)"

    func write(_ pipeline: inout Pipeline) {
        let devices = devices.sorted { $0.key < $1.key }  // in the order of the key: two writers never wait crosswise
        pipeline.query(
            """
            INSERT INTO device_state AS s (device_id, last_seen_at, live_at, battery, rssi, firmware, boot, sequence, detached, clock_offset_ms, status)
            SELECT device_id, seen_at, live_at, battery, rssi, firmware, boot, sequence,
                -- Where no report tells the state, it stays.
                coalesce(n.detached::smallint[], (SELECT o.detached FROM device_state o WHERE o.device_id = n.device_id), '{}'),
                clock_offset_ms, 'actif'
            FROM unnest($1::integer[], $2::timestamptz[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[], $8::text[],
                $9::bigint[], $10::timestamptz[]) AS n (device_id, seen_at, battery, rssi, firmware, boot, sequence, detached, clock_offset_ms, live_at)
            ON CONFLICT (device_id) DO UPDATE SET
                last_seen_at = greatest(s.last_seen_at, excluded.last_seen_at), live_at = greatest(s.live_at, excluded.live_at),
                period_seconds = CASE WHEN \(Self.gap) BETWEEN 0.2 AND 60 THEN 0.8 * coalesce(s.period_seconds, \(Self.gap)) + 0.2 * \(Self.gap)
                    ELSE s.period_seconds END,
                battery = coalesce(excluded.battery, s.battery), rssi = coalesce(excluded.rssi, s.rssi),
                firmware = coalesce(excluded.firmware, s.firmware), boot = coalesce(excluded.boot, s.boot),
                sequence = coalesce(excluded.sequence, s.sequence), detached = excluded.detached,
                clock_offset_ms = coalesce(excluded.clock_offset_ms, s.clock_offset_ms),
                status = CASE s.status WHEN 'inconnu' THEN excluded.status ELSE s.status END
            """,
            [
                devices.map { Int32($0.key) }, devices.map(\.value.seenAt.timestamp), devices.map(\.value.state.battery),
                devices.map(\.value.state.rssi), devices.map(\.value.state.firmware), devices.map(\.value.state.boot),
                devices.map(\.value.state.sequence),
                devices.map { $0.value.detached.map { "{\($0.map { "\($0.code)" }.joined(separator: ","))}" } },
                devices.map(\.value.clockOffsetMilliseconds), devices.map { $0.value.liveAt?.timestamp },
            ])
    }
}

extension IngestDevices.Device {
    mutating func add(_ submission: Submission) {
        seenAt = max(seenAt, submission.receivedAt)
        if submission.isLive { liveAt = max(liveAt ?? seenAt, submission.receivedAt) }
        clockOffsetMilliseconds = submission.clockOffsetMilliseconds ?? clockOffsetMilliseconds
        guard let new = submission.state else { return }
        state.battery = new.battery ?? state.battery
        state.rssi = new.rssi ?? state.rssi
        state.firmware = new.firmware ?? state.firmware
        state.boot = new.boot ?? state.boot
        state.sequence = new.sequence ?? state.sequence
        detached = new.detached ?? []
    }
}
