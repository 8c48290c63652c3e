import Clinical
import Foundation
import Postgres

/// One thing that somebody did, as the wire carries it.
public struct AuditEntry: Sendable, Identifiable {
    public var id: Int
    public var at: Instant
    /// `patient.changed`; the nouns and verbs stand in audit.sql and `AuditEvent`.
    public var action: String
    /// As it was then; of no account: the program or the database role that did it.
    public var username: String
    public var user: UserID?
    public var address: String?
    public var session: String?
    public var patient: PatientID?
    public var subject: String?
    /// JSON: of a change only what changed.
    public var before: String?
    public var after: String?
    /// Stands in the chain: it cannot be changed unnoticed any more.
    public var isSealed: Bool
}

extension AuditEntry: Encodable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case id, le, action, utilisateur, utilisateur_id, adresse, session, patient, objet, avant, apres, scelle
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(at, forKey: .le)
        try container.encode(action, forKey: .action)
        try container.encode(username, forKey: .utilisateur)
        try container.encode(user, forKey: .utilisateur_id)
        try container.encode(address, forKey: .adresse)
        try container.encode(session, forKey: .session)
        try container.encode(patient, forKey: .patient)
        try container.encode(subject, forKey: .objet)
        try container.encode(Self.value(before), forKey: .avant)
        try container.encode(Self.value(after), forKey: .apres)
        try container.encode(isSealed, forKey: .scelle)
    }

    private static func value(_ json: String?) throws -> JSON? {
        try json.map { try JSON(parsing: Array($0.utf8), maximumValues: .max) }
    }

    /// The heading of a CSV file, and one line of it; before and after are JSON there, too.
    public static var csvHeading: String { CSV.line(CodingKeys.allCases.map(\.rawValue)) }

    public var csvLine: String {
        CSV.line([
            String(id), at.rfc3339, action, username, user.map(String.init), address, session, patient.map(String.init), subject,
            before, after, String(isSealed),
        ])
    }
}

/// Which entries a list shows; nil: all.
public struct AuditFilter: Sendable {
    public var user: UserID?
    public var username: String?
    public var patient: PatientKey?
    /// `patient.changed`, or `limit.*`: all of a noun.
    public var action: String?
    /// From this instant on, and before that one.
    public var from: Instant?
    public var to: Instant?

    public init(
        user: UserID? = nil, username: String? = nil, patient: PatientKey? = nil, action: String? = nil, from: Instant? = nil,
        to: Instant? = nil
    ) {
        (self.user, self.username, self.patient, self.action, self.from, self.to) = (user, username, patient, action, from, to)
    }
}

extension Database {
    private static let auditSelection = """
        SELECT a.id, a.at, a.action, a.username, a.user_id, a.address, a.session, a.patient_id, a.subject, a.before::text, a.after::text,
            EXISTS (SELECT FROM audit_chain c WHERE c.audit_id = a.id)
        FROM audit a
        WHERE ($1::bigint[] IS NULL OR a.patient_id IN (SELECT id FROM patients WHERE ward_id = ANY ($1)))
            AND ($2::bigint IS NULL OR a.user_id = $2) AND ($3::text IS NULL OR a.username = $3)
            AND ($4::bigint IS NULL OR a.patient_id = $4)
            AND ($5::text IS NULL OR a.patient_id = (SELECT id FROM patients WHERE hospital_number = $5))
            AND ($6::text IS NULL OR a.action = $6 OR right($6, 2) = '.*' AND starts_with(a.action, left($6, -1)))
            AND ($7::timestamptz IS NULL OR a.at >= $7) AND ($8::timestamptz IS NULL OR a.at < $8)
        """

    /// Newest first.
    public func audit(_ scope: Scope, _ filter: AuditFilter, _ page: Page<Int>) throws -> [AuditEntry] {
        try audit(scope, filter, page, "\(Self.auditSelection) AND ($9::bigint IS NULL OR a.id < $9) ORDER BY a.id DESC LIMIT $10")
    }

    /// As `audit`, oldest first.
    public func auditFromTheBeginning(_ scope: Scope, _ filter: AuditFilter, _ page: Page<Int>) throws -> [AuditEntry] {
        try audit(scope, filter, page, "\(Self.auditSelection) AND ($9::bigint IS NULL OR a.id > $9) ORDER BY a.id LIMIT $10")
    }

    private func audit(_ scope: Scope, _ filter: AuditFilter, _ page: Page<Int>, _ sql: String) throws -> [AuditEntry] {
        var (patient, hospitalNumber): (PatientID?, String?)
        switch filter.patient {
        case .id(let value): patient = value
        case .hospitalNumber(let value): hospitalNumber = value
        case nil: break
        }
        return try pool.with {
            try $0.query(
                sql,
                [
                    scope.wards, filter.user, filter.username, patient, hospitalNumber, filter.action, filter.from?.timestamp,
                    filter.to?.timestamp, page.after, page.limit,
                ], statement: "audit"
            ).map { row in
                AuditEntry(
                    id: try row[0], at: Instant(try row[1]), action: try row[2], username: try row[3], user: try row[4],
                    address: try row[5], session: try row[6], patient: try row[7], subject: try row[8], before: try row[9],
                    after: try row[10], isSealed: try row[11])
            }
        }
    }
}
