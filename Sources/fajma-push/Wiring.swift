import Admin
import Maintenance
import ProcessSignals
import Push
import Settings
import Store
import Synchronization
import Version

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

/// Why the daemon is not ready: it has not seen the database since it started.
struct WaitingForDatabase: Error, CustomStringConvertible {
    let description = "waiting for the database"
}

/// What the daemon hears, for the service manager.
final class Hearing: Sendable {
    private let sources = Mutex<(feed: Feed, probe: CommitProbe)?>(nil)

    func follow(_ feed: Feed, _ probe: CommitProbe) { sources.withLock { $0 = (feed, probe) } }

    var status: String {
        guard let (feed, probe) = sources.withLock({ $0 }) else { return "waiting for the database" }
        return !feed.isListening ? "not listening to the database" : probe.storingSeconds == nil ? "the database does not store readings" : "serving"
    }
}

/// Looks for a database that was away at the start, each second; handshakes are answered 503 meanwhile.
/// - Returns: false: the process is to end.
/// - Throws: `SchemaTooOld`
func waitForDatabase(_ gate: SchemaGate, _ adminSocket: String?) throws -> Bool {
    let admin = try adminSocket.map { path in
        try AdminServer(path: path, metrics: [.buildInfo(version: Version.current)]) { throw WaitingForDatabase() }
    }
    defer { try? admin?.stop() }
    while try !gate.look() {
        if Signals.wait(seconds: 1) { return false }
    }
    return true
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
