import BindAddress
import Clinical
import Logging
import Metrics
import NIOConcurrencyHelpers
import NIOCore

/// The push daemon: sockets in rooms, told what happens. The wiring gives it a source of what it does not know, and the
/// feed tells it what happens; both from threads of their own.
public final class Daemon: Sendable {
    public struct Configuration: Sendable {
        public var address: BindAddress
        /// Origins beside our own, as `https://host`.
        public var allowedOrigins: Set<String> = []
        /// Event loops, a thread each.
        public var loops = System.coreCount
        /// Threads that ask the source who may come in or stay.
        public var threads = 4
        /// Threads that store what clients send.
        public var storingThreads = 2
        /// Clients' questions (handshakes and renewals, and apart from them readings) that wait or run at once; over it 503.
        public var waitingLimit = 4096
        /// Those of one account that wait; over it 429.
        public var waitingLimitPerAccount = 1024
        /// Between two pulses.
        public var pulseSeconds = 10
        /// A database that has said nothing for so long is not heard any more.
        public var feedSilenceSeconds = 3.0
        /// Of the values in an early warning score.
        public var maximumAge = EarlyWarningScore.MaximumAge()
        public var limits = SocketLimits()

        public init(address: BindAddress) { self.address = address }
    }

    private let server: SocketServer<Shard>
    private let clerks: DatabasePool
    /// One a loop, in the server's order.
    private let inboxes: [EventQueue]
    private let hearing: FeedLiveness
    private let logger: Logger
    private let measures: PushMetrics
    /// The loops that have not taken their turn since they were last asked to.
    private let lateLoops = NIOLockedValueBox<Set<Int>>([])

    /// Listens and serves until `stop`. `now` is the clock. Blocks shortly.
    public init(
        configuration: Configuration, source: any Source, logger: Logger, now: @escaping @Sendable () -> Instant
    ) throws {
        let clerks = DatabasePool(
            source: source,
            limits: .init(
                threads: configuration.threads, storingThreads: configuration.storingThreads, waiting: configuration.waitingLimit,
                waitingPerAccount: configuration.waitingLimitPerAccount, sockets: configuration.limits.connections))
        let made = NIOLockedValueBox<[EventQueue]>([])
        let measures = PushMetrics()
        let origins = Set(configuration.allowedOrigins.map { $0.lowercased() })
        let (pulseSeconds, maximumAge) = (configuration.pulseSeconds, configuration.maximumAge)
        let hearing = FeedLiveness(silenceSeconds: configuration.feedSilenceSeconds)
        do {
            server = try SocketServer(
                address: configuration.address, loops: configuration.loops, limits: configuration.limits,
                tooSlow: measures.tooSlow,
                makeService: { loop in
                    let inbox = EventQueue(lag: measures.lag)
                    made.withLockedValue { $0.append(inbox) }
                    return Shard(
                        loop: loop, clerks: clerks, inbox: inbox, hearing: hearing, pulseSeconds: pulseSeconds, maximumAge: maximumAge,
                        sent: measures.sent, now: now, logger: logger)
                },
                greeter: { request, loop in clerks.greet(request, allowedOrigins: origins, on: loop) })
        } catch {
            try clerks.stop()
            throw error
        }
        (self.clerks, self.logger, self.measures, self.hearing) = (clerks, logger, measures, hearing)
        inboxes = made.withLockedValue { $0 }
    }

    /// The port listened on; nil for a unix socket.
    public var port: Int? { server.port }

    public var metrics: [Metric] { measures.metrics { [self] in inboxes.map(\.census) } }

    /// Whether every event loop has taken a turn since the last call; asks each for the next one. From any thread; never blocks.
    public func loopsTakeTurns() -> Bool {
        let all = Set(inboxes.indices)
        let isLate = lateLoops.withLockedValue { late in
            if late.isEmpty {
                late = all
                return false
            }
            return true
        }
        if isLate { return false }
        for index in all { server.onLoop(index) { [lateLoops] _ in lateLoops.withLockedValue { _ = $0.remove(index) } } }
        return true
    }

    /// Closes every socket with 1012 and ends; within 5 s. Blocks.
    public func stop() throws {
        try server.stop()
        try clerks.stop()
    }

    // MARK: For the feed, from any thread

    /// Something happened; read only if somebody listens.
    public func notice(_ notice: NotificationEnvelope) throws(UnreadableNotification) {
        if notice.isReadAlways { return event(try notice.event()) }
        let interested = interested(notice.patient, [notice.ward].compactMap { $0 })
        if !interested.isEmpty { deliver(try notice.event(), to: interested) }
    }

    /// Something happened.
    public func event(_ event: Event) {
        if case .rights(let concerned) = event { return revalidate(concerned) }
        deliver(event, to: interested(event.address.patient, event.address.wards))
    }

    private func interested(_ patient: PatientID?, _ wards: [WardID]) -> [Int] {
        inboxes.indices.filter { inboxes[$0].wants(patient: patient, wards: wards) }
    }

    /// Encoded here, once, and handed to every loop where somebody listens.
    private func deliver(_ event: Event, to loops: [Int]) {
        guard !loops.isEmpty else { return }
        do {
            let letter = EventQueue.Letter(event: event, frame: try event.message?.frame())
            for index in loops { put(.letter(letter), to: index) }
        } catch {
            logger.error("an event could not be encoded")
        }
    }

    /// Events come, from now on: every open room is read anew and its listeners get the state. A change of rights may have been
    /// missed too.
    public func feedReady() {
        hearing.heard()
        inboxes.indices.forEach { put(.feedReady, to: $0) }
        revalidate(.everybody)
    }

    /// Events may be missed, until `feedReady`.
    public func feedLost() {
        hearing.lost()
        inboxes.indices.forEach { put(.feedLost, to: $0) }
    }

    /// The database has given a sign of life.
    public func feedHeard() { hearing.heard() }

    /// The database has committed what `CommitProbe` asked for. From the first time on, sockets are told when it does not any more.
    public func databaseCommitted() { hearing.committed() }

    /// The database commits, and does not store what devices report.
    public func databaseStalled() { hearing.stalled() }

    /// Rights or sessions changed: the sockets that are concerned stay only if the source says so again; otherwise they are closed
    /// with 4401 or 4403.
    public func revalidate(_ concerned: Concerned) {
        clerks.rightsChanged()  // first: a handshake whose answer is older must see it
        for index in inboxes.indices where inboxes[index].wants(concerned) {
            server.onLoop(index) { $0.revalidate(concerned) }
        }
    }

    private func put(_ item: EventQueue.Item, to index: Int) {
        if inboxes[index].put(item) { server.onLoop(index) { $0.drain() } }
    }
}

extension DatabasePool {
    /// Who comes, and whether they may come in.
    func greet(
        _ request: HandshakeRequest, allowedOrigins: Set<String>, on loop: any EventLoop
    ) -> EventLoopFuture<HandshakeAnswer<Client>> {
        let greeting: RoomRequest
        do {
            greeting = try RoomRequest(request, allowedOrigins: allowedOrigins)
        } catch {
            return loop.makeSucceededFuture(.refused(error))
        }
        let changesSeen = changesOfRights
        return ask(for: source.account(of: greeting.token), on: loop) { try $0.admit(token: greeting.token, kind: greeting.kind, key: greeting.key) }
            .map { [sockets, source] admission in
                switch admission {
                case .allowed(_, let user, _, _, _) where !sockets.hasRoom(for: user): .refused(.tooManyRequests)
                case .allowed:
                    Client(admission, token: greeting.token, changesSeen: changesSeen).map {
                        var client = $0
                        if greeting.subprotocol == nil, greeting.kind != .service { client.replacedSession = source.session(of: greeting.token) }
                        return .welcome(client, subprotocol: greeting.subprotocol)
                    } ?? .refused(.unavailable)
                case .unauthenticated: .refused(.tokenNotValid)
                case .forbidden: .refused(.forbidden)
                case .unknown: .refused(.notFound)
                }
            }
            .recover { error in
                (error as? QueueRefusal) == .accountFull ? .refused(.tooManyRequests) : .refused(.unavailable)
            }
    }
}
