import Dispatch
import Logging
import Store

/// Makes the coming days' partitions of the readings, takes away those of days that are no longer kept and forgets what has expired, at
/// the start and every few hours. Several daemons may; the database sees to it that it happens once.
struct Housekeeping {
    private static let periodHours = 6

    private let timer: any DispatchSourceTimer

    /// For so many days; nil: for ever.
    struct Retention {
        var readingDays: Int?
        var historyDays: Int?
    }

    init(database: Database, retention: Retention, logger: Logger) {
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "housekeeping"))
        timer.setEventHandler {
            do {
                try database.makePartitions()
                try database.forgetExpired()
                if let days = retention.readingDays {
                    let forgotten = try database.forgetReadings(days: days, by: Author(name: "fajma-push"))
                    if !forgotten.isEmpty {
                        logger.notice("readings no longer kept", metadata: ["days": "\(forgotten.joined(separator: " "))"])
                    }
                }
                if let days = retention.historyDays {
                    let hours = try database.forgetRollUps(days: days)
                    if hours > 0 { logger.notice("roll-ups no longer kept", metadata: ["hours": "\(hours)"]) }
                }
            } catch {
                logger.error("housekeeping failed, tried again later", metadata: ["why": "\(error)"])
            }
        }
        timer.schedule(deadline: .now(), repeating: .seconds(Self.periodHours * 3600))
        timer.resume()
    }

    func stop() { timer.cancel() }
}
