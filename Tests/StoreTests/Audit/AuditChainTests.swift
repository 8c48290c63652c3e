import Foundation
import Postgres
import Store
import TestDatabase
import Testing

/// The audit's chain, tampered with as only the tables' owner could.
@Suite struct AuditChainTests {
    let store: TestStore
    private let owner: Connection

    init() throws {
        store = try TestStore()
        owner = try store.connection()
        try owner.script("SELECT seal_audit(7)")  // more than one seal
        try owner.script("SELECT seal_audit(1000)")
    }

    /// The row's number in each place of the chain, from 1 on.
    private func ids() throws -> [Int] {
        try [0] + owner.query("SELECT audit_id FROM audit_chain ORDER BY position").map { try $0[0] as Int }
    }

    private func findings(_ heads: AuditHead...) throws -> [AuditFinding] {
        var findings: [AuditFinding] = []
        _ = try store.database.verifyAudit(heads: heads) { findings.append($0) }
        return findings
    }

    private func tamper(_ sql: String) throws {
        try owner.script("SET session_replication_role = replica")
        try owner.script(sql)
        try owner.script("SET session_replication_role = origin")
    }

    @Test("what nobody tampered with verifies: the same hash is computed for every sort of value") func sound() throws {
        try owner.script(
            """
            INSERT INTO audit (action, username, address, session, subject, before, after) VALUES
                ('a', '', NULL, '', 'é ’ 👩🏽‍⚕️', '{"b": 1.50, "a": ["\\u0001", null, 1e400]}', '"x:1,y"'),
                ('b', 'n', '', NULL, E'a\\nb', NULL, 'null');
            UPDATE audit SET at = at + interval '1 microsecond', user_id = -1, patient_id = 2147483647, once = 'x' WHERE action = 'a';
            SELECT seal_audit(1000)
            """)
        var reported = 0
        let summary = try store.database.verifyAudit { _ in reported += 1 }
        #expect(reported == 0 && summary.pending == 0)
        #expect(summary.sealed == (try owner.query("SELECT count(*) FROM audit")[0][0]) && summary.sealed > 15)
        #expect(try summary.head == store.database.auditHead())
        #expect(try findings(#require(summary.head)) == [])
        #expect(summary.head.flatMap { AuditHead("\($0)") } == summary.head)
    }

    struct Tampering: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let sql: String
        let expected: @Sendable ([Int]) -> [AuditFinding]

        init(_ name: String, _ sql: String, _ expected: @escaping @Sendable ([Int]) -> [AuditFinding]) {
            (testDescription, self.sql, self.expected) = (name, sql, expected)
        }
    }

    /// The row in place 5, 6, 7.
    private static let five = "(SELECT audit_id FROM audit_chain WHERE position = 5)"
    private static let six = "(SELECT audit_id FROM audit_chain WHERE position = 6)"
    private static let seven = "(SELECT audit_id FROM audit_chain WHERE position = 7)"

    static let tamperings = [
        Tampering("a changed cell", "UPDATE audit SET username = 'nobody' WHERE id = \(five)") { [.changed(id: $0[5], position: 5)] },
        Tampering("NULL made an empty text", "UPDATE audit SET address = '' WHERE id = \(five)") { [.changed(id: $0[5], position: 5)] },
        Tampering("a time moved by a microsecond", "UPDATE audit SET at = at + interval '1 microsecond' WHERE id = \(five)") {
            [.changed(id: $0[5], position: 5)]
        },
        Tampering(
            "a value moved to the next column",
            "UPDATE audit SET subject = NULL, session = subject WHERE id = \(five)"
        ) { [.changed(id: $0[5], position: 5)] },
        Tampering("two changed rows, one after the other", "UPDATE audit SET username = 'x' WHERE id IN (\(five), \(six))") {
            [.changed(id: $0[5], position: 5), .changed(id: $0[6], position: 6)]
        },
        Tampering("the last row changed", "UPDATE audit SET username = 'x' WHERE id = (SELECT max(audit_id) FROM audit_chain)") {
            [.changed(id: $0[$0.count - 1], position: $0.count - 1)]
        },
        Tampering("the time of sealing changed", "UPDATE audit_chain SET sealed_at = sealed_at - interval '1 s' WHERE position = 5") {
            [.changed(id: $0[5], position: 5)]
        },
        Tampering("a hash changed", "UPDATE audit_chain SET hash = sha256('x') WHERE position = 5") {
            [.hashChanged(id: $0[5], position: 5)]
        },
        Tampering("a removed row", "DELETE FROM audit WHERE id = \(five)") { [.removed(id: $0[5], position: 5)] },
        Tampering(
            "a removed row and its link", "DELETE FROM audit WHERE id = \(five); DELETE FROM audit_chain WHERE position = 5"
        ) { [.missing(positions: 5...5, after: $0[4], before: $0[6])] },
        Tampering(
            "the first rows and their links",
            "DELETE FROM audit WHERE id <= \(five); DELETE FROM audit_chain WHERE position <= 5"
        ) { [.missing(positions: 1...5, after: nil, before: $0[6])] },
        Tampering("a removed link", "DELETE FROM audit_chain WHERE position = 5") {
            [.missing(positions: 5...5, after: $0[4], before: $0[6]), .inserted(id: $0[5])]
        },
        Tampering(
            "an inserted row",
            "INSERT INTO audit (id, action, username) OVERRIDING SYSTEM VALUE VALUES (1000000, 'x', 'x')"
        ) { _ in [.inserted(id: 1_000_000)] },
        Tampering(
            "two rows that exchanged their contents",
            """
            UPDATE audit a SET (at, action, user_id, username, address, session, patient_id, subject, before, after, once)
                = (SELECT at, action, user_id, username, address, session, patient_id, subject, before, after, once FROM audit b
                    WHERE b.id = CASE a.id WHEN \(five) THEN \(seven) ELSE \(five) END)
            WHERE a.id IN (\(five), \(seven))
            """
        ) { [.reordered(id: $0[5], position: 5), .reordered(id: $0[7], position: 7)] },
        Tampering(
            "two rows that exchanged their links",
            """
            UPDATE audit_chain SET audit_id = -audit_id WHERE position IN (5, 7);
            UPDATE audit_chain c SET audit_id = -o.audit_id FROM audit_chain o
            WHERE (c.position, o.position) IN ((5, 7), (7, 5)) AND o.audit_id < 0 AND c.position = 5;
            UPDATE audit_chain SET audit_id = (SELECT id FROM audit a WHERE NOT EXISTS (SELECT FROM audit_chain WHERE audit_id = a.id))
            WHERE audit_id < 0
            """
        ) { [.reordered(id: $0[7], position: 5), .reordered(id: $0[5], position: 7)] },
        Tampering(
            "two neighbours that exchanged their positions",
            """
            UPDATE audit_chain SET position = -6 WHERE position = 5; UPDATE audit_chain SET position = 5 WHERE position = 6;
            UPDATE audit_chain SET position = 6 WHERE position = -6
            """
        ) { [.reordered(id: $0[6], position: 5), .reordered(id: $0[5], position: 6)] },
        Tampering("a row made pending again", "INSERT INTO audit_pending VALUES (\(five))") { [.pendingTwice(id: $0[5])] },
        Tampering("a pending number of no row", "INSERT INTO audit_pending VALUES (1000000)") { _ in [.removed(id: 1_000_000, position: nil)] },
    ]

    @Test("is found and named", arguments: tamperings) func tampered(_ tampering: Tampering) throws {
        let ids = try ids()
        try tamper(tampering.sql)
        #expect(try findings() == tampering.expected(ids))
        // The sealing goes on, and hides nothing.
        try owner.script("INSERT INTO audit (action, username) VALUES ('x', 'x'); SELECT seal_audit(1000)")
        #expect(try findings() == tampering.expected(ids) || tampering.testDescription == "the last row changed")
    }

    @Test("an end that was removed, or written anew, is found by a head kept elsewhere") func tail() throws {
        let head = try #require(try store.database.auditHead())
        try tamper(
            "DELETE FROM audit WHERE id IN (SELECT audit_id FROM audit_chain ORDER BY position DESC LIMIT 3);"
                + "DELETE FROM audit_chain WHERE position > \(head.position - 3)")
        #expect(try findings() == [])
        #expect(try findings(head) == [.headMissing(head)])
        try owner.script("INSERT INTO audit (action, username) SELECT 'x', 'x' FROM generate_series(1, 5); SELECT seal_audit(1000)")
        #expect(try findings() == [])
        #expect(try findings(head) == [.headDiffers(head)])
    }

    @Test("a row written into the past is a warning; rows that waited for the sealing are not") func misdated() throws {
        try tamper("INSERT INTO audit (action, username) SELECT 'waited', 'x' FROM generate_series(1, 3)")
        try tamper(
            """
            UPDATE audit SET at = at - interval '1 hour';
            DELETE FROM audit_chain;
            INSERT INTO audit_pending SELECT id FROM audit;
            SELECT seal_audit(2); SELECT seal_audit(1000)
            """)
        var found: [AuditFinding] = []
        let summary = try store.database.verifyAudit { found.append($0) }
        #expect(found == [] && summary.sealedAfterPause == summary.sealed)
        try owner.script("INSERT INTO audit (at, action, username) VALUES (now() - interval '2 hours', 'x', 'x'); SELECT seal_audit(1000)")
        let id: Int = try owner.query("SELECT max(id) FROM audit")[0][0]
        #expect(try findings() == [.misdated(id: id, position: summary.sealed + 1)])
    }

    @Test("who writes waits for nobody, and one chain without holes comes of it") func concurrent() throws {
        let database = store.database
        let (writers, each) = (8, 100)
        let patients = store.patients
        let writing: [@Sendable () throws -> Void] = (0..<writers).map { writer in
            {
                for number in 0..<each {
                    if number % 2 == 0 {
                        try database.record(.opened(patients[0].id), by: Author(name: "writer \(writer)"))
                    } else {
                        _ = try database.addWard(name: "W \(writer) \(number)", by: Author(name: "writer \(writer)"))
                    }
                }
            }
        }
        let sealing: @Sendable () throws -> Void = {
            while try database.auditHead()?.position ?? 0 < writers * each { _ = try database.sealAudit(most: 7) }
        }
        for outcome in atOnce(writing + [sealing, sealing]) { try outcome.get() }
        while try database.sealAudit(most: 100) > 0 {}
        var found: [AuditFinding] = []
        let summary = try database.verifyAudit { found.append($0) }
        #expect(found == [] && summary.pending == 0 && summary.head?.position == summary.sealed)
        #expect(try owner.query("SELECT count(*) FROM audit WHERE username LIKE 'writer %'")[0][0] == writers * each)
    }

    @Test("while one seals, another does nothing and does not wait") func oneAtATime() throws {
        try owner.script("INSERT INTO audit (action, username) VALUES ('x', 'x')")
        try owner.script("BEGIN; SELECT seal_audit(1)")
        #expect(try store.database.sealAudit(most: 10) == 0)
        try owner.script("COMMIT")
        #expect(try findings() == [])
    }

    @Test("who may only add to the audit has every row pending, can take none away and write no link") func definer() throws {
        let role = "auditor_\(getpid())_\(UInt32.random(in: 0 ... .max))"
        try owner.script(
            """
            CREATE ROLE \(role); GRANT USAGE ON SCHEMA public TO \(role);
            GRANT SELECT, INSERT (action, username) ON audit TO \(role); GRANT SELECT ON audit_chain TO \(role);
            GRANT EXECUTE ON FUNCTION seal_audit(integer) TO \(role)
            """)
        let application = try store.connection()
        try application.script("SET ROLE \(role); INSERT INTO audit (action, username) VALUES ('x', 'x')")
        #expect(try owner.query("SELECT count(*) FROM audit_pending")[0][0] == 1)
        for sql in [
            "UPDATE audit SET username = 'y'", "DELETE FROM audit", "TRUNCATE audit", "DELETE FROM audit_pending",
            "INSERT INTO audit_pending VALUES (1)", "INSERT INTO audit_chain SELECT * FROM audit_chain", "DELETE FROM audit_chain",
            "INSERT INTO audit (at, action, username) VALUES (now(), 'x', 'x')", "SELECT audit_pends()",
        ] {
            let error = #expect(throws: PostgresError.self) { try application.script(sql) }
            #expect(["42501", "0A000"].contains(error?.sqlState ?? ""), "\(sql): \(error?.sqlState ?? "")")
        }
        #expect(try application.query("SELECT seal_audit(10)")[0][0] == 1)
        try application.script("RESET ROLE")
        try owner.script("DROP OWNED BY \(role); DROP ROLE \(role)")
        #expect(try findings() == [])
    }
}
