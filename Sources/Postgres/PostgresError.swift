import CPostgres

/// Why PostgreSQL, or the way to it, refused. It carries what a programmer needs to find the statement and never what was
/// sent: parameters are patients' data, and the server's message and detail can quote them.
public struct PostgresError: Error, Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// No connection, or it broke: nothing is known of the statement under way.
        case connectionLost
        /// The server did not answer before the connection's deadline: what was under way may have been done, or may still be.
        case deadlineExceeded
        /// The server refused the statement; the transaction is over.
        case refused
        /// No connection of the pool came free in time.
        case poolExhausted
        /// A column is not of the type that was asked for.
        case decoding
    }

    public var kind: Kind
    /// Five characters, empty where the server said none: `23505` is a unique violation.
    public var sqlState: String = ""
    /// The violated constraint's name, empty where there is none.
    public var constraint: String = ""
    /// Who asked: the function that ran the statement.
    public var statement: String = ""
    /// What libpq or the server says, where that quotes nothing that was sent: why there is no connection, that the disk is full. One line, without
    /// passwords; empty where it is not known.
    public var reason: String = ""

    public init(kind: Kind, sqlState: String = "", constraint: String = "", statement: String = "", reason: String = "") {
        self.kind = kind
        self.reason = reason
        self.sqlState = sqlState
        self.constraint = constraint
        self.statement = statement
    }

    /// True when trying again later may help: the database is away, restarting, full of connections, read-only, or held up:
    /// a statement or a lock took too long.
    public var isAway: Bool {
        switch kind {
        case .connectionLost, .deadlineExceeded, .poolExhausted: true
        case .refused:
            ["08", "53", "57", "58", "25006", "55P03"].contains { sqlState.hasPrefix($0) }
        case .decoding: false
        }
    }

    /// True when the same transaction may succeed if it is simply run again: deadlock or serialization failure.
    public var isTransient: Bool { sqlState == "40001" || sqlState == "40P01" }
}

extension PostgresError: CustomStringConvertible {
    public var description: String {
        var text = "PostgreSQL: \(kind)"
        if !sqlState.isEmpty { text += ", SQLSTATE \(sqlState)" }
        if !constraint.isEmpty { text += ", constraint \(constraint)" }
        if !statement.isEmpty { text += ", in \(statement)" }
        if !reason.isEmpty { text += ": \(reason)" }
        return text
    }
}

extension PostgresError {
    /// Reads the error out of a failed result.
    init(result: OpaquePointer?, connection: OpaquePointer, statement: String) {
        func field(_ code: Character) -> String {
            PQresultErrorField(result, Int32(code.asciiValue ?? 0)).map { String(cString: $0) } ?? ""
        }
        let sqlState = field("C")  // PG_DIAG_SQLSTATE, a character macro that does not reach Swift as a number
        let lost = PQstatus(connection) == CONNECTION_BAD
        self.init(
            kind: lost ? .connectionLost : .refused, sqlState: sqlState, constraint: field("n"), statement: statement,
            reason: Self.statesOfTheServer.contains { sqlState.hasPrefix($0) } ? ServerMessage.line(field("M")) : "")
    }

    /// Connection, resources, intervention, system, rights, read-only: messages about the server, which quote names of tables at most.
    private static let statesOfTheServer = ["08", "53", "57", "58", "42501", "25006", "28", "3D"]
}
