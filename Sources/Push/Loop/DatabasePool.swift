import Clinical
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Store

/// The threads that ask the source, which may block: some for who may come in or stay, some for storing, which takes as long as a commit, and one
/// for reading rooms. None of them waits for another's work.
final class DatabasePool: Sendable {
    let source: any Source
    let sockets: SocketShares
    let told = ToldAlerts()
    private let admitting: FairThreads
    private let storing: FairThreads
    private let rooms: NIOThreadPool
    private let changes = NIOLockedValueBox(0)

    struct Limits: Sendable {
        /// That ask who may come in or stay.
        var threads: Int
        var storingThreads: Int
        /// Clients' questions that wait.
        var waiting: Int
        /// Those of one account.
        var waitingPerAccount: Int
        /// Sockets of the process.
        var sockets: Int
    }

    init(source: any Source, limits: Limits) {
        self.source = source
        sockets = SocketShares(limit: limits.sockets)
        admitting = FairThreads(limits.threads, limit: limits.waiting, limitPerAccount: limits.waitingPerAccount)
        storing = FairThreads(limits.storingThreads, limit: limits.waiting, limitPerAccount: limits.waitingPerAccount)
        rooms = NIOThreadPool(numberOfThreads: 1)
        rooms.start()
    }

    /// Who may come in or stay; fails when too many wait. `account`: whose token it is, as it says itself.
    func ask<Answer: Sendable>(
        for account: UserID?, on loop: any EventLoop, _ question: @escaping @Sendable (any Source) throws -> Answer
    ) -> EventLoopFuture<Answer> {
        admitting.run(for: account, on: loop) { [source] in try question(source) }
    }

    /// Stores what a client sent; fails when too much waits.
    func store<Answer: Sendable>(
        for account: UserID, on loop: any EventLoop, _ work: @escaping @Sendable (any Source) throws -> Answer
    ) -> EventLoopFuture<Answer> {
        storing.run(for: account, on: loop) { [source] in try work(source) }
    }

    /// How often rights have changed: an answer from before the last change is to be asked for again.
    var changesOfRights: Int { changes.withLockedValue { $0 } }

    func rightsChanged() { changes.withLockedValue { $0 += 1 } }

    func load(_ list: [Room], on loop: any EventLoop) -> EventLoopFuture<[Room: RoomContents]> {
        rooms.runIfActive(eventLoop: loop) { [source] in try source.load(list) }
    }

    /// Screens whose sound is on listen to these wards. Beside the rooms: no storm of clients keeps it from being said in time.
    func tellHeard(_ wards: [WardID], on loop: any EventLoop) -> EventLoopFuture<Void> {
        rooms.runIfActive(eventLoop: loop) { [source] in try source.heard(wards) }
    }

    /// Waits for what runs.
    func stop() throws {
        try admitting.stop()
        try storing.stop()
        try rooms.syncShutdownGracefully()
    }
}

/// A few threads that take work from each account in turn.
private final class FairThreads: Sendable {
    typealias Queue = FairQueue<UserID?, @Sendable (_ isActive: Bool) -> Void>

    private let threads: NIOThreadPool
    private let queue: NIOLockedValueBox<Queue>
    /// What waits and what runs.
    private let unfinished = NIOLockedValueBox(0)
    private let limit: Int

    init(_ count: Int, limit: Int, limitPerAccount: Int) {
        self.limit = limit
        queue = NIOLockedValueBox(Queue(limitPerAccount: limitPerAccount))
        threads = NIOThreadPool(numberOfThreads: count)
        threads.start()
    }

    func run<Answer: Sendable>(
        for account: UserID?, on loop: any EventLoop, _ work: @escaping @Sendable () throws -> Answer
    ) -> EventLoopFuture<Answer> {
        let isTaken = unfinished.withLockedValue { unfinished in
            guard unfinished < limit else { return false }
            unfinished += 1
            return true
        }
        guard isTaken else { return loop.makeFailedFuture(QueueRefusal.full) }
        let promise = loop.makePromise(of: Answer.self)
        let job: @Sendable (Bool) -> Void = { [unfinished] isActive in
            let result = isActive ? Result(catching: work) : .failure(CancellationError())
            unfinished.withLockedValue { $0 -= 1 }
            promise.completeWith(result)
        }
        guard queue.withLockedValue({ $0.append(job, for: account) }) else {
            unfinished.withLockedValue { $0 -= 1 }
            promise.fail(QueueRefusal.accountFull)
            return promise.futureResult
        }
        // Each asks for one job, not for this one: whose turn it is, the queue says when a thread is free.
        threads.submit { [queue] state in queue.withLockedValue { $0.popFirst() }?(state == .active) }
        return promise.futureResult
    }

    func stop() throws { try threads.syncShutdownGracefully() }
}
