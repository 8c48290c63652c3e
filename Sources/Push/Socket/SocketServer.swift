import BindAddress
import Metrics
import NIOCore
import NIOHTTP1
import NIOPosix

/// A WebSocket server that knows nothing of what it carries: RFC 6455 without extensions.
public final class SocketServer<Service: SocketService>: Sendable {
    private let group: MultiThreadedEventLoopGroup
    private let homes: [NIOLoopBound<(home: SocketLoop, service: Service)>]
    private let listener: any Channel

    /// Listens, and serves on `loops` threads until `stop`. `tooSlow` counts the clients that were closed with 1013. `makeService` is called once on each loop. Blocks shortly;
    /// not to be called on an event loop.
    public init(
        address: BindAddress, loops: Int, limits: SocketLimits = SocketLimits(), tooSlow: Counter = Counter(),
        makeService: @escaping @Sendable (any EventLoop) -> Service, greeter: @escaping Greeter<Service.Client>
    ) throws {
        raiseDescriptorLimit(to: limits.connections + spareDescriptors)
        let descriptor = try address.bound()
        group = MultiThreadedEventLoopGroup(numberOfThreads: loops)
        var limits = limits
        limits.connections /= loops
        let share = limits
        let homes = try group.makeIterator().map { loop in
            try loop.submit {
                let service = makeService(loop)
                let home = SocketLoop(eventLoop: loop, limits: share, receiver: service, tooSlow: tooSlow)
                let bound = NIOLoopBound((home: home, service: service), eventLoop: loop)
                loop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in bound.value.home.tick() }
                return bound
            }.wait()
        }
        self.homes = homes
        let byLoop = Dictionary(uniqueKeysWithValues: homes.map { (ObjectIdentifier($0.eventLoop), $0) })
        listener = try ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: CInt(limits.backlog))
            .childChannelOption(.writeBufferWaterMark, value: limits.waterMark)
            // An idle socket keeps its last read buffer, so that starts small; and one read a turn keeps only one.
            .childChannelOption(.recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 256, initial: 512, maximum: 16_384))
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let bound = byLoop[ObjectIdentifier(channel.eventLoop)] else { throw ChannelError.inappropriateOperationForState }
                    try addHandshake(to: channel.pipeline.syncOperations, bound.value.home, bound.value.service, greeter)
                }
            }
            .withBoundSocket(descriptor).wait()
    }

    /// The port listened on; nil for a unix socket.
    public var port: Int? { listener.localAddress?.port }

    /// Runs on one of the loops, counted from 0 in the order in which `makeService` was called, with its service, later.
    public func onLoop(_ index: Int, _ body: @escaping @Sendable (Service) -> Void) {
        let bound = homes[index]
        bound.eventLoop.execute { body(bound.value.service) }
    }

    /// Stops accepting, closes every socket with 1012 and ends the threads; within 5 s. Blocks.
    public func stop() throws {
        try? listener.close().wait()  // closed already: all the same
        for ending in homes.map({ bound in bound.eventLoop.flatSubmit { bound.value.home.end() } }) {
            try ending.wait()
        }
        try group.syncShutdownGracefully()
    }
}

/// HTTP until the upgrade: all of this leaves the pipeline when the socket opens.
private func addHandshake<Service: SocketService>(
    to pipeline: ChannelPipeline.SynchronousOperations, _ home: SocketLoop, _ service: Service,
    _ greeter: @escaping Greeter<Service.Client>
) throws {
    var headLimits = NIOHTTPDecoderLimitConfiguration()
    headLimits.maxHeaderFieldSize = home.limits.headBytes
    headLimits.maxHeaderListSize = home.limits.headBytes
    headLimits.maxHeaderFieldCount = home.limits.headFields
    let decoder = ByteToMessageHandler(
        HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: headLimits),
        maximumBufferSize: home.limits.headBytes)
    let encoder = HTTPResponseEncoder()
    let handshake = Handshake(home: home, service: service, greeter: greeter)
    let upgrade = HTTPServerUpgradeHandler(
        upgraders: [handshake], httpEncoder: encoder, extraHTTPHandlers: [decoder], upgradeCompletionHandler: { _ in })
    try pipeline.addHandlers([encoder, decoder, upgrade, handshake])
}
