import Logging
import Metrics
import Store
import Synchronization

/// How many machine keys somebody should renew or revoke, as the leader counted last.
final class KeyExpiryCounts: Sendable {
    let expiring = Atomic(0)
    let expired = Atomic(0)

    /// - Parameter isLeading: a daemon that leads no more knows nothing of them.
    func metrics(isLeading: @escaping @Sendable () -> Bool) -> [Metric] {
        let days = MachineKeyRecord.warningDays
        return [
            .gauge("fajma_machine_keys_expiring", "Machine keys that expire within \(days) days; 0 where another daemon leads.") { [self] in
                isLeading() ? expiring.load(ordering: .relaxed) : 0
            },
            .gauge(
                "fajma_machine_keys_expired", "Machine keys that expired in the last \(days) days and were not revoked; 0 where another daemon leads."
            ) { [self] in
                isLeading() ? expired.load(ordering: .relaxed) : 0
            },
        ]
    }
}

/// Tells of machine keys that expire soon or have expired: counts them each hour, and writes a line for each, once a day.
struct KeyExpiryJob: PeriodicJob {
    private static let runsBetweenLines = 24

    let name = "expiry of machine keys"
    let periodSeconds = 3600.0

    private let database: Database
    private let counts: KeyExpiryCounts
    private let logger: Logger
    private var runs = 0

    init(database: Database, counts: KeyExpiryCounts, logger: Logger) {
        (self.database, self.counts, self.logger) = (database, counts, logger)
    }

    mutating func run(isStopping: () -> Bool) throws {
        let keys = try database.machineKeysToRenew()
        counts.expiring.store(keys.count { $0.state == .expiring }, ordering: .relaxed)
        counts.expired.store(keys.count { $0.state == .expired }, ordering: .relaxed)
        defer { runs += 1 }
        guard runs.isMultiple(of: Self.runsBetweenLines) else { return }
        for key in keys {
            logger.warning(
                key.state == .expired ? "a machine key has expired" : "a machine key expires soon",
                metadata: ["key": "\(key.id)", "expires": "\(key.expiresAt.rfc3339)"])
        }
    }
}
