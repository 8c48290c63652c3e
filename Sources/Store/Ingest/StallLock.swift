import Dispatch
import Foundation
import Logging
import Postgres

/// Tells the other daemon, through the database, that reports of this process are not stored although the database commits: its disk is full,
/// or it refuses them otherwise. `CommitProbe` asks whether somebody holds this lock. It belongs to a connection: a process that dies tells nothing.
// Sendable: the thread alone uses what changes.
public final class StallLock: @unchecked Sendable {
    private static let periodSeconds = 0.25
    /// One batch that failed is no stall: the next one comes within a second.
    private static let stalledSeconds = 1.0
    /// Where no device tries any more there is nothing that is not stored. A batch is given up after 5 s, and the next one comes soon.
    private static let untriedSeconds = 15.0

    private let url: String
    private let application: String
    private let ingest: Ingest
    private let stopping = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    public init(url: String, application: String, ingest: Ingest) {
        (self.url, self.application, self.ingest) = (url, application, ingest)
        let thread = Thread { [self] in
            run()
            ended.signal()
        }
        thread.name = "stall lock"
        thread.start()
    }

    /// Returns when the thread has ended. Call once.
    public func stop() {
        stopping.signal()
        ended.wait()
    }

    private func run() {
        var holder: Connection?
        var stalledSince: DispatchTime?
        var (failures, failedAt) = (0, DispatchTime.now())
        repeat {
            if ingest.measures.errors.total != failures { (failures, failedAt) = (ingest.measures.errors.total, .now()) }
            stalledSince = ingest.isStalled && .now() < failedAt + Self.untriedSeconds ? stalledSince ?? .now() : nil
            let isStalled = stalledSince.map { .now() >= $0 + Self.stalledSeconds } ?? false
            if !isStalled { holder = nil } else if holder?.isAlive != true { holder = try? hold() }
        } while stopping.wait(timeout: .now() + Self.periodSeconds) == .timedOut
    }

    /// Where the database cannot even be asked, the probe finds that by itself.
    private func hold() throws -> Connection {
        let connection = try Connection(url: url, application: application)
        connection.answerTimeout = .seconds(1)
        try connection.query("SELECT pg_advisory_lock_shared($1)", [AdvisoryLock.stalled])
        return connection
    }
}

extension Connection {
    /// Whether a process tells that reports are not stored: as a condition in SQL.
    public static let isStalledSQL = """
        EXISTS (
            SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND (classid::bigint << 32) + objid::bigint = \(AdvisoryLock.stalled))
        """
}
