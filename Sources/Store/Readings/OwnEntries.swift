import Clinical
import FoundationEssentials
import Postgres

/// A value that the caller entered by hand and may still correct or delete.
public struct OwnEntry: Sendable, Encodable {
    public var reading: StoredReading
    public var enteredAt: Instant
    public var until: Instant

    enum CodingKeys: String, CodingKey { case saisie_le, modifiable_jusqu_a }

    public func encode(to encoder: any Encoder) throws {
        try reading.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(enteredAt, forKey: .saisie_le)
        try container.encode(until, forKey: .modifiable_jusqu_a)
    }
}

extension Database {
    /// More than a person enters in `ownCorrectionMinutes`.
    private static let ownEntriesLimit = 200

    /// What the caller has entered by hand for a patient in the last `ownCorrectionMinutes`, newest first. Whether the caller sees the patient is
    /// asked before.
    ///
    /// The audit knows when such values were measured: among the millions of a device's readings none has to be looked for.
    public func ownEntries(of patient: PatientID, _ scope: Scope) throws -> [OwnEntry] {
        try pool.with { connection in
            let entries: [String] = try connection.query(
                """
                SELECT after::text FROM audit
                WHERE user_id = $1 AND patient_id = $2 AND action = 'reading.created' AND at > now() - ($3 + 1) * interval '1 minute'
                ORDER BY id DESC LIMIT $4
                """, [scope.user, patient, Self.ownCorrectionMinutes, Self.ownEntriesLimit]
            ).map { try $0[0] }
            let keys = try entries.flatMap { try Self.measured(JSON(parsing: Array($0.utf8), maximumValues: .max)) }
            return try connection.query(
                """
                SELECT DISTINCT r.vital, r.measured_at, r.value, r.received_at, r.received_at + $3 * interval '1 minute'
                FROM unnest($4::smallint[], $5::timestamptz[]) AS k (vital, measured_at)
                JOIN readings r ON (r.patient_id, r.vital, r.measured_at, r.device_id) = ($2::integer, k.vital, k.measured_at, 0)
                WHERE r.entered_by = $1 AND r.received_at > now() - $3 * interval '1 minute'
                ORDER BY r.measured_at DESC, r.vital LIMIT $6
                """,
                [
                    scope.user, patient, Self.ownCorrectionMinutes, keys.map(\.vital.code), keys.map(\.at.timestamp), Self.ownEntriesLimit,
                ]
            ).compactMap { row in
                guard let vital = Vital(code: try row[0]) else { return nil }
                let key = StoredReading.Key(patient: patient, vital: vital, measuredAt: Instant(try row[1]), device: 0)
                return OwnEntry(
                    reading: StoredReading(key: key, value: try row[2]), enteredAt: Instant(try row[3]), until: Instant(try row[4]))
            }
        }
    }

    /// The readings that an entry of the audit tells of, as `IngestAudit` writes it.
    private static func measured(_ told: JSON) -> [(vital: Vital, at: Instant)] {
        guard let members = told.members else { return [] }
        let common = members["measured_at"]?.lenientText.flatMap { Instant(rfc3339: $0) }
        return members.flatMap { name, value -> [(vital: Vital, at: Instant)] in
            guard let vital = Vital(rawValue: name) else { return [] }
            let instants = common.map { [$0] } ?? value.members?.keys.compactMap { Instant(rfc3339: $0) } ?? []
            return instants.map { (vital, $0) }
        }
    }
}
