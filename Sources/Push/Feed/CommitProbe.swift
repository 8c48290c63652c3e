import Clinical
import Dispatch
import Foundation
import Logging
import Postgres
import Store
import Synchronization

/// Asks the database once a second whether it stores what devices report: by a commit of its own that waits for what theirs wait for, the
/// synchronous standby and a lock on the readings, and by whether a process of the API says that its reports are refused.
///
/// Hearing the database is not enough: one that cannot commit says nothing, and screens would take its silence for a quiet ward.
// Sendable: the thread alone uses what changes; `storing` has its lock.
public final class CommitProbe: @unchecked Sendable {
    private static let periodSeconds = 1.0
    /// As long as a batch of readings may take.
    private static let deadline = Duration.seconds(5)

    /// What devices report is not stored, as a process says that receives it.
    private struct ReportsRefused: Error, CustomStringConvertible {
        let description = "the database refuses the reports, see the log of fajma-api"
    }

    private enum State {
        /// Since this process started.
        case always
        case again(since: DispatchTime)
        case stalled
    }

    private struct Storing {
        var state = State.always
        /// The last time that it did.
        var storedAt: Instant
        var interruption: Interruption?
    }

    private let url: String
    private let logger: Logger
    private let committed: @Sendable () -> Void
    private let stalled: @Sendable () -> Void
    private let now: @Sendable () -> Instant
    private let stopping = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)
    private let storing: Mutex<Storing>

    public init(url: String, daemon: Daemon, logger: Logger, now: @escaping @Sendable () -> Instant) {
        self.url = url
        self.logger = logger
        self.now = now
        storing = Mutex(Storing(storedAt: now()))
        committed = { daemon.databaseCommitted() }
        stalled = { daemon.databaseStalled() }
        committed()  // from now on it is expected
        let thread = Thread { [self] in
            run()
            ended.signal()
        }
        thread.name = "commit probe"
        thread.start()
    }

    /// For how many seconds the database has stored since it last did not; infinity: it always did while this process ran. Nil: it does not.
    public var storingSeconds: Double? {
        switch storing.withLock({ $0.state }) {
        case .always: .infinity
        case .again(let since): Double(DispatchTime.now().uptimeNanoseconds - since.uptimeNanoseconds) / 1e9
        case .stalled: nil
        }
    }

    /// The last time in which it did not; nil: it always did.
    public var interruption: Interruption? { storing.withLock { $0.interruption } }

    /// Returns when the thread has ended. Call once.
    public func stop() {
        stopping.signal()
        ended.wait()
    }

    private func run() {
        var connection: Connection?
        repeat {
            do {
                if connection?.isAlive != true {
                    guard Connection.abandoned < Connection.abandonedLimit else { throw PostgresError(kind: .deadlineExceeded, statement: "connect") }
                    connection = try Connection(url: url, application: "fajma-push probe")
                }
                try connection.map(probe)
                committed()
                if !isStoring(true) { logger.notice("the database stores readings again") }
            } catch {
                if error is ReportsRefused {
                    stalled()
                } else {
                    if (error as? PostgresError)?.kind == .deadlineExceeded { connection?.abandon() }
                    connection = nil
                }
                if isStoring(false) { logger.error("the database does not store readings", metadata: ["why": "\(error)"]) }
            }
        } while stopping.wait(timeout: .now() + Self.periodSeconds) == .timedOut
    }

    /// Whether it did so far.
    private func isStoring(_ stores: Bool) -> Bool {
        let now = now()
        return storing.withLock { storing in
            let did = if case .stalled = storing.state { false } else { true }
            if stores {
                if !did {
                    storing.interruption?.until = now
                    storing.state = .again(since: .now())
                }
                storing.storedAt = now
            } else if did {
                storing.interruption = Interruption(since: storing.storedAt)
                storing.state = .stalled
            }
            return did
        }
    }

    private func probe(_ connection: Connection) throws {
        connection.deadline = .now + Self.deadline
        let results = try connection.pipeline {
            $0.query("BEGIN")
            $0.query("LOCK TABLE ONLY readings IN ROW EXCLUSIVE MODE")  // as an insertion takes it
            // Makes it a commit that is written, and so waited for: one that changed nothing, or only notifies, is not.
            $0.query("SELECT pg_logical_emit_message(true, 'fajma', '')")
            $0.query("COMMIT")
            $0.query("SELECT \(Connection.isStalledSQL)")
        }
        if try results[4][0][0] { throw ReportsRefused() }
    }
}
