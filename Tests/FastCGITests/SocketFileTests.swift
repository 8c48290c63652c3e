import FastCGI
import Glibc
import Logging
import Testing

@Suite("The socket file")
struct SocketFileTests {
    private func server(_ path: String) throws -> Server {
        try Server(Configuration(socket: path), logger: Logger(label: "test"))
    }

    private func inDirectory(_ body: (String) throws -> Void) throws {
        let directory = try makeDirectory()
        defer { rmdir(directory) }
        let path = directory + "/s.sock"
        defer { unlink(path) }
        try body(path)
    }

    @Test("is readable and writable for owner and group, whatever the umask")
    func mode() throws {
        try inDirectory { path in
            let server = try server(path)
            var status = stat()
            stat(path, &status)
            #expect(status.st_mode & 0o777 == 0o660)
            server.stop()
            server.run { _ in Response(status: 200) }
        }
    }

    @Test("left behind by a process that died is replaced")
    func stale() throws {
        try inDirectory { path in
            close(try makeListener(path))
            #expect(access(path, F_OK) == 0)
            let server = try server(path)
            _ = try Client(path: path)
            server.stop()
            server.run { _ in Response(status: 200) }
            #expect(access(path, F_OK) != 0)
        }
    }

    @Test("of a live process is left alone")
    func live() throws {
        try inDirectory { path in
            let other = try makeListener(path)
            defer { close(other) }
            #expect(throws: FastCGIError.inUse(path: path)) { _ = try server(path) }
            _ = try Client(path: path)
        }
    }

    @Test("that is no socket is left alone")
    func noSocket() throws {
        try inDirectory { path in
            close(open(path, O_CREAT | O_WRONLY, 0o600))
            #expect(throws: FastCGIError.notASocket(path: path)) { _ = try server(path) }
            #expect(access(path, F_OK) == 0)
        }
    }

    @Test("that another process has made since is not removed at the end")
    func replaced() throws {
        try inDirectory { path in
            let server = try server(path)
            unlink(path)
            let other = try makeListener(path)
            defer { close(other) }
            server.stop()
            server.run { _ in Response(status: 200) }
            #expect(access(path, F_OK) == 0)
        }
    }

    @Test("has to fit in an address, and its directory has to exist")
    func badPaths() throws {
        let long = "/tmp/" + String(repeating: "x", count: 103)
        #expect(throws: FastCGIError.pathTooLong(path: long)) { _ = try server(long) }
        #expect(throws: FastCGIError.system(call: "open", path: "/nowhere/", errno: ENOENT)) {
            _ = try server("/nowhere/s.sock")
        }
    }
}
