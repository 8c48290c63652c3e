import Clinical
import Postgres

/// A patient as the wire carries it.
public struct Patient: Codable, Sendable, Hashable, Identifiable {
    public var id: PatientID
    public var fields: PatientFields

    enum CodingKeys: CodingKey { case id }

    public init(id: PatientID, fields: PatientFields) {
        self.id = id
        self.fields = fields
    }

    public init(from decoder: any Decoder) throws {
        id = try decoder.container(keyedBy: CodingKeys.self).decode(PatientID.self, forKey: .id)
        fields = try PatientFields(from: decoder)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
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

    enum CodingKeys: String, CodingKey {
        case hospitalNumber = "identifiant"
        case lastName = "nom"
        case firstName = "prenom"
        case birthDate = "date_naissance"
        case sex = "sexe"
        case ward = "service"
        case bed = "lit"
    }

    public init(
        hospitalNumber: String, lastName: String, firstName: String, birthDate: String?, sex: String?, ward: WardID, bed: String?
    ) {
        (self.hospitalNumber, self.lastName, self.firstName) = (hospitalNumber, lastName, firstName)
        (self.birthDate, self.sex, self.ward, self.bed) = (birthDate, sex, ward, bed)
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
    }

    fileprivate var values: [any PostgresEncodable] {
        [hospitalNumber, lastName, firstName, birthDate, sex, ward, bed ?? ""]
    }
}

extension Database {
    private static let columns = """
        p.id, p.hospital_number, p.last_name, p.first_name, to_char(p.birth_date, 'YYYY-MM-DD'), p.sex, p.ward_id, p.bed
        """

    private func patient(_ row: Row) throws -> Patient {
        try Patient(
            id: row[0],
            fields: PatientFields(
                hospitalNumber: row[1], lastName: row[2], firstName: row[3], birthDate: row[4], sex: row[5], ward: row[6],
                bed: row[7]))
    }

    public func patients(_ scope: Scope, ward: WardID?, _ page: Page<PatientID>) throws -> [Patient] {
        try pool.with {
            try $0.query(
                """
                SELECT \(Self.columns) FROM patients p
                WHERE ($1::bigint[] IS NULL OR p.ward_id = ANY ($1)) AND ($2::bigint IS NULL OR p.ward_id = $2) AND p.id > $3
                ORDER BY p.id LIMIT $4
                """, [scope.wards, ward, page.after ?? 0, page.limit]
            ).map(patient)
        }
    }

    public func patient(_ key: PatientKey, _ scope: Scope) throws -> Patient? {
        try pool.with { try patient(key, scope, on: $0) }
    }

    func patient(_ key: PatientKey, _ scope: Scope, on connection: Connection) throws -> Patient? {
        var (id, hospitalNumber): (PatientID?, String?)
        switch key {
        case .id(let value): id = value
        case .hospitalNumber(let value): hospitalNumber = value
        }
        return try connection.query(
            """
            SELECT \(Self.columns) FROM patients p
            WHERE (p.id = $1 OR p.hospital_number = $2) AND ($3::bigint[] IS NULL OR p.ward_id = ANY ($3))
            """, [id, hospitalNumber, scope.wards]
        ).first().map(patient)
    }

    /// - Throws: a unique or check violation, by the constraint's name; `PostgresError.refused` with
    ///   `patients_ward_fkey` where the ward is not one of the caller's.
    public func addPatient(_ fields: PatientFields, _ scope: Scope) throws -> Patient {
        guard scope.sees(ward: fields.ward) else { throw Self.foreignWard }
        return try change(by: scope.author) {
            try patient(
                $0.query(
                    """
                    INSERT INTO patients AS p (hospital_number, last_name, first_name, birth_date, sex, ward_id, bed)
                    VALUES ($1, $2, $3, $4::text::date, $5, $6, $7) RETURNING \(Self.columns)
                    """, fields.values)[0])
        }
    }

    /// Nil where the caller sees no such patient. - Throws: as `addPatient`.
    public func updatePatient(_ id: PatientID, _ fields: PatientFields, _ scope: Scope) throws -> Patient? {
        guard scope.sees(ward: fields.ward) else { throw Self.foreignWard }
        return try change(by: scope.author) {
            try $0.query(
                """
                UPDATE patients p SET hospital_number = $1, last_name = $2, first_name = $3, birth_date = $4::text::date,
                    sex = $5, ward_id = $6, bed = $7
                WHERE id = $8 AND ($9::bigint[] IS NULL OR ward_id = ANY ($9)) RETURNING \(Self.columns)
                """, fields.values + [id, scope.wards]
            ).first().map(patient)
        }
    }

    /// A ward that the caller may not see does not exist for them.
    private static let foreignWard = PostgresError(kind: .refused, sqlState: "23503", constraint: "patients_ward_fkey")
}
