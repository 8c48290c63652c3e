import Clinical
import Postgres

/// A strip of the signal as the wire carries it, beside its alert.
public struct StoredTrace: Codable, Sendable, Hashable {
    public var device: DeviceID
    public var deviceName: String
    /// What was raised or grew worse at its end, and what ended.
    public var begun: [String]
    public var ended: [String]
    public var from: Instant
    public var to: Instant
    public var rateHz: Double
    /// Infrared light in percent of the strip's mean level, from that level, oldest first; nil: missing. More blood is less light.
    public var points: [Double?]

    enum CodingKeys: String, CodingKey {
        case device = "dispositif"
        case deviceName = "nom"
        case begun = "levees"
        case ended = "terminees"
        case from = "debut"
        case to = "fin"
        case rateHz = "cadence"
        case points
    }
}

enum SignalTraces {
    /// So many strips of an alert are shown: its first ones.
    static let shown = 8

    /// Of those that fit no alert, a day after they came. Those of the days before were looked at then.
    static let removal = """
        DELETE FROM signal_traces t WHERE t.received_at BETWEEN now() - interval '9 days' AND now() - interval '1 day'
            AND NOT EXISTS (SELECT FROM alerts a JOIN LATERAL traces_of(a) f ON (f.ended_at, f.device_id) = (t.ended_at, t.device_id)
                WHERE a.patient_id = t.patient_id AND a.measured_at <= t.ended_at + interval '10 s'
                    AND coalesce(a.ended_at, 'infinity') >= t.ended_at - interval '45 s')
        """
}

extension Database {
    /// The strips of an alert, oldest first; none where the caller sees no such alert.
    public func traces(of alert: Int, _ scope: Scope) throws -> [StoredTrace] {
        try pool.with {
            try $0.query(
                """
                SELECT t.device_id, d.name, t.begun, t.ended, t.ended_at, t.rate_hz, t.step, t.differences
                FROM \(Self.alertTables) JOIN LATERAL traces_of(a) t ON true JOIN devices d ON d.id = t.device_id
                WHERE a.id = $1 AND \(Self.visibleAlert(wards: 2)) ORDER BY t.ended_at, t.device_id LIMIT $3
                """, [alert, scope.wards, SignalTraces.shown]
            ).map { row in
                let (rate, bytes): (Double, Bytes) = (try row[5], try row[7])
                let differences = bytes.bytes.map { Int8(bitPattern: $0) }
                let to = Instant(try row[4])
                return StoredTrace(
                    device: try row[0], deviceName: try row[1], begun: try row[2], ended: try row[3],
                    from: to.advanced(bySeconds: -Double(differences.count - 1) / rate), to: to, rateHz: rate,
                    points: SignalTrace.points(differences: differences, step: try row[6]))
            }
        }
    }
}
