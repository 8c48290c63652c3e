import Glibc

/// The service manager's end of sd_notify(3): datagrams of `NAME=value` lines on the socket that it names in `NOTIFY_SOCKET`.
public struct NotifySocket: Sendable {
    /// A manager that does not read for so long gets nothing more.
    private static let sendSeconds = 5

    private let address: [UInt8]

    /// Nil: no service manager asked to be notified, or its address is none that this system knows.
    public init?(_ environment: [String: String]) {
        guard let name = environment["NOTIFY_SOCKET"], let first = name.utf8.first else { return nil }
        // `@` stands for the NUL byte of a name that is in no file system.
        guard first == UInt8(ascii: "/") || first == UInt8(ascii: "@"), name.utf8.count < MemoryLayout<sockaddr_un>.size - 2 else { return nil }
        address = (first == UInt8(ascii: "@") ? [0] : [first]) + name.utf8.dropFirst()
    }

    /// Sends all of them as one message.
    /// - Returns: whether the manager took it; nothing depends on that but what it shows.
    @discardableResult
    public func send(_ messages: Message...) -> Bool { send(messages) }

    func send(_ messages: [Message]) -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var limit = timeval(tv_sec: Self.sendSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var place = sockaddr_un()
        place.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &place.sun_path) { $0.copyBytes(from: address) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + address.count)
        let text = Array(messages.map(\.line).joined(separator: "\n").utf8)
        return withUnsafePointer(to: place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, text, text.count, Int32(MSG_NOSIGNAL), $0, length) == text.count
            }
        }
    }
}

extension NotifySocket {
    /// What a daemon says of itself.
    public enum Message: Sendable, Equatable {
        /// It serves: units that are ordered after it may start.
        case ready
        /// It has begun to end.
        case stopping
        /// In one line, for `systemctl status`.
        case status(String)
        /// It makes progress.
        case watchdog

        var line: String {
            switch self {
            case .ready: "READY=1"
            case .stopping: "STOPPING=1"
            case .status(let text): "STATUS=" + text.split(whereSeparator: \.isNewline).joined(separator: " ")
            case .watchdog: "WATCHDOG=1"
            }
        }
    }
}
