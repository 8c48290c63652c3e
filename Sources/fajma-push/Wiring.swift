import Maintenance
import Settings

/// A server that hangs is given up after so long. Longer than the jobs' statements may take.
let answerSeconds = 11.0

/// Why the daemon is not ready: nothing that happens comes to it.
struct NotListening: Error, CustomStringConvertible {
    let description = "not listening to the database"
}

/// Why the daemon is not ready: what happens is not stored.
struct NotStoring: Error, CustomStringConvertible {
    let description = "the database does not store readings, see the log"
}

extension MaintenanceConfiguration {
    init(_ settings: Settings) throws {
        self.init()
        reminderSeconds = try settings.reminderSeconds()
        escalationSeconds = try settings.escalationSeconds()
        signalLostSeconds = Double(try settings.signalLostSeconds())
        wardUnmonitoredSeconds = Double(try settings.wardUnmonitoredSeconds())
        scorePeriodSeconds = Double(try settings.scorePeriodSeconds())
        scoreMaximumAge = try settings.scoreMaximumAge()
        webhookLanguage = try settings.webhookLanguage()
        readingDays = try settings.readingDays()
        historyDays = try settings.historyDays()
    }
}
