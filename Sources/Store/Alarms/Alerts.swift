import Clinical
import FoundationEssentials
import Postgres

/// Which alerts a list shows; nil: all.
public struct AlertFilter: Sendable {
    public var patient: PatientID?
    /// Of alerts about a whole ward.
    public var ward: WardID?
    public var acknowledged: Bool?
    public var severity: Severity?
    public var from: Instant?
    public var to: Instant?

    public init(
        patient: PatientID? = nil, ward: WardID? = nil, acknowledged: Bool? = nil, severity: Severity? = nil, from: Instant? = nil,
        to: Instant? = nil
    ) {
        (self.patient, self.ward, self.acknowledged, self.severity, self.from, self.to) = (patient, ward, acknowledged, severity, from, to)
    }
}

extension Database {
    static let alertColumns = """
        a.id, a.patient_id, a.kind, a.message, a.severity, a.measured_at, u.username, a.acknowledged_at, a.ended_at, a.version,
        a.ward_id, a.device_id, a.vital, a.side, a.value, a.limit_value, a.received_at, a.raised_at, a.reminded_at, a.escalated_at,
        a.worsened_at, a.first_acknowledged_at, by.username, alert_sources(a)::text, a.profile, \(holdColumns),
        a.score_minimum, a.score_maximum, a.score_threes, a.linked_alert_id, a.next_measurement_at, a.doctor_called_at, caller.username,
        EXISTS (SELECT FROM traces_of(a))
        """
    /// With what `alertColumns` name, and `p`, the patient, who is missing for an alert about a ward.
    static let alertTables = """
        alerts a LEFT JOIN patients p ON p.id = a.patient_id LEFT JOIN users u ON u.id = a.acknowledged_by
        LEFT JOIN users by ON by.id = a.raised_by LEFT JOIN users caller ON caller.id = a.doctor_called_by
        LEFT JOIN (\(holdTables)) ON a.ended_at IS NULL AND h.ended_at IS NULL AND (h.patient_id, h.kind) = (a.patient_id, a.kind)
        """

    /// - Parameter wards: the number of the parameter that holds the caller's wards.
    static func visibleAlert(wards: Int) -> String {
        "CASE WHEN a.ward_id IS NULL THEN \(Scope.visible("p", wards: wards)) ELSE $\(wards)::bigint[] IS NULL OR a.ward_id = ANY ($\(wards)) END"
    }

    static func alert(_ row: Row, from first: Int = 0) throws -> Alert {
        let acknowledgedAt: Timestamp? = try row[first + 7]
        let endedAt: Timestamp? = try row[first + 8]
        var alert = try Alert(
            id: row[first], patient: row[first + 1], kind: row[first + 2], message: row[first + 3],
            severity: Severity(rawValue: row[first + 4]) ?? .error,  // a CHECK holds the names; unknown is never less urgent
            measuredAt: Instant(row[first + 5]), acknowledged: acknowledgedAt != nil, acknowledgedBy: row[first + 6],
            acknowledgedAt: acknowledgedAt.map(Instant.init), endedAt: endedAt.map(Instant.init), version: row[first + 9])
        func instant(_ column: Int) throws -> Instant? { (try row[first + column] as Timestamp?).map(Instant.init) }
        (alert.ward, alert.device) = (try row[first + 10], try row[first + 11])
        alert.vital = (try row[first + 12] as Int16?).flatMap(Vital.init(code:))?.rawValue
        alert.side = (try row[first + 13] as String?).flatMap(Side.init(rawValue:))
        (alert.value, alert.limit) = (try row[first + 14], try row[first + 15])
        (alert.receivedAt, alert.raisedAt) = (try instant(16), try instant(17))
        (alert.remindedAt, alert.escalatedAt) = (try instant(18), try instant(19))
        (alert.worsenedAt, alert.firstAcknowledgedAt) = (try instant(20), try instant(21))
        alert.raisedBy = try row[first + 22]
        alert.sources = try JSONDecoder().decode([Alert.Source].self, from: Data((try row[first + 23] as String).utf8))
        alert.profile = (try row[first + 24] as String?).flatMap(LimitProfile.init(rawValue:))
        alert.hasTrace = try row[first + 40]
        if try row[first + 25] as Int? != nil { alert.hold = try hold(row, from: first + 25) }
        if let minimum: Int = try row[first + 33] {
            alert.score = try Alert.Score(
                minimum: minimum, maximum: row[first + 34], threes: (row[first + 35] as [Int16]).compactMap(Vital.init(code:)),
                linked: row[first + 36], nextMeasurementAt: instant(37), doctorCalledAt: instant(38), doctorCalledBy: row[first + 39])
        }
        return alert
    }

    /// Newest first.
    public func alerts(_ scope: Scope, _ filter: AlertFilter, _ page: Page<Int>) throws -> [Alert] {
        try pool.with {
            try $0.query(
                """
                SELECT \(Self.alertColumns)
                FROM \(Self.alertTables)
                WHERE \(Self.visibleAlert(wards: 1)) AND ($2::bigint IS NULL OR a.patient_id = $2)
                    AND ($3::boolean IS NULL OR (a.acknowledged_at IS NOT NULL) = $3)
                    AND ($4::text IS NULL OR a.severity = $4)
                    AND ($5::timestamptz IS NULL OR a.measured_at >= $5) AND ($6::timestamptz IS NULL OR a.measured_at < $6)
                    AND ($7::bigint IS NULL OR a.id < $7) AND ($9::bigint IS NULL OR a.ward_id = $9)
                ORDER BY a.id DESC LIMIT $8
                """,
                [
                    scope.wards, filter.patient, filter.acknowledged, filter.severity?.rawValue, filter.from?.timestamp,
                    filter.to?.timestamp, page.after, page.limit, filter.ward,
                ]
            ).map { try Self.alert($0) }
        }
    }

    public func alert(_ id: Int, _ scope: Scope) throws -> Alert? {
        try pool.with { try alert(id, scope, on: $0) }
    }

    func alert(_ id: Int, _ scope: Scope, on connection: Connection) throws -> Alert? {
        try connection.query(
            """
            SELECT \(Self.alertColumns)
            FROM \(Self.alertTables)
            WHERE a.id = $1 AND \(Self.visibleAlert(wards: 2))
            """, [id, scope.wards]
        ).first().map { try Self.alert($0) }
    }

    /// Acknowledges in the caller's name, once: the first one stays. What a person raised ends with that: nothing else says when it is over. Nil where
    /// the caller sees no such alert.
    ///
    /// - Parameter seen: how bad it was when the caller looked: one that is worse now stays as it is.
    public func acknowledgeAlert(_ id: Int, seen: Severity? = nil, _ scope: Scope) throws -> Alert? {
        try change(by: scope.author) { connection in
            try connection.query(
                """
                UPDATE alerts AS a SET acknowledged_at = now(), acknowledged_by = $2,
                    ended_at = CASE WHEN \(Self.isByHand) THEN coalesce(ended_at, now()) ELSE ended_at END
                WHERE acknowledged_at IS NULL AND ($4::text IS NULL OR severity_rank(severity) <= severity_rank($4))
                    AND id = (SELECT a.id FROM \(Self.alertTables) WHERE a.id = $1 AND \(Self.visibleAlert(wards: 3)))
                """, [id, scope.user, scope.wards, seen?.rawValue])
            // Who acknowledges a value taken by hand has seen it: the next such value may come hours later.
            try connection.query(
                """
                WITH ended AS (
                    DELETE FROM alarm_conditions c USING alerts a
                    WHERE a.id = $1 AND a.acknowledged_at IS NOT NULL AND a.ended_at IS NULL AND c.device_id = 0
                        AND (c.patient_id, c.vital, c.side) = (a.patient_id, a.vital, a.side)
                    RETURNING c.raised
                )
                UPDATE alerts SET hand_condition = ended.raised FROM ended WHERE id = $1
                """, [id])
            try connection.query(
                """
                UPDATE alerts a SET ended_at = now()
                WHERE a.id = $1 AND a.acknowledged_at IS NOT NULL AND a.ended_at IS NULL AND a.vital IS NOT NULL AND NOT is_raised(a)
                """, [id])
            return try alert(id, scope, on: connection)
        }
    }
}
