import Dispatch
import Logging
import Metrics
import Store

/// Everything that one daemon of the installation does for the whole hospital: it takes part in the election of the leader, and runs the
/// periodic jobs while it leads.
public final class MaintenanceService: Sendable {
    private let logger: Logger
    private let leader: Leader
    private let retention: BackgroundJob<Retention>
    private let rollUps: BackgroundJob<RollUpJob>
    private let sealer: BackgroundJob<AuditSealer>
    private let keyExpiry: BackgroundJob<KeyExpiryJob>
    private let keyCounts = KeyExpiryCounts()

    /// - Parameters:
    ///   - url: `DATABASE_URL`; the leader has a connection of its own.
    ///   - database: what the other jobs use.
    ///   - sender: nil: escalations reach the screens only.
    ///   - storingSeconds: for how long the database has stored what devices report; infinity: always; nil: it does not.
    ///   - interruption: the last time in which it did not; nil: there was none.
    public init(
        url: String, database: Database, configuration: MaintenanceConfiguration, sender: WebhookSender?, logger: Logger,
        storingSeconds: @escaping @Sendable () -> Double?, interruption: @escaping @Sendable () -> Interruption?
    ) {
        let leader = Leader(
            url: url, today: database.today, configuration: configuration, sender: sender, logger: logger, storingSeconds: storingSeconds,
            interruption: interruption)
        self.logger = logger
        self.leader = leader
        let isLeading = { @Sendable in leader.isLeading }
        retention = BackgroundJob(
            Retention(database: database, configuration: configuration, logger: logger), isLeading: isLeading, logger: logger)
        rollUps = BackgroundJob(RollUpJob(database: database), isLeading: isLeading, logger: logger)
        sealer = BackgroundJob(AuditSealer(database: database, logger: logger), isLeading: isLeading, logger: logger)
        keyExpiry = BackgroundJob(KeyExpiryJob(database: database, counts: keyCounts, logger: logger), isLeading: isLeading, logger: logger)
    }

    /// Leaves the lead to another daemon, first of all, and ends the jobs.
    public func stop() {
        leader.stop()
        retention.stop()
        rollUps.stop()
        sealer.stop()
        keyExpiry.stop()
    }

    /// What the jobs have found out.
    public var metrics: [Metric] { keyCounts.metrics { [leader] in leader.isLeading } }

    /// After `stop` and after the last write of this process: what it has written is in the audit's chain, and the chain's head in the log.
    public func sealLastRows() {
        var job = sealer.job
        do {
            try job.finish()
        } catch {
            logger.error("the audit's last rows are not sealed; the next leader does it", metadata: ["why": "\(error)"])
        }
    }
}
