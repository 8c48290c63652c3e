import Glibc

/// The socket that workers accept on: one of our own, or one that another process passed on.
struct ListeningSocket {
    let descriptor: Int32

    /// The path to remove at the end, with the file that was made there; nil for an inherited socket.
    private let own: (path: String, file: FileIdentity)?

    var isInherited: Bool { own == nil }

    static func open(_ configuration: Configuration) throws -> ListeningSocket {
        switch configuration.listening {
        case .socket(let path): try ListeningSocket(path: path, configuration)
        case .inherited(let descriptor): try ListeningSocket(inherited: descriptor)
        }
    }

    private init(inherited descriptor: Int32) throws {
        var accepts: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &size) == 0, accepts != 0 else {
            throw FastCGIError.notListening(descriptor: descriptor)
        }
        self.descriptor = descriptor
        own = nil
    }

    private init(path: String, _ configuration: Configuration) throws {
        let address = try UnixAddress(path: path)
        // Held from the look at an old file to listen(2): of two processes that start at once, one sees the other.
        let lock = try DirectoryLock(of: path)
        defer { lock.release() }
        try Self.removeStale(address)

        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw FastCGIError.system(call: "socket", path: path, errno: errno) }
        do {
            // The mode is set between bind and listen: nobody can connect before it is right, and no umask is touched.
            for (call, result) in [
                ("bind", { address.bind(descriptor) }),
                ("chmod", { chmod(path, configuration.mode) }),
                ("listen", { listen(descriptor, configuration.backlog) }),
            ] as [(String, () -> Int32)] where result() != 0 {
                throw FastCGIError.system(call: call, path: path, errno: errno)
            }
            guard let file = FileIdentity(path: path) else {
                throw FastCGIError.system(call: "stat", path: path, errno: errno)
            }
            own = (path, file)
            self.descriptor = descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// No new connections from here on; those that already wait are still accepted, then accept fails with EINVAL.
    /// An inherited socket belongs to others as well and stays as it is.
    func refuseNew() {
        guard let own else { return }
        if FileIdentity(path: own.path) == own.file { unlink(own.path) }
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    func release() {
        if !isInherited { close(descriptor) }
    }

    private static func removeStale(_ address: UnixAddress) throws {
        var status = stat()
        guard lstat(address.path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw FastCGIError.notASocket(path: address.path) }
        let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard probe >= 0 else { throw FastCGIError.system(call: "socket", path: address.path, errno: errno) }
        defer { close(probe) }
        // Only a refused connection proves that nobody listens; EAGAIN, for one, is a live process with a full queue.
        guard address.connect(probe) != 0, errno == ECONNREFUSED else { throw FastCGIError.inUse(path: address.path) }
        guard unlink(address.path) == 0 else {
            throw FastCGIError.system(call: "unlink", path: address.path, errno: errno)
        }
    }
}

/// Which file it is, whatever its name.
private struct FileIdentity: Equatable {
    let device: dev_t
    let inode: ino_t

    init?(path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        device = status.st_dev
        inode = status.st_ino
    }
}

/// An exclusive lock on the directory of a file: it needs no lock file that would lie there for ever.
private struct DirectoryLock {
    private let descriptor: Int32

    init(of path: String) throws {
        let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FastCGIError.system(call: "open", path: directory, errno: errno) }
        while flock(descriptor, LOCK_EX) != 0 && errno == EINTR {}
    }

    func release() { close(descriptor) }
}
