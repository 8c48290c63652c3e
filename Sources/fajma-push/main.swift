import Access
import Admin
import Clinical
import Foundation
import Logging
import Maintenance
import Metrics
import ProcessSignals
import Push
import ServiceManager
import Settings
import Store
import Version

/// The push daemon: configuration and wiring.
func serve() throws {
    Signals.hold()
    let settings = Settings()
    try settings.startLogging()
    let logger = Logger(label: "fajma-push")
    let url = try settings.databaseURL()
    let tokens = try settings.tokens()
    let inherited = try settings.inheritedSockets(["push"])["push"]
    var configuration = Daemon.Configuration(address: try inherited.map { .inherited(descriptor: $0) } ?? .unix(path: settings.pushSocket()))
    configuration.maximumAge = try settings.scoreMaximumAge()
    configuration.allowedOrigins = Set(settings.allowedOrigins)
    let maintenanceConfiguration = try MaintenanceConfiguration(settings)
    let sender = try settings.webhookURL().map { try WebhookSender(url: $0, secret: settings.webhookSecret()) }
    let today = Database.today(in: try settings.timeZone())
    let database = Database(
        url: url, application: "fajma-push", connections: configuration.threads, answerSeconds: answerSeconds, logger: logger, today: today)
    let storing = Database(
        url: url, application: "fajma-push storing", connections: configuration.storingThreads, answerSeconds: answerSeconds, logger: logger)
    let gate = SchemaGate(database, logger: logger)
    try gate.look()

    let now: @Sendable () -> Instant = { Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
    let ingest = Ingest(url: url, application: "fajma-push ingest", logger: logger, today: today)
    let source = DatabaseSource(database: database, storing: storing, ingest: ingest, tokens: tokens, logger: logger, now: now)
    let daemon = try Daemon(configuration: configuration, source: source, logger: logger, now: now)
    let manager = ServiceManager(ProcessInfo.processInfo.environment, logger: logger)
    let hearing = Hearing()
    func tellReady() {
        manager.ready(status: { hearing.status }, progress: { daemon.loopsTakeTurns() ? nil : "an event loop takes no turns" })
    }
    let wasOpen = gate.isOpen
    if !wasOpen {
        tellReady()
        guard try waitForDatabase(gate, settings.pushAdminSocket) else {
            manager.stopping()
            return try daemon.stop()
        }
    }
    let feed = Feed(url: url, daemon: daemon, logger: logger)
    let probe = CommitProbe(url: url, daemon: daemon, logger: logger, now: now)
    let maintenance = MaintenanceService(
        url: url, database: database, configuration: maintenanceConfiguration, sender: sender, logger: logger,
        storingSeconds: { probe.storingSeconds }, interruption: { probe.interruption })
    hearing.follow(feed, probe)
    let admin = try settings.pushAdminSocket.map { path in
        let metrics = daemon.metrics + feed.metrics + maintenance.metrics + ingest.metrics(database)
        return try AdminServer(path: path, metrics: [.buildInfo(version: Version.current)] + metrics) {
            guard feed.isListening else { throw NotListening() }
            guard probe.storingSeconds != nil else { throw NotStoring() }
            try database.checkSchema()
        }
    }
    if wasOpen { tellReady() }
    logger.info("ready", metadata: ["version": "\(Version.current)"])
    Signals.wait()
    manager.stopping()
    maintenance.stop()  // first: another daemon takes over while this one ends
    try admin?.stop()
    try daemon.stop()
    feed.stop()
    probe.stop()
    ingest.close()
    maintenance.sealLastRows()  // last: what was written until now is in the chain, and its head in the log
    logger.info("ended")
}

runDaemon("fajma-push", version: Version.current, serve)
