import Clinical
import Foundation
import Postgres

/// What somebody did that changes no row, so that no trigger tells of it.
public struct AuditEvent: Sendable {
    var action: String
    var patient: PatientID?
    var subject: String?
    /// What else there is to say.
    var details: [String: String] = [:]

    /// Somebody looked at a patient.
    public static func opened(_ patient: PatientID) -> AuditEvent {
        AuditEvent(action: "patient.opened", patient: patient, subject: "patient \(patient)")
    }

    /// Somebody asked for a patient, or something of one, who exists and is not theirs to see. - Parameter what: `alert 12`.
    static func refused(patient: PatientID, what: String) -> AuditEvent {
        AuditEvent(action: "patient.refused", patient: patient, subject: what)
    }

    /// Likewise of a ward.
    static func refused(ward: WardID) -> AuditEvent { AuditEvent(action: "ward.refused", subject: "ward \(ward)") }

    /// Somebody tried to admit a patient who is stored already, as another person or while there: names and dates can be guessed so.
    public static func refusedAdmission(_ patient: PatientID) -> AuditEvent {
        AuditEvent(action: "admission.refused", patient: patient, subject: "patient \(patient)")
    }

    /// Somebody did so again and again.
    public static func throttledAdmission(_ patient: PatientID) -> AuditEvent {
        AuditEvent(action: "admission.throttled", patient: patient, subject: "patient \(patient)")
    }

    /// Somebody asked for what they may not have. - Parameter route: as the route table has it: a path would name a patient.
    public static func refused(_ route: String) -> AuditEvent { AuditEvent(action: "request.refused", subject: route) }

    /// A machine key that opened nothing. - Parameter account: the key's.
    static func refusedKey(_ refusal: MachineRefusal, of account: Author) -> AuditEvent {
        AuditEvent(action: refusal.rawValue, subject: account.user.map { "key \($0)" })
    }

    /// Somebody took values or alerts away in a file. - Parameter filter: which, in words of the interface.
    public static func exported(_ what: String, of patient: PatientID?, _ filter: [String: String]) -> AuditEvent {
        AuditEvent(action: "data.exported", patient: patient, subject: what, details: filter)
    }

    /// Somebody took entries of the audit away. - Parameter filter: which, in words of the interface that was used.
    public static func exported(format: String, _ filter: [String: String]) -> AuditEvent {
        AuditEvent(action: "audit.exported", details: filter.merging(["format": format]) { $1 })
    }
}

/// Why nobody was let in.
public enum RefusedLogin: String, Sendable {
    case wrongPassword = "login.refused"
    case tooManyAttempts = "login.throttled"
    /// The password was right, and provisional for too long.
    case provisionalExpired = "login.expired"
}

extension Database {
    /// Records every time it is called.
    public func record(_ event: AuditEvent, by author: Author) throws {
        try pool.with {
            _ = try $0.query(
                """
                INSERT INTO audit (action, user_id, username, address, session, patient_id, subject, after)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8::text::jsonb)
                """, event.values(author))
        }
    }

    /// Records what happens over and over once a session (or account, or device), hour and subject. What was recorded already
    /// is only looked for.
    public func recordOnceAnHour(_ event: AuditEvent, by author: Author) throws {
        try pool.with {
            _ = try $0.query(
                """
                INSERT INTO audit (action, user_id, username, address, session, patient_id, subject, after, once)
                SELECT $1, $2, $3, $4, $5, $6, $7, $8::text::jsonb, key
                FROM concat_ws(' ', $1, $9::text, to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24'), $7) AS key
                WHERE NOT EXISTS (SELECT FROM audit WHERE once = key)
                ON CONFLICT DO NOTHING
                """, event.values(author) + [author.session ?? author.user.map { "user \($0)" } ?? author.name])
        }
    }

    /// What was typed for a name is only compared: it may have been a password. An account that it names is recorded, also a
    /// disabled one. That somebody was told to wait is written once a minute for account and address: whoever hammers would else write a
    /// row with every blow.
    ///
    /// - Returns: the account's name, `-` where there is none; nil: it was written this minute already.
    public func recordRefusedLogin(_ reason: RefusedLogin = .wrongPassword, username: String, address: String?) throws -> String? {
        try pool.with {
            try $0.query(
                """
                INSERT INTO audit (action, user_id, username, address, once)
                SELECT $1, u.id, coalesce(u.username, '-'), $3,
                    CASE WHEN $4 THEN concat_ws(' ', $1, u.id, $3, date_trunc('minute', now() AT TIME ZONE 'UTC')) END
                FROM normalize($2) AS typed LEFT JOIN users u ON u.username = typed AND u.role <> 'machine'
                ON CONFLICT (once) DO NOTHING RETURNING username
                """, [reason.rawValue, username.cutAsUsername, address, reason == .tooManyAttempts]
            ).first().map { try $0[0] }
        }
    }
}

extension AuditEvent {
    fileprivate func values(_ author: Author) throws -> [any PostgresEncodable] {
        let details = details.isEmpty ? nil : String(decoding: try JSONEncoder().encode(details), as: UTF8.self)
        return [action, author.user, author.name, author.address, author.session, patient, subject, details]
    }
}
