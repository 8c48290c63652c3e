import Foundation
import Postgres
import TestDatabase
import Testing

@Suite struct PoolTests {
    @Test("who finds every connection lent waits, and is refused after the time-out") func exhausted() throws {
        let pool = Pool(url: try TestCluster.shared.newDatabase(), application: "tests", limit: 1, timeoutSeconds: 0.01)
        try pool.with { _ in
            #expect(throws: PostgresError(kind: .poolExhausted)) { try pool.with { _ in } }
        }
        try pool.with { try $0.query("SELECT 1") }
    }

    @Test("a waiting thread gets the connection that comes back") func waits() throws {
        let pool = Pool(url: try TestCluster.shared.newDatabase(), application: "tests", limit: 1, timeoutSeconds: 30)
        let (lent, done) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        Thread {
            try? pool.with { connection in
                lent.signal()
                try connection.query("SELECT pg_sleep(0.05)")
            }
            done.signal()
        }.start()
        lent.wait()
        #expect(try pool.with { try $0.query("SELECT 7")[0][0] } == 7)
        done.wait()
    }

    @Test("a connection that broke or was left in a transaction is not lent again") func broken() throws {
        let pool = Pool(url: try TestCluster.shared.newDatabase(), application: "tests", limit: 1)
        let first: Int = try pool.with { connection in
            try connection.script("BEGIN")
            return try connection.query("SELECT pg_backend_pid()")[0][0]
        }
        let second: Int = try pool.with { try $0.query("SELECT pg_backend_pid()")[0][0] }
        #expect(first != second)
        try Connection(url: TestCluster.shared.url(database: "postgres"), application: "tests")
            .query("SELECT pg_terminate_backend($1, 5000)", [Int32(second)])
        #expect(try pool.with { try $0.query("SELECT 7")[0][0] } == 7)
    }
}
