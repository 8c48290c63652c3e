// `ws-echo PORT`: says back what it hears, on the push daemon's own socket code, so that conformance suites can try that
// code. Not shipped.
import Foundation
import NIOCore
import Push

final class Echo: SocketService {
    func opened(_ socket: Socket, by visitor: Int) {}
    func received(text: ByteBuffer, from socket: Socket) { socket.send(.text(text)) }
    func received(binary: ByteBuffer, from socket: Socket) { socket.send(.binary(binary)) }
    func closed(_ socket: Socket) {}
    func tick() {}
}

@main
struct EchoServer {
    static func main() throws {
        guard CommandLine.arguments.count == 2, let port = UInt16(CommandLine.arguments[1]) else {
            FileHandle.standardError.write(Data("usage: ws-echo PORT\n".utf8))
            exit(64)
        }
        let signals = blockedSignals()  // before the loops start, so that their threads inherit it
        var limits = SocketLimits()
        limits.messageBytes = 16 * 1024 * 1024
        limits.outboundBytes = 32 * 1024 * 1024
        let server = try SocketServer(
            address: .loopback(port: port), loops: 1, limits: limits, makeService: { _ in Echo() },
            greeter: { request, loop in loop.makeSucceededFuture(.welcome(0, subprotocol: request.subprotocols.first)) })
        FileHandle.standardOutput.write(Data("ws-echo ws://127.0.0.1:\(server.port ?? 0)\n".utf8))
        waitFor(signals)
        try server.stop()
    }

    private static func blockedSignals() -> sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        return signals
    }

    /// Until one that ends it comes; the end is the daemon's: every socket is told.
    private static func waitFor(_ signals: sigset_t) {
        var (signals, caught) = (signals, CInt(0))
        sigwait(&signals, &caught)
    }
}
