import NIOCore
import NIOHTTP1
import NIOPosix

/// One connection: one question, one answer, and the end.
final class AdminHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// From accepting a connection to its end.
    private static let deadlineSeconds: Int64 = 30

    private let answers: AdminAnswers
    private let clerks: NIOThreadPool
    private var head: HTTPRequestHead?
    /// It took too long, and the connection is over.
    private var isAnswered = false

    init(answers: AdminAnswers, clerks: NIOThreadPool) { (self.answers, self.clerks) = (answers, clerks) }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        let deadline = context.eventLoop.scheduleTask(in: .seconds(Self.deadlineSeconds)) { channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in deadline.cancel() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: break  // nobody asks with one
        case .end:
            guard let head else { return }
            self.head = nil
            answer(head, context)
        }
    }

    /// On a thread that may block: whether it is ready is for the database to say.
    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let path = head.uri.prefix { $0 != "?" }
        let late = context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(AdminAnswers.readySeconds)) { [self] in
            isAnswered = true
            send(AdminAnswers.late, isBodyWanted: head.method != .HEAD, context)
        }
        clerks.runIfActive(eventLoop: context.eventLoop) { [answers] in answers.answer(head.method, path) }
            .assumeIsolated().whenComplete { [self] result in
                if isAnswered { return }
                late.cancel()
                switch result {
                case .success(let answer): send(answer, isBodyWanted: head.method != .HEAD, context)
                case .failure: context.close(promise: nil)  // the daemon ends
                }
            }
    }

    private func send(_ answer: AdminAnswers.Answer, isBodyWanted: Bool, _ context: ChannelHandlerContext) {
        let body = ByteBuffer(string: answer.text)
        var headers = HTTPHeaders([("Content-Type", answer.type), ("Content-Length", "\(body.readableBytes)"), ("Connection", "close")])
        if answer.status == .methodNotAllowed { headers.add(name: "Allow", value: "GET, HEAD") }
        context.write(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers))), promise: nil)
        if isBodyWanted { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
