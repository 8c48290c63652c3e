import API
import Access
import Admin
import Clinical
import FastCGI
import Foundation
import Logging
import Metrics
import ProcessSignals
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
    let tokens = Tokens(secret: try SigningSecret(file: settings.secretFile()))
    let database = Database(url: url, application: "fajma-api", connections: 8)
    try database.checkSchema()
    let ingest = Ingest(url: url, application: "fajma-api ingest", logger: logger)
    let service = API.Service(
        database: database, ingest: ingest, tokens: tokens, logger: logger, idleSeconds: Double(try settings.idleMinutes() * 60),
        maximumAge: try settings.scoreMaximumAge(),
        now: { Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) })
    var configuration = Configuration(socket: settings.apiSocket)
    configuration.threads = try settings.apiThreads()
    configuration.bodyLimit = Service.bodyLimit
    configuration.refusal = { status, request in
        status == 413 ? FastCGI.Response(Service.tooLarge(API.Request(request))) : .refusal(status, request)
    }
    let server = try Server(configuration, logger: logger)
    let admin = try settings.apiAdminSocket.map { path in
        try AdminServer(path: path, metrics: [.buildInfo(version: Version.current)] + service.requests.metrics + ingest.metrics(database)) {
            try database.checkSchema()
        }
    }
    Signals.onEnd { server.stop() }
    logger.info("ready", metadata: ["version": "\(Version.current)"])
    let ending = server.run { FastCGI.Response(service.respond(to: API.Request($0))) }
    ingest.close()
    try admin?.stop()
    logger.info("ended")
    if ending == .failed { throw ServingFailed() }
}

runDaemon("fajma-api", version: Version.current, serve)
