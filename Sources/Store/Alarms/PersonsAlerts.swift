import Clinical
import Postgres

/// What a person raises an alert with.
public struct NewAlert: Sendable {
    public var patient: PatientID
    public var kind: String
    public var message: String
    public var severity: Severity
    public var measuredAt: Instant
    /// Who raises it has seen to it: it is over at once, and kept.
    public var isAcknowledged: Bool

    public init(patient: PatientID, kind: String, message: String, severity: Severity, measuredAt: Instant, isAcknowledged: Bool = false) {
        (self.patient, self.kind, self.message, self.severity, self.measuredAt) = (patient, kind, message, severity, measuredAt)
        self.isAcknowledged = isAcknowledged
    }
}

/// What became of an alert that a person raised.
public enum RaisedAlert: Sendable {
    case raised(Alert)
    /// The same person's open alert of that kind says this now.
    case updated(Alert)
    /// The patient has `PersonsAlert.maximumOpen` of them: see `tellTooManyAlerts`.
    case tooManyOpen
    /// More than `PersonsAlert.maximumAheadSeconds` ahead, or before the stay.
    case timeNotAllowed
    /// The caller sees no such patient.
    case unknownPatient
}

extension Database {
    /// Of an alert `a`: a person raised it. Neither of a rule or a score, nor about a device or a ward, nor does it show a hold.
    static let isByHand = "(num_nonnulls(a.vital, a.device_id, a.ward_id, a.score_minimum) = 0 AND \(isAlarm))"

    /// Raises an alert in the caller's name; who is just being discharged is waited for. The worst that its author said of it stays until somebody
    /// acknowledges it: a second, milder one must not hide the first.
    ///
    /// - Throws: `ShownText.Faults`.
    public func raiseAlert(_ new: NewAlert, now: Instant, _ scope: Scope) throws -> RaisedAlert {
        let texts = try ShownText.checked([.init("type_alerte", new.kind), .init("message", Self.onOneLine(new.message))])
        return try change(by: scope.author) { connection in
            let found = try connection.query(
                """
                SELECT p.admitted_at FROM patients p WHERE p.id = $1 AND \(Scope.visible("p", wards: 2)) FOR SHARE
                """, [new.patient, scope.wards]
            ).first()
            guard let found else { return .unknownPatient }
            let admittedAt = (try found[0] as Timestamp?).map(Instant.init)
            guard PersonsAlert.allows(new.measuredAt, admittedAt: admittedAt, now: now) else { return .timeNotAllowed }
            // One after the other for each patient, so that two at once are not both the last one that fits. Reports do not wait for this.
            try connection.query("SELECT pg_advisory_xact_lock(hashtext('fajma alerts by people'), $1)", [Int32(new.patient)])
            let values: [any PostgresEncodable] = [
                new.patient, texts[0], texts[1], new.severity.rawValue, new.measuredAt.timestamp, scope.user, new.isAcknowledged,
            ]
            let updated = try connection.query(
                """
                UPDATE alerts SET message = $3, measured_at = $5, severity = CASE WHEN severity_rank($4) > severity_rank(severity) THEN $4 ELSE severity END,
                    worsened_at = CASE WHEN severity_rank($4) > severity_rank(severity) THEN now() ELSE worsened_at END,
                    acknowledged_at = CASE WHEN $7 THEN now() ELSE acknowledged_at END, acknowledged_by = CASE WHEN $7 THEN $6 ELSE acknowledged_by END,
                    ended_at = CASE WHEN $7 THEN now() END
                WHERE id = (SELECT id FROM alerts WHERE (patient_id, kind, raised_by) = ($1, $2, $6) AND ended_at IS NULL ORDER BY id DESC LIMIT 1)
                RETURNING id
                """, values
            ).first()
            if let updated { return .updated(try written(updated, scope, on: connection)) }
            let open: Int = try connection.query(
                "SELECT count(*) FROM alerts a WHERE a.patient_id = $1 AND a.ended_at IS NULL AND \(Self.isByHand)", [new.patient])[0][0]
            guard open < PersonsAlert.maximumOpen else { return .tooManyOpen }
            let row = try connection.query(
                """
                INSERT INTO alerts (patient_id, kind, message, severity, measured_at, raised_by, acknowledged_at, acknowledged_by, first_acknowledged_at, ended_at)
                SELECT $1, $2, $3, $4, $5, $6, done.at, CASE WHEN $7 THEN $6 END, done.at, done.at FROM (SELECT CASE WHEN $7 THEN now() END AS at) AS done
                RETURNING id
                """, values)[0]
            return .raised(try written(row, scope, on: connection))
        }
    }

    /// Changes what an open alert that a person raised says; what the system says stays as it is. Nil where the caller sees no such alert.
    ///
    /// - Throws: `ShownText.Faults`.
    public func changePersonsAlert(_ id: Int, message: String?, severity: Severity?, _ scope: Scope) throws -> Alert? {
        let message = try message.map { try ShownText.checked(Self.onOneLine($0), field: "message") }
        return try change(by: scope.author) { connection in
            try connection.query(
                """
                UPDATE alerts AS a SET message = coalesce($2, message), severity = coalesce($3, severity),
                    worsened_at = CASE WHEN severity_rank($3) > severity_rank(severity) THEN now() ELSE worsened_at END
                WHERE a.id = (SELECT a.id FROM \(Self.alertTables) WHERE a.id = $1 AND \(Self.visibleAlert(wards: 4)))
                    AND a.raised_by IS NOT NULL AND a.ended_at IS NULL AND \(Self.isByHand)
                    AND (coalesce($2, message), coalesce($3, severity)) IS DISTINCT FROM (message, severity)
                """, [id, message, severity?.rawValue, scope.wards])
            return try alert(id, scope, on: connection)
        }
    }

    /// A line break is no fault in a message: the replaced system's clients send them.
    static func onOneLine(_ message: String) -> String { message.split { $0.isNewline || $0 == "\t" }.joined(separator: " ") }

    /// One more alert was refused: the patient's ward is told, once while that lasts.
    public func tellTooManyAlerts(of patient: PatientID, _ scope: Scope) throws {
        let alarm = TechnicalAlarm.tooManyAlerts
        try pool.with { connection in
            let found = try connection.query(
                "SELECT w.id, w.name FROM patients p JOIN wards w ON w.id = p.ward_id WHERE p.id = $1 AND \(Scope.visible("p", wards: 2))",
                [patient, scope.wards]
            ).first()
            guard let found else { return }
            let (ward, name): (WardID, String) = try (found[0], found[1])
            try connection.query(
                """
                INSERT INTO alerts (ward_id, kind, message, severity, measured_at) VALUES ($1, $2, $3, $4, now()) ON CONFLICT DO NOTHING
                """, [ward, alarm.rawValue, alarm.message(about: name), alarm.severity.rawValue])
        }
    }

    private func written(_ row: Row, _ scope: Scope, on connection: Connection) throws -> Alert {
        guard let alert = try alert(row[0], scope, on: connection) else { throw PostgresError(kind: .refused) }
        return alert
    }
}

extension LeaderSession {
    /// Ends `alertes_trop_nombreuses` of wards in which each patient has room for another alert.
    public func endTooManyAlerts() throws {
        try connection.query(
            """
            UPDATE alerts SET ended_at = now()
            WHERE id IN (
                SELECT o.id FROM alerts o
                WHERE o.ended_at IS NULL AND o.ward_id IS NOT NULL AND o.kind = $1 AND NOT EXISTS (
                    SELECT FROM patients p JOIN alerts a ON a.patient_id = p.id
                    WHERE p.ward_id = o.ward_id AND p.discharged_at IS NULL AND a.ended_at IS NULL AND \(Database.isByHand)
                    GROUP BY p.id HAVING count(*) >= $2)
                ORDER BY o.id FOR UPDATE SKIP LOCKED)
            """, [TechnicalAlarm.tooManyAlerts.rawValue, PersonsAlert.maximumOpen])
    }
}
