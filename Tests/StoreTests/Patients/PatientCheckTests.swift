import Postgres
import TestDatabase
import Testing

@testable import Store

/// What a CHECK would refuse is refused before: PostgreSQL would write the row into its log.
@Suite struct PatientCheckTests {
    let store: TestStore

    init() throws { store = try TestStore() }

    private static let good = PatientFields(
        hospitalNumber: "H77", lastName: "Martinot", firstName: "Luce", birthDate: "1950-04-23", sex: "F", ward: 1, bed: "9")

    private static let refused: [(constraint: String, fields: PatientFields)] = [
        ("patients_hospital_number_known", change { $0.hospitalNumber = "H 77" }),
        ("patients_hospital_number_known", change { $0.hospitalNumber = "É77" }),
        ("patients_hospital_number_known", change { $0.hospitalNumber = String(repeating: "1", count: 33) }),
        ("patients_hospital_number_known", change { $0.hospitalNumber = "n:77" }),
        ("patients_hospital_number_known", change { $0.hospitalNumber = "77/../78" }),
        ("patients_last_name_length", change { $0.lastName = String(repeating: "x", count: 81) }),
        ("patients_first_name_length", change { $0.firstName = String(repeating: "é", count: 81) }),
        ("patients_bed_length", change { $0.bed = String(repeating: "1", count: 21) }),
        ("patients_sex_known", change { $0.sex = "f" }),
        ("", change { $0.birthDate = "1950-02-30" }), ("", change { $0.birthDate = "tomorrow" }),
    ]

    private static func change(_ change: (inout PatientFields) -> Void) -> PatientFields {
        var fields = good
        change(&fields)
        return fields
    }

    @Test("what a CHECK refuses is not sent, and has the constraint's name", arguments: refused.indices) func checks(index: Int) throws {
        let (constraint, fields) = Self.refused[index]
        for act in [
            { _ = try store.database.admitPatient(fields, store.admin) },
            { _ = try store.database.updatePatient(.id(1), store.admin, Change(to: fields)) },
        ] {
            let error = #expect(throws: PostgresError.self) { try act() }
            #expect(error?.constraint == constraint && error?.statement == "", "an error of the server's names the statement")
        }
    }

    @Test("the table's CHECK and the check before it agree on what is a hospital number") func numbers() throws {
        let connection = try store.connection()
        for number in ["77", "0077", "H-77/2", "...", "a//b", "N:1", "~!", "n:", "n:1", ".", "..", "a/..", "./a", "a/../b", "a b", "", "é", "\u{7F}"]
        {
            let isAllowed: Bool
            do {
                try connection.query("UPDATE patients SET hospital_number = $1 WHERE id = 1", [number])
                isAllowed = true
            } catch {
                isAllowed = false
            }
            #expect(PatientFields.isHospitalNumber(number) == isAllowed, "\(number.debugDescription)")
        }
    }

    @Test("the table's own CHECKs are these, so that none is found by the server alone") func complete() throws {
        let names: [String] = try store.connection().query(
            "SELECT array_agg(conname::text ORDER BY 1) FROM pg_constraint WHERE conrelid = 'patients'::regclass AND contype = 'c'")[0][0]
        // What Swift writes there is a type of its own: ProfileTests stores each of its values.
        let profiles = ["patients_profile_known", "patients_profile_whole"]
        let known = Set(Self.refused.map(\.constraint)).union(["patients_id_short", "patients_spo2_scale_known"] + profiles)
        #expect(Set(names).isSubset(of: known), "\(names)")
    }
}
