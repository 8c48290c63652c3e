import CPostgres
import Glibc

/// One connection to PostgreSQL. Every call blocks; one thread uses it at a time.
public final class Connection {
    let handle: OpaquePointer
    private var prepared: [String: String] = [:]
    private var named = 0
    /// More distinct statements than this on one connection means that somebody builds SQL out of values.
    private static let preparedLimit = 500

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
            throw PostgresError(kind: .connectionLost, statement: "connect")  // deinit frees the handle
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
        let result = PQexec(handle, sql)
        defer { PQclear(result) }
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: return
        default: throw PostgresError(result: result, connection: handle, statement: statement)
        }
    }

    /// Runs `body` in a transaction: commits when it returns, rolls back when it throws.
    public func transaction<T>(statement: String = #function, _ body: (Connection) throws -> T) throws -> T {
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
