import Clinical
import Postgres

/// How quickly alarms came, and how many the wards had.
public struct AlarmStatistics: Sendable {
    /// From the measurement to the alert, of alerts that readings raised. Without any there is nothing to say.
    public struct Delay: Sendable, Hashable {
        public var count: Int
        public var p50Milliseconds: Double?
        public var p99Milliseconds: Double?

        public init(count: Int, p50Milliseconds: Double?, p99Milliseconds: Double?) {
            (self.count, self.p50Milliseconds, self.p99Milliseconds) = (count, p50Milliseconds, p99Milliseconds)
        }
    }
    public struct Load: Sendable, Hashable {
        public var ward: WardID
        public var name: String
        /// How long its patients have worn devices, together.
        public var patientDays: Double
        public var alerts: Int
    }

    public var span: Range<Instant>
    public var delay: Delay
    /// Hours without an alert are left out.
    public var hours: [(hour: Instant, delay: Delay)]
    public var load: [Load]
}

extension Database {
    /// Of the whole hospital: who may ask is no question of wards. What the wards' patients had counts where they lie now.
    public func alarmMeasures(_ span: Range<Instant>) throws -> AlarmStatistics {
        try pool.with { connection in
            let span: (range: Range<Instant>, values: [any PostgresEncodable]) = (
                span, [span.lowerBound.timestamp, span.upperBound.timestamp]
            )
            let results = try connection.pipeline {
                $0.query(
                    """
                    SELECT hour, count(*), percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (ORDER BY delay)
                    FROM (
                        SELECT date_bin('1 hour', raised_at, '1970-01-01Z') AS hour,
                            extract(epoch FROM raised_at - measured_at)::float8 * 1000 AS delay
                        FROM alerts WHERE vital IS NOT NULL AND raised_at >= $1 AND raised_at < $2
                    ) AS a
                    GROUP BY GROUPING SETS ((), (hour)) ORDER BY hour NULLS FIRST
                    """, span.values)
                $0.query(
                    """
                    WITH worn AS (
                        -- Two devices at once are one patient.
                        SELECT p.ward_id, range_agg(a.during * tstzrange($1, greatest($1, least($2, now())))) AS times
                        FROM device_assignment a JOIN patients p ON p.id = a.patient_id
                        WHERE a.during && tstzrange($1, greatest($1, least($2, now())))
                        GROUP BY p.id
                    ), days AS (
                        SELECT ward_id, sum(extract(epoch FROM upper(t) - lower(t))) / 86400 AS days
                        FROM worn CROSS JOIN unnest(times) AS t GROUP BY ward_id
                    ), raised AS (
                        SELECT coalesce(a.ward_id, p.ward_id) AS ward_id, count(*) AS alerts
                        FROM alerts a LEFT JOIN patients p ON p.id = a.patient_id
                        WHERE a.raised_at >= $1 AND a.raised_at < $2 AND \(Self.isAlarm) GROUP BY 1
                    )
                    SELECT w.id, w.name, coalesce(d.days, 0)::float8, coalesce(r.alerts, 0)
                    FROM wards w LEFT JOIN days d ON d.ward_id = w.id LEFT JOIN raised r ON r.ward_id = w.id
                    ORDER BY w.id
                    """, span.values)
            }
            func delay(_ row: Row) throws -> AlarmStatistics.Delay {
                let percentiles: [Double]? = try row[2]
                return AlarmStatistics.Delay(count: try row[1], p50Milliseconds: percentiles?[0], p99Milliseconds: percentiles?[1])
            }
            return AlarmStatistics(
                span: span.range, delay: try delay(results[0][0]),
                hours: try results[0].dropFirst().map { (Instant(try $0[0]), try delay($0)) },
                load: try results[1].map {
                    .init(ward: try $0[0], name: try $0[1], patientDays: try $0[2], alerts: try $0[3])
                })
        }
    }
}

// By hand: what there is nothing to say of is sent as null.
extension AlarmStatistics: Encodable {
    private enum Keys: String, CodingKey {
        case debut, fin, delai, par_heure, charge, heure, n, p50_ms, p99_ms, service, nom, patients_jours, alertes, par_patient_jour
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(span.lowerBound, forKey: .debut)
        try container.encode(span.upperBound, forKey: .fin)
        var whole = container.nestedContainer(keyedBy: Keys.self, forKey: .delai)
        try Self.encode(delay, into: &whole)
        var hourly = container.nestedUnkeyedContainer(forKey: .par_heure)
        for (hour, delay) in hours {
            var one = hourly.nestedContainer(keyedBy: Keys.self)
            try one.encode(hour, forKey: .heure)
            try Self.encode(delay, into: &one)
        }
        var wards = container.nestedUnkeyedContainer(forKey: .charge)
        for load in load {
            var one = wards.nestedContainer(keyedBy: Keys.self)
            try one.encode(load.ward, forKey: .service)
            try one.encode(load.name, forKey: .nom)
            try one.encode(load.patientDays, forKey: .patients_jours)
            try one.encode(load.alerts, forKey: .alertes)
            try one.encode(load.patientDays > 0 ? Double(load.alerts) / load.patientDays : nil, forKey: .par_patient_jour)
        }
    }

    private static func encode(_ delay: Delay, into container: inout KeyedEncodingContainer<Keys>) throws {
        try container.encode(delay.count, forKey: .n)
        try container.encode(delay.p50Milliseconds, forKey: .p50_ms)
        try container.encode(delay.p99Milliseconds, forKey: .p99_ms)
    }
}
