import Clinical
import Postgres

extension PatientFields {
    /// What the table's CHECKs would refuse, before it is sent: with the error PostgreSQL would log the row, and in it the patient's name.
    ///
    /// - Throws: `PostgresError.refused` with the constraint's name, or with the state of a text that is no date.
    func check() throws {
        if let birthDate, !Instant.isDay(birthDate) { throw PostgresError(kind: .refused, sqlState: "22007") }
        let refused: [(constraint: String, isRefused: Bool)] = [
            ("patients_hospital_number_known", !Self.isHospitalNumber(hospitalNumber)),
            ("patients_last_name_length", !(1...80).contains(lastName.unicodeScalars.count)),
            ("patients_first_name_length", firstName.unicodeScalars.count > 80),
            ("patients_bed_length", (bed ?? "").unicodeScalars.count > 20),
            ("patients_sex_known", sex.map { !["F", "M", "X"].contains($0) } ?? false),
        ]
        if let first = refused.first(where: \.isRefused) { throw PostgresError(kind: .refused, sqlState: "23514", constraint: first.constraint) }
    }

    /// What the hospital uses. Not what a path says otherwise: `n:` marks a number, and `.` and `..` are steps.
    static func isHospitalNumber(_ text: String) -> Bool {
        text.wholeMatch(of: /[A-Za-z0-9_\/.:\-]{1,32}/) != nil && !text.hasPrefix(PatientKey.numberMark)
            && !text.split(separator: "/").contains { $0 == "." || $0 == ".." }
    }
}
