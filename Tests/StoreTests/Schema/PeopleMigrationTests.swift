import Postgres
import TestDatabase
import Testing

@testable import Store

/// A database full of what people raised before authors were kept.
@Suite struct PeopleMigrationTests {
    @Test("alerts from before survive: with the author that the audit knows, under no kind of the system's, and they can be acknowledged")
    func former() throws {
        let sql = try Connection(url: TestCluster.shared.newDatabase(), application: "tests")
        let name = "m0013_people"
        for migration in EmbeddedText.migrations.prefix(while: { !$0.name.hasPrefix(name) }) { try sql.script(migration.text) }
        try sql.script(
            """
            INSERT INTO wards (name) VALUES ('A');
            INSERT INTO users (username, password_hash, role) VALUES ('admin', '-', 'admin'), ('nurse', '-', 'infirmier');
            INSERT INTO patients (hospital_number, last_name, first_name, ward_id, bed) VALUES ('H0', 'Petit', 'Anne', 1, '1');
            INSERT INTO devices (name, kind) VALUES ('D', 'b');
            INSERT INTO alerts (patient_id, kind, message, severity, measured_at) VALUES
                (1, 'chute', 'open, known author', 'error', now()), (1, 'chute', 'nobody knows', 'error', now()),
                (1, 'signal_perdu', 'false', 'info', now()), (1, repeat('é', 64), 'long', 'info', now());
            INSERT INTO alerts (patient_id, kind, message, severity, measured_at, acknowledged_at, acknowledged_by)
                VALUES (1, 'appel', 'acknowledged', 'warning', now(), now(), 1);
            INSERT INTO alerts (patient_id, device_id, kind, message, severity, measured_at) VALUES (1, 1, 'signal_perdu', 'true', 'warning', now());
            INSERT INTO alerts (patient_id, kind, message, severity, measured_at, acknowledged_at, acknowledged_by)
                VALUES (1, 'absence', 'hold', 'info', now(), now(), 1);
            INSERT INTO audit (action, user_id, username, patient_id, subject) VALUES
                ('alert.created', 2, 'nurse', 1, 'alert 1'), ('alert.created', 2, 'nurse', 1, 'alert 3'),
                ('alert.created', 2, 'nurse', 1, 'alert 5'), ('alert.changed', 1, 'admin', 1, 'alert 2'), ('alert.created', NULL, 'sql:x', 1, 'alert 4');
            INSERT INTO sessions (id, user_id, kind) VALUES ('p', 2, 'program'), ('b', 2, 'browser');
            INSERT INTO refresh_tokens (id, session_id, expires_at) VALUES ('t', 'b', now() + interval '10 years')
            """)
        try sql.script(#require(EmbeddedText.migrations.first { $0.name.hasPrefix(name) }).text)
        let rows = try sql.query("SELECT concat_ws(' ', left(kind, 20), raised_by, ended_at IS NOT NULL) FROM alerts ORDER BY id")
        #expect(
            try rows.map { try $0[0] as String }
                == [
                    "chute 2 f", "ancien:chute f", "ancien:signal_perdu 2 f", "ancien:ééééééééééééé f", "appel 2 t", "signal_perdu f", "absence f",
                ])
        try sql.script("UPDATE alerts SET acknowledged_at = now(), acknowledged_by = 1, ended_at = now() WHERE acknowledged_at IS NULL")
        let ends = try sql.query(
            """
            SELECT (SELECT expires_at <= now() + interval '24 hours' FROM sessions WHERE id = 'p')
                AND (SELECT expires_at IS NULL FROM sessions WHERE id = 'b') AND (SELECT expires_at <= now() + interval '30 days' FROM refresh_tokens)
            """)
        #expect(try ends[0][0] == true)
    }
}
