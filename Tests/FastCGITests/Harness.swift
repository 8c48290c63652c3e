import Dispatch
import FastCGI
import Glibc
import Logging

/// A server on a socket in a directory of its own, running on a thread of its own.
final class Harness: Sendable {
    let path: String
    let server: Server
    private let directory: String
    private let ended = DispatchSemaphore(value: 0)
    private let ending: Box<Server.Ending?> = Box(nil)

    init(
        threads: Int = 4, configure: (inout Configuration) -> Void = { _ in },
        handler: @escaping @Sendable (Request) -> Response
    ) throws {
        directory = try makeDirectory()
        path = directory + "/api.sock"
        var configuration = Configuration(socket: path)
        configuration.threads = threads
        configure(&configuration)
        server = try Server(configuration, logger: Logger(label: "test"))
        let ending = ending
        let ended = ended
        let server = server
        startThread {
            let result = server.run(handler: handler)
            ending.set(result)
            ended.signal()
        }
    }

    /// Stops the server. Returns how it ended and how many seconds that took; nil where it had not after `patience`.
    func stop(patience: Double = 10) -> (ending: Server.Ending, seconds: Double)? {
        let begin = DispatchTime.now()
        server.stop()
        return awaitEnd(since: begin, patience: patience)
    }

    func awaitEnd(since begin: DispatchTime, patience: Double) -> (ending: Server.Ending, seconds: Double)? {
        guard ended.wait(timeout: .now() + patience) == .success, let result = ending.get() else { return nil }
        return (result, Double(DispatchTime.now().uptimeNanoseconds - begin.uptimeNanoseconds) / 1e9)
    }

    deinit {
        server.stop()
        unlink(path)
        rmdir(directory)
    }
}

func makeDirectory() throws -> String {
    var template = Array("/tmp/fastcgi-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Client.Failure(call: "mkdtemp", code: errno) }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// A listening unix socket, as systemd would make it. The caller closes it.
func makeListener(_ path: String) throws -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let result = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
    guard result == 0, listen(descriptor, 64) == 0 else { throw Client.Failure(call: "listen", code: errno) }
    return descriptor
}

/// Runs `body` on a thread that may block.
func startThread(_ body: @escaping @Sendable () -> Void) {
    let queue = DispatchQueue(label: "test")
    queue.async(execute: body)
}

/// A value that threads share.
final class Box<Value: Sendable>: @unchecked Sendable {
    // @unchecked: every access is under the lock.
    private var value: Value
    private let lock = DispatchSemaphore(value: 1)

    init(_ value: Value) { self.value = value }

    func get() -> Value { update { $0 } }

    func set(_ new: Value) { update { $0 = new } }

    @discardableResult
    func update<Result>(_ body: (inout Value) -> Result) -> Result {
        lock.wait()
        defer { lock.signal() }
        return body(&value)
    }
}
