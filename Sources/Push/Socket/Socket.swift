import NIOCore

/// What the sockets of one event loop report to. Called on that loop only.
public protocol SocketReceiver: AnyObject {
    /// A whole text message, valid UTF-8.
    func received(text: ByteBuffer, from socket: Socket)
    func received(binary: ByteBuffer, from socket: Socket)
    /// The client has read all that was sent before this mark.
    func reached(_ mark: UInt64, by socket: Socket)
    /// Nothing more will be heard from this socket, and nothing sent to it. Called once for every socket that was opened.
    func closed(_ socket: Socket)
    /// A second has passed.
    func tick()
}

extension SocketReceiver {
    public func reached(_ mark: UInt64, by socket: Socket) {}
}

/// One WebSocket connection after its handshake. Lives on its event loop; equal only to itself.
public final class Socket: ChannelInboundHandler {
    public typealias InboundIn = ByteBuffer
    public typealias OutboundOut = ByteBuffer

    private enum Phase {
        case open
        /// Our close frame is on its way; the peer's is awaited.
        case closing
        /// Both are done, or the peer broke the protocol: what still comes is thrown away until the peer hangs up.
        case lingering
        case closed
    }

    private let home: SocketLoop
    private let number: UInt64
    private var reader: FrameReader
    private var context: ChannelHandlerContext?
    private var phase = Phase.open
    private var pinged = false
    private var reportsClose = false
    /// Nil: the client reads fast enough, nothing waits.
    private var waiting: FrameQueue?
    /// Written to since the last flush.
    fileprivate(set) var isDirty = false
    private(set) var deadline = 0

    init(home: SocketLoop) {
        self.home = home
        number = home.nextNumber()
        reader = FrameReader(messageLimit: home.limits.messageBytes)
    }

    /// Sends a frame. It leaves with the others at the end of the loop's current turn, or when the client has read what is before it. A client
    /// with too much waiting is dropped here, and `closed` is called before this returns.
    public func send(_ frame: Frame, _ pace: FramePace = .live) {
        guard phase == .open, let context else { return }
        if waiting == nil, isWritable(context) { return write(frame, context) }
        let queue = waiting ?? FrameQueue()
        waiting = queue
        queue.append(frame, pace)
        if queue.liveBytes > home.limits.outboundBytes || queue.snapshotBytes > home.limits.snapshotBytes {
            home.tooSlow.add()
            close(.tooSlow, reason: "", patience: home.limits.dropSeconds)
        }
    }

    /// Behind all that was sent: a client answers a ping when it has read up to it, and `reached` is called with its mark.
    public func send(mark: UInt64) { send(.ping(mark)) }

    /// Whether the client has read nearly all that was written, or the kernel takes it.
    private func isWritable(_ context: ChannelHandlerContext) -> Bool {
        if context.channel.isWritable { return true }
        context.flush()
        return context.channel.isWritable
    }

    /// Writes as much of what waits as the client makes room for.
    private func drain(_ context: ChannelHandlerContext) {
        guard let queue = waiting, !queue.isDraining else { return }
        queue.isDraining = true
        while phase == .open, isWritable(context), let frame = queue.popFirst() {
            context.write(wrapOutboundOut(frame.bytes), promise: nil)
        }
        queue.isDraining = false
        if queue.isEmpty { waiting = nil }
        context.flush()
    }

    /// Closes with the close handshake. `closed` is called before this returns.
    public func close(_ code: CloseCode, reason: String = "") {
        close(code, reason: reason, patience: home.limits.closeSeconds)
    }

    private func close(_ code: CloseCode, reason: String, patience: Int) {
        guard phase == .open, let context else { return }
        phase = .closing
        waiting = nil
        write(.close(code, reason: reason), context)
        setDeadline(after: patience)
        report()
    }

    private func write(_ frame: Frame, _ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(frame.bytes), promise: nil)
        if !isDirty {
            isDirty = true
            home.flushLater(self)
        }
    }

    func flush() {
        isDirty = false
        context?.flush()
    }

    /// Says what remains to be said, then hangs up our half; the peer hangs up the other.
    private func finish(saying code: CloseCode?, _ context: ChannelHandlerContext) {
        if phase == .open { write(.close(code), context) }
        phase = .lingering
        waiting = nil
        setDeadline(after: home.limits.lingerSeconds)
        report()
        context.flush()
        context.close(mode: .output, promise: nil)
    }

    private func report() {
        guard reportsClose else { return }
        reportsClose = false
        home.receiver.closed(self)
    }

    // MARK: ChannelInboundHandler

    public func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        reportsClose = true
        home.enter(self, number)
        setDeadline(after: home.limits.pingSeconds)
    }

    public func handlerRemoved(context: ChannelHandlerContext) {
        phase = .closed
        waiting = nil
        self.context = nil
        home.leave(number)
        report()
    }

    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var input = unwrapInboundIn(data)
        pinged = false
        while phase == .open || phase == .closing, let event = reader.next(&input) {
            handle(event, context)
        }
    }

    private func handle(_ event: FrameReader.Event, _ context: ChannelHandlerContext) {
        switch event {
        case .close(let code): finish(saying: code, context)
        case .violation(let code): finish(saying: code, context)
        case _ where phase != .open: break  // after our close frame only the peer's counts
        case .text(let text): home.receiver.received(text: text, from: self)
        case .binary(let binary): home.receiver.received(binary: binary, from: self)
        case .ping(let payload): send(.pong(payload))
        case .pong(let payload):
            if payload.readableBytes == UInt64.bitWidth / 8, let mark: UInt64 = payload.getInteger(at: payload.readerIndex) {
                home.receiver.reached(mark, by: self)
            }
        }
    }

    /// The client has read most of what was written: it is alive, also if our ping is behind the rest.
    public func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            pinged = false
            drain(context)
        }
        context.fireChannelWritabilityChanged()
    }

    public func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

extension Socket: Hashable {
    public static func == (a: Socket, b: Socket) -> Bool { a === b }
    public func hash(into hasher: inout Hasher) { hasher.combine(number) }
}

extension Socket: Timed {
    private func setDeadline(after seconds: Int) { deadline = home.schedule(number, after: seconds) }

    func deadlinePassed() {
        guard let context else { return }
        guard phase == .open, !pinged else {
            context.close(promise: nil)
            return
        }
        pinged = true
        setDeadline(after: home.limits.pingSeconds)
        write(.ping, context)  // ahead of what waits
    }

    func end() { close(.restarting) }

    func cut() { context?.close(promise: nil) }
}
