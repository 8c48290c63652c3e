import Postgres

/// An escalation on its way to the hospital's pager. Sent again until it is taken, also by the leader after this one: its id tells the receiver
/// that it has it already.
public struct WebhookDelivery: Sendable, Identifiable {
    public var id: Int
    public var body: String
    /// How often it was sent in vain.
    public var attempts: Int

    /// What was not taken until then is too old to call anybody.
    static let patienceHours = 24
    /// How long the table remembers.
    static let keptDays = 30

    static let firstDelaySeconds = 5.0
    static let longestDelaySeconds = 600.0

    /// Seconds from this failed attempt to the next: they double, each shortened by a random share of up to a half.
    ///
    /// - Parameters:
    ///   - attempt: counted from 1.
    ///   - jitter: 0..<1.
    static func delaySeconds(afterAttempt attempt: Int, jitter: Double = .random(in: 0..<1)) -> Double {
        var delay = firstDelaySeconds
        for _ in 1..<max(1, attempt) where delay < longestDelaySeconds { delay *= 2 }
        return min(delay, longestDelaySeconds) * (1 - jitter / 2)
    }
}

/// What became of sending one.
public enum WebhookOutcome: Sendable, Hashable {
    case taken
    /// The receiver wants none of them any more (410).
    case unwanted
    /// Words about the connection or the status, never the body.
    case failed(String)
}

extension LeaderSession {
    /// Those whose time has come, the longest due first. What has waited too long is abandoned instead.
    public func dueDeliveries(limit: Int) throws -> [WebhookDelivery] {
        let results = try connection.pipeline {
            $0.query(
                """
                UPDATE webhook_deliveries SET abandoned_at = now(), problem = coalesce(problem, 'nothing was sent in time')
                WHERE delivered_at IS NULL AND abandoned_at IS NULL AND created_at < now() - $1 * interval '1 hour'
                """, [WebhookDelivery.patienceHours])
            $0.query(
                """
                SELECT id, body, attempts FROM webhook_deliveries
                WHERE delivered_at IS NULL AND abandoned_at IS NULL AND next_at <= now() ORDER BY attempts > 0, next_at, id LIMIT $1
                """, [limit])
        }
        return try results[1].map { try WebhookDelivery(id: $0[0], body: $0[1], attempts: $0[2]) }
    }

    public func settle(_ delivery: WebhookDelivery, _ outcome: WebhookOutcome) throws {
        let problem: String? =
            switch outcome {
            case .taken: nil
            case .unwanted: "the receiver answered 410: it wants no more of them"
            case .failed(let why): why
            }
        try connection.query(
            """
            UPDATE webhook_deliveries SET attempts = attempts + 1, delivered_at = CASE WHEN $2 THEN now() END,
                abandoned_at = CASE WHEN $3 THEN now() END, problem = $4, next_at = now() + $5 * interval '1 second'
            WHERE id = $1 AND delivered_at IS NULL
            """,
            [
                delivery.id, outcome == .taken, outcome == .unwanted, problem,
                WebhookDelivery.delaySeconds(afterAttempt: delivery.attempts + 1),
            ])
    }
}
