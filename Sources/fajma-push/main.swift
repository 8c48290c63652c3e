import Access
import Admin
import Clinical
import Foundation
import Logging
import Push
import Settings
import Store

/// The push daemon: configuration and wiring.
func serve() throws {
    // Held back in every thread, and taken by this one when all is set up.
    var ending = sigset_t()
    sigemptyset(&ending)
    sigaddset(&ending, SIGTERM)
    sigaddset(&ending, SIGINT)
    pthread_sigmask(SIG_BLOCK, &ending, nil)

    let settings = Settings()
    try settings.startLogging()
    let logger = Logger(label: "fajma-push")
    let url = try settings.databaseURL()
    let tokens = Tokens(secret: try SigningSecret(file: settings.secretFile()))
    var configuration = Daemon.Configuration(address: .unix(path: try settings.pushSocket()))
    configuration.maximumAge = EarlyWarningScore.MaximumAge(
        deviceSeconds: Double(try settings.scoreDeviceMinutes() * 60), manualSeconds: Double(try settings.scoreManualHours() * 3600))
    configuration.allowedOrigins = Set(settings.allowedOrigins)
    let database = Database(url: url, application: "fajma-push", connections: configuration.threads)
    let watching = try Watch.Configuration(
        reminderSeconds: settings.reminderSeconds(), escalationSeconds: settings.escalationSeconds())
    let webhook = try settings.webhookURL().map { (url: $0, secret: try SigningSecret(file: settings.webhookSecretFile())) }
    let retention = try Housekeeping.Retention(readingDays: settings.readingDays(), historyDays: settings.historyDays())
    try database.checkSchema()

    let now: @Sendable () -> Instant = { Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
    let ingest = Ingest(url: url, application: "fajma-push ingest", logger: logger)
    let source = DatabaseSource(database: database, ingest: ingest, tokens: tokens, now: now)
    let daemon = try Daemon(configuration: configuration, source: source, logger: logger, now: now)
    let feed = Feed(url: url, daemon: daemon, logger: logger)
    let housekeeping = Housekeeping(database: database, retention: retention, logger: logger)
    let rollUps = RollUps(database: database, logger: logger)
    let sealer = AuditSealer(database: database, logger: logger)
    let admin = try settings.pushAdminSocket.map { path in
        try AdminServer(path: path, metrics: daemon.metrics + feed.metrics + ingest.metrics(database)) {
            guard feed.isListening else { throw NotListening() }
            try database.checkSchema()
        }
    }
    let watch = Watch(
        url: url, configuration: watching, pager: try webhook.map { try Pager(url: $0.url, secret: $0.secret) }, logger: logger)
    logger.info("ready")
    var signal: Int32 = 0
    sigwait(&ending, &signal)
    watch.stop()  // first: another daemon takes over while this one ends
    housekeeping.stop()
    rollUps.stop()
    try admin?.stop()
    try daemon.stop()
    feed.stop()
    ingest.close()
    sealer.stop()  // last: what was written until now is in the chain, and its head in the log
    logger.info("ended")
}

/// Why the daemon is not ready: nothing that happens comes to it.
struct NotListening: Error, CustomStringConvertible {
    let description = "not listening to the database"
}

do {
    try serve()
} catch {
    FileHandle.standardError.write(Data("fajma-push: \(error)\n".utf8))
    exit(1)
}
exit(0)
