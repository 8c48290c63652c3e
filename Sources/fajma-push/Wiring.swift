import Maintenance
import Settings

/// Why the daemon is not ready: nothing that happens comes to it.
struct NotListening: Error, CustomStringConvertible {
    let description = "not listening to the database"
}

extension MaintenanceConfiguration {
    init(_ settings: Settings) throws {
        self.init()
        reminderSeconds = try settings.reminderSeconds()
        escalationSeconds = try settings.escalationSeconds()
        signalLostSeconds = Double(try settings.signalLostSeconds())
        wardUnmonitoredSeconds = Double(try settings.wardUnmonitoredSeconds())
        readingDays = try settings.readingDays()
        historyDays = try settings.historyDays()
    }
}
