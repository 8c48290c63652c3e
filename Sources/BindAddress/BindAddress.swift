import Glibc

/// Where a socket server listens.
public enum BindAddress: Sendable {
    /// A unix socket, mode 0660. What a dead server left there is replaced.
    case unix(path: String)
    /// A port of 127.0.0.1; 0 lets the kernel choose.
    case loopback(port: UInt16)
    /// A listening socket that another process made. It is not removed at the end: the next process finds what waits there.
    case inherited(descriptor: CInt)
}

/// The address could not be bound: which call failed, and why.
public struct ListenError: Error, CustomStringConvertible {
    public let description: String

    init(_ what: String, _ code: CInt = errno) { description = "\(what): \(String(cString: strerror(code)))" }
}

extension BindAddress {
    /// A bound descriptor, the caller's to close. One of our own does not listen yet.
    ///
    /// By hand, because the file's mode must be set between bind and listen: before, there is no file, and after, anybody
    /// could connect.
    public func bound() throws -> CInt {
        switch self {
        case .unix(let path):
            try removeStale(path)
            return try bind(domain: AF_UNIX, to: unixAddress(path), name: path) {
                guard chmod(path, 0o660) == 0 else { throw ListenError("chmod \(path)") }
            }
        case .inherited(let descriptor):
            var accepts: CInt = 0
            var size = socklen_t(MemoryLayout<CInt>.size)
            guard getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &size) == 0 else { throw ListenError("descriptor \(descriptor)") }
            guard accepts != 0 else { throw ListenError("descriptor \(descriptor)", EINVAL) }
            return descriptor
        case .loopback(let port):
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            return try bind(domain: AF_INET, to: address, name: "127.0.0.1:\(port)") {}
        }
    }

    private func bind<Address>(domain: CInt, to address: Address, name: String, then: () throws -> Void) throws -> CInt {
        let descriptor = socket(domain, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw ListenError("socket") }
        do {
            var yes: CInt = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
            guard call(Glibc.bind, descriptor, address) == 0 else { throw ListenError("bind \(name)") }
            try then()
            return descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Removes a socket on which nobody listens; leaves everything else, so that bind fails.
    private func removeStale(_ path: String) throws {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return }
        let probe = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0)
        guard probe >= 0 else { throw ListenError("socket") }
        defer { close(probe) }
        if call(Glibc.connect, probe, try unixAddress(path)) != 0, errno == ECONNREFUSED { unlink(path) }
    }
}

private func unixAddress(_ path: String) throws -> sockaddr_un {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { throw ListenError(path, ENAMETOOLONG) }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    return address
}

/// The socket calls take any address as the bytes of a `sockaddr`.
private func call<Address>(
    _ function: (CInt, UnsafePointer<sockaddr>, socklen_t) -> CInt, _ descriptor: CInt, _ address: Address
) -> CInt {
    withUnsafePointer(to: address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            function(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
        }
    }
}
