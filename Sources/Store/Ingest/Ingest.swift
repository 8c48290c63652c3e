import Access
import Clinical
import Foundation
import Logging
import Postgres

/// Stores readings, many requests a transaction: while one batch commits, those that arrive wait, and the next batch takes all of
/// them. An idle system answers at once; under load the cost of a commit is shared, and between the two a batch gathers (`IngestGathering`).
// Sendable by the lock: `waiting` and `isOpen` change only under `arrival`.
public final class Ingest: @unchecked Sendable {
    /// More submissions than this waiting: the database does not keep up, and the device keeps its report.
    public static let queueLimit = 4_000
    /// A batch takes submissions until it holds this many readings; a single submission may hold 1,000.
    static let batchReadings = 10_000

    private let url: String
    private let application: String
    private let logger: Logger
    public let measures = IngestMetrics()
    private let repeaters = IngestRepeaters()
    private let shares: IngestShares
    private let arrival = NSCondition()
    private var waiting: [Ticket] = []
    private var gathering = IngestGathering()
    private var isOpen = true
    /// A batch is on its way to the database.
    private var isCommitting = false
    /// The last batch was not stored, the database being away or not answering. Until one is, they go one at a time, and who comes meanwhile is
    /// refused at once instead of waiting with a thread.
    private var stalled = false
    /// How long a batch may take, from its beginning to the answer to its commit.
    private let deadline: Duration
    /// The hospital's day, by which ages are counted.
    private let today: @Sendable () -> String
    /// More servers than this that were told to give up and have not answered: no further one is asked for anything.
    private static let abandonedLimit = 2

    /// - Parameters:
    ///   - deadlineSeconds: how long a batch may take.
    ///   - limits: of what one device or account may send.
    ///   - today: the hospital's day.
    public init(
        url: String, application: String, logger: Logger, deadlineSeconds: Double = 5, limits: IngestShares.Limits = .init(),
        today: @escaping @Sendable () -> String = Database.today(in: .gmt)
    ) {
        shares = IngestShares(limits)
        self.url = url
        self.application = application
        self.logger = logger
        self.today = today
        deadline = .seconds(deadlineSeconds)
        let thread = Thread { [self] in run() }
        thread.name = "ingest"
        thread.start()
    }

    /// Stores one submission; returns when it is committed.
    ///
    /// - Throws: `IngestError`; nothing of the submission was stored then, unless the database was lost during the commit.
    public func submit(_ submission: Submission) throws(IngestError) -> Receipt {
        let share = try shares.take(submission)
        defer { shares.giveBack(share) }
        let ticket = Ticket(submission)
        let refusal: IngestError? = arrival.withLock {
            guard isOpen, waiting.count < Self.queueLimit else { return IngestError.overloaded }
            if stalled, isCommitting || !waiting.isEmpty { return IngestError.away }
            waiting.append(ticket)
            gathering.arrived(at: .now)
            arrival.signal()
            return nil
        }
        if let refusal { throw refusal }
        return try ticket.wait().get()
    }

    /// Whether the last batch could be stored, as far as that is known.
    public var isStalled: Bool { arrival.withLock { stalled } }

    /// Submissions that wait for the next batch.
    public var queueLength: Int { arrival.withLock { waiting.count } }

    /// Ends the thread once everything that waits is stored.
    public func close() {
        arrival.withLock {
            isOpen = false
            arrival.signal()
        }
    }

    private func run() {
        var connection: Connection?
        while let batch = nextBatch() {
            do {
                if connection?.isAlive != true { connection = try connect() }
                if let connection { try commit(batch, on: connection) }
            } catch {
                let isUnanswered = (error as? PostgresError)?.kind == .deadlineExceeded
                if isUnanswered { connection?.abandon() }
                connection = nil
                measures.errors.count(error)
                ended(stalled: true, why: error)
                batch.forEach { $0.settle(.failure(isUnanswered ? .outcomeUnknown : .away)) }
            }
        }
    }

    /// The database has answered, or has not. Called before anybody is answered, so that who is told "stored" and sends the next report at once
    /// is not refused. Told once while it lasts.
    private func ended(stalled now: Bool, why: (any Error)? = nil) {
        let (before, refused) = arrival.withLock { () -> (Bool, [Ticket]) in
            defer { (stalled, isCommitting) = (now, false) }
            guard now else { return (stalled, []) }
            defer { waiting = [] }
            return (stalled, waiting)
        }
        refused.forEach { $0.settle(.failure(.away)) }
        if now, !before { logger.error("ingest: the database does not store readings", metadata: ["why": "\(why.map { "\($0)" } ?? "-")"]) }
        if !now, before { logger.info("ingest: the database stores readings again") }
    }

    private func connect() throws -> Connection {
        // Nothing was sent: what becomes of the batch is known.
        guard Connection.abandoned < Self.abandonedLimit else { throw PostgresError(kind: .connectionLost, statement: "connect") }
        let connection = try Connection(url: url, application: application)
        try connection.script("SET statement_timeout = '10s'")
        return connection
    }

    private func nextBatch() -> [Ticket]? {
        let gathers: Bool? = arrival.withLock {
            while waiting.isEmpty {
                if !isOpen { return nil }
                arrival.wait()
            }
            return isOpen && !stalled && gathering.isWorthWaiting(with: waiting.count, at: .now)
        }
        guard let gathers else { return nil }
        if gathers { usleep(IngestGathering.pauseMicroseconds) }
        return arrival.withLock {
            var (count, readings) = (0, 0)
            while count < waiting.count, count == 0 || readings + waiting[count].submission.readings.count <= Self.batchReadings {
                readings += waiting[count].submission.readings.count
                count += 1
            }
            isCommitting = true
            defer { waiting.removeFirst(count) }
            return Array(waiting[..<count])
        }
    }

    /// Commits the batch; one that the database refuses is taken apart, so that a poisoned submission fails alone.
    ///
    /// - Throws: `PostgresError` when the database is away or held up; then what is not settled was not stored.
    private func commit(_ batch: [Ticket], on connection: Connection) throws {
        connection.deadline = .now + deadline
        do {
            let (outcomes, stored) = try IngestBatch.commit(batch.map(\.submission), today: today(), on: connection, repeaters)
            measures.count(stored)
            ended(stalled: false)
            for (ticket, outcome) in zip(batch, outcomes) { ticket.settle(outcome) }
        } catch let error as PostgresError where !error.isAway && connection.isAlive {
            measures.errors.count(error)
            try connection.query("ROLLBACK")
            ended(stalled: false)
            if batch.count > 1 {
                logger.warning("ingest: batch refused, retried one by one", metadata: ["why": "\(error)"])
                for ticket in batch { try commit([ticket], on: connection) }
            } else {
                var metadata: Logger.Metadata = ["why": "\(error)"]
                metadata["request"] = batch[0].submission.requestID.map { "\($0)" }
                logger.error("ingest: report refused", metadata: metadata)
                // After a deadlock the same report may well pass: the device sends it again.
                batch[0].settle(.failure(error.isTransient ? .away : .refused))
            }
        }
    }
}

/// One submission on its way through the queue, and the place where its thread waits.
// Sendable: `outcome` is written once, before the semaphore lets its reader pass.
private final class Ticket: @unchecked Sendable {
    let submission: Submission
    private let settled = DispatchSemaphore(value: 0)
    private var outcome: Swift.Result<Receipt, IngestError>?

    init(_ submission: Submission) { self.submission = submission }

    func settle(_ outcome: Swift.Result<Receipt, IngestError>) {
        guard self.outcome == nil else { return }
        self.outcome = outcome
        settled.signal()
    }

    func wait() -> Swift.Result<Receipt, IngestError> {
        settled.wait()
        return outcome ?? .failure(.away)
    }
}
