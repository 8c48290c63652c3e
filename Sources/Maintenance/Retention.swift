import Logging
import Store

/// Makes the coming days' partitions of the readings, drops those of days that are no longer kept, and deletes what has expired.
struct Retention: PeriodicJob {
    let name = "retention"
    let periodSeconds = 6.0 * 3600

    private let database: Database
    private let configuration: MaintenanceConfiguration
    private let logger: Logger

    init(database: Database, configuration: MaintenanceConfiguration, logger: Logger) {
        self.database = database
        self.configuration = configuration
        self.logger = logger
    }

    func run(isStopping: () -> Bool) throws {
        try database.makePartitions()
        try database.forgetExpired()
        if let days = configuration.readingDays {
            let forgotten = try database.forgetReadings(days: days, by: Author(name: "fajma-push"))
            if !forgotten.isEmpty { logger.notice("readings no longer kept", metadata: ["days": "\(forgotten.joined(separator: " "))"]) }
        }
        if let days = configuration.readingDays { try database.forgetTombstones(days: days) }
        if let days = configuration.historyDays {
            let hours = try database.forgetRollUps(days: days)
            if hours > 0 { logger.notice("roll-ups no longer kept", metadata: ["hours": "\(hours)"]) }
        }
    }
}
