import Glibc

/// Looks at a daemon through its socket.
enum UnixProbe {
    static let timeoutSeconds = 3

    enum Finding: Equatable {
        case accepted
        /// With the system's words.
        case refused(String)
        case silent
    }

    /// Whether somebody accepts connections.
    static func connect(_ path: String) -> Finding { exchange(path, sending: [], wanting: 0).finding }

    /// Whether a FastCGI application answers: it is asked for its properties, which makes no request.
    static func fastCGI(_ path: String) -> Finding {
        // FCGI_GET_VALUES (type 9) of the management request 0, for FCGI_MPXS_CONNS; FastCGI specification, section 4.1.
        let name = Array("FCGI_MPXS_CONNS".utf8)
        let length = UInt8(name.count + 2)
        let (finding, answer) = exchange(
            path, sending: [1, 9, 0, 0, 0, length, 0, 0, UInt8(name.count), 0] + name, wanting: 8)
        if finding != .accepted { return finding }
        let resultType: UInt8 = 10
        return answer.first == 1 && answer[1] == resultType ? .accepted : .refused("the answer is not FastCGI")
    }

    private static func exchange(_ path: String, sending bytes: [UInt8], wanting count: Int) -> (finding: Finding, answer: [UInt8]) {
        let failure = { () -> (Finding, [UInt8]) in
            let code = errno
            return (code == EAGAIN || code == EINPROGRESS ? .silent : .refused(String(cString: strerror(code))), [])
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < room else { return (.refused("the path is longer than a socket's may be"), []) }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return failure() }
        defer { close(descriptor) }
        var limit = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard connected == 0 else { return failure() }
        guard bytes.isEmpty || send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            return failure()
        }
        var answer = [UInt8](repeating: 0, count: count)
        guard count > 0 else { return (.accepted, []) }
        let received = recv(descriptor, &answer, count, Int32(MSG_WAITALL))
        if received < 0 { return failure() }
        return received == count ? (.accepted, answer) : (.refused("it closed the connection"), [])
    }
}
