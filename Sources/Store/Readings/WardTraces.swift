import Clinical
import Postgres

extension Database {
    /// What everybody in a ward measured since then, by patient and vital, oldest first, in one go for a screen's traces. Vitals of letters have
    /// no trace. Nil where the caller sees no such ward.
    ///
    /// - Parameters:
    ///   - from: at most a day ago.
    ///   - limit: of each patient and vital; the newest.
    public func traces(ward: WardID, from: Instant, limit: Int, _ scope: Scope) throws -> [PatientID: [Vital: [Reading]]]? {
        guard scope.sees(ward: ward) else { return nil }
        return try pool.with { connection in
            let results = try connection.pipeline {
                $0.query("SELECT FROM wards WHERE id = $1", [ward])
                $0.planForItsParameters()
                $0.query(
                    """
                    SELECT l.patient_id, l.vital, r.at, r.value
                    FROM (
                        SELECT DISTINCT l.patient_id, l.vital FROM latest_readings l JOIN patients p ON p.id = l.patient_id
                        WHERE p.ward_id = $1 AND p.discharged_at IS NULL AND l.vital = ANY ($2)
                    ) AS l
                    CROSS JOIN LATERAL (
                        \(EffectiveReadings.query(
                            patient: "l.patient_id", vital: "l.vital", from: "$3::timestamptz", to: "$4::timestamptz", .descending, limit: "$5"))
                    ) AS r
                    ORDER BY l.patient_id, l.vital, r.at
                    """,
                    [
                        ward, Vital.allCases.filter { $0.properties.letters == nil }.map(\.code), from.timestamp,
                        from.advanced(bySeconds: 2 * 86_400).timestamp, limit,
                    ])
            }
            if results[0].isEmpty { return nil }
            var traces: [PatientID: [Vital: [Reading]]] = [:]
            for row in results[2] {
                guard let vital = Vital(code: try row[1]) else { continue }
                traces[try row[0], default: [:]][vital, default: []]
                    .append(Reading(vital: vital, value: try row[3], measuredAt: Instant(try row[2])))
            }
            return traces
        }
    }

    /// The newest reading of each vital of everybody in a ward. Nil where the caller sees no such ward.
    public func latestReadings(ward: WardID, _ scope: Scope) throws -> [PatientID: [Reading]]? {
        guard scope.sees(ward: ward) else { return nil }
        return try pool.with { connection in
            let results = try connection.pipeline {
                $0.query("SELECT FROM wards WHERE id = $1", [ward])
                $0.query(
                    """
                    SELECT DISTINCT ON (l.patient_id, l.vital) l.patient_id, l.vital, l.value, l.ordered_at, l.device_id
                    FROM latest_readings l JOIN patients p ON p.id = l.patient_id
                    WHERE p.ward_id = $1 AND p.discharged_at IS NULL ORDER BY l.patient_id, l.vital, l.ordered_at DESC, l.measured_at DESC
                    """, [ward])
            }
            if results[0].isEmpty { return nil }
            return try results[1].reduce(into: [:]) { latest, row in
                if let reading = try Self.latest(row, from: 1) { latest[try row[0], default: []].append(reading) }
            }
        }
    }
}
