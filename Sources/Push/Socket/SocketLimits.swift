import NIOCore

/// Every limit of the socket server, named.
public struct SocketLimits: Sendable {
    /// Longest message from a client, all fragments together, in bytes; over it 1009.
    public var messageBytes = 64 * 1024
    /// Bytes of live messages that may wait for a client that reads slowly; over it 1013.
    public var outboundBytes = 256 * 1024
    /// Bytes of snapshots that may wait for it, several after one another; over it 1013. Frames are shared, so this is not memory per client.
    public var snapshotBytes = 16 * 1024 * 1024
    /// Bytes that are written ahead of the client's reading. What else waits for it waits in its `FrameQueue`, and a ping goes ahead of that.
    public var aheadBytes = 64 * 1024
    /// From accepting a connection to the end of its handshake, in seconds.
    public var handshakeSeconds = 10
    /// Between two pings; a client that says nothing for as long after one is dead.
    public var pingSeconds = 20
    /// How long a client may take to answer our close frame.
    public var closeSeconds = 3
    /// How long a client that reads too slowly may take to read what waits and learn why it was closed.
    public var dropSeconds = 2
    /// How long the connection is kept half open after the last frame, so that a reset does not overtake it.
    public var lingerSeconds = 2
    /// The whole end, from the first close frame until every socket is gone.
    public var endSeconds = 4
    /// Request line and headers of the handshake, in bytes.
    public var headBytes = 16 * 1024
    /// Header fields of the handshake.
    public var headFields = 64
    /// Connections waiting to be accepted.
    public var backlog = 1024
    /// Connections open at once, per process; over it 503.
    public var connections = 20_000

    public init() {}

    /// A channel stops being writable when more than `aheadBytes` wait, and is writable again at a quarter of them.
    var waterMark: ChannelOptions.Types.WriteBufferWaterMark { .init(low: aheadBytes / 4, high: aheadBytes) }
}
