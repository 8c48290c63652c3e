import Access
import Curl
import Foundation
import Logging
import Store

/// Sends escalations to the hospital's webhook, on a thread of its own: a receiver that is slow must not hold up the watch. Knows no
/// database; the watch hands it what is due and writes down what became of it.
// Sendable: what changes is touched under the lock; the transfer is the thread's, but for `cancel`, made for others.
public final class WebhookSender: @unchecked Sendable {
    /// Deliveries in hand.
    static let limit = 50

    private let transfer: Transfer
    private let signature: WebhookSignature
    private let clock: @Sendable () -> Int
    private let condition = NSCondition()
    private var hand = InFlightDeliveries()
    private var isStopped = false
    private let ended = DispatchSemaphore(value: 0)

    /// - Parameters:
    ///   - url: http or https. What it holds, credentials perhaps, is never told.
    ///   - clock: seconds since 1970.
    public init(
        url: String, secret: SigningSecret, clock: @escaping @Sendable () -> Int = { Int(Date().timeIntervalSince1970) }
    ) throws {
        transfer = try Transfer(endpoint: url, keepsAnswer: false)
        (signature, self.clock) = (WebhookSignature(secret: secret), clock)
        let thread = Thread { [self] in
            while let delivery = next() {
                let outcome = send(delivery)
                condition.withLock { hand.sent(delivery, outcome) }
            }
            ended.signal()
        }
        thread.name = "webhook"
        thread.start()
    }

    /// Gives up what it is sending, which is then sent again by whoever leads next. Returns when the thread has ended.
    public func stop() {
        condition.withLock {
            isStopped = true
            condition.signal()
        }
        transfer.cancel()
        ended.wait()
    }

    /// Sends those of them that it does not have in hand.
    func take(_ due: [WebhookDelivery]) {
        condition.withLock {
            hand.take(due)
            condition.signal()
        }
    }

    /// What was sent since this was last asked.
    func outcomes() -> [(delivery: WebhookDelivery, outcome: WebhookOutcome)] { condition.withLock { hand.settle() } }

    /// Somebody else may lead now: what is in hand is theirs.
    func drop() { condition.withLock { hand = InFlightDeliveries() } }

    /// Waits for one to send; nil: stopped.
    private func next() -> WebhookDelivery? {
        condition.withLock {
            while !isStopped {
                if let delivery = hand.next() { return delivery }
                condition.wait()
            }
            return nil
        }
    }

    private func send(_ delivery: WebhookDelivery) -> WebhookOutcome {
        let (id, seconds) = ("fajma_\(delivery.id)", clock())
        transfer.prepare(
            Data(delivery.body.utf8),
            headers: [
                "User-Agent: FAJMA", "webhook-id: \(id)", "webhook-timestamp: \(seconds)",
                "webhook-signature: \(signature.header(id: id, seconds: seconds, body: delivery.body))",
            ])
        if let problem = Transfer.problem(transfer.perform()) { return .failed(problem) }
        switch transfer.status {
        case 200..<300: return .taken
        case 410: return .unwanted
        default: return .failed("the receiver answered \(transfer.status)")
        }
    }
}

/// What the pager has in hand: each delivery once, from when it is taken until what became of it was asked for.
struct InFlightDeliveries {
    private var ids: Set<Int> = []
    private var waiting: [WebhookDelivery] = []
    private var done: [(delivery: WebhookDelivery, outcome: WebhookOutcome)] = []

    mutating func take(_ due: [WebhookDelivery]) {
        for delivery in due where ids.count < WebhookSender.limit && ids.insert(delivery.id).inserted { waiting.append(delivery) }
    }

    mutating func next() -> WebhookDelivery? { waiting.isEmpty ? nil : waiting.removeFirst() }

    /// Of one that is not in hand any more nothing is told.
    mutating func sent(_ delivery: WebhookDelivery, _ outcome: WebhookOutcome) {
        if ids.contains(delivery.id) { done.append((delivery, outcome)) }
    }

    mutating func settle() -> [(delivery: WebhookDelivery, outcome: WebhookOutcome)] {
        defer { done = [] }
        for entry in done { ids.remove(entry.delivery.id) }
        return done
    }
}
