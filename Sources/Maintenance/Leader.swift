import Foundation
import Logging
import Postgres
import Store
import Synchronization

/// The election of one push daemon, the leader, which runs the periodic jobs of the whole hospital. The others wait for the lock; when the
/// leader dies, the server gives it to one of them within a second or two.
// Sendable: the thread alone uses what changes; `stop` only signals, `isLeading` is atomic.
final class Leader: @unchecked Sendable {
    private let url: String
    private let today: @Sendable () -> String
    private let configuration: MaintenanceConfiguration
    private let sender: WebhookSender?
    private let logger: Logger
    private let storingSeconds: @Sendable () -> Double?
    private let interruption: @Sendable () -> Interruption?
    private let stopping = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)
    private let leads = Atomic(false)
    private var failures: FailureLog

    /// - Parameter sender: nil: escalations reach the screens only.
    init(
        url: String, today: @escaping @Sendable () -> String = Database.today(in: .gmt), configuration: MaintenanceConfiguration,
        sender: WebhookSender?, logger: Logger,
        storingSeconds: @escaping @Sendable () -> Double? = { .infinity },
        interruption: @escaping @Sendable () -> Interruption? = { nil }
    ) {
        self.storingSeconds = storingSeconds
        self.interruption = interruption
        (self.url, self.today) = (url, today)
        self.configuration = configuration
        self.sender = sender
        self.logger = logger
        failures = FailureLog(logger)
        let thread = Thread { [self] in
            run()
            ended.signal()
        }
        thread.name = "leader"
        thread.start()
    }

    /// Whether this daemon holds the lead, as far as it knows: what only one may do at a time takes a lock of its own besides.
    var isLeading: Bool { leads.load(ordering: .relaxed) }

    /// Leaves the lead to another. Returns when the thread has ended. Call once.
    func stop() {
        stopping.signal()
        ended.wait()
        sender?.stop()
    }

    private func run() {
        var backoff = Backoff(firstSeconds: 1, limitSeconds: 5)
        repeat {
            do {
                let session = try LeaderSession(url: url, today: today)
                backoff.reset()
                failures.succeeded("the leader's connection")
                do {
                    try keep(session)
                    return
                } catch let error as PostgresError where error.kind == .deadlineExceeded {
                    session.abandon()
                    throw error
                }
            } catch {
                failures.failed("the leader's connection", error)
                sender?.drop()
            }
        } while !isStopped(within: backoff.delay())
    }

    /// Returns when stopped.
    private func keep(_ session: LeaderSession) throws {
        while try !session.lead() {
            if isStopped(within: AlarmJobs.periodSeconds) { return }
        }
        logger.notice("this daemon leads")
        leads.store(true, ordering: .relaxed)
        defer { leads.store(false, ordering: .relaxed) }
        var jobs = AlarmJobs.all(session, configuration, sender, logger, storingSeconds, interruption)
        repeat {
            for index in jobs.indices { try attempt(&jobs[index]) }
        } while !isStopped(within: AlarmJobs.periodSeconds)
    }

    /// What one job cannot do must not keep the others from their work; what concerns the connection ends the lead.
    private func attempt(_ job: inout any PeriodicJob) throws {
        do {
            try job.run { false }
            failures.succeeded(job.name)
        } catch let error as PostgresError where ![.connectionLost, .deadlineExceeded].contains(error.kind) && error.sqlState != "25006" {
            failures.failed(job.name, error)
        }
    }

    private func isStopped(within seconds: Double) -> Bool { stopping.wait(timeout: .now() + seconds) == .success }
}
