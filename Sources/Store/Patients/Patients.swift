import Clinical
import Postgres

/// A patient as the wire carries it.
public struct Patient: Codable, Sendable, Hashable, Identifiable {
    public var id: PatientID
    public var fields: PatientFields
    /// Nil: in the ward. Afterwards the patient exists for administrators only.
    public var dischargedAt: Instant?
    /// Which have limits of the patient's own.
    public var ownLimits: [Vital] = []
    /// Whose limits and normal ranges hold, and whether somebody is asked about that.
    public var profile = ProfileChoice()

    enum CodingKeys: String, CodingKey {
        case id, profil_confirme_par, profil_confirme_le, profil_en_vigueur, profil_propose, profil_a_confirmer, profil_provisoire
        case dischargedAt = "sorti_le"
        case ownLimits = "limites_propres"
    }

    public init(
        id: PatientID, fields: PatientFields, dischargedAt: Instant? = nil, ownLimits: [Vital] = [], profile: ProfileChoice = ProfileChoice()
    ) {
        (self.id, self.fields, self.dischargedAt, self.ownLimits, self.profile) = (id, fields, dischargedAt, ownLimits, profile)
    }

    /// Of the profile only what holds: nobody who reads a patient asks about it.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(PatientID.self, forKey: .id)
        dischargedAt = try container.decodeIfPresent(Instant.self, forKey: .dischargedAt)
        ownLimits = try container.decodeIfPresent([Vital].self, forKey: .ownLimits) ?? []
        profile.wardDefault = try container.decodeIfPresent(LimitProfile.self, forKey: .profil_en_vigueur) ?? .adult
        fields = try PatientFields(from: decoder)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(dischargedAt, forKey: .dischargedAt)
        try container.encode(ownLimits, forKey: .ownLimits)
        try container.encode(profile.confirmation?.by, forKey: .profil_confirme_par)
        try container.encode(profile.confirmation?.at, forKey: .profil_confirme_le)
        try container.encode(profile.inForce, forKey: .profil_en_vigueur)
        try container.encode(profile.proposed, forKey: .profil_propose)
        try container.encode(profile.asks, forKey: .profil_a_confirmer)
        try container.encode(profile.provisional, forKey: .profil_provisoire)
        try fields.encode(to: encoder)
    }
}

/// What can be written of a patient.
public struct PatientFields: Codable, Sendable, Hashable {
    public var hospitalNumber: String
    public var lastName: String
    public var firstName: String
    /// `1950-04-23`.
    public var birthDate: String?
    /// `F`, `M` or `X`.
    public var sex: String?
    public var ward: WardID
    public var bed: String?
    /// Of the early warning score: 1 or 2. Nil, in what is written: as it is, and 1 for who is new.
    public var spo2Scale: Int?
    /// Nil, in what is written: as it is, and no for who is new.
    public var isPregnant: Bool?
    /// That a person confirmed. Nil, in what is written: as it is; for who is new: nobody has.
    public var profile: LimitProfile?

    enum CodingKeys: String, CodingKey {
        case hospitalNumber = "identifiant"
        case lastName = "nom"
        case firstName = "prenom"
        case birthDate = "date_naissance"
        case sex = "sexe"
        case ward = "service"
        case bed = "lit"
        case spo2Scale = "echelle_spo2"
        case isPregnant = "enceinte"
        case profile = "profil"
    }

    public init(
        hospitalNumber: String, lastName: String, firstName: String, birthDate: String?, sex: String?, ward: WardID, bed: String?,
        spo2Scale: Int? = nil, isPregnant: Bool? = nil, profile: LimitProfile? = nil
    ) {
        (self.hospitalNumber, self.lastName, self.firstName) = (hospitalNumber, lastName, firstName)
        (self.birthDate, self.sex, self.ward, self.bed) = (birthDate, sex, ward, bed)
        (self.spo2Scale, self.isPregnant, self.profile) = (spo2Scale, isPregnant, profile)
    }

    // By hand, so that what is unknown is sent as null: clients expect every key.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(hospitalNumber, forKey: .hospitalNumber)
        try container.encode(lastName, forKey: .lastName)
        try container.encode(firstName, forKey: .firstName)
        try container.encode(birthDate, forKey: .birthDate)
        try container.encode(sex, forKey: .sex)
        try container.encode(ward, forKey: .ward)
        try container.encode(bed, forKey: .bed)
        try container.encode(spo2Scale, forKey: .spo2Scale)
        try container.encode(isPregnant, forKey: .isPregnant)
        try container.encode(profile, forKey: .profile)
    }

    /// With its texts as they may be shown and stored. - Throws: `ShownText.Faults`; `StoreError.impossibleBirthDate`; as `check`.
    func shown(before: PatientFields? = nil, today: String) throws -> PatientFields {
        let texts = try ShownText.checked([
            .init(CodingKeys.lastName.rawValue, lastName, before: before?.lastName),
            .init(CodingKeys.firstName.rawValue, firstName, mayBeEmpty: true, before: before?.firstName),
            .init(CodingKeys.bed.rawValue, bed ?? "", mayBeEmpty: true, before: before?.bed),
        ])
        var fields = self
        (fields.lastName, fields.firstName, fields.bed) = (texts[0], texts[1], texts[2])
        try fields.check()
        if let birthDate, birthDate != before?.birthDate, !BirthDate.isPossible(birthDate, today: today) { throw StoreError.impossibleBirthDate }
        return fields
    }

    /// But the profile, which a person confirms.
    fileprivate var values: [any PostgresEncodable] {
        [hospitalNumber, lastName, firstName, birthDate, sex, ward, bed ?? "", spo2Scale, isPregnant]
    }
}

extension Database {
    static let patientColumns = """
        p.id, p.hospital_number, p.last_name, p.first_name, to_char(p.birth_date, 'YYYY-MM-DD'), p.sex, p.ward_id, p.bed,
        p.discharged_at, p.spo2_scale, p.pregnant,
        ARRAY(SELECT DISTINCT vital FROM alarm_rules WHERE patient_id = p.id AND \(AlarmRule.holds) ORDER BY 1),
        p.profile, p.profile_proposed, (SELECT username FROM users WHERE id = p.profile_confirmed_by), p.profile_confirmed_at,
        (SELECT default_profile FROM wards WHERE id = p.ward_id)
        """
    /// The number of the column after those.
    static let columnAfterPatient = 17

    func patient(_ row: Row) throws -> Patient {
        let dischargedAt: Timestamp? = try row[8]
        return try Patient(
            id: row[0],
            fields: PatientFields(
                hospitalNumber: row[1], lastName: row[2], firstName: row[3], birthDate: row[4], sex: row[5], ward: row[6],
                bed: row[7], spo2Scale: row[9], isPregnant: row[10],
                profile: (row[12] as String?).flatMap(LimitProfile.init(rawValue:))),
            dischargedAt: dischargedAt.map(Instant.init),
            ownLimits: (row[11] as [Int16]).compactMap(Vital.init(code:)), profile: ProfileChoice(row, today: today()))
    }

    /// - Parameter isDischarged: those who have left instead of those who are there.
    public func patients(
        _ scope: Scope, ward: WardID?, isDischarged: Bool = false, _ page: Page<PatientID>
    ) throws -> [Patient] {
        try pool.with {
            try $0.query(
                """
                SELECT \(Self.patientColumns) FROM patients p
                WHERE \(Scope.visible("p", wards: 1)) AND ($2::bigint IS NULL OR p.ward_id = $2)
                    AND (p.discharged_at IS NOT NULL) = $3 AND p.id > $4
                ORDER BY p.id LIMIT $5
                """, [scope.wards, ward, isDischarged, page.after ?? 0, page.limit]
            ).map { try patient($0).shown(to: scope) }
        }
    }

    public func patient(_ key: PatientKey, _ scope: Scope) throws -> Patient? {
        try pool.with { try patient(key, scope, on: $0) }
    }

    /// - Parameter isLocked: to the end of the transaction nobody else changes, moves or discharges the patient.
    func patient(_ key: PatientKey, _ scope: Scope, isLocked: Bool = false, on connection: Connection) throws -> Patient? {
        var (id, hospitalNumber): (PatientID?, String?)
        switch key {
        case .id(let value): id = value
        case .hospitalNumber(let value): hospitalNumber = value
        }
        return try connection.query(
            """
            SELECT \(Self.patientColumns) FROM patients p
            WHERE (p.id = $1 OR p.hospital_number = $2) AND \(Scope.visible("p", wards: 3))\(isLocked ? " FOR UPDATE" : "")
            """, [id, hospitalNumber, scope.wards]
        ).first().map { try patient($0).shown(to: scope) }
    }

    func insertPatient(_ fields: PatientFields, on connection: Connection) throws -> Patient {
        try patient(
            connection.query(
                """
                INSERT INTO patients AS p (hospital_number, last_name, first_name, birth_date, sex, ward_id, bed, spo2_scale, pregnant)
                VALUES ($1, $2, $3, $4::text::date, $5, $6, $7, coalesce($8, 1), coalesce($9, false)) RETURNING \(Self.patientColumns)
                """, fields.values)[0])
    }

    /// Changes or moves a patient. Nil where the caller sees no such patient.
    ///
    /// - Throws: as `admitPatient`.
    public func updatePatient(_ key: PatientKey, _ scope: Scope, _ change: Change<PatientFields>) throws -> Patient? {
        try self.change(by: scope.author) { connection in
            guard let before = try patient(key, scope, isLocked: true, on: connection) else { return nil }
            let fields = try change.applied(to: before.fields).shown(before: before.fields, today: today())
            if let profile = fields.profile, profile != before.fields.profile { throw StoreError.profileByConfirmation }
            // The bed would go to the next person, and keep nobody else out until then.
            if before.dischargedAt != nil, fields.bed != before.fields.bed { throw StoreError.patientDischarged }
            try check(scoreScale: fields.spo2Scale, instead: before.fields.spo2Scale, scope)
            guard scope.sees(ward: fields.ward) else { throw Self.foreignWard }
            let bringsLimits = fields.ward != before.fields.ward || fields.birthDate != before.fields.birthDate
            let held = bringsLimits ? try levels(of: before, before.profile, on: connection) : nil
            let after = try patient(
                connection.query(
                    """
                    UPDATE patients p SET hospital_number = $1, last_name = $2, first_name = $3, birth_date = $4::text::date,
                        sex = $5, ward_id = $6, bed = $7, spo2_scale = coalesce($8, spo2_scale), pregnant = coalesce($9, pregnant)
                    WHERE id = $10 RETURNING \(Self.patientColumns)
                    """, fields.values + [before.id])[0])
            if let held { try recordLoosened(from: held, by: before.fields, to: after, on: connection) }
            return after
        }
    }

    public func updatePatient(_ id: PatientID, _ fields: PatientFields, _ scope: Scope) throws -> Patient? {
        try updatePatient(.id(id), scope, Change(to: fields))
    }

    /// - Throws: `StoreError.scoreScaleNotAllowed` where the scale is another one than before, and the caller may not choose it.
    func check(scoreScale scale: Int?, instead before: Int?, _ scope: Scope) throws {
        guard let scale, scale != before ?? EarlyWarningScore.Scale.one.rawValue else { return }
        guard scope.may(.chooseScoreScale) else { throw StoreError.scoreScaleNotAllowed }
    }

    /// A ward that the caller may not see does not exist for them.
    static let foreignWard = PostgresError(kind: .refused, sqlState: "23503", constraint: "patients_ward_fkey")
}
