import Foundation
import Logging
import Synchronization

/// Tells the service manager how a daemon is: that it serves, that it ends, in words what it does, and, as long as it makes progress, that it lives.
///
/// The watchdog is fed from a thread of its own, and only while `progress` finds some: a process that runs and does nothing is restarted. What
/// `progress` looks at is the daemon's own work; waiting for a database that hangs is none of its faults.
public final class ServiceManager: Sendable {
    /// How often the words are looked at where no watchdog asks for more.
    static let statusSeconds = 5.0

    private let notifier: NotifySocket?
    /// How often the manager wants to be told; nil: never.
    let watchdogSeconds: Double?
    private let logger: Logger
    private let told = Mutex<Told>(Told())

    private struct Told {
        var status = ""
        var wasStuck = false
    }

    /// - Parameter process: of the variables; another process's watchdog is not ours to feed.
    public init(_ environment: [String: String], process: Int32 = getpid(), logger: Logger) {
        notifier = NotifySocket(environment)
        let isOurs = environment["WATCHDOG_PID"].map { $0 == "\(process)" } ?? true
        watchdogSeconds = isOurs ? environment["WATCHDOG_USEC"].flatMap(Double.init).flatMap { $0 > 0 ? $0 / 1e6 : nil } : nil
        self.logger = logger
    }

    /// Tells that the daemon serves; from now on its words and its progress too, until the process ends.
    ///
    /// - Parameters:
    ///   - status: what it does, in a few words; without names or addresses. Asked every few seconds.
    ///   - progress: why there is none, nil where there is. Must not block.
    public func ready(status: @escaping @Sendable () -> String, progress: @escaping @Sendable () -> String?) {
        guard let notifier else { return }
        let first = status()
        told.withLock { $0.status = first }
        notifier.send(.ready, .status(first))
        // Twice as often as asked for: a late turn is not yet a death.
        let seconds = min(watchdogSeconds.map { $0 / 2 } ?? Self.statusSeconds, Self.statusSeconds)
        let thread = Thread { [self] in
            while true {
                beat(status: status(), stuck: progress())
                Thread.sleep(forTimeInterval: seconds)
            }
        }
        thread.name = "watchdog"
        thread.start()
    }

    /// Tells what is waited for before the daemon serves.
    public func tell(_ status: String) {
        let isNews = told.withLock { told in
            defer { told.status = status }
            return told.status != status
        }
        if isNews { notifier?.send(.status(status)) }
    }

    /// Tells that the daemon ends. The watchdog is fed until it has.
    public func stopping() { notifier?.send(.stopping, .status("ending")) }

    /// One turn of the thread.
    func beat(status: String, stuck: String?) {
        let (isNewsStatus, isNewsStuck) = told.withLock { told in
            defer { (told.status, told.wasStuck) = (status, stuck != nil) }
            return (told.status != status, stuck != nil && !told.wasStuck)
        }
        if let stuck {
            if isNewsStuck { logger.critical("no progress: the service manager will end this process", metadata: ["why": "\(stuck)"]) }
            notifier?.send(.status("no progress: \(stuck)"))
            return
        }
        let messages: [NotifySocket.Message] = (isNewsStatus ? [.status(status)] : []) + (watchdogSeconds == nil ? [] : [.watchdog])
        if !messages.isEmpty { _ = notifier?.send(messages) }
    }
}
