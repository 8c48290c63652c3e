import API
import Access
import Clinical
import FastCGI
import Foundation
import Logging
import Settings
import Store

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
        maximumAge: EarlyWarningScore.MaximumAge(
            deviceSeconds: Double(try settings.scoreDeviceMinutes() * 60), manualSeconds: Double(try settings.scoreManualHours() * 3600)),
        now: { Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) })
    var configuration = Configuration(socket: settings.apiSocket)
    configuration.threads = try settings.apiThreads()
    configuration.bodyLimit = Service.bodyLimit
    configuration.refusal = { status, request in
        status == 413 ? FastCGI.Response(Service.tooLarge(API.Request(request))) : .refusal(status, request)
    }
    let server = try Server(configuration, logger: logger)
    Signals.onEnd { server.stop() }
    logger.info("ready")
    let ending = server.run { FastCGI.Response(service.respond(to: API.Request($0))) }
    ingest.close()
    logger.info("ended")
    if ending == .failed { throw ServingFailed() }
}

struct ServingFailed: Error, CustomStringConvertible {
    let description = "cannot serve any more, see the log"
}

extension API.Request {
    init(_ request: FastCGI.Request) {
        self.init(
            method: request.method, path: request.path, prefix: request.param("FAJMA_PREFIX") ?? "", query: request.query,
            isSecure: request.isSecure, address: request.param("REMOTE_ADDR"), body: request.body,
            headers: { name in name == "Content-Type" ? request.contentType : request.header(name) })
    }
}

extension FastCGI.Response {
    init(_ response: API.Response) {
        self.init(status: response.status, headers: response.headers, body: response.body)
    }
}

do {
    try serve()
} catch {
    FileHandle.standardError.write(Data("fajma-api: \(error)\n".utf8))
    exit(1)
}
exit(0)
