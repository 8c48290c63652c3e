import Access
import Clinical
import Foundation
import Logging
import Postgres

/// Stores readings, many requests a transaction: while one batch commits, those that arrive wait, and the next batch takes all of
/// them. No timer, so an idle system answers at once; under load the cost of a commit is shared.
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
    private let arrival = NSCondition()
    private var waiting: [Ticket] = []
    private var isOpen = true

    public init(url: String, application: String, logger: Logger) {
        self.url = url
        self.application = application
        self.logger = logger
        let thread = Thread { [self] in run() }
        thread.name = "ingest"
        thread.start()
    }

    /// Stores one submission; returns when it is committed.
    ///
    /// - Throws: `IngestError`; nothing of the submission was stored then, unless the database was lost during the commit.
    public func submit(_ submission: Submission) throws(IngestError) -> Receipt {
        let ticket = Ticket(submission)
        let accepted = arrival.withLock {
            guard isOpen, waiting.count < Self.queueLimit else { return false }
            waiting.append(ticket)
            arrival.signal()
            return true
        }
        guard accepted else { throw .overloaded }
        return try ticket.wait().get()
    }

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
                if connection != nil || batch.count > 1 { logger.error("ingest: database lost", metadata: ["why": "\(error)"]) }
                connection = nil
                measures.errors.count(error)
                batch.forEach { $0.settle(.failure(.away)) }
            }
        }
    }

    private func connect() throws -> Connection {
        let connection = try Connection(url: url, application: application)
        try connection.script("SET statement_timeout = '10s'")
        return connection
    }

    private func nextBatch() -> [Ticket]? {
        arrival.withLock {
            while waiting.isEmpty {
                if !isOpen { return nil }
                arrival.wait()
            }
            var (count, readings) = (0, 0)
            while count < waiting.count, count == 0 || readings + waiting[count].submission.readings.count <= Self.batchReadings {
                readings += waiting[count].submission.readings.count
                count += 1
            }
            defer { waiting.removeFirst(count) }
            return Array(waiting[..<count])
        }
    }

    /// Commits the batch; one that the database refuses is taken apart, so that a poisoned submission fails alone.
    ///
    /// - Throws: `PostgresError` when the database is away or held up; then what is not settled was not stored.
    private func commit(_ batch: [Ticket], on connection: Connection) throws {
        do {
            let (outcomes, stored) = try IngestBatch.commit(batch.map(\.submission), on: connection)
            measures.count(stored)
            for (ticket, outcome) in zip(batch, outcomes) { ticket.settle(outcome) }
        } catch let error as PostgresError where !error.isAway && connection.isAlive {
            measures.errors.count(error)
            try connection.script("ROLLBACK")
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
