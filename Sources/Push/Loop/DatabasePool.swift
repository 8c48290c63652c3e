import Clinical
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Store

/// The threads that ask the source, which may block: some for what clients want, one for reading rooms, so that a
/// storm of handshakes does not keep those who are in already from their snapshot.
final class DatabasePool: Sendable {
    struct Busy: Error {}

    let source: any Source
    private let clients: NIOThreadPool
    private let rooms: NIOThreadPool
    private let waiting = NIOLockedValueBox(0)
    private let waitingLimit: Int
    private let changes = NIOLockedValueBox(0)

    /// `waitingLimit`: clients' questions that may wait or run at once.
    init(source: any Source, threads: Int, waitingLimit: Int) {
        self.source = source
        self.waitingLimit = waitingLimit
        clients = NIOThreadPool(numberOfThreads: threads)
        rooms = NIOThreadPool(numberOfThreads: 1)
        clients.start()
        rooms.start()
    }

    /// For a client; fails with `Busy` when too many wait.
    func ask<Answer: Sendable>(
        on loop: any EventLoop, _ question: @escaping @Sendable (any Source) throws -> Answer
    ) -> EventLoopFuture<Answer> {
        let isTaken = waiting.withLockedValue { waiting in
            guard waiting < waitingLimit else { return false }
            waiting += 1
            return true
        }
        guard isTaken else { return loop.makeFailedFuture(Busy()) }
        return clients.runIfActive(eventLoop: loop) { [source, waiting] in
            defer { waiting.withLockedValue { $0 -= 1 } }
            return try question(source)
        }
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
        try clients.syncShutdownGracefully()
        try rooms.syncShutdownGracefully()
    }
}
