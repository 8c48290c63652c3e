import Foundation
import Postgres
import Synchronization
import TestDatabase
import Testing

/// A server that hangs: its process is stopped, its connection stays open.
@Suite struct HangingPoolTests {
    private static let answerSeconds = 1.5

    /// The server's process for the pool's connection, stopped.
    private func stop(_ pool: Pool) throws -> pid_t {
        let process: Int = try pool.with { try $0.query("SELECT pg_backend_pid()::bigint")[0][0] }
        #expect(kill(pid_t(process), SIGSTOP) == 0)
        return pid_t(process)
    }

    @Test("A statement that is not answered is given up in time; it is told once, and once when the server answers again") func hangs() throws {
        let told = Mutex<[String]>([])
        let pool = Pool(
            url: try TestCluster.shared.newDatabase(), application: "tests", limit: 2, answerSeconds: Self.answerSeconds,
            changed: { change in
                switch change {
                case .answers: told.withLock { $0.append("answers") }
                case .hangs(let error): told.withLock { $0.append("\(error.kind)") }
                }
            })
        let process = try stop(pool)
        defer { kill(process, SIGCONT) }
        let begun = ContinuousClock.now
        #expect(throws: PostgresError(kind: .deadlineExceeded, statement: "asked")) { try pool.with { try $0.query("SELECT 1", statement: "asked") } }
        #expect((Duration.seconds(Self.answerSeconds)...Duration.seconds(Self.answerSeconds + 1)).contains(.now - begun))
        #expect(told.withLock { $0 } == ["deadlineExceeded"])
        // Another process of the server answers.
        #expect(try pool.with { try $0.query("SELECT 7")[0][0] } == 7)
        #expect(told.withLock { $0 } == ["deadlineExceeded", "answers"])
    }

    @Test("While it hangs one tries, and all others are refused at once") func others() throws {
        let pool = Pool(url: try TestCluster.shared.newDatabase(), application: "tests", limit: 4, answerSeconds: Self.answerSeconds)
        let process = try stop(pool)
        defer { kill(process, SIGCONT) }
        #expect(throws: PostgresError.self) { try pool.with { try $0.query("SELECT 1") } }
        try pool.with { _ in
            let begun = ContinuousClock.now
            #expect(throws: PostgresError(kind: .deadlineExceeded, statement: "connect")) { try pool.with { _ in } }
            #expect(.now - begun < .seconds(Self.answerSeconds / 2))
        }
        try pool.with { try $0.query("SELECT 1") }
    }

    @Test("A statement that is only slow is ended by the server, and the connection stays") func slow() throws {
        let pool = Pool(url: try TestCluster.shared.newDatabase(), application: "tests", limit: 1, answerSeconds: Self.answerSeconds)
        let first: Int = try pool.with { try $0.query("SELECT pg_backend_pid()::bigint")[0][0] }
        let error = #expect(throws: PostgresError.self) { try pool.with { try $0.query("SELECT pg_sleep(60)", statement: "asked") } }
        #expect(error?.kind == .refused && error?.sqlState == "57014" && error?.statement == "asked")
        #expect(try pool.with { try $0.query("SELECT pg_backend_pid()::bigint")[0][0] } == first)
    }
}
