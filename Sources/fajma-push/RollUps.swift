import Dispatch
import Logging
import Store

/// Keeps the roll-ups behind the histories up to date. Several daemons may; the database lets one at a time do it.
// Sendable: everything that changes is touched on the queue alone.
final class RollUps: @unchecked Sendable {
    private static let periodSeconds = 10
    /// Of the ten: after an update of an old installation there are years to build, and reports come first.
    private static let workSeconds = 2

    private let database: Database
    private let logger: Logger
    private let queue = DispatchQueue(label: "roll-ups", qos: .utility)
    private let timer: any DispatchSourceTimer
    private var isFailing = false

    init(database: Database, logger: Logger) {
        (self.database, self.logger) = (database, logger)
        timer = DispatchSource.makeTimerSource(queue: queue)
        timer.setEventHandler { [weak self] in self?.tick() }
        timer.schedule(deadline: .now(), repeating: .seconds(Self.periodSeconds))
        timer.resume()
    }

    func stop() {
        timer.cancel()
        queue.sync {}
    }

    private func tick() {
        let end = DispatchTime.now() + .seconds(Self.workSeconds)
        do {
            while try database.rollUp(), DispatchTime.now() < end, !timer.isCancelled {}
            isFailing = false
        } catch {
            // Once, not every few seconds until the database is back.
            if !isFailing { logger.error("roll-ups could not be built, tried again", metadata: ["why": "\(error)"]) }
            isFailing = true
        }
    }
}
