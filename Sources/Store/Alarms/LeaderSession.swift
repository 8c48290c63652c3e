import FoundationEssentials
import Postgres

/// The connection of the daemon that leads, or waits to. The lock belongs to its session, and so does every statement about alarms: a daemon
/// that has lost the lock has lost the connection with it, and can write nothing any more.
///
/// One thread uses it.
public struct LeaderSession {
    let connection: Connection
    /// The hospital's day, by which ages are counted.
    let today: @Sendable () -> String

    /// The server drops a session whose leader's host vanished (TCP), or whose leader hangs, within this: another one takes over.
    private static let longestSilenceSeconds = 4
    /// No statement of a job that is run every second may take longer.
    private static let statementSeconds = 3

    public init(url: String, today: @escaping @Sendable () -> String = Database.today(in: .gmt)) throws {
        self.today = today
        connection = try Connection(url: url, application: "fajma-push leader")
        connection.answerTimeout = .seconds(Self.statementSeconds + 1)
        try connection.script(
            """
            SET idle_session_timeout = '\(Self.longestSilenceSeconds)s';
            SET statement_timeout = '\(Self.statementSeconds)s';
            SET tcp_keepalives_idle = 1; SET tcp_keepalives_interval = 1; SET tcp_keepalives_count = \(Self.longestSilenceSeconds - 1);
            SET tcp_user_timeout = '\(Self.longestSilenceSeconds)s';
            SET synchronous_commit = local
            """, statement: "connect")
    }

    /// After `PostgresError` of kind `deadlineExceeded`: the server hangs. What is under way is given up, and the lead with it.
    public func abandon() {
        if Connection.abandoned < Connection.abandonedLimit { connection.abandon() }
    }

    /// True: this session leads, from now on until it ends. To be asked until then, not after: the lock counts how often it was taken.
    public func lead() throws -> Bool { try connection.query("SELECT pg_try_advisory_lock($1)", [AdvisoryLock.leader])[0][0] }
}
