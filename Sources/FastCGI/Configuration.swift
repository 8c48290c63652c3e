import Glibc

/// How a server listens, and its limits.
public struct Configuration: Sendable {
    public enum Listening: Sendable, Equatable {
        /// A unix socket that the server makes, and removes when it ends; at most 107 bytes.
        case socket(path: String)

        /// A listening socket that another process made (systemd, spawn-fcgi): descriptor 0 by their convention. It is
        /// never shut down or removed, because the next process shall find the waiting connections.
        case inherited(descriptor: Int32 = 0)
    }

    public var listening: Listening

    /// Requests that are worked on at once.
    public var threads = 16

    /// Bytes of a request's body; one more is answered 413.
    public var bodyLimit = 1 << 20

    /// Asked about a request that declares a longer body, before any of it is read: how long it may be. Nil: no longer than `bodyLimit`.
    public var longBodyLimit: @Sendable (_ request: Request) -> Int? = { _ in nil }

    /// Connections that may wait to be accepted, for a socket of our own (the kernel's somaxconn caps it).
    public var backlog: Int32 = 1024

    /// Who may connect, and so forge every parameter: the web server's group.
    public var mode: mode_t = 0o660

    /// How long a connection may be silent while its request is read or its answer written. The web server sends
    /// whole requests at once, so this only ends what would otherwise hold a thread for ever.
    public var silenceSeconds = 10

    /// How long an end may take; what still runs then is left to the end of the process.
    public var stopSeconds = 4.5

    /// A worker's stack. Handlers decode nested JSON, which recurses.
    public var stackBytes = 1 << 20

    /// Makes the answer where the handler is not asked: 413 (body over the limit) and 400 (a body that is not as long
    /// as CONTENT_LENGTH says). The request's body is empty.
    public var refusal: @Sendable (_ status: Int, _ request: Request) -> Response = Response.refusal

    public init(listening: Listening) {
        self.listening = listening
    }

    /// - Parameter socket: the path of the unix socket to make; nil: descriptor 0.
    public init(socket: String?) {
        self.init(listening: socket.map { .socket(path: $0) } ?? .inherited())
    }
}
