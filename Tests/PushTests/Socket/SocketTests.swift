import NIOCore
import NIOEmbedded
import Testing

@testable import Push

@Suite("Socket")
struct SocketTests {
    @Test("A frame is the same memory in every socket that is sent it")
    func sharedBytes() throws {
        let bench = Bench()
        let frame = Frame.text("bonjour".utf8)
        let channels = try (0..<50).map { _ in try bench.connect().channel }
        for socket in bench.receiver.sockets { socket.send(frame) }
        bench.run()
        let addresses = try channels.map { channel in
            try #require(try channel.readOutbound(as: ByteBuffer.self)).withUnsafeReadableBytes { UInt(bitPattern: $0.baseAddress) }
        }
        #expect(Set(addresses).count == 1)
    }

    @Test("All that a socket is sent in one turn leaves with one flush")
    func oneFlush() throws {
        let bench = Bench()
        let counter = FlushCounter()
        let (socket, _) = try bench.connect(below: counter)
        for _ in 0..<10 { socket.send(.text("a".utf8)) }
        bench.run()
        #expect(counter.flushes == 1)
    }

    @Test("It is pinged every 20 s, and closed when nothing comes in the 20 s after a ping")
    func pings() throws {
        let bench = Bench()
        let (_, channel) = try bench.connect()
        bench.pass(seconds: 19)
        #expect(bench.sent(channel) == [])
        bench.pass(seconds: 1)
        #expect(bench.sent(channel) == [[0x89, 0]])
        try channel.writeInbound(ByteBuffer(bytes: clientFrame(.pong, [])))
        bench.pass(seconds: 20)
        #expect(bench.sent(channel) == [[0x89, 0]])
        bench.pass(seconds: 19)
        #expect(channel.isActive)
        bench.pass(seconds: 1)
        #expect(!channel.isActive)
        #expect(bench.receiver.closed == 1)
    }

    @Test("A client that does not answer our close frame is cut off")
    func closeTimeout() throws {
        let bench = Bench()
        let (socket, channel) = try bench.connect()
        socket.close(.restarting)
        #expect(bench.receiver.closed == 1)
        bench.run()
        #expect(bench.sent(channel) == [[0x88, 2, 0x03, 0xF4]])
        bench.pass(seconds: 2)
        #expect(channel.isActive)
        bench.pass(seconds: 1)
        #expect(!channel.isActive)
        #expect(bench.receiver.closed == 1)
    }

    @Test("With too many live messages waiting it is told 1013 at once and cut off soon; nothing more is queued for it")
    func tooSlow() throws {
        let bench = Bench { $0.outboundBytes = 5 }
        let (socket, channel) = try bench.connect()
        socket.send(.text("a".utf8))
        channel.isWritable = false
        socket.send(.text("b".utf8))
        #expect(bench.receiver.closed == 0)
        socket.send(.text("c".utf8))
        #expect(bench.receiver.closed == 1)
        socket.send(.text("d".utf8))
        bench.run()
        #expect(bench.sent(channel) == [[0x81, 1, 97], [0x88, 2, 0x03, 0xF5]])
        bench.pass(seconds: 2)
        #expect(!channel.isActive)
    }

    @Test("A snapshot waits for a slow client, however large, and what happens meanwhile comes behind it")
    func pacing() throws {
        let bench = Bench { $0.outboundBytes = 5 }
        let (socket, channel) = try bench.connect()
        channel.isWritable = false
        for letter in "abcdefgh" { socket.send(.text(String(letter).utf8), .snapshot) }
        socket.send(.text("z".utf8))
        #expect(bench.sent(channel).isEmpty)
        #expect(bench.receiver.closed == 0)
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
        #expect(bench.sent(channel).map(\.last) == "abcdefghz".utf8.map { $0 })
        socket.send(.text("y".utf8))
        bench.run()
        #expect(bench.sent(channel).map(\.last) == [UInt8(ascii: "y")])
    }

    @Test("Snapshots after one another, none of which is read, are dropped too")
    func tooManySnapshots() throws {
        let bench = Bench { $0.snapshotBytes = 9 }
        let (socket, channel) = try bench.connect()
        channel.isWritable = false
        for _ in 0..<3 { socket.send(.text("a".utf8), .snapshot) }
        #expect(bench.receiver.closed == 0)
        socket.send(.text("a".utf8), .snapshot)
        #expect(bench.receiver.closed == 1)
    }

    @Test("A ping goes ahead of what waits, and a client that reads is alive although it has not answered")
    func pingWhileSlow() throws {
        let bench = Bench()
        let (socket, channel) = try bench.connect()
        channel.isWritable = false
        socket.send(.text("a".utf8), .snapshot)
        bench.pass(seconds: 20)
        #expect(bench.sent(channel) == [[0x89, 0]])
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
        #expect(bench.sent(channel) == [[0x81, 1, 97]])
        bench.pass(seconds: 20)
        #expect(channel.isActive)
        bench.pass(seconds: 20)
        #expect(!channel.isActive)
    }

    @Test("After the close frame has been sent, messages are not delivered any more, but the peer's close ends it")
    func messagesAfterClose() throws {
        let bench = Bench()
        let (socket, channel) = try bench.connect()
        socket.close(.normal)
        try channel.writeInbound(ByteBuffer(bytes: clientFrame(.text, "late".utf8)))
        #expect(bench.receiver.texts == [])
        try channel.writeInbound(ByteBuffer(bytes: clientFrame(.close, [0x03, 0xE8])))
        bench.pass(seconds: 2)
        #expect(!channel.isActive)
    }

    @Test("The end closes every socket with 1012 and is done when the last one is gone, even if it never answers")
    func end() throws {
        let bench = Bench()
        let (_, polite) = try bench.connect()
        let (_, mute) = try bench.connect()
        let done = bench.home.end()
        var isDone = false
        done.assumeIsolated().whenComplete { _ in isDone = true }
        bench.run()
        #expect(bench.sent(polite) == [[0x88, 2, 0x03, 0xF4]])
        try polite.close().wait()
        #expect(!isDone)
        bench.pass(seconds: 3)
        #expect(!mute.isActive)
        #expect(isDone)
    }
}

/// A loop with sockets on channels in memory, and a clock that is moved by hand.
private final class Bench {
    let loop = EmbeddedEventLoop()
    let receiver = Receiver()
    let home: SocketLoop

    init(_ change: (inout SocketLimits) -> Void = { _ in }) {
        var limits = SocketLimits()
        change(&limits)
        home = SocketLoop(eventLoop: loop, limits: limits, receiver: receiver)
    }

    func connect(below handler: (any ChannelHandler)? = nil) throws -> (Socket, channel: EmbeddedChannel) {
        let channel = EmbeddedChannel(loop: loop)
        try channel.connect(to: .init(unixDomainSocketPath: "/test")).wait()
        if let handler { try channel.pipeline.syncOperations.addHandler(handler) }
        let socket = Socket(home: home)
        try channel.pipeline.syncOperations.addHandler(socket)
        receiver.sockets.append(socket)
        return (socket, channel)
    }

    func run() { loop.run() }

    func pass(seconds: Int) {
        for _ in 0..<seconds {
            home.tick()
            loop.run()
        }
    }

    func sent(_ channel: EmbeddedChannel) -> [[UInt8]] {
        var all: [[UInt8]] = []
        while let buffer = (try? channel.readOutbound(as: ByteBuffer.self)) ?? nil { all.append(Array(buffer.readableBytesView)) }
        return all
    }
}

private final class Receiver: SocketReceiver {
    var sockets: [Socket] = []
    var texts: [String] = []
    var marks: [UInt64] = []
    var closed = 0

    func received(text: ByteBuffer, from socket: Socket) { texts.append(String(buffer: text)) }
    func received(binary: ByteBuffer, from socket: Socket) {}
    func reached(_ mark: UInt64, by socket: Socket) { marks.append(mark) }
    func closed(_ socket: Socket) { closed += 1 }
    func tick() {}
}

private final class FlushCounter: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    var flushes = 0

    func flush(context: ChannelHandlerContext) {
        flushes += 1
        context.flush()
    }
}
