import CPostgres
import Foundation
import Glibc
import Synchronization

/// One connection to PostgreSQL. Every call blocks; one thread uses it at a time.
public final class Connection {
    let handle: OpaquePointer
    private var prepared: [String: String] = [:]
    private var named = 0
    /// More distinct statements than this on one connection means that somebody builds SQL out of values.
    private static let preparedLimit = 500
    /// When a pipeline must have been answered; nil: whenever it is. A commit may wait for a standby or a lock for ever, and no timeout of the
    /// server's counts that. Once it has passed, the connection is of no more use: `abandon` it.
    public var deadline: ContinuousClock.Instant? {
        didSet { PQsetnonblocking(handle, deadline == nil ? 0 : 1) }
    }
    /// How long each pipeline and each script may take: it sets `deadline` at their beginning. Nil: `deadline` stays as it is.
    public var answerTimeout: Duration?

    /// - Parameters:
    ///   - url: a libpq URI or connection string; several hosts allowed.
    ///   - application: shown in `pg_stat_activity`.
    /// - Throws: `PostgresError` of kind `connectionLost`.
    public init(url: String, application: String) throws {
        // What stands before `dbname` is a default that the URI may override. The keepalives find a peer that vanished
        // without a word within about 20 seconds.
        let settings = [
            ("connect_timeout", "5"), ("keepalives_idle", "10"), ("keepalives_interval", "3"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "15000"), ("fallback_application_name", application), ("client_encoding", "UTF8"),
            ("dbname", url),
        ]
        handle = try withCStrings(settings.map(\.0)) { keys in
            try withCStrings(settings.map(\.1)) { values in
                guard let handle = PQconnectdbParams(keys, values, 1) else {
                    throw PostgresError(kind: .connectionLost, statement: "connect")
                }
                return handle
            }
        }
        guard PQstatus(handle) == CONNECTION_OK else {
            // deinit frees the handle
            throw PostgresError(kind: .connectionLost, statement: "connect", reason: ServerMessage.whyNoConnection(handle, url: url))
        }
        // Notices would go to standard error, with whatever they quote.
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
    }

    deinit { PQfinish(handle) }

    /// True while the connection is usable, as far as can be known without asking the server: an idle connection has nothing
    /// to read but its server's farewell. Not for one that listens.
    public var isAlive: Bool {
        guard PQstatus(handle) == CONNECTION_OK else { return false }
        var descriptor = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
        return poll(&descriptor, 1, 0) == 0
    }

    private static let cancelling = Mutex(0)
    /// More servers than this that were told to give up and have not answered: no further one is asked for anything.
    public static let abandonedLimit = 2

    /// How many servers have not answered yet that they were told to give up.
    public static var abandoned: Int { cancelling.withLock { $0 } }

    /// Tells the server to give up what is under way: without that, its process would wait on, holding its locks. On a thread of its own, because
    /// a server that hangs does not even answer this.
    public func abandon() {
        guard let cancel = PQgetCancel(handle) else { return }
        let handed = UInt(bitPattern: cancel)
        Self.cancelling.withLock { $0 += 1 }
        let thread = Thread {
            var message = [CChar](repeating: 0, count: 256)
            let cancel = OpaquePointer(bitPattern: handed)
            PQcancel(cancel, &message, Int32(message.count))
            PQfreeCancel(cancel)
            Self.cancelling.withLock { $0 -= 1 }
        }
        thread.name = "cancel"
        thread.start()
    }

    /// In a transaction that others join: they neither begin nor end one.
    var isJoined = false

    /// True inside a transaction, also a failed one.
    var inTransaction: Bool { PQtransactionStatus(handle) != PQTRANS_IDLE }

    /// Runs one statement, prepared on its first use, and returns its rows.
    ///
    /// - Parameter statement: names the statement in errors: the calling function unless said otherwise.
    @discardableResult
    public func query(
        _ sql: String, _ values: [any PostgresEncodable] = [], statement: String = #function
    ) throws -> Result {
        let results = try pipeline(statement: statement) { $0.query(sql, values) }
        return results[0]
    }

    /// Runs a script of several statements without parameters: migrations, SET, LISTEN.
    public func script(_ sql: String, statement: String = #function) throws {
        expectAnswer()
        guard PQsendQuery(handle, sql) == 1 else { throw PostgresError(kind: .connectionLost, statement: statement) }
        var failure: PostgresError?
        while let result = try next(statement) {
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: continue
            default: failure = failure ?? PostgresError(result: result, connection: handle, statement: statement)
            }
        }
        if let failure { throw failure }
    }

    func expectAnswer() {
        if let answerTimeout { deadline = .now + answerTimeout }
    }

    /// Runs `body` in a transaction: commits when it returns, rolls back when it throws.
    public func transaction<T>(statement: String = #function, _ body: (Connection) throws -> T) throws -> T {
        if isJoined { return try body(self) }
        try script("BEGIN", statement: statement)
        do {
            let value = try body(self)
            try script("COMMIT", statement: statement)
            return value
        } catch {
            if inTransaction { try? script("ROLLBACK", statement: statement) }  // on a lost connection the server does it
            throw error
        }
    }

    /// Runs `body` inside the transaction that runs: when it throws, what it changed is undone and the transaction goes on.
    public func savepoint<T>(statement: String = #function, _ body: () throws -> T) throws -> T {
        try script("SAVEPOINT part", statement: statement)
        do {
            let value = try body()
            try script("RELEASE SAVEPOINT part", statement: statement)
            return value
        } catch {
            // On a lost connection the server undoes all of it.
            if inTransaction { try? script("ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part", statement: statement) }
            throw error
        }
    }

    /// The prepared statement's name for this text, and whether it must be prepared first.
    func preparedName(for sql: String) -> (name: String, isNew: Bool) {
        if let name = prepared[sql] { return (name, false) }
        precondition(prepared.count < Self.preparedLimit, "SQL is built out of values somewhere")
        named += 1
        let name = "s\(named)"
        prepared[sql] = name
        return (name, true)
    }

    /// A statement whose preparation failed is prepared anew, under another name, when it is next used.
    func forget(_ sql: String) { prepared[sql] = nil }
}

/// Lends a null-terminated array of C strings.
private func withCStrings<T>(_ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) throws -> T) rethrows -> T {
    let copies = strings.map { strdup($0) }
    defer { copies.forEach { free($0) } }
    return try body(copies.map { UnsafePointer($0) } + [nil])
}
