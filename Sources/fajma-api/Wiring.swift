import API
import Access
import FastCGI
import Foundation
import Logging
import Settings
import Store
import Synchronization

/// A server that does not answer a person's request within this hangs: 503, and the thread is free.
let answerSeconds = 5.0

/// Longer than any request may take: where every thread has been at one for so long, the process has come to a standstill.
let stuckSeconds = 120.0

/// By what nginx proves itself; nil: nobody is asked to.
func nginxSecret(_ settings: Settings, _ logger: Logger) throws -> NginxSecret? {
    guard let path = settings.nginxSecretFile else {
        logger.warning("FAJMA_NGINX_SECRET_FILE is not set: every program that reaches the sockets is believed about addresses")
        return nil
    }
    return try NginxSecret(file: path, credentialsDirectory: settings.credentialsDirectory)
}

/// Why the process is not ready: the database does not store what devices report.
struct NotStoring: Error, CustomStringConvertible {
    let description = "the database does not store readings, see the log"
}

/// Connections for people who send readings to the devices' socket: their own rights are looked up there. Reports need none but the ingest's.
let reportsConnections = 4

/// The daemon's two sockets, each with threads of its own: people's, and devices' reports.
struct Listeners {
    let api: Configuration
    /// Nil: reports come in on the other one.
    let reports: Configuration?

    init(_ settings: Settings, _ logger: Logger) throws {
        let inherited = try settings.inheritedSockets(["api", "reports"])
        func configuration(_ listening: Configuration.Listening, threads: Int) -> Configuration {
            var configuration = Configuration(listening: listening)
            configuration.threads = threads
            configuration.bodyLimit = Service.bodyLimit
            return configuration
        }
        let own = settings.apiSocket.map { Configuration.Listening.socket(path: $0) } ?? .inherited()
        api = try configuration(inherited["api"].map { .inherited(descriptor: $0) } ?? own, threads: settings.apiThreads())
        let ownReports = settings.reportsSocket.map { Configuration.Listening.socket(path: $0) }
        let listening = inherited["reports"].map { .inherited(descriptor: $0) } ?? ownReports
        reports = try listening.map { try configuration($0, threads: settings.reportsThreads()) }
        if reports == nil {
            logger.warning("FAJMA_REPORTS_SOCKET is not set: devices' reports share the threads of everything else")
        }
    }
}

/// Serves on all of them until one fails or `stop` is called.
final class Servers: Sendable {
    private let servers: [(server: Server, handler: @Sendable (FastCGI.Request) -> FastCGI.Response)]

    init(_ servers: [(server: Server, handler: @Sendable (FastCGI.Request) -> FastCGI.Response)]) { self.servers = servers }

    /// Whether one of them serves nobody any more, and never will.
    var isStuck: Bool { servers.contains { $0.server.isStuck(longerThan: stuckSeconds) } }

    func stop() { for (server, _) in servers { server.stop() } }

    /// - Returns: false: one of them cannot serve any more.
    func run() -> Bool {
        let endings = DispatchGroup()
        let failed = Failed()
        for (server, handler) in servers {
            endings.enter()
            let thread = Thread { [self] in
                if server.run(handler: handler) == .failed { failed.set() }
                stop()
                endings.leave()
            }
            thread.name = "serve"
            thread.start()
        }
        endings.wait()
        return !failed.isSet
    }

    // Sendable by the lock.
    private final class Failed: @unchecked Sendable {
        private let lock = NSLock()
        private var value = false
        var isSet: Bool { lock.withLock { value } }
        func set() { lock.withLock { value = true } }
    }
}

/// Looks for a database that was away at the start, each second, and ends the process where its schema is an older one.
final class Opening: Sendable {
    private let found = Mutex<SchemaTooOld?>(nil)

    /// Why nothing can be served; nil: nothing is known against it.
    var refusal: SchemaTooOld? { found.withLock { $0 } }

    init(_ gate: SchemaGate, _ servers: Servers) {
        let thread = Thread { [self] in
            do {
                while try !gate.look() { Thread.sleep(forTimeInterval: 1) }
            } catch {
                found.withLock { $0 = error as? SchemaTooOld }
                servers.stop()
            }
        }
        thread.name = "opening"
        thread.start()
    }
}

struct ServingFailed: Error, CustomStringConvertible {
    let description = "cannot serve any more, see the log"
}

extension API.Request {
    /// - Parameter secret: what only nginx knows; without a match the address and the id are anybody's claim and are left out. Nil: both are believed.
    init(_ request: FastCGI.Request, _ secret: NginxSecret?) {
        let isBelieved = secret?.matches(request.param("FAJMA_NGINX_SECRET")) ?? true
        self.init(
            method: request.method, path: request.path, encodedPath: request.param("FAJMA_NUMBER_PATH").flatMap { $0.isEmpty ? nil : $0 },
            prefix: request.param("FAJMA_PREFIX") ?? "", query: request.query,
            isSecure: request.isSecure, address: isBelieved ? request.remoteAddress : nil, id: isBelieved ? request.requestID : nil,
            headers: { name in name == "Content-Type" ? request.contentType : request.header(name) })
    }
}

extension FastCGI.Response {
    init(_ response: API.Response) {
        self.init(status: response.status, headers: response.headers, body: response.body, stream: response.stream)
    }
}
