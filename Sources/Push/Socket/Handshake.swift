import NIOCore
import NIOHTTP1
import NIOWebSocket

/// An application on the socket server: one object an event loop, used on that loop only.
public protocol SocketService: SocketReceiver, SendableMetatype {
    /// What the greeter found out about who is coming.
    associatedtype Client: Sendable
    func opened(_ socket: Socket, by visitor: Client)
}

public enum HandshakeAnswer<Client: Sendable>: Sendable {
    /// Come in. The subprotocol must be one that the client offered.
    case welcome(Client, subprotocol: String?)
    case refused(HandshakeRejection)
}

/// Decides about a handshake; called on the given loop, may answer from any.
public typealias Greeter<Client: Sendable> =
    @Sendable (HandshakeRequest, any EventLoop) -> EventLoopFuture<HandshakeAnswer<Client>>

/// From the accepted connection to the WebSocket, or to the HTTP answer that says why not. Leaves the pipeline, and takes
/// every HTTP handler with it, once the socket is open.
final class Handshake<Service: SocketService>: ChannelInboundHandler, RemovableChannelHandler, HTTPServerProtocolUpgrader {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    let supportedProtocol = "websocket"
    let requiredUpgradeHeaders: [String] = []

    private let home: SocketLoop
    private let service: Service
    private let greeter: Greeter<Service.Client>
    private let number: UInt64
    private var context: ChannelHandlerContext?
    private var head: HTTPRequestHead?
    private var refusal: HandshakeRejection?
    private var visitor: Service.Client?
    private var isAnswered = false
    private(set) var deadline = 0

    init(home: SocketLoop, service: Service, greeter: @escaping Greeter<Service.Client>) {
        (self.home, self.service, self.greeter) = (home, service, greeter)
        number = home.nextNumber()
    }

    // MARK: HTTPServerProtocolUpgrader

    func buildUpgradeResponse(
        channel: any Channel, upgradeRequest head: HTTPRequestHead, initialResponseHeaders: HTTPHeaders
    ) -> EventLoopFuture<HTTPHeaders> {
        self.head = head
        let request = HandshakeRequest(head: head)
        if let fault = request.fault ?? (home.isEnding || home.isFull ? .unavailable : nil) {
            refusal = fault
            return channel.eventLoop.makeFailedFuture(fault)
        }
        return greeter(request, channel.eventLoop).hop(to: channel.eventLoop)
            .assumeIsolated().flatMapThrowing { try self.accept($0) }
            .flatMap { headers in
                // NIO's part: the digest of the key and the fixed headers.
                NIOWebSocketServerUpgrader(
                    shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture(headers) },
                    upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededFuture(()) }
                ).buildUpgradeResponse(channel: channel, upgradeRequest: head, initialResponseHeaders: [:])
            }.nonisolated()
    }

    private func accept(_ answer: HandshakeAnswer<Service.Client>) throws -> HTTPHeaders {
        if isAnswered { throw HandshakeRejection.unavailable }  // it took too long; the client has its answer
        switch answer {
        case .welcome(let visitor, let subprotocol):
            self.visitor = visitor
            return HTTPHeaders(subprotocol.map { [("Sec-WebSocket-Protocol", $0)] } ?? [])
        case .refused(let refusal):
            self.refusal = refusal
            throw refusal
        }
    }

    func upgrade(context: ChannelHandlerContext, upgradeRequest: HTTPRequestHead) -> EventLoopFuture<Void> {
        guard let visitor else { return context.eventLoop.makeFailedFuture(ChannelError.inappropriateOperationForState) }
        let socket = Socket(home: home)
        do {
            try context.pipeline.syncOperations.addHandler(socket)
        } catch {
            return context.eventLoop.makeFailedFuture(error)
        }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
        service.opened(socket, by: visitor)
        if home.isEnding { socket.end() }
        return context.eventLoop.makeSucceededVoidFuture()
    }

    // MARK: ChannelInboundHandler: only what is no upgrade comes here

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        home.enter(self, number)
        deadline = home.schedule(number, after: home.limits.handshakeSeconds)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        home.leave(number)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let head) = unwrapInboundIn(data) else { return }
        self.head = head
        refuse(refusal ?? HandshakeRequest(head: head).fault ?? .upgradeRequired)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case is HandshakeRejection: break  // told again by channelRead
        case HTTPParserError.headerOverflow: refuse(.headTooLarge)
        case is HTTPParserError, is ByteToMessageDecoderError.PayloadTooLargeError: refuse(.malformed)
        default: context.close(promise: nil)
        }
    }

    /// Answers, hangs up our half, and waits a little for the client to do the same.
    private func refuse(_ refusal: HandshakeRejection) {
        guard let context, !isAnswered else { return }
        isAnswered = true
        let response = refusal.response(acceptLanguage: head?.headers["Accept-Language"].first)
        context.write(wrapOutboundOut(.head(response.head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: response.body)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.close(mode: .output, promise: nil)
        deadline = home.schedule(number, after: home.limits.lingerSeconds)
    }
}

extension Handshake: Timed {
    /// A client that sent no whole head in time gets no answer; one that waits for us gets ours.
    func deadlinePassed() {
        if head != nil, !isAnswered { refuse(.unavailable) } else { cut() }
    }

    func end() {
        if head != nil { refuse(.unavailable) } else { cut() }
    }

    func cut() { context?.close(promise: nil) }
}
