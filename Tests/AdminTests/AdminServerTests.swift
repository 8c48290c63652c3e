import Foundation
import Metrics
import Testing

@testable import Admin

@Suite("The admin socket")
struct AdminServerTests {
    private struct Away: Error, CustomStringConvertible { let description = "database away" }

    private static func temporaryPath() -> String { NSTemporaryDirectory() + "fajma-admin-\(UInt64.random(in: 0 ..< .max)).sock" }

    /// What is answered to one request, to its end.
    private static func ask(_ path: String, _ request: String) throws -> String {
        let process = Process()
        let (input, output) = (Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "python3", "-c",
            "import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.sendall(sys.stdin.buffer.read())\nwhile b := s.recv(65536): sys.stdout.buffer.write(b)",
            path,
        ]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        input.fileHandleForWriting.write(Data(request.utf8))
        try input.fileHandleForWriting.close()
        let answer = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: answer, as: UTF8.self)
    }

    private static func get(_ path: String, _ target: String, method: String = "GET") throws -> String {
        try ask(path, "\(method) \(target) HTTP/1.1\r\nHost: x\r\n\r\n")
    }

    @Test("It says whether the process runs and is ready, and what it has counted; there is nothing else")
    func answers() throws {
        let path = Self.temporaryPath()
        let isAway = Flag()
        let server = try AdminServer(path: path, metrics: [.gauge("a", "A.") { 1 }]) { if isAway.isSet { throw Away() } }
        defer { #expect(throws: Never.self) { try server.stop() } }
        #expect(try Self.get(path, "/live").hasPrefix("HTTP/1.1 200 "))
        #expect(try Self.get(path, "/ready").hasSuffix("\r\n\r\nready\n"))
        let metrics = try Self.get(path, "/metrics?x=1")
        #expect(metrics.hasPrefix("HTTP/1.1 200 ") && metrics.hasSuffix("\r\n\r\n# HELP a A.\n# TYPE a gauge\na 1.0\n"))
        #expect(metrics.contains("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"))
        let head = try Self.get(path, "/metrics", method: "HEAD")
        #expect(head.hasPrefix("HTTP/1.1 200 ") && head.hasSuffix("\r\n\r\n"))
        #expect(try Self.get(path, "/").hasPrefix("HTTP/1.1 404 "))
        #expect(try Self.get(path, "/live", method: "DELETE").hasPrefix("HTTP/1.1 405 "))
        #expect(try Self.ask(path, "nonsense\r\n\r\n").hasPrefix("HTTP/1.1 400 "))
        isAway.set(true)
        let unready = try Self.get(path, "/ready")
        #expect(unready.hasPrefix("HTTP/1.1 503 ") && unready.hasSuffix("not ready: database away\n"))
        #expect(try Self.get(path, "/live").hasPrefix("HTTP/1.1 200 "))
    }

    @Test("Its file is for its user and group, replaces a dead one, never one that somebody answers on, and goes with the server")
    func file() throws {
        let path = Self.temporaryPath()
        let first = try AdminServer(path: path, metrics: []) {}
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o660)
        #expect(throws: (any Error).self) { try AdminServer(path: path, metrics: []) {} }
        #expect(try Self.get(path, "/live").hasPrefix("HTTP/1.1 200 "))
        // As after a crash: the file lies there, and nobody answers.
        #expect(rename(path, path + ".kept") == 0)
        try first.stop()
        #expect(stat(path + ".kept", &status) == 0)
        #expect(rename(path + ".kept", path) == 0)
        let second = try AdminServer(path: path, metrics: []) {}
        #expect(try Self.get(path, "/live").hasPrefix("HTTP/1.1 200 "))
        try second.stop()
        #expect(stat(path, &status) != 0)
    }
}
