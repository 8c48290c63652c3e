import Foundation

/// A few connections, lent to one thread each. Opened when needed, up to a limit; who finds none free waits, up to a time.
///
/// With `answerSeconds` a server that hangs holds no thread for longer: the connection is given up, and until the server has answered
/// somebody, one borrower at a time tries and all others are refused at once.
// Sendable by the lock: everything that changes is read and written under `free`.
public final class Pool: @unchecked Sendable {
    /// Whether the server answers, told when that changes: true, or why not.
    public enum Change: Sendable {
        case answers
        case hangs(PostgresError)
    }

    private let url: String
    private let application: String
    private let limit: Int
    private let timeoutSeconds: Double
    /// How long a statement may go unanswered; nil: for ever.
    private let answerSeconds: Double?
    private let changed: @Sendable (Change) -> Void
    /// Nothing that is asked for on a person's behalf may take longer, or a few slow questions hold every connection.
    private static let statementSeconds = 10.0
    /// The server gives up a slow statement by itself so long before the connection is given up: what then exceeds `answerSeconds` hangs.
    private static let marginSeconds = 0.5
    /// A connection that was refused sooner than this was not waited for.
    private static let refusedWithinSeconds = 1.0
    private let free = NSCondition()
    private var idle: [Connection] = []
    private var open = 0
    /// The server left somebody without an answer, and has answered nobody since.
    private var isHanging = false
    /// Somebody tries whether it answers again.
    private var isTrying = false
    /// What whoever borrowed a connection met with.
    public let errors = ErrorCounts()

    public init(
        url: String, application: String, limit: Int, timeoutSeconds: Double = 2, answerSeconds: Double? = nil,
        changed: @escaping @Sendable (Change) -> Void = { _ in }
    ) {
        self.url = url
        self.application = application
        self.limit = limit
        self.timeoutSeconds = timeoutSeconds
        self.answerSeconds = answerSeconds
        self.changed = changed
    }

    /// Lends a connection to `body`. One that broke, or comes back inside a transaction, is closed instead of kept.
    ///
    /// - Throws: what `body` throws; `PostgresError` of kind `poolExhausted`, `connectionLost` or `deadlineExceeded`.
    @discardableResult
    public func with<T>(_ body: (Connection) throws -> T) throws -> T {
        if let held = Held.current, held.pool === self { return try body(held.connection) }
        do {
            let connection = try take()
            defer { giveBack(connection) }
            do {
                let value = try body(connection)
                ended(hanging: nil)
                return value
            } catch let error as PostgresError where error.kind == .deadlineExceeded {
                if Connection.abandoned < Connection.abandonedLimit { connection.abandon() }
                ended(hanging: error)
                throw error
            } catch let error as PostgresError where error.kind == .connectionLost {
                free.withLock { isTrying = false }
                throw error
            } catch {
                ended(hanging: nil)
                throw error
            }
        } catch {
            errors.count(error)
            throw error
        }
    }

    /// A connection that is in a transaction of a caller further up, on the same thread.
    // Sendable: only the thread that holds it sees it.
    private struct Held: @unchecked Sendable {
        @TaskLocal static var current: Held?
        let pool: Pool
        let connection: Connection
    }

    /// Runs `body` in one transaction: whatever it asks of this pool meanwhile, transactions too, belongs to it. Rolls back when it throws.
    public func inTransaction<T>(_ body: (Connection) throws -> T) throws -> T {
        try with { connection in
            try connection.transaction { connection in
                connection.isJoined = true
                defer { connection.isJoined = false }
                return try Held.$current.withValue(Held(pool: self, connection: connection)) { try body(connection) }
            }
        }
    }

    private func take() throws -> Connection {
        let deadline = Date(timeIntervalSinceNow: timeoutSeconds)
        free.lock()
        while true {
            if isHanging {
                guard !isTrying else {
                    free.unlock()
                    throw PostgresError(kind: .deadlineExceeded, statement: "connect")
                }
                isTrying = true
            }
            while let connection = idle.popLast() {
                if connection.isAlive {
                    free.unlock()
                    return connection
                }
                open -= 1  // the server closed it while it lay idle
            }
            if open < limit { break }
            isTrying = false
            if !free.wait(until: deadline) {
                free.unlock()
                throw PostgresError(kind: .poolExhausted)
            }
        }
        open += 1
        free.unlock()
        return try connect()
    }

    /// In the place that `take` has made for it.
    private func connect() throws -> Connection {
        let begun = ContinuousClock.now
        do {
            let connection = try Connection(url: url, application: application)
            connection.answerTimeout = answerSeconds.map { .seconds($0) }
            let seconds = min(Self.statementSeconds, (answerSeconds ?? .infinity) - Self.marginSeconds)
            // People must be able to log in and to acknowledge while the synchronous standby is away, for which every commit else waits.
            try connection.script("SET statement_timeout = '\(Int(seconds * 1000))ms'; SET synchronous_commit = local", statement: "connect")
            return connection
        } catch {
            free.withLock {
                open -= 1
                free.signal()
            }
            guard answerSeconds != nil, .now - begun > .seconds(Self.refusedWithinSeconds) else {
                free.withLock { isTrying = false }
                throw error
            }
            let hanging = PostgresError(kind: .deadlineExceeded, statement: "connect")
            ended(hanging: hanging)
            throw hanging
        }
    }

    /// The server has answered, or has not.
    private func ended(hanging error: PostgresError?) {
        let before = free.withLock {
            defer {
                isHanging = error != nil
                isTrying = false
                if isHanging { free.broadcast() }  // who waits for a connection waits in vain
            }
            return isHanging
        }
        if let error, !before { changed(.hangs(error)) }
        if error == nil, before { changed(.answers) }
    }

    private func giveBack(_ connection: Connection) {
        free.withLock {
            if connection.isAlive && !connection.inTransaction { idle.append(connection) } else { open -= 1 }
            free.signal()
        }
    }
}
