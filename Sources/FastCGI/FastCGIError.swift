import Glibc

/// Why a server cannot start.
public enum FastCGIError: Error, Equatable, CustomStringConvertible {
    /// Another process accepts connections at this path.
    case inUse(path: String)
    /// Something that is no socket lies at this path; it is left alone.
    case notASocket(path: String)
    /// A unix socket's path has at most 107 bytes.
    case pathTooLong(path: String)
    /// The descriptor is no listening stream socket.
    case notListening(descriptor: Int32)
    /// A system call failed.
    case system(call: String, path: String, errno: Int32)

    public var description: String {
        switch self {
        case .inUse(let path): "another process already serves the socket \(path)"
        case .notASocket(let path): "\(path) exists and is not a socket"
        case .pathTooLong(let path): "the socket path \(path) is over \(UnixAddress.maximumPathBytes) bytes long"
        case .notListening(let descriptor):
            "descriptor \(descriptor) is not a listening socket; pass one or name a socket path"
        case .system(let call, let path, let code): "\(call) \(path): \(String(cString: strerror(code)))"
        }
    }
}
