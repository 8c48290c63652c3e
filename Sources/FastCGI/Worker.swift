import CFastCGI
import Glibc
import Logging
import Synchronization

/// One thread that accepts a connection, reads a request, asks the handler, answers, for ever.
final class Worker: Sendable {
    /// What the thread is doing, which decides how it may be made to stop.
    enum Phase: Equatable {
        case accepting
        case reading(connection: Int32)
        case answering
        /// An answer of which each piece waits for the client.
        case streaming
        case ended
    }

    /// Interrupts accept(2) on an inherited socket. SIGURG because nothing happens where it arrives unasked.
    static let wakeSignal = SIGURG

    /// Pause after a failure that only time mends (no more descriptors or memory).
    private static let scarcityPauseMicroseconds: UInt32 = 50_000

    private let configuration: Configuration
    private let socket: ListeningSocket
    private let isStopping: @Sendable () -> Bool
    private let logger: Logger
    private let handler: @Sendable (Request) -> Response
    private let state = Mutex<(phase: Phase, since: ContinuousClock.Instant, thread: pthread_t?)>((.accepting, .now, nil))

    init(
        configuration: Configuration, socket: ListeningSocket, logger: Logger, isStopping: @escaping @Sendable () -> Bool,
        handler: @escaping @Sendable (Request) -> Response
    ) {
        self.configuration = configuration
        self.socket = socket
        self.logger = logger
        self.isStopping = isStopping
        self.handler = handler
    }

    var hasEnded: Bool { state.withLock { $0.phase == .ended } }

    /// Since when the handler has been at one request, or has not begun to answer; nil: it waits for a connection or a client, or has ended.
    var workingSince: ContinuousClock.Instant? { state.withLock { $0.phase == .answering ? $0.since : nil } }

    /// The body of the thread.
    func run() {
        letWakeSignalIn()
        state.withLock { $0.thread = pthread_self() }
        let exchange = Exchange()
        while let connection = exchange.connection ?? accept() {
            if exchange.connection == nil { exchange.adopt(connection) }
            enter(.reading(connection: connection))
            guard let parameters = exchange.receiveParameters() else { continue }
            let declared = parameters["CONTENT_LENGTH"]
            let body = exchange.receiveBody(declared: declared, limit: bodyLimit(declared, parameters))
            enter(.answering)
            switch body {
            case .complete(let bytes):
                let response = handler(Request(parameters: parameters, body: bytes))
                if response.stream != nil { enter(.streaming) }
                exchange.answer(response, clean: true, isStopping: isStopping)
            case .tooLarge(let drained):
                exchange.answer(configuration.refusal(413, Request(parameters: parameters)), clean: drained)
            case .wrongLength:
                exchange.answer(configuration.refusal(400, Request(parameters: parameters)), clean: true)
            case .cut:
                exchange.abandon()
            }
            // A kept connection would go on for ever.
            if isStopping() { exchange.abandon() }
        }
        enter(.ended)
    }

    private func bodyLimit(_ declared: String?, _ parameters: Parameters) -> Int {
        guard let length = declared.flatMap({ Int($0) }), length > configuration.bodyLimit else { return configuration.bodyLimit }
        return configuration.longBodyLimit(Request(parameters: parameters)) ?? configuration.bodyLimit
    }

    /// Wakes the thread where it waits for a connection; harmless where it does not.
    func wake() {
        state.withLock {
            // Sent under the lock: once the thread has left accept it holds a connection, and a read must not be interrupted.
            if $0.phase == .accepting, let thread = $0.thread { pthread_kill(thread, Self.wakeSignal) }
        }
    }

    /// Ends the thread's wait for the rest of a request. Under the lock the connection is still this thread's.
    func cutReading() {
        state.withLock {
            if case .reading(let connection) = $0.phase { shutdown(connection, Int32(SHUT_RD)) }
        }
    }

    /// A thread inherits the signal mask of whoever called `Server.run`, and Dispatch's threads block everything.
    private func letWakeSignalIn() {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, Self.wakeSignal)
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }

    private func enter(_ phase: Phase) {
        state.withLock { ($0.phase, $0.since) = (phase, .now) }
    }

    /// The next connection; nil when the end has come.
    private func accept() -> Int32? {
        enter(.accepting)
        while true {
            // What waits on a socket of our own is still answered; what waits on an inherited one is the next process's.
            if socket.isInherited && isStopping() { return nil }
            let connection = accept4(socket.descriptor, nil, nil, Int32(SOCK_CLOEXEC.rawValue))
            if connection >= 0 {
                limitSilence(of: connection)
                return connection
            }
            switch errno {
            case EINTR, ECONNABORTED, EPROTO: continue
            case EAGAIN: waitForConnection()
            case EMFILE, ENFILE, ENOBUFS, ENOMEM:
                logger.error("cannot accept", metadata: ["reason": "\(String(cString: strerror(errno)))"])
                usleep(Self.scarcityPauseMicroseconds)
            case _ where isStopping(): return nil
            default:
                logger.critical("the socket is lost", metadata: ["reason": "\(String(cString: strerror(errno)))"])
                return nil
            }
        }
    }

    /// An inherited socket may be non-blocking, and is not ours to change.
    private func waitForConnection() {
        var entry = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
        poll(&entry, 1, -1)
    }

    private func limitSilence(of connection: Int32) {
        var limit = timeval(tv_sec: configuration.silenceSeconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
    }
}
