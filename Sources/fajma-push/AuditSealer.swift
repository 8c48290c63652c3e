import Dispatch
import Logging
import Store

/// Links the audit's new rows to its chain every second, and writes the chain's head into the log: whoever can change the database
/// cannot change what the journal said. Several daemons may; the database lets one at a time do it.
///
/// In this daemon alone, beside the other housekeeping: rows that are written while it is down wait, and are sealed at its
/// next start.
// Sendable: everything that changes is touched on the queue alone.
final class AuditSealer: @unchecked Sendable {
    private static let periodSeconds = 1
    private static let headSeconds = 3600
    /// Rows in one transaction.
    private static let rowsAtOnce = 1_000
    /// Transactions in one go: after a long pause the next second continues.
    private static let batchesAtOnce = 20

    private let database: Database
    private let logger: Logger
    private let queue = DispatchQueue(label: "audit")
    private let timer: any DispatchSourceTimer
    private var isFailing = false
    private var headAt: DispatchTime?

    init(database: Database, logger: Logger) {
        (self.database, self.logger) = (database, logger)
        timer = DispatchSource.makeTimerSource(queue: queue)
        timer.setEventHandler { [weak self] in self?.tick() }
        timer.schedule(deadline: .now(), repeating: .seconds(Self.periodSeconds))
        timer.resume()
    }

    /// Seals what is there and says the head a last time.
    func stop() {
        timer.cancel()
        queue.sync {
            seal()
            sayHead()
        }
    }

    private func tick() {
        seal()
        if !isFailing, headAt.map({ $0 + .seconds(Self.headSeconds) <= .now() }) ?? true { sayHead() }
    }

    private func seal() {
        do {
            var batches = 1
            while try database.sealAudit(most: Self.rowsAtOnce) == Self.rowsAtOnce, batches < Self.batchesAtOnce { batches += 1 }
            isFailing = false
        } catch {
            // Once, not every second until the database is back.
            if !isFailing { logger.error("the audit could not be sealed, tried again", metadata: ["why": "\(error)"]) }
            isFailing = true
        }
    }

    private func sayHead() {
        guard let head = try? database.auditHead() else { return }  // nothing is sealed, or the database is away: said next time
        logger.notice("audit", metadata: ["head": "\(head)"])
        headAt = .now()
    }
}
