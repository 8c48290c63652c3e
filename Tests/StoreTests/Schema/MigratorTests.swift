import Foundation
import Postgres
import TestDatabase
import Testing

@testable import Store

@Suite struct MigratorTests {
    @Test("migrating twice changes nothing the second time") func idempotent() throws {
        let url = try TestCluster.shared.newDatabase()
        #expect(try Migrator(url: url).migrate().first == "initial")
        #expect(try Migrator(url: url).migrate() == [])
    }

    @Test("two that migrate at once do not disturb each other") func twice() async throws {
        let url = try TestCluster.shared.newDatabase()
        let applied = try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 0..<2 { group.addTask { try Migrator(url: url).migrate() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(applied.filter(\.isEmpty).count == 1)
    }

    @Test("a program refuses an older schema and says what to run") func olderSchema() throws {
        let url = try TestCluster.shared.newDatabase()
        let database = Database(url: url, application: "tests", connections: 1)
        let error = #expect(throws: SchemaTooOld.self) { try database.checkSchema() }
        #expect(error?.description.contains("fajma migrate") == true)
        _ = try Migrator(url: url).migrate()
        try database.checkSchema()
    }

    @Test("a migration that was changed after it was applied is refused, by name, and so is a program of another schema") func changed() throws {
        let url = try TestCluster.shared.newDatabase()
        _ = try Migrator(url: url).migrate()
        let connection = try Connection(url: url, application: "tests")
        try connection.script(#"UPDATE schema_migrations SET digest = '\x00' WHERE version = 2"#)
        let error = #expect(throws: Misconfiguration.self) { try Migrator(url: url).migrate() }
        #expect(error?.description.hasPrefix("migration 2 (people) differs") == true)
        let refusal = #expect(throws: SchemaTooOld.self) { try Database(url: url, application: "tests", connections: 1).checkSchema() }
        #expect(refusal?.description.hasPrefix("migration 2 differs") == true)
    }

    @Test("a database that was migrated before digests were stored gets them, and is accepted before") func adopted() throws {
        let url = try TestCluster.shared.newDatabase()
        _ = try Migrator(url: url).migrate()
        let connection = try Connection(url: url, application: "tests")
        try connection.script("ALTER TABLE schema_migrations DROP COLUMN digest")
        let database = Database(url: url, application: "tests", connections: 1)
        try database.checkSchema()
        #expect(try Migrator(url: url).migrate() == [])
        #expect(try connection.query("SELECT count(*) FROM schema_migrations WHERE digest IS NULL")[0][0] == 0)
        try database.checkSchema()
    }

    /// The list is what `sha256sum *.sql` prints in `Sources/Store/SQL/migrations`: a new migration adds its line, and no line changes.
    @Test("every migration is the text that was committed, and they are numbered without a gap") func frozen() throws {
        let list = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("migrations.sha256")
        let names = EmbeddedText.migrations.map(\.name)
        let lines = zip(Migrations.migrations, names).map { "\($0.hexDigest)  \($1).sql\n" }
        #expect(try String(contentsOf: list, encoding: .utf8) == lines.joined())
        #expect(names.map { $0.prefix(6) } == names.indices.map { "m\(String(10_001 + $0).dropFirst())_" })
        #expect(Migrations.migrations.map(\.name).prefix(4) == ["initial", "people", "alarms", "alarm care"])
    }

    @Test("every advisory lock that SQL takes by name stands in the one list of locks") func locks() throws {
        let taken = Migrations.routines.flatMap { $0.sql.matches(of: /hashtext\('([^']*)'\)/).map { String($0.1) } }
        #expect(Set(taken).isSubset(of: AdvisoryLock.named) && taken.count >= 4)
    }

    @Test("a reading of a day without a partition is kept, and moves into its day's once there is one") func partitions() throws {
        let store = try TestStore()
        let connection = try store.connection()
        try connection.script(
            """
            DO $$ BEGIN EXECUTE 'DROP TABLE readings_' || to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDD'); END $$;
            INSERT INTO readings VALUES (1, 1, now(), 1, 97, now()), (1, 1, now() - interval '400 days', 1, 96, now());
            """)
        #expect(try connection.query("SELECT count(*) FROM ONLY readings_default")[0][0] == 2)
        try store.database.makePartitions()
        #expect(try connection.query("SELECT count(*) FROM ONLY readings_default")[0][0] == 1)
        #expect(try store.stored() == 2)
    }

    @Test("partitions are not waited for behind a long reader, because everybody would wait behind them") func longReader() throws {
        let store = try TestStore()
        let (maker, reader) = (try store.connection(), try store.connection())
        try reader.script("BEGIN; SELECT count(*) FROM readings")
        let error = #expect(throws: PostgresError.self) { try maker.query("SELECT make_partitions(40)") }
        #expect(error?.sqlState == "55P03")
        try reader.script("ROLLBACK")
        #expect(try maker.query("SELECT make_partitions(40)")[0][0] == 26)
    }

    /// FAJMA_WRITE_SCHEMA=1 writes the file anew, for review.
    @Test("the committed schema is what the migrations make") func dump() throws {
        let url = try TestCluster.shared.newDatabase()
        _ = try Migrator(url: url).migrate()
        let dump = Process()
        let output = Pipe()
        dump.executableURL = URL(fileURLWithPath: "/usr/bin/pg_dump")
        dump.arguments = ["--schema-only", "--no-owner", "--exclude-table=readings_2*", url]
        dump.standardOutput = output
        try dump.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        dump.waitUntilExit()
        #expect(dump.terminationStatus == 0)
        // What differs by version of pg_dump, or says nothing.
        let schema =
            text.split(separator: "\n", omittingEmptySubsequences: true)
            .filter { !$0.hasPrefix("--") && !$0.hasPrefix("SET ") && !$0.hasPrefix("SELECT pg_catalog.set_config") && !$0.hasPrefix("\\") }
            .joined(separator: "\n") + "\n"
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../Sources/Store/SQL/schema.sql")
        if ProcessInfo.processInfo.environment["FAJMA_WRITE_SCHEMA"] != nil {
            try schema.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == schema)
    }
}
