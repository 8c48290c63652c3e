import Postgres
import TestDatabase
import Testing

@Suite struct CopyTests {
    let source: Connection
    let target: Connection

    init() throws {
        source = try Connection(url: TestCluster.shared.newDatabase(), application: "tests")
        target = try Connection(url: TestCluster.shared.newDatabase(), application: "tests")
        try target.script("CREATE TABLE t (n integer, s text)")
    }

    private var count: Int { get throws { try target.query("SELECT count(*) FROM t")[0][0] } }

    @Test("rows arrive as they are, and are counted") func rows() throws {
        let query = #"SELECT n, CASE WHEN n % 3 > 0 THEN E'a\tb\n\\' || n || 'é' END FROM generate_series(1, 10000) AS n"#
        #expect(try source.copy("COPY (\(query)) TO STDOUT", to: target, "COPY t FROM STDIN") == 10_000)
        let digest = "SELECT md5(string_agg(n || coalesce(s, 'NULL'), ',' ORDER BY n)) FROM"
        #expect(try target.query("\(digest) t")[0][0] as String == source.query("\(digest) (\(query)) AS q (n, s)")[0][0])
        #expect(try source.copy("COPY (SELECT 1, '' WHERE false) TO STDOUT", to: target, "COPY t FROM STDIN") == 0)
    }

    @Test(
        "after an error on either side nothing has arrived, and both connections go on",
        arguments: [
            ("COPY (SELECT FROM nowhere) TO STDOUT", "COPY t FROM STDIN", "42P01"),
            ("COPY (SELECT 1) TO STDOUT", "COPY nowhere FROM STDIN", "42P01"),
            ("COPY (SELECT n, (1 / (9000 - n))::text FROM generate_series(1, 10000) AS n) TO STDOUT", "COPY t FROM STDIN", "22012"),
            ("COPY (SELECT 'a secret', n FROM generate_series(1, 10000) AS n) TO STDOUT", "COPY t FROM STDIN", "22P02"),
        ])
    func errors(from: String, into: String, state: String) throws {
        let error = #expect(throws: PostgresError.self) { try source.copy(from, to: target, into) }
        #expect(error?.sqlState == state && error?.description.contains("secret") == false)
        #expect(try count == 0)
        #expect(try source.copy("COPY (SELECT 1, 'x') TO STDOUT", to: target, "COPY t FROM STDIN") == 1)
        #expect(try count == 1)
        #expect(try source.query("SELECT 1")[0][0] == 1)
    }

    @Test("a password is found in every form of a connection string that libpq reads") func password() {
        for text in [
            "postgresql://a:b@host/d", "postgres://a:%20@host", "host=h password=p", "postgresql://host/d?password=p", "password='it is'",
            "postgresql://host/d?sslpassword=p",
        ] {
            #expect(ConnectionText.hasPassword(text), "\(text)")
        }
        for text in [
            "postgresql://a@host/d", "postgresql://a:@host/d", "service=old", "host=h user=password", "postgresql:///d?host=/run/password",
            "password=",
            "not a connection string",
        ] {
            #expect(!ConnectionText.hasPassword(text), "\(text)")
        }
    }
}
