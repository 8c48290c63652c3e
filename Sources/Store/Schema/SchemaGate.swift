import Logging
import Postgres
import Synchronization

/// Closed until the database has shown, once since this process started, that its schema fits. A database that is away at the start is waited for:
/// after a power cut it may come back minutes later than we do.
public final class SchemaGate: Sendable {
    private enum State {
        case closed
        case open
    }

    private let database: Database
    private let logger: Logger
    private let state = Mutex<State>(.closed)
    /// So that the log has each reason once.
    private let told = Mutex<String>("")

    public init(_ database: Database, logger: Logger) { (self.database, self.logger) = (database, logger) }

    public var isOpen: Bool { state.withLock { $0 == .open } }

    /// Looks whether the gate may open. Blocks as long as the database's deadline lets it.
    /// - Returns: whether it is open now.
    /// - Throws: `SchemaTooOld`: it never will be, until somebody migrates.
    @discardableResult
    public func look() throws -> Bool {
        if isOpen { return true }
        do {
            try database.checkSchema()
        } catch let error as PostgresError {
            let reason = "\(error)"
            let isNews = told.withLock { told in
                defer { told = reason }
                return told != reason
            }
            if isNews { logger.warning("waiting for the database", metadata: ["why": "\(reason)"]) }
            return false
        }
        state.withLock { $0 = .open }
        return true
    }
}
