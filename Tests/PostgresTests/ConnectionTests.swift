import Postgres
import TestDatabase
import Testing

@Suite struct ConnectionTests {
    let connection: Connection

    init() throws {
        connection = try Connection(url: TestCluster.shared.newDatabase(), application: "tests")
    }

    @Test("every type comes back as it was sent, NULL included") func roundTrip() throws {
        let row = try connection.query(
            "SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10::text",
            [
                true, 1 << 40, Int32(-7), Int16(9), 36.6, "l'élève; DROP TABLE x --", Bytes([0, 255]),
                Timestamp(microseconds: 1_795_358_598_250_000), [1, nil, 3] as [Int?], nil as String?,
            ])[0]
        #expect(try row[0] == true)
        #expect(try row[1] == 1 << 40)
        #expect(try row[2] == -7)
        #expect(try row[3] as Int16 == 9)
        #expect(try row[4] == 36.6)
        #expect(try row[5] == "l'élève; DROP TABLE x --")
        #expect(try row[6] == Bytes([0, 255]))
        #expect(try row[7] == Timestamp(microseconds: 1_795_358_598_250_000))
        #expect(try row[8] == [1, nil, 3] as [Int?])
        #expect(try row[9] as String? == nil)
        #expect(throws: PostgresError(kind: .decoding)) { let _: String = try row[9] }
        #expect(throws: PostgresError(kind: .decoding)) { let _: String = try row[1] }
    }

    @Test("an empty array and an empty string are not NULL") func empty() throws {
        let row = try connection.query("SELECT cardinality($1::bigint[]), $2 = ''", [[] as [Int], ""])[0]
        #expect(try row[0] == 0)
        #expect(try row[1] == true)
    }

    private func whyNot(_ url: String) -> String {
        do {
            _ = try Connection(url: url, application: "tests")
            return "connected"
        } catch {
            return (error as? PostgresError)?.reason ?? "\(error)"
        }
    }

    @Test("why there is no connection is told in the words of libpq or the server, on one line") func whyNoConnection() {
        #expect(whyNot(TestCluster.shared.url(database: "no_such")).contains("does not exist"))
        #expect(whyNot("postgresql://fajma@127.0.0.1:1/fajma").contains("Connection refused"))
        #expect(whyNot("postgresql://fajma@no-such-host.invalid/fajma").contains("no-such-host.invalid"))
        #expect(!whyNot("postgresql://fajma@127.0.0.1:1,127.0.0.1:2/fajma").contains("\n"))
    }

    @Test(
        "neither a password nor a connection string that cannot be read is told",
        arguments: [
            "postgresql://fajma:se%cret@127.0.0.1:1/fajma", "postgresql://fajma:se#cret@127.0.0.1:1/fajma",
            "postgresql://fajma:secret@127.0.0.1:1/fajma?a",
            "postgresql://fajma:secret@[::1/fajma", "host=127.0.0.1 port=1 password='secret", "postgresql://fajma:refused@127.0.0.1:1/fajma",
            "postgresql://fajma@127.0.0.1:1/fajma?password=refused&sslpassword=secret",
        ])
    func noPassword(url: String) {
        let reason = whyNot(url)
        #expect(!reason.isEmpty && !reason.contains("secret") && !reason.contains("cret@"))
        // The word is libpq's own, too.
        if url.contains("refused") { #expect(!reason.contains("refused")) }
    }

    @Test("that the server is read-only is told in the server's words") func whyRefused() throws {
        try connection.script("CREATE TABLE t (id bigint)")
        do {
            try connection.script("BEGIN; SET TRANSACTION READ ONLY; INSERT INTO t VALUES (1)")
            Issue.record("a read-only transaction wrote")
        } catch let error as PostgresError {
            #expect(error.sqlState == "25006" && error.reason.contains("read-only"))
        }
    }

    @Test("a refused statement names SQLSTATE, constraint and caller, and never what was sent") func refused() throws {
        try connection.script("CREATE TABLE t (id bigint CONSTRAINT t_pkey PRIMARY KEY, name text)")
        try connection.query("INSERT INTO t VALUES ($1, $2)", [1, "Dupont"])
        let error = #expect(throws: PostgresError.self) {
            try connection.query("INSERT INTO t VALUES ($1, $2)", [1, "Martin"])
        }
        #expect(error == PostgresError(kind: .refused, sqlState: "23505", constraint: "t_pkey", statement: "refused()"))
        #expect(error?.description.contains("Martin") == false)
        #expect(try connection.query("SELECT count(*) FROM t")[0][0] == 1)
    }

    @Test("a transaction that throws leaves nothing and the connection usable") func rollback() throws {
        struct Stop: Error {}
        try connection.script("CREATE TABLE t (id bigint)")
        #expect(throws: Stop.self) {
            try connection.transaction { connection in
                try connection.query("INSERT INTO t VALUES (1)")
                throw Stop()
            }
        }
        #expect(try connection.query("SELECT count(*) FROM t")[0][0] == 0)
    }

    @Test("a pipeline answers each statement in order, and is one transaction") func pipeline() throws {
        try connection.script("CREATE TABLE t (id bigint)")
        let results = try connection.pipeline {
            $0.query("INSERT INTO t VALUES ($1)", [1])
            $0.query("SELECT count(*) FROM t")
        }
        #expect(results[0].affectedRows == 1)
        #expect(try results[1][0][0] == 1)
        #expect(throws: PostgresError.self) {
            try connection.pipeline {
                $0.query("INSERT INTO t VALUES ($1)", [2])
                $0.query("SELECT 1 / 0")
                $0.query("INSERT INTO t VALUES ($1)", [3])
            }
        }
        #expect(try connection.query("SELECT count(*) FROM t")[0][0] == 1)
    }

    @Test("a statement that failed to prepare can be tried again once it is right") func prepareAgain() throws {
        #expect(throws: PostgresError.self) { try connection.query("SELECT id FROM later") }
        try connection.script("CREATE TABLE later (id bigint)")
        #expect(try connection.query("SELECT id FROM later").isEmpty)
    }

    @Test("a statement whose values are refused is prepared once, however often") func refusedValues() throws {
        for _ in 0..<3 {
            #expect(throws: PostgresError.self) { try connection.query("SELECT 1 / $1::bigint", [0]) }
        }
        #expect(try connection.query("SELECT 1 / $1::bigint", [1])[0][0] == 1)
        let prepared: Int = try connection.query("SELECT count(*) FROM pg_prepared_statements WHERE statement = $1", ["SELECT 1 / $1::bigint"])[0][0]
        #expect(prepared == 1)
    }

    @Test("a pipeline larger than every socket buffer does not block") func large() throws {
        let numbers = Array(0..<200_000)
        let results = try connection.pipeline {
            for _ in 0..<4 { $0.query("SELECT unnest($1::bigint[])", [numbers]) }
        }
        #expect(results.map(\.count) == [200_000, 200_000, 200_000, 200_000])
        #expect(try results[3][199_999][0] == 199_999)
    }

    @Test("a connection that the server ended says so") func ended() throws {
        let pid: Int = try connection.query("SELECT pg_backend_pid()")[0][0]
        #expect(connection.isAlive)
        let error = #expect(throws: PostgresError.self) { try connection.query("SELECT pg_terminate_backend($1)", [Int32(pid)]) }
        #expect(error?.isAway == true)
        #expect(!connection.isAlive)
    }

    @Test("no server is an error of its own") func noServer() {
        let error = #expect(throws: PostgresError.self) { try Connection(url: "postgresql:///x?host=/nonexistent", application: "tests") }
        #expect(error?.kind == .connectionLost && error?.statement == "connect" && error?.reason.contains("No such file") == true)
    }
}
