import Clinical
import Foundation
import Logging
import Postgres
import Store

/// What one daemon, the leader, does every second for the whole hospital: reminders, escalation and its webhook, alerts about devices and
/// wards. The others wait for the lock; when the leader dies, the server gives it to one of them within a second or two.
// Sendable: the thread alone uses what changes; `stop` only signals.
public final class Watch: @unchecked Sendable {
    public struct Configuration: Sendable {
        /// From an acknowledgement until what lasts is brought back, and from raising until what nobody acknowledged is escalated.
        public var reminderSeconds: Int
        public var escalationSeconds: Int

        public init(reminderSeconds: Int = 300, escalationSeconds: Int = 120) {
            (self.reminderSeconds, self.escalationSeconds) = (reminderSeconds, escalationSeconds)
        }
    }

    private static let periodSeconds = 1.0

    private let url: String
    private let configuration: Configuration
    private let pager: Pager?
    private let logger: Logger
    private let stopping = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)
    /// Parts that failed the last time: said once, not every second.
    private var failing: Set<String> = []
    private var isLost = false

    /// - Parameter pager: nil: escalations reach the screens only.
    public init(url: String, configuration: Configuration, pager: Pager?, logger: Logger) {
        (self.url, self.configuration, self.pager, self.logger) = (url, configuration, pager, logger)
        let thread = Thread { [self] in
            run()
            ended.signal()
        }
        thread.name = "watch"
        thread.start()
    }

    /// Leaves the lead to another. Returns when the thread has ended. Call once.
    public func stop() {
        stopping.signal()
        ended.wait()
        pager?.stop()
    }

    private func run() {
        var backoff = Backoff(firstSeconds: 1, limitSeconds: 5)
        repeat {
            do {
                let session = try WatchSession(url: url)
                backoff.reset()
                isLost = false
                try keep(session)
                return
            } catch {
                if !isLost { logger.error("the watch has lost the database, tried again", metadata: ["why": "\(error)"]) }
                isLost = true
                pager?.drop()
            }
        } while !isStopped(within: backoff.delay())
    }

    /// Returns when stopped.
    private func keep(_ session: WatchSession) throws {
        while try !session.lead() {
            if isStopped(within: Self.periodSeconds) { return }
        }
        logger.notice("leading the watch")
        let screensAreBack = DispatchTime.now() + TechnicalAlarm.unwatchedSeconds
        repeat {
            try attempt("reminders") { try session.remind(afterSeconds: configuration.reminderSeconds) }
            try attempt("escalation") {
                try session.escalate(afterSeconds: configuration.escalationSeconds, hasWebhook: pager != nil)
            }
            if let pager { try attempt("webhook") { try page(pager, session) } }
            try attempt("alerts about devices") { try session.passDevices() }
            try attempt("alerts about wards") { try session.passWards(raises: .now() >= screensAreBack) }
        } while !isStopped(within: Self.periodSeconds)
    }

    private func page(_ pager: Pager, _ session: WatchSession) throws {
        for (delivery, outcome) in pager.outcomes() {
            if case .failed(let why) = outcome, delivery.attempts == 0 {
                logger.warning("a webhook was not taken, tried again", metadata: ["delivery": "\(delivery.id)", "why": "\(why)"])
            }
            if outcome == .unwanted { logger.error("a webhook is not wanted (410)", metadata: ["delivery": "\(delivery.id)"]) }
            try session.settle(delivery, outcome)
        }
        pager.take(try session.dueDeliveries(limit: Pager.limit))
    }

    /// What one part cannot do must not keep the others from their work; what concerns the connection ends the lead.
    private func attempt(_ part: String, _ body: () throws -> Void) throws {
        do {
            try body()
            failing.remove(part)
        } catch let error as PostgresError where error.kind != .connectionLost && error.sqlState != "25006" {
            if failing.insert(part).inserted {
                logger.error("the watch could not do its part, tried again", metadata: ["part": "\(part)", "why": "\(error)"])
            }
        }
    }

    private func isStopped(within seconds: Double) -> Bool { stopping.wait(timeout: .now() + seconds) == .success }
}
