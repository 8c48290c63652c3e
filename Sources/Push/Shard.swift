import Clinical
import Logging
import NIOCore

extension CloseCode {
    /// The token has expired or was revoked.
    static let tokenExpired = CloseCode(rawValue: 4401)
    /// The user may not hear this room any more.
    static let noLongerAllowed = CloseCode(rawValue: 4403)
}

/// One event loop's part of the daemon: its sockets, its rooms. Used on its loop only.
final class Shard: SocketService {
    private let loop: any EventLoop
    private let clerks: Clerks
    private let inbox: Inbox
    private let now: @Sendable () -> Instant
    private let logger: Logger
    private let pulseSeconds: Int
    private var secondsToPulse: Int
    private var rooms = Rooms<Socket>()
    private var visitors: [Socket: Visitor] = [:]

    init(
        loop: any EventLoop, clerks: Clerks, inbox: Inbox, pulseSeconds: Int, now: @escaping @Sendable () -> Instant,
        logger: Logger
    ) {
        (self.loop, self.clerks, self.inbox, self.now, self.logger) = (loop, clerks, inbox, now, logger)
        (self.pulseSeconds, secondsToPulse) = (pulseSeconds, pulseSeconds)
    }

    // MARK: SocketService

    func opened(_ socket: Socket, by visitor: Visitor) {
        visitors[socket] = visitor
        inbox.enter(visitor.room)
        perform(rooms.join(socket, visitor.room))
    }

    func closed(_ socket: Socket) {
        if let visitor = visitors.removeValue(forKey: socket) { inbox.leave(visitor.room) }
        rooms.leave(socket)
    }

    func received(binary: ByteBuffer, from socket: Socket) { socket.close(.unacceptableData) }

    func received(text: ByteBuffer, from socket: Socket) {
        guard visitors[socket]?.allowance.spend(at: now()) == true else {
            return socket.close(.policyViolation, reason: "trop de messages")
        }
        do {
            switch try Request(text) {
            case .latest: perform(rooms.latest(for: socket))
            case .readings(let bytes): store(bytes, for: socket)
            case .token(let token): renew(socket, with: token)
            }
        } catch {
            tell(error.fault, to: socket)
        }
    }

    /// Every second.
    func tick() {
        let now = now()
        let expired = visitors.filter { $0.value.expires <= now }.keys
        for socket in expired { socket.close(.tokenExpired) }
        perform(rooms.retry())
        secondsToPulse -= 1
        if secondsToPulse <= 0 {
            secondsToPulse = pulseSeconds
            if let frame = encoded(.pulse(now)) { send(frame, to: Set(visitors.keys)) }
        }
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
            case .letter(let letter): perform(rooms.event(letter.event), forwarding: letter.frame)
            case .feedLost: rooms.feedLost(at: now())
            case .feedReady: perform(rooms.feedReady())
            }
        }
    }

    // MARK: Actions

    private func perform(_ actions: [Rooms<Socket>.Action], forwarding frame: Frame? = nil) {
        for action in actions {
            switch action {
            case .load(let list): load(list)
            case .forward(let room): if let frame { send(frame, to: rooms.listeners(of: room)) }
            case .send(let message, let listeners): if let frame = encoded(message) { send(frame, to: listeners) }
            }
        }
    }

    private func send(_ frame: Frame, to listeners: Set<Socket>) {
        for socket in listeners { socket.send(frame) }
    }

    private func encoded(_ message: Message) -> Frame? {
        do {
            return try message.frame()
        } catch {
            logger.error("a message could not be encoded")
            return nil
        }
    }

    private func tell(_ fault: Message.Fault, to socket: Socket) {
        if let frame = encoded(.error(fault)) { socket.send(frame) }
    }

    private func load(_ list: [Room]) {
        clerks.load(list, on: loop).assumeIsolated().whenComplete { [self] result in
            switch result {
            case .success(let answer):
                perform(rooms.loaded(answer, now: now()))
            case .failure(let error):
                logger.warning("rooms could not be read", metadata: ["rooms": "\(list.count)", "error": "\(error)"])
                rooms.loadFailed()  // `tick` tries again
            }
        }
    }

    // MARK: What clients want

    private func store(_ bytes: [UInt8], for socket: Socket) {
        guard let visitor = visitors[socket] else { return }
        guard visitor.mayEnter, case .patient(let patient) = visitor.room else { return tell(.mayNotEnter, to: socket) }
        clerks.ask(on: loop) { try $0.store(inbound: bytes, patient: patient, user: visitor.user) }
            .assumeIsolated().whenComplete { [self] result in
                switch result {
                case .success(nil): break  // it comes back as an event
                case .success(.some(let reason)): tell(.refused(reason), to: socket)
                case .failure: tell(.unavailable, to: socket)
                }
            }
    }

    private func renew(_ socket: Socket, with token: String) {
        guard let room = visitors[socket]?.room else { return }
        clerks.ask(on: loop) { try $0.renew(token: token, room: room) }.assumeIsolated().whenComplete { [self] result in
            switch result {
            case .failure: tell(.unavailable, to: socket)
            case .success(let admission): apply(admission, token, to: socket)
            }
        }
    }

    private func apply(_ admission: Admission, _ token: String, to socket: Socket) {
        guard let visitor = visitors[socket] else { return }
        switch admission {
        case .allowed(let room, _, _, _) where room == visitor.room:
            if var renewed = Visitor(admission, token: token) {
                renewed.allowance = visitor.allowance
                visitors[socket] = renewed
            }
        case .unauthenticated: socket.close(.tokenExpired)
        case .allowed, .forbidden, .unknown: socket.close(.noLongerAllowed)
        }
    }

    /// Asks again for every socket of this user (nil: of everybody) whether it may stay.
    func revalidate(_ user: UserID?) {
        for (socket, visitor) in visitors where user == nil || visitor.user == user {
            renew(socket, with: visitor.token)
        }
    }
}
