import Dispatch
import Glibc
import Logging
import Synchronization

/// A FastCGI responder on blocking threads of its own, each accepting for itself: no lock stands before accept, so one
/// silent connection never holds up another.
public final class Server: Sendable {
    public enum Ending: Sendable, Equatable {
        /// `stop` was called and everything that ran was answered.
        case finished
        /// `stop` was called and some requests still ran at the deadline; end the process.
        case cutShort(requests: Int)
        /// The socket cannot be used any more, or no thread could be started; the log says why.
        case failed
    }

    /// How often an end looks after the threads that it waits for.
    private static let stopIntervalMilliseconds = 10

    /// Part of `stopSeconds` after which requests that have not wholly arrived are given up.
    private static let readingShare = 0.4

    private let configuration: Configuration
    private let logger: Logger
    private let socket: ListeningSocket
    private let stopping = Atomic<Bool>(false)
    /// Signalled by `stop` and by every thread that ends.
    private let events = DispatchSemaphore(value: 0)
    private let workers = Mutex<[Worker]>([])

    /// Opens the socket. Connections wait in its queue until `run`.
    /// - Throws: `FastCGIError`
    public init(_ configuration: Configuration, logger: Logger) throws {
        self.configuration = configuration
        self.logger = logger
        guard Library.isReady else { throw FastCGIError.system(call: "FCGX_Init", path: "", errno: ENOMEM) }
        socket = try ListeningSocket.open(configuration)
    }

    /// Serves until `stop`; call it once.
    /// - Parameter handler: called on many threads at once; may block. It cannot throw: whoever calls something that
    ///   does turns the error into a response. A trap in it ends the process, as anywhere.
    @discardableResult
    public func run(handler: @escaping @Sendable (Request) -> Response) -> Ending {
        Self.installWakeHandler()
        let workers = (0..<configuration.threads).compactMap { startWorker($0, handler) }
        self.workers.withLock { $0 = workers }
        while !stopping.load(ordering: .acquiring) && workers.contains(where: { !$0.hasEnded }) { events.wait() }
        let wasStopped = stopping.load(ordering: .acquiring)
        socket.refuseNew()
        let left = wasStopped ? awaitEnd(of: workers) : 0
        // A thread that is left may still accept on the descriptor: it goes with the process.
        if left == 0 { socket.release() }
        guard wasStopped else { return .failed }
        if left > 0 { logger.warning("requests still run at the deadline", metadata: ["requests": "\(left)"]) }
        return left == 0 ? .finished : .cutShort(requests: left)
    }

    /// Ends `run`: accepts nothing new, answers what runs and, on a socket of our own, what already waits. From any thread, any number of times.
    public func stop() {
        stopping.store(true, ordering: .releasing)
        events.signal()
    }

    /// Whether no thread is free and the handler has been at the same requests for longer than `seconds` on every one of them: longer than any
    /// of its own deadlines, so that nothing will come of them. A client or a database that is slow does not make it so, as long as the handler gives up.
    public func isStuck(longerThan seconds: Double, at instant: ContinuousClock.Instant = .now) -> Bool {
        let workers = workers.withLock { $0 }
        return !workers.isEmpty && workers.allSatisfy { worker in worker.workingSince.map { instant - $0 > .seconds(seconds) } ?? false }
    }

    /// How many workers have not ended at the deadline.
    private func awaitEnd(of workers: [Worker]) -> Int {
        let begin = DispatchTime.now()
        while true {
            let running = workers.filter { !$0.hasEnded }
            let elapsed = Double(DispatchTime.now().uptimeNanoseconds - begin.uptimeNanoseconds) / 1e9
            if running.isEmpty || elapsed >= configuration.stopSeconds { return running.count }
            if socket.isInherited {
                // Repeated, because a signal that comes just before accept is lost.
                for worker in running { worker.wake() }
            }
            if elapsed >= configuration.stopSeconds * Self.readingShare {
                for worker in running { worker.cutReading() }
            }
            _ = events.wait(timeout: .now() + .milliseconds(Self.stopIntervalMilliseconds))
        }
    }

    private func startWorker(_ number: Int, _ handler: @escaping @Sendable (Request) -> Response) -> Worker? {
        let worker = Worker(
            configuration: configuration, socket: socket, logger: logger,
            isStopping: { [self] in stopping.load(ordering: .acquiring) }, handler: handler)
        let code = NativeThread.start(name: "fastcgi-\(number)", stackBytes: configuration.stackBytes) { [events] in
            worker.run()
            events.signal()
        }
        if code == 0 { return worker }
        logger.critical("cannot start a thread", metadata: ["reason": "\(String(cString: strerror(code)))"])
        return nil
    }

    /// Without SA_RESTART, or accept would go on as if nothing had happened.
    private static func installWakeHandler() {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in }
        sigaction(Worker.wakeSignal, &action, nil)
    }
}
