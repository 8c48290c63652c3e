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

    /// Whether a FastCGI application answers a request, whatever the answer is: nobody asks who it is. (Its properties,
    /// FCGI_GET_VALUES, would cost less, but libfcgi 2.4.2 goes on reading instead of answering.)
    static func fastCGI(_ path: String) -> Finding {
        let parameters = [("REQUEST_METHOD", "GET"), ("DOCUMENT_URI", "/api/moi/"), ("SERVER_PROTOCOL", "HTTP/1.1")]
        let encoded = parameters.flatMap { name, value in
            [UInt8(name.utf8.count), UInt8(value.utf8.count)] + Array(name.utf8) + Array(value.utf8)
        }
        // FastCGI specification, sections 3.3 and 5: begin (as a responder, then close), parameters, no body.
        let request = record(1, [0, 1, 0, 0, 0, 0, 0, 0]) + record(4, encoded) + record(4, []) + record(5, [])
        let (finding, answer) = exchange(path, sending: request, wanting: 8)
        if finding != .accepted { return finding }
        let isOutput = answer[0] == 1 && answer[1] == 6
        return isOutput ? .accepted : .refused("the answer is not FastCGI")
    }

    private static func record(_ type: UInt8, _ content: [UInt8]) -> [UInt8] {
        [1, type, 0, 1, 0, UInt8(content.count), 0, 0] + content
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
