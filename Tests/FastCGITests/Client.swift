import Glibc

/// A small FastCGI client: writes the records of one request and reads the answer, as a web server would.
final class Client {
    enum Record: UInt8 {
        case begin = 1, abort, end, parameters, input, output, error
    }

    struct Answer: Equatable {
        var status: Int
        var head: String
        var body: [UInt8]
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    struct Failure: Error { var call: String, code: Int32 }

    /// So that a fault of the server's fails a test instead of holding it for ever.
    static let patienceSeconds = 20
    let descriptor: Int32

    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        var limit = timeval(tv_sec: Self.patienceSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else {
            let code = errno
            close(descriptor)
            throw Failure(call: "connect", code: code)
        }
    }

    deinit { close(descriptor) }

    // MARK: writing

    func begin(keep: Bool = false, role: UInt8 = 1) {
        send(.begin, [0, role, keep ? 1 : 0, 0, 0, 0, 0, 0])
    }

    func parameters(_ pairs: [(String, String)]) {
        var content: [UInt8] = []
        for (name, value) in pairs {
            content += Self.length(name.utf8.count) + Self.length(value.utf8.count) + Array(name.utf8) + Array(value.utf8)
        }
        send(.parameters, content)
        send(.parameters, [])
    }

    func input(_ body: [UInt8]) {
        var rest = body[...]
        while !rest.isEmpty {
            send(.input, Array(rest.prefix(32_768)))
            rest = rest.dropFirst(32_768)
        }
    }

    func endInput() { send(.input, []) }

    /// A whole request.
    func ask(
        _ method: String = "POST", _ path: String = "/", extra: [(String, String)] = [], declared: Int? = nil,
        body: [UInt8] = [], keep: Bool = false
    ) {
        begin(keep: keep)
        parameters(
            [
                ("REQUEST_METHOD", method), ("DOCUMENT_URI", path),
                ("CONTENT_LENGTH", "\(declared ?? body.count)"),
            ] + extra)
        input(body)
        endInput()
    }

    func send(_ type: Record, _ content: [UInt8]) {
        raw([1, type.rawValue, 0, 1, UInt8(content.count >> 8), UInt8(content.count & 255), 0, 0] + content)
    }

    /// Writes what it can: the server may have closed already.
    func raw(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return }
            sent += count
        }
    }

    private static func length(_ count: Int) -> [UInt8] {
        count < 128
            ? [UInt8(count)]
            : [UInt8(count >> 24) | 128, UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255)]
    }

    // MARK: reading

    /// The answer; nil where the connection ended before END_REQUEST.
    func answer() -> Answer? {
        var output: [UInt8] = []
        while let header = read(8) {
            guard let content = read(Int(header[4]) << 8 | Int(header[5])), read(Int(header[6])) != nil else { return nil }
            switch Record(rawValue: header[1]) {
            case .output: output += content
            case .end: return Self.parse(output)
            default: break
            }
        }
        return nil
    }

    /// The server has closed the connection: true once it has.
    func isClosed() -> Bool {
        var byte: UInt8 = 0
        let count = recv(descriptor, &byte, 1, 0)
        return count == 0 || (count < 0 && errno == ECONNRESET)
    }

    private func read(_ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var got = 0
        while got < count {
            let result = bytes.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress! + got, count - got, 0) }
            if result <= 0 { return nil }
            got += result
        }
        return bytes
    }

    private static func parse(_ output: [UInt8]) -> Answer? {
        let mark = Array("\r\n\r\n".utf8)
        guard let split = output.indices.first(where: { output[$0...].starts(with: mark) }) else { return nil }
        let head = String(decoding: output[..<split], as: UTF8.self)
        guard head.hasPrefix("Status: "), let status = Int(head.dropFirst(8).prefix(3)) else { return nil }
        return Answer(status: status, head: head, body: Array(output[(split + 4)...]))
    }
}
