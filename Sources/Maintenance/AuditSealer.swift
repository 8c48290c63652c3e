import Dispatch
import Logging
import Store

/// Links the audit's new rows to its chain every second, and writes the chain's head into the log: whoever can change the database
/// cannot change what the journal said. Rows that are written while no daemon leads wait for the next leader.
struct AuditSealer: PeriodicJob {
    private static let headSeconds = 3600
    /// Rows in one transaction.
    private static let rowsAtOnce = 1_000
    /// Transactions in one run: after a long pause the next second continues.
    private static let batchesAtOnce = 20

    let name = "sealing the audit"
    let periodSeconds = 1.0

    private let database: Database
    private let logger: Logger
    private var headAt: DispatchTime?

    init(database: Database, logger: Logger) {
        self.database = database
        self.logger = logger
    }

    mutating func run(isStopping: () -> Bool) throws {
        try seal()
        if headAt.map({ $0 + .seconds(Self.headSeconds) <= .now() }) ?? true { logHead() }
    }

    /// Seals what is there and logs the head a last time.
    mutating func finish() throws {
        try seal()
        logHead()
    }

    private func seal() throws {
        var batches = 1
        while try database.sealAudit(most: Self.rowsAtOnce) == Self.rowsAtOnce, batches < Self.batchesAtOnce { batches += 1 }
    }

    private mutating func logHead() {
        guard let head = try? database.auditHead() else { return }  // nothing is sealed, or the database is away: logged next time
        logger.notice("audit", metadata: ["head": "\(head)"])
        headAt = .now()
    }
}
