import Clinical
import FoundationEssentials
import Postgres

/// Why a patient's limits became looser without a change of any limit.
public enum LooseningCause: String, Encodable, Sendable, CaseIterable {
    /// Somebody confirmed a profile.
    case profile = "profil"
    /// The ward got another default profile.
    case wardDefault = "profil_par_defaut"
    /// The patient went to a ward whose limits are looser.
    case move = "service"
    /// Another birth date proposes another profile.
    case birthDate = "date_naissance"
    /// The ward's limits are looser than the hospital's, or the profile than the age's.
    case admission
}

/// What became looser for a patient stands in the audit like a changed limit, with what held before and after, whatever the cause: `limit.loosened`.
extension Database {
    /// - Parameters:
    ///   - before: what held.
    ///   - after: what holds now.
    ///   - reason: of the person who caused it.
    func recordLoosened(
        from before: AlarmLevels, to after: AlarmLevels, of patient: PatientID, because cause: LooseningCause, reason: String? = nil,
        on connection: Connection
    ) throws {
        let effects = before.loosened(by: after)
        if effects.isEmpty { return }
        func text(_ members: [String: JSON]) throws -> String { String(decoding: try JSONEncoder().encode(JSON.object(members)), as: UTF8.self) }
        var why: [String: JSON] = ["cause": .string(cause.rawValue)]
        why["reason"] = reason.map { .string($0) }
        try connection.query(
            """
            SELECT audit_record('limit.loosened', $1::integer, 'limit ' || name, held::jsonb, holds::jsonb)
            FROM unnest($2::text[], $3::text[], $4::text[]) AS loosened (name, held, holds)
            """,
            [
                patient, effects.map(\.key.auditID), effects.map { try text(LimitEffects.members($0.before)) },
                effects.map { try text(LimitEffects.members($0.after).merging(why) { $1 }) },
            ])
    }

    /// The limits of a new stay are held against those that the age's profile has in the hospital at large: that is what people expect who do not know the ward.
    func recordLoosened(atAdmissionOf patient: Patient, on connection: Connection) throws {
        let before = try AlarmLevels(
            of: .patient, profile: patient.profile.proposed ?? .adult, ward: nil, patient: patient.id, on: connection)
        try recordLoosened(
            from: before, to: levels(of: patient, patient.profile, on: connection), of: patient.id, because: .admission, on: connection)
    }

    /// After a change of a patient that may have brought other limits: another ward, or another age.
    ///
    /// - Parameter before: what held.
    func recordLoosened(from before: AlarmLevels, by change: PatientFields, to patient: Patient, on connection: Connection) throws {
        let cause = change.ward == patient.fields.ward ? LooseningCause.birthDate : .move
        try recordLoosened(from: before, to: levels(of: patient, patient.profile, on: connection), of: patient.id, because: cause, on: connection)
    }

    /// The patients of a ward whose limits are its default profile's, with what holds for them.
    func levelsByDefault(in ward: WardID, on connection: Connection) throws -> [(patient: PatientID, levels: AlarmLevels)] {
        try connection.query(
            "SELECT \(Self.patientColumns) FROM patients p WHERE p.ward_id = $1 AND p.discharged_at IS NULL AND p.profile IS NULL ORDER BY p.id FOR UPDATE",
            [ward]
        ).map { row in
            let patient = try patient(row)
            return (patient.id, try levels(of: patient, patient.profile, on: connection))
        }
    }
}
