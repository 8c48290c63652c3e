import API
import Access
import Admin
import Clinical
import FastCGI
import Foundation
import Logging
import Metrics
import ProcessSignals
import ServiceManager
import Settings
import Store
import Version

/// The FastCGI responder: configuration and wiring.
func serve() throws {
    Signals.hold()
    let settings = Settings()
    try settings.startLogging()
    let logger = Logger(label: "fajma-api")
    let url = try settings.databaseURL()
    let tokens = try settings.tokens()
    let nginxSecret = try nginxSecret(settings, logger)
    let database = Database(url: url, application: "fajma-api", connections: 8, answerSeconds: answerSeconds, logger: logger)
    let gate = SchemaGate(database, logger: logger)
    try gate.look()
    let timeZone = try settings.timeZone()
    let ingest = Ingest(
        url: url, application: "fajma-api ingest", logger: logger, deadlineSeconds: Double(try settings.batchSeconds()),
        today: Database.today(in: timeZone))
    let stall = StallLock(url: url, application: "fajma-api stall", ingest: ingest)
    let service = API.Service(
        database: database, ingest: ingest, tokens: tokens, logger: logger, idleSeconds: Double(try settings.idleMinutes() * 60),
        hospitalName: settings.hospitalName, timeZone: timeZone, maximumAge: try settings.scoreMaximumAge(),
        unknownQuery: try settings.refusesUnknownQuery() ? .refuse : .warn, crossOrigin: CrossOrigin(origins: settings.allowedOrigins),
        now: { Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) })
    let listeners = try Listeners(settings, logger)
    func server(_ configuration: Configuration, _ service: API.Service) throws -> (Server, @Sendable (FastCGI.Request) -> FastCGI.Response) {
        var configuration = configuration
        configuration.refusal = { status, request in
            status == 413 ? FastCGI.Response(Service.tooLarge(API.Request(request, nginxSecret))) : .refusal(status, request)
        }
        configuration.longBodyLimit = { service.longBodyLimit(of: API.Request($0, nginxSecret)) }
        return (
            try Server(configuration, logger: logger),
            { request in
                let asked = API.Request(request, nginxSecret)
                return FastCGI.Response(gate.isOpen ? service.respond(to: asked, body: request.body) : Service.unavailable(asked))
            }
        )
    }
    let reports = Database(
        url: url, application: "fajma-api reports", connections: reportsConnections, answerSeconds: answerSeconds, logger: logger)
    let servers = Servers(
        try [server(listeners.api, service)] + [listeners.reports].compactMap(\.self).map { try server($0, service.using(reports)) })
    let admin = try settings.apiAdminSocket.map { path in
        try AdminServer(path: path, metrics: [.buildInfo(version: Version.current)] + service.requests.metrics + ingest.metrics(database)) {
            if ingest.isStalled { throw NotStoring() }
            try database.checkSchema()
        }
    }
    let manager = ServiceManager(ProcessInfo.processInfo.environment, logger: logger)
    Signals.onEnd {
        manager.stopping()
        servers.stop()
    }
    let opening = gate.isOpen ? nil : Opening(gate, servers)
    manager.ready(
        status: { !gate.isOpen ? "waiting for the database" : ingest.isStalled ? "the database does not store readings" : "serving" },
        progress: { servers.isStuck ? "every thread has been at one request for over \(Int(stuckSeconds)) s" : nil })
    logger.info("ready", metadata: ["version": "\(Version.current)"])
    let isServing = servers.run()
    if let refused = opening?.refusal { throw refused }
    stall.stop()
    ingest.close()
    try admin?.stop()
    logger.info("ended")
    if !isServing { throw ServingFailed() }
}

runDaemon("fajma-api", version: Version.current, serve)
