import CPostgres
import Foundation

/// Listens to channels on a connection and a thread of its own, for ever: it tells when it listens, what it heard, when it lost
/// the server, and then tries again.
///
/// What is sent while it is away is not heard: after each `ready`, whoever needs the state reads it.
// Sendable: the thread alone uses the connection; `stop` only writes to a pipe.
public final class Listener: @unchecked Sendable {
    public enum Event: Sendable {
        /// Listening from now on. What committed before may have gone unheard.
        case ready
        case notified(channel: String, payload: String)
        /// The server has said something: it is there. At least once in `heartbeatMilliseconds` while nothing else is said.
        case alive
        case lost(PostgresError)
    }

    private let url: String
    private let application: String
    private let channels: [String]
    private let handler: @Sendable (Event) -> Void
    private let wake = Pipe()
    private let ended = DispatchSemaphore(value: 0)
    /// An idle connection is asked for a sign of life this often: a server that hangs sends no end of file.
    private static let heartbeatMilliseconds: Int32 = 1_000
    private static let answerMilliseconds: Int32 = 5_000

    public init(url: String, application: String, channels: [String], handler: @escaping @Sendable (Event) -> Void) {
        self.url = url
        self.application = application
        self.channels = channels
        self.handler = handler
    }

    public func start() {
        let thread = Thread { [self] in
            run()
            ended.signal()
        }
        thread.name = "listener"
        thread.start()
    }

    /// Ends the thread; returns when it has ended. Call once, after `start`.
    public func stop() {
        try? wake.fileHandleForWriting.close()
        ended.wait()
    }

    private func run() {
        var backoff = Backoff(firstSeconds: 0.1, limitSeconds: 1)
        while true {
            do {
                let connection = try Connection(url: url, application: application)
                try connection.script(channels.map { "LISTEN \($0)" }.joined(separator: ";"), statement: "listen")
                handler(.ready)
                backoff.reset()
                try hear(connection)
                return
            } catch {
                handler(.lost(error as? PostgresError ?? PostgresError(kind: .connectionLost)))
            }
            if wait(for: nil, milliseconds: Int32(backoff.delay() * 1000)) == .stopped { return }
        }
    }

    /// Returns when stopped.
    private func hear(_ connection: Connection) throws {
        while true {
            while let notification = PQnotifies(connection.handle) {
                defer { PQfreemem(notification) }
                handler(
                    .notified(
                        channel: String(cString: notification.pointee.relname),
                        payload: String(cString: notification.pointee.extra)))
            }
            switch wait(for: connection, milliseconds: Self.heartbeatMilliseconds) {
            case .stopped: return
            case .idle: if try askForLife(connection) == .stopped { return }
            case .readable: try consume(connection)
            }
        }
    }

    /// Asks, and waits for the answer no longer than `answerMilliseconds`: libpq itself would wait for ever.
    private func askForLife(_ connection: Connection) throws -> Wakeup {
        guard PQsendQuery(connection.handle, "SELECT 1") == 1 else { throw Self.lost }
        while true {
            while PQisBusy(connection.handle) == 0 {
                guard let result = PQgetResult(connection.handle) else { return .idle }
                PQclear(result)
            }
            switch wait(for: connection, milliseconds: Self.answerMilliseconds) {
            case .stopped: return .stopped
            case .idle: throw Self.lost
            case .readable: try consume(connection)
            }
        }
    }

    private func consume(_ connection: Connection) throws {
        guard PQconsumeInput(connection.handle) == 1 else { throw Self.lost }
        handler(.alive)
    }

    private static let lost = PostgresError(kind: .connectionLost, statement: "listen")

    private enum Wakeup { case stopped, idle, readable }

    private func wait(for connection: Connection?, milliseconds: Int32) -> Wakeup {
        let stop = wake.fileHandleForReading.fileDescriptor
        var descriptors = [pollfd(fd: stop, events: Int16(POLLIN), revents: 0)]
        if let connection { descriptors.append(pollfd(fd: PQsocket(connection.handle), events: Int16(POLLIN), revents: 0)) }
        let count = poll(&descriptors, nfds_t(descriptors.count), milliseconds)
        if descriptors[0].revents != 0 { return .stopped }
        return count > 0 ? .readable : .idle
    }
}
