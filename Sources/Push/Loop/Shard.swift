import Clinical
import Logging
import Metrics
import NIOCore
import Store

/// One event loop's part of the daemon: its sockets, its rooms; who may stay is in ShardRights. Used on its loop only.
final class Shard: SocketService {
    let loop: any EventLoop
    let clerks: DatabasePool
    private let inbox: EventQueue
    private let hearing: FeedLiveness
    private let now: @Sendable () -> Instant
    let logger: Logger
    private let pulseSeconds: Int
    private let sent: Counter
    private var secondsToPulse: Int
    /// As the sockets were told last.
    private var isCurrent = true
    private(set) var rooms: Rooms<Socket>
    var visitors: [Socket: Client] = [:]
    private(set) var socketsOf: [UserID: Set<Socket>] = [:]
    var doubts = RevalidationQueue<Socket>()
    /// Of the clients of which a message is being stored.
    private var unstored: [Socket: UnstoredMessages] = [:]
    private var listening = AudibleScreens()
    private var snapshots = SnapshotFrames()
    /// Sockets behind whose newest alert no mark was sent yet.
    private var unmarked: Set<Socket> = []

    init(
        loop: any EventLoop, clerks: DatabasePool, inbox: EventQueue, hearing: FeedLiveness, pulseSeconds: Int,
        maximumAge: EarlyWarningScore.MaximumAge,
        sent: Counter, now: @escaping @Sendable () -> Instant, logger: Logger
    ) {
        rooms = Rooms(maximumAge: maximumAge)
        (self.loop, self.clerks, self.inbox, self.now, self.logger) = (loop, clerks, inbox, now, logger)
        (self.hearing, self.pulseSeconds, secondsToPulse, self.sent) = (hearing, pulseSeconds, pulseSeconds, sent)
    }

    // MARK: SocketService

    func opened(_ socket: Socket, by newcomer: Client) {
        var visitor = newcomer
        visitor.askedAt = now()
        enter(visitor, at: socket)
        perform(rooms.join(socket, visitor.room, now: now()), pace: .snapshot)
        // Between the answer that let it in and this moment something changed, and it was not among those who were asked about.
        if visitor.changesSeen != clerks.changesOfRights {
            doubts.raise(socket, isUrgent: true)
            askDoubts()
        }
    }

    func closed(_ socket: Socket) {
        enter(nil, at: socket)
        rooms.leave(socket)
        doubts.leave(socket)
    }

    /// The one place that writes who is where, and as whom.
    func enter(_ visitor: Client?, at socket: Socket) {
        let before = visitors[socket]
        visitors[socket] = visitor
        if let ward = listening.moved(from: before?.audibleWard, to: visitor?.audibleWard) { tellHeard([ward]) }
        guard before?.room != visitor?.room || before?.user != visitor?.user else { return }
        if let before {
            inbox.leave(before.room, before.user)
            clerks.sockets.leave(before.user)
            socketsOf[before.user]?.remove(socket)
            if socketsOf[before.user]?.isEmpty == true { socketsOf[before.user] = nil }
        }
        if let visitor {
            inbox.enter(visitor.room, visitor.user)
            clerks.sockets.enter(visitor.user)
            socketsOf[visitor.user, default: []].insert(socket)
        }
    }

    func received(binary: ByteBuffer, from socket: Socket) { socket.close(.unacceptableData) }

    func received(text: ByteBuffer, from socket: Socket) {
        guard visitors[socket]?.allowance.spend(at: now()) == true else {
            return socket.close(.policyViolation, reason: "trop de messages")
        }
        do {
            switch try ClientMessage(text) {
            case .latest: perform(rooms.latest(for: socket, now: now()))
            case .pulse: pulse(to: [socket])
            case .readings(let bytes): store(bytes, for: socket)
            case .token(let token): renew(socket, with: token)
            case .sound(let isAudible):
                var visitor = visitors[socket]
                visitor?.isAudible = isAudible
                enter(visitor, at: socket)
            }
        } catch {
            tell(error.fault, to: socket)
        }
    }

    /// Every second.
    func tick() {
        let now = now()
        closeEnded(at: now)
        if isCurrent { doubtEveryMinute(at: now) }
        perform(rooms.retry())
        perform(rooms.age(now: now))
        retryDoubts()
        tellHeard(listening.tick())
        snapshots.tick()
        secondsToPulse -= 1
        // A change is told at once: a screen must not wait ten seconds to know that it is blind.
        let wasCurrent = isCurrent
        isCurrent = hearing.isCurrent
        if secondsToPulse <= 0 || isCurrent != wasCurrent {
            secondsToPulse = pulseSeconds
            pulse(to: Set(visitors.keys))
        }
    }

    private func pulse(to listeners: Set<Socket>) {
        if let frame = encoded(.pulse(now(), isCurrent: hearing.isCurrent)) { send(frame, to: listeners) }
    }

    // MARK: What the feed says

    /// Takes what waits in the inbox.
    func drain() {
        let (items, overflowed) = inbox.takeAll()
        if overflowed {
            logger.warning("events dropped, reading every room anew")
            rooms.feedLost(at: now())
            perform(rooms.feedReady())
        }
        for item in items {
            switch item {
            case .letter(let letter): perform(rooms.event(letter.event, now: now()), forwarding: letter)
            case .feedLost: rooms.feedLost(at: now())
            case .feedReady: perform(rooms.feedReady())
            }
        }
    }

    // MARK: Actions

    private func perform(_ actions: [Rooms<Socket>.Action], forwarding letter: EventQueue.Letter? = nil, pace: FramePace = .live) {
        for action in actions {
            switch action {
            case .load(let list): load(list)
            case .forward(let room):
                guard let letter, letter.frame != nil else { continue }
                let listeners = rooms.listeners(of: room)
                forward(letter, to: listeners)
                if case .alert(let alert, _, isNew: true) = letter.event { _ = unaware(of: alert, among: listeners) }
            case .send(let message, var listeners):
                if case .alert(let alert) = message { listeners = unaware(of: alert, among: listeners) }
                if listeners.isEmpty { continue }
                for (language, listeners) in readers(of: message, among: listeners) {
                    let frame = pace == .live ? encoded(message.told(in: language)) : snapshots.frame(of: message, in: language, encoded)
                    if let frame { send(frame, to: listeners, pace) }
                }
            }
        }
        for socket in unmarked { if let mark = visitors[socket]?.told.mark { socket.send(mark: mark) } }
        unmarked.removeAll()
    }

    /// Without the sockets of the replaced system's clients that were told of it, or whose session has read it; the others are told now.
    private func unaware(of alert: Alert, among listeners: Set<Socket>) -> Set<Socket> {
        listeners.filter { socket in
            guard let visitor = visitors[socket], let session = visitor.replacedSession else { return true }
            guard !clerks.told.knows(alert.id, of: visitor.room, session), visitors[socket]?.told.tell(alert.id) == true else { return false }
            unmarked.insert(socket)
            return true
        }
    }

    func reached(_ mark: UInt64, by socket: Socket) {
        guard let room = visitors[socket]?.room, let session = visitors[socket]?.replacedSession,
            let read = visitors[socket]?.told.read(upTo: mark), !read.isEmpty
        else { return }
        clerks.told.note(read, of: room, by: session, now: now())
    }

    /// The letter's frame is French.
    private func forward(_ letter: EventQueue.Letter, to listeners: Set<Socket>) {
        guard let frame = letter.frame else { return }
        guard let message = letter.event.message, message.hasLanguage else { return send(frame, to: listeners) }
        for (language, listeners) in readers(of: message, among: listeners) {
            if let frame = language == .french ? frame : encoded(message.told(in: language)) { send(frame, to: listeners) }
        }
    }

    /// Who reads which language, as far as that makes a difference.
    private func readers(of message: Message, among listeners: Set<Socket>) -> [Language: Set<Socket>] {
        guard message.hasLanguage else { return [.french: listeners] }
        return Dictionary(grouping: listeners) { visitors[$0]?.language ?? .french }.mapValues(Set.init)
    }

    private func send(_ frame: Frame, to listeners: Set<Socket>, _ pace: FramePace = .live) {
        sent.add(listeners.count)
        for socket in listeners { socket.send(frame, pace) }
    }

    private func encoded(_ message: Message) -> Frame? {
        do {
            return try message.frame()
        } catch {
            logger.error("a message could not be encoded")
            return nil
        }
    }

    func tell(_ fault: Message.Fault, to socket: Socket) {
        if let frame = encoded(.error(fault, visitors[socket]?.language ?? .french)) { send(frame, to: [socket]) }
    }

    private func load(_ list: [Room]) {
        clerks.load(list, on: loop).assumeIsolated().whenComplete { [self] result in
            switch result {
            case .success(let answer):
                perform(rooms.loaded(answer, now: now()), pace: .snapshot)
            case .failure(let error):
                logger.warning("rooms could not be read", metadata: ["rooms": "\(list.count)", "error": "\(error)"])
                rooms.loadFailed()  // `tick` tries again
            }
        }
    }

    private func tellHeard(_ wards: [WardID]) {
        if wards.isEmpty { return }
        clerks.tellHeard(wards, on: loop).assumeIsolated().whenFailure { [logger] error in
            logger.warning("it could not be said that screens listen", metadata: ["error": "\(error)"])  // `tick` says it again
        }
    }

    // MARK: What clients want

    private func store(_ bytes: [UInt8], for socket: Socket) {
        guard let visitor = visitors[socket] else { return }
        guard visitor.mayEnter, case .patient(let patient) = visitor.room else { return tell(.mayNotEnter, to: socket) }
        let message = UnstoredMessages.Message(bytes: bytes, patient: patient, token: visitor.token, user: visitor.user, language: visitor.language)
        guard unstored[socket] == nil else {
            if unstored[socket]?.append(message) == false { tell(.unavailable, to: socket) }
            return
        }
        unstored[socket] = UnstoredMessages()
        store(message, for: socket)
    }

    /// One message of a client at a time. What a client has sent before it left is stored.
    private func store(_ message: UnstoredMessages.Message, for socket: Socket) {
        clerks.store(for: message.user, on: loop) {
            try $0.store(inbound: message.bytes, patient: message.patient, token: message.token, language: message.language)
        }
        .assumeIsolated().whenComplete { [self] result in
            switch result {
            case .success(nil): break  // it comes back as an event
            case .success(.some(let reason)): tell(.refused(reason), to: socket)
            case .failure(let error): tell((error as? IngestError) == .outcomeUnknown ? .unconfirmed : .unavailable, to: socket)
            }
            if let next = unstored[socket]?.popFirst() { store(next, for: socket) } else { unstored[socket] = nil }
        }
    }
}
