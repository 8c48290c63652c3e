import Postgres
import TestDatabase
import Testing

@testable import Store

/// A database from before beds were compared as they look.
@Suite struct IdentityMigrationTests {
    @Test("of patients in what looks like one bed the first keeps it, and the others get a bed that staff can tell apart")
    func beds() throws {
        let sql = try Connection(url: TestCluster.shared.newDatabase(), application: "tests")
        let name = "m0014_identity"
        for migration in EmbeddedText.migrations.prefix(while: { !$0.name.hasPrefix(name) }) { try sql.script(migration.text) }
        try sql.script(
            """
            INSERT INTO wards (name) VALUES ('A'), ('B');
            INSERT INTO patients (hospital_number, last_name, first_name, ward_id, bed, admitted_at) VALUES
                ('H0', 'Petit', '', 1, '101-F\u{200B}', now()), ('H1', 'Petit', '', 1, '101-f', now() - interval '1 day'),
                ('H2', 'Petit', '', 1, '101\u{2011}F (2)', now()), ('H3', 'Petit', '', 2, '101-F', now()), ('H4', 'Petit', '', 1, '', now()),
                ('H5', 'Petit', '', 1, ' ', now()), ('H6', 'Petit', '', 1, '１０１－Ｆ', now() + interval '1 day');
            INSERT INTO patients (hospital_number, last_name, first_name, ward_id, bed, discharged_at) VALUES
                ('H7', 'Petit', '', 1, '101-F', now()), ('H8', 'Petit', '', 1, '101-F\u{200B}', now())
            """)
        try sql.script(#require(EmbeddedText.migrations.first { $0.name.hasPrefix(name) }).text)
        let beds: [String] = try sql.query("SELECT bed FROM patients ORDER BY id").map { try $0[0] }
        #expect(
            beds == [
                "101-F\u{200B} (3)", "101-f", "101\u{2011}F (2)", "101-F", "", " ", "１０１－Ｆ (4)", "101-F", "101-F\u{200B}",
            ])
    }
}
