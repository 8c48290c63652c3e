import Foundation

/// A few connections, lent to one thread each. Opened when needed, up to a limit; who finds none free waits, up to a time.
// Sendable by the lock: everything that changes is read and written under `free`.
public final class Pool: @unchecked Sendable {
    private let url: String
    private let application: String
    private let limit: Int
    private let timeoutSeconds: Double
    /// Nothing that is asked for on a person's behalf may take longer, or a few slow questions hold every connection.
    private static let statementSeconds = 10
    private let free = NSCondition()
    private var idle: [Connection] = []
    private var open = 0
    /// What whoever borrowed a connection met with.
    public let errors = ErrorCounts()

    public init(url: String, application: String, limit: Int, timeoutSeconds: Double = 2) {
        self.url = url
        self.application = application
        self.limit = limit
        self.timeoutSeconds = timeoutSeconds
    }

    /// Lends a connection to `body`. One that broke, or comes back inside a transaction, is closed instead of kept.
    ///
    /// - Throws: what `body` throws; `PostgresError` of kind `poolExhausted` or `connectionLost`.
    @discardableResult
    public func with<T>(_ body: (Connection) throws -> T) throws -> T {
        do {
            let connection = try take()
            defer { giveBack(connection) }
            return try body(connection)
        } catch {
            errors.count(error)
            throw error
        }
    }

    private func take() throws -> Connection {
        let deadline = Date(timeIntervalSinceNow: timeoutSeconds)
        free.lock()
        while true {
            while let connection = idle.popLast() {
                if connection.isAlive {
                    free.unlock()
                    return connection
                }
                open -= 1  // the server closed it while it lay idle
            }
            if open < limit { break }
            if !free.wait(until: deadline) {
                free.unlock()
                throw PostgresError(kind: .poolExhausted)
            }
        }
        open += 1
        free.unlock()
        do {
            let connection = try Connection(url: url, application: application)
            try connection.script("SET statement_timeout = '\(Self.statementSeconds)s'", statement: "connect")
            return connection
        } catch {
            free.withLock {
                open -= 1
                free.signal()
            }
            throw error
        }
    }

    private func giveBack(_ connection: Connection) {
        free.withLock {
            if connection.isAlive && !connection.inTransaction { idle.append(connection) } else { open -= 1 }
            free.signal()
        }
    }
}
