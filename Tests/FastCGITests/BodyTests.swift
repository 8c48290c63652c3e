import FastCGI
import Testing

@Suite("Bodies: limits and broken connections")
struct BodyTests {
    /// Counts the handler's calls; answers the body's size.
    private func counting(threads: Int = 2) throws -> (Harness, Box<Int>) {
        let calls = Box(0)
        let harness = try Harness(threads: threads) { request in
            calls.update { $0 += 1 }
            return Response(status: 200, body: Array("\(request.body.count)".utf8))
        }
        return (harness, calls)
    }

    @Test("a body of exactly 1 MiB arrives whole")
    func atTheLimit() throws {
        let body = (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let harness = try Harness { Response(status: $0.body == body ? 200 : 500) }
        let client = try Client(path: harness.path)
        client.ask(body: body)
        #expect(client.answer()?.status == 200)
    }

    @Test("one byte more is 413 and the handler is not called, with or without a length", arguments: [true, false])
    func overTheLimit(declared: Bool) throws {
        let (harness, calls) = try counting()
        let client = try Client(path: harness.path)
        client.begin()
        client.parameters([("REQUEST_METHOD", "POST")] + (declared ? [("CONTENT_LENGTH", "\((1 << 20) + 1)")] : []))
        client.input([UInt8](repeating: 0, count: (1 << 20) + 1))
        client.endInput()
        #expect(client.answer()?.status == 413)
        #expect(calls.get() == 0)
    }

    @Test("a length that no integer holds is 413")
    func absurdLength() throws {
        let (harness, calls) = try counting()
        let client = try Client(path: harness.path)
        client.begin()
        client.parameters([("CONTENT_LENGTH", String(repeating: "9", count: 40))])
        client.endInput()
        #expect(client.answer()?.status == 413)
        #expect(calls.get() == 0)
    }

    @Test("a body without a length is read to its end")
    func undeclared() throws {
        let (harness, _) = try counting()
        let client = try Client(path: harness.path)
        client.begin()
        client.parameters([("REQUEST_METHOD", "POST")])
        client.input([UInt8](repeating: 1, count: 70_000))
        client.endInput()
        #expect(client.answer()?.text == "70000")
    }

    @Test("a body shorter or longer than its length is 400", arguments: ["2", "4", "-3", "+3", "3x", "0"])
    func wrongLength(declared: String) throws {
        let (harness, calls) = try counting()
        let client = try Client(path: harness.path)
        client.begin()
        client.parameters([("CONTENT_LENGTH", declared)])
        client.input([1, 2, 3])
        client.endInput()
        #expect(client.answer()?.status == 400)
        #expect(calls.get() == 0)
    }

    @Test("the refusal that the owner configures is what is answered")
    func ownRefusal() throws {
        let harness = try Harness {
            $0.bodyLimit = 10
            $0.refusal = { status, request in Response(status: status, body: Array("\(request.path) \(status)".utf8)) }
        } handler: { _ in
            Response(status: 200)
        }
        let client = try Client(path: harness.path)
        client.ask("POST", "/x", body: [UInt8](repeating: 0, count: 11))
        #expect(client.answer()?.text == "/x 413")
    }

    @Test("a connection cut in the middle of the body never reaches the handler, and the next request is served")
    func cutInTheBody() throws {
        let (harness, calls) = try counting(threads: 1)
        for _ in 0..<20 {
            let client = try Client(path: harness.path)
            client.begin()
            client.parameters([("CONTENT_LENGTH", "100000")])
            client.input([UInt8](repeating: 1, count: 50_000))
        }
        // All bytes there, but not the end: as likely a lie as the others.
        do {
            let client = try Client(path: harness.path)
            client.begin()
            client.parameters([("CONTENT_LENGTH", "3")])
            client.input([1, 2, 3])
        }
        let client = try Client(path: harness.path)
        client.ask(body: [1])
        #expect(client.answer()?.text == "1")
        #expect(calls.get() == 1)
    }

    @Test("bytes that are no FastCGI end their connection and nothing else")
    func malformed() throws {
        let (harness, calls) = try counting(threads: 1)
        let garbage: [[UInt8]] = [
            [], [1], Array("GET / HTTP/1.1\r\n\r\n".utf8), [UInt8](repeating: 255, count: 300),
            [1, 1, 0, 1, 0, 8, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0],
            [1, 1, 0, 1, 0, 8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 4, 0, 1, 0, 4, 0, 0, 255, 255, 255, 255],
        ]
        for bytes in garbage {
            let client = try Client(path: harness.path)
            client.raw(bytes)
        }
        let client = try Client(path: harness.path)
        client.ask(body: [1])
        #expect(client.answer()?.text == "1")
        #expect(calls.get() == 1)
    }

    @Test("clients that leave before the answer never end the process")
    func leavesBeforeTheAnswer() throws {
        let large = [UInt8](repeating: 1, count: 2_000_000)
        let harness = try Harness(threads: 2) { Response(status: 200, body: $0.path == "/large" ? large : [1]) }
        for _ in 0..<20 {
            let client = try Client(path: harness.path)
            client.ask("GET", "/large")
        }
        let client = try Client(path: harness.path)
        client.ask("GET", "/")
        #expect(client.answer()?.body == [1])
    }

    @Test("a connection that falls silent gives its thread back")
    func silence() throws {
        let harness = try Harness(threads: 1) {
            $0.silenceSeconds = 1
        } handler: { _ in
            Response(status: 200)
        }
        let silent = try Client(path: harness.path)
        silent.begin()
        let client = try Client(path: harness.path)
        client.ask()
        #expect(client.answer()?.status == 200)
        #expect(silent.isClosed())
    }
}
