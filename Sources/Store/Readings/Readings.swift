import Clinical
import Postgres

/// A stored reading, named by its natural key.
public struct StoredReading: Sendable, Hashable {
    public struct Key: Sendable, Hashable {
        public var patient: PatientID
        public var vital: Vital
        public var measuredAt: Instant
        /// 0: entered by hand.
        public var device: DeviceID

        public init(patient: PatientID, vital: Vital, measuredAt: Instant, device: DeviceID) {
            (self.patient, self.vital, self.measuredAt, self.device) = (patient, vital, measuredAt, device)
        }
    }
    public var key: Key
    public var value: Double

    public init(key: Key, value: Double) {
        (self.key, self.value) = (key, value)
    }

    public var reading: Reading { Reading(vital: key.vital, value: value, measuredAt: key.measuredAt, source: ReadingSource(code: key.device)) }
}

extension StoredReading.Key {
    /// The opaque `id` on the wire.
    public var id: String { "\(patient).\(vital.code).\(measuredAt.milliseconds).\(device)" }

    /// Milliseconds that an instant on the wire can have: 1969 (with an offset) to somewhat after 9999. Anybody writes ids, and
    /// what lies beyond is more than PostgreSQL or arithmetic can take.
    private static let instants: ClosedRange<Int64> = -86_400_000...1 << 48

    public init?(id: String) {
        let parts = id.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, let patient = Int32(parts[0]), let code = Int16(parts[1]), let vital = Vital(code: code),
            let milliseconds = Int64(parts[2]), Self.instants.contains(milliseconds), let device = Int32(parts[3])
        else { return nil }
        self.init(
            patient: Int(patient), vital: vital, measuredAt: Instant(milliseconds: milliseconds), device: Int(device))
    }
}

extension StoredReading: Encodable {
    enum CodingKeys: String, CodingKey { case id, dispositif, patient, type_donnee }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(key.id, forKey: .id)
        try container.encode(key.device == 0 ? nil : key.device, forKey: .dispositif)
        try container.encode(key.patient, forKey: .patient)
        try container.encode(key.vital, forKey: .type_donnee)
        try WireValue(reading).encode(to: encoder)
    }
}

/// Which readings a list shows; nil: all.
public struct ReadingFilter: Sendable, Equatable {
    public var patient: PatientID?
    public var device: DeviceID?
    public var vital: Vital?
    /// From this instant on, and before that one.
    public var from: Instant?
    public var to: Instant?

    public init(
        patient: PatientID? = nil, device: DeviceID? = nil, vital: Vital? = nil, from: Instant? = nil, to: Instant? = nil
    ) {
        (self.patient, self.device, self.vital, self.from, self.to) = (patient, device, vital, from, to)
    }
}

extension Database {
    private static let columns = "r.patient_id, r.vital, r.measured_at, r.device_id, r.value"

    private func stored(_ row: Row) throws -> StoredReading? {
        guard let vital = Vital(code: try row[1]) else { return nil }  // of a newer version's registry
        return StoredReading(
            key: .init(patient: try row[0], vital: vital, measuredAt: Instant(try row[2]), device: try row[3]), value: try row[4])
    }

    /// Newest first. Looks into the primary key of a day's partition once for each patient and vital of the filter; into the newest days
    /// first, and into older ones while the page is not full: to plan for hundreds of days takes longer than to read a page.
    public func readings(
        _ scope: Scope, _ filter: ReadingFilter, _ page: Page<StoredReading.Key>
    ) throws -> [StoredReading] {
        try pool.with { connection in
            guard var from = try newest(scope, filter, page, on: connection) else { return [] }
            var to = filter.to
            var found: [StoredReading] = []
            for days in Self.searchedDays {
                from = max(days.map { from.advanced(bySeconds: -$0 * 86_400) } ?? Self.earliest, filter.from ?? Self.earliest)
                var rest = page
                rest.limit -= found.count
                found += try readings(scope, filter, rest, from: from, to: to, on: connection)
                if found.count >= page.limit || from <= filter.from ?? Self.earliest { break }
                to = from
            }
            return found
        }
    }

    /// How far back, step by step; nil: as far as there is anything.
    private static let searchedDays: [Double?] = [1, 8, 64, nil]
    /// Before any reading.
    private static let earliest = Instant(milliseconds: -1 << 40)

    /// About when the newest reading was measured that the page may show; nil: there is none.
    private func newest(
        _ scope: Scope, _ filter: ReadingFilter, _ page: Page<StoredReading.Key>, on connection: Connection
    ) throws -> Instant? {
        let newest: Timestamp? = try connection.query(
            """
            SELECT max(l.measured_at) FROM latest_readings l JOIN patients p ON p.id = l.patient_id
            WHERE \(Scope.visible("p", wards: 1)) AND ($2::bigint IS NULL OR l.patient_id = $2) AND ($3::smallint IS NULL OR l.vital = $3)
                AND \(Self.mayBeMeasured(byDevice: 4))
            """, [scope.wards, filter.patient, filter.vital?.code, filter.device])[0][0]
        return newest.map { min(Instant($0), filter.to ?? Instant($0), page.after?.measuredAt ?? Instant($0)) }
    }

    /// Whether a device may have measured the vital of a patient that a row `l` of `latest_readings` stands for: without this, a filter by device
    /// would read all that the others measured. One of those rows says so, or an assignment.
    ///
    /// - Parameter device: the number of the parameter, null for any device.
    private static func mayBeMeasured(byDevice device: Int) -> String {
        """
        ($\(device)::bigint IS NULL
            OR EXISTS (SELECT FROM latest_readings o WHERE (o.patient_id, o.vital, o.device_id) = (l.patient_id, l.vital, $\(device)::bigint::integer))
            OR EXISTS (SELECT FROM device_assignment a WHERE (a.patient_id, a.device_id) = (l.patient_id, $\(device)::bigint::integer)))
        """
    }

    /// A page of those of one stretch of time. Of a device: measured, by its own clock, at most a day before or after the patient wore it, so that
    /// what others measured before and afterwards is not read.
    private func readings(
        _ scope: Scope, _ filter: ReadingFilter, _ page: Page<StoredReading.Key>, from: Instant, to: Instant?, on connection: Connection
    ) throws -> [StoredReading] {
        let results = try connection.pipeline {
            $0.planForItsParameters()
            $0.query(
                """
                SELECT \(Self.columns)
                FROM latest_readings l JOIN patients p ON p.id = l.patient_id
                LEFT JOIN LATERAL (
                    SELECT min(lower(a.during)) - interval '1 day' AS began, max(coalesce(upper(a.during), 'infinity')) + interval '1 day' AS ended
                    FROM device_assignment a WHERE (a.patient_id, a.device_id) = (l.patient_id, $6::bigint::integer)
                ) worn ON $6 IS NOT NULL
                CROSS JOIN LATERAL (
                    SELECT * FROM readings r
                    WHERE r.patient_id = l.patient_id AND r.vital = l.vital
                        AND r.measured_at >= $4 AND r.measured_at < coalesce($5, 'infinity')
                        AND ($6::bigint IS NULL OR r.device_id = $6)
                        AND r.measured_at >= coalesce(worn.began, '-infinity') AND r.measured_at < coalesce(worn.ended, 'infinity')
                        AND ($7::timestamptz IS NULL OR r.measured_at <= $7)
                        AND ($7::timestamptz IS NULL
                            OR (r.measured_at, r.patient_id, r.vital, r.device_id) < ($7, $8, $9, $10))
                    ORDER BY r.measured_at DESC, r.device_id DESC LIMIT $11
                ) r
                WHERE \(Scope.visible("p", wards: 1)) AND ($2::bigint IS NULL OR l.patient_id = $2)
                    AND ($3::smallint IS NULL OR l.vital = $3) AND \(Self.mayBeMeasured(byDevice: 6))
                    AND NOT EXISTS (  -- one row of a patient and vital, however many sources there are
                        SELECT FROM latest_readings o WHERE (o.patient_id, o.vital) = (l.patient_id, l.vital) AND o.device_id < l.device_id)
                ORDER BY r.measured_at DESC, r.patient_id DESC, r.vital DESC, r.device_id DESC LIMIT $11
                """,
                [
                    scope.wards, filter.patient, filter.vital?.code, from.timestamp, to?.timestamp, filter.device,
                    page.after?.measuredAt.timestamp, page.after?.patient, page.after?.vital.code, page.after?.device, page.limit,
                ])
        }
        return try results[1].compactMap(stored)
    }

    public func reading(_ key: StoredReading.Key, _ scope: Scope) throws -> StoredReading? {
        try pool.with {
            try $0.query(
                """
                SELECT \(Self.columns) FROM readings r JOIN patients p ON p.id = r.patient_id
                WHERE r.patient_id = $1 AND r.vital = $2 AND r.measured_at = $3 AND r.device_id = $4
                    AND \(Scope.visible("p", wards: 5))
                """, [key.patient, key.vital.code, key.measuredAt.timestamp, key.device, scope.wards]
            ).first().flatMap(stored)
        }
    }

    /// The newest reading of each vital.
    public func latestReadings(patient: PatientID) throws -> [Reading] {
        try pool.with {
            try $0.query(
                """
                SELECT DISTINCT ON (vital) vital, value, ordered_at, device_id FROM latest_readings
                WHERE patient_id = $1 ORDER BY vital, ordered_at DESC, measured_at DESC
                """, [patient]
            ).compactMap { try Self.latest($0) }
        }
    }

    /// From the columns vital, value, ordered_at and device_id of `latest_readings`.
    static func latest(_ row: Row, from first: Int = 0) throws -> Reading? {
        guard let vital = Vital(code: try row[first]) else { return nil }
        return Reading(
            vital: vital, value: try row[first + 1], measuredAt: Instant(try row[first + 2]), source: ReadingSource(code: try row[first + 3]))
    }
}
