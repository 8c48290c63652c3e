import Glibc

/// The address of a unix socket in the file system.
struct UnixAddress {
    /// sun_path has 108 bytes, one of them for the NUL.
    static let maximumPathBytes = 107

    let path: String
    private var storage = sockaddr_un()

    init(path: String) throws {
        guard (1...Self.maximumPathBytes).contains(path.utf8.count) else { throw FastCGIError.pathTooLong(path: path) }
        self.path = path
        storage.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &storage.sun_path) { $0.copyBytes(from: path.utf8) }
    }

    func bind(_ descriptor: Int32) -> Int32 {
        withAddress { Glibc.bind(descriptor, $0, $1) }
    }

    func connect(_ descriptor: Int32) -> Int32 {
        withAddress { Glibc.connect(descriptor, $0, $1) }
    }

    private func withAddress(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
