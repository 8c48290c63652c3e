import Clinical
import Postgres

/// What a patient's alarms asked of the ward on one day of the hospital, for the handover sheet.
public struct AlarmLoad: Sendable, Hashable {
    /// `2026-11-22`.
    public var day: String
    /// Raised on that day.
    public var alerts: [Severity: Int]
    /// How long alerts were open on that day, whenever they were raised, added up: two at once count twice.
    public var openSeconds: Double
    /// From raising to the first acknowledgement, of those raised on that day; half of them took no longer. Nil: none was acknowledged.
    public var acknowledgementSeconds: Double?
}

extension Database {
    /// Each day of the span, oldest first, also without alerts. Empty where the caller sees no such patient.
    /// - Parameter zone: the IANA name of the time zone whose days are counted. A day has 23 or 25 hours where its clocks change.
    public func alarmLoad(_ patient: PatientID, _ span: Range<Instant>, zone: String = "UTC", _ scope: Scope) throws -> [AlarmLoad] {
        try pool.with {
            try $0.query(
                """
                WITH days AS (
                    SELECT day, greatest(day AT TIME ZONE $5::text, $2) AS begins, least((day + interval '1 day') AT TIME ZONE $5::text, $3) AS ends
                    FROM generate_series(
                        date_trunc('day', $2::timestamptz AT TIME ZONE $5::text), ($3::timestamptz - interval '1 microsecond') AT TIME ZONE $5::text,
                        interval '1 day') AS day
                    WHERE EXISTS (SELECT FROM patients p WHERE p.id = $1 AND \(Scope.visible("p", wards: 4)))
                ), shown AS (
                    -- Open as an Alert is: an error also until somebody has acknowledged it.
                    SELECT raised_at, severity, first_acknowledged_at, greatest(raised_at, coalesce(ended_at, now()),
                        CASE severity WHEN 'error' THEN coalesce(acknowledged_at, now()) END) AS closed_at
                    FROM alerts a WHERE patient_id = $1 AND raised_at < $3 AND \(Self.isAlarm)
                )
                SELECT to_char(d.day, 'YYYY-MM-DD'),
                    count(*) FILTER (WHERE s.raised_at >= d.begins AND s.severity = 'error'),
                    count(*) FILTER (WHERE s.raised_at >= d.begins AND s.severity = 'warning'),
                    count(*) FILTER (WHERE s.raised_at >= d.begins AND s.severity = 'info'),
                    coalesce(sum(extract(epoch FROM least(s.closed_at, d.ends) - greatest(s.raised_at, d.begins)))
                        FILTER (WHERE s.raised_at IS NOT NULL), 0)::float8,
                    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM s.first_acknowledged_at - s.raised_at)::float8)
                        FILTER (WHERE s.raised_at >= d.begins)
                FROM days d LEFT JOIN shown s ON s.raised_at < d.ends AND s.closed_at >= d.begins
                GROUP BY d.day ORDER BY d.day
                """, [patient, span.lowerBound.timestamp, span.upperBound.timestamp, scope.wards, zone]
            ).map {
                AlarmLoad(
                    day: try $0[0], alerts: [.error: try $0[1], .warning: try $0[2], .info: try $0[3]], openSeconds: try $0[4],
                    acknowledgementSeconds: try $0[5])
            }
        }
    }
}

extension AlarmLoad: Encodable {
    enum CodingKeys: String, CodingKey { case jour, alertes, par_gravite, duree_s, acquittement_p50_s }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(day, forKey: .jour)
        try container.encode(alerts.values.reduce(0, +), forKey: .alertes)
        try container.encode(Dictionary(uniqueKeysWithValues: alerts.map { ($0.rawValue, $1) }), forKey: .par_gravite)
        try container.encode(openSeconds, forKey: .duree_s)
        try container.encode(acknowledgementSeconds, forKey: .acquittement_p50_s)
    }
}
