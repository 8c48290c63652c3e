import Dispatch
import FastCGI
import Glibc
import Logging
import Testing

@Suite("Starting and ending")
struct LifeTests {
    @Test("ends at once while every thread waits for a connection, and removes its socket")
    func stopWhileIdle() throws {
        let harness = try Harness(threads: 64) { _ in Response(status: 200) }
        do {
            let client = try Client(path: harness.path)
            client.ask()
            #expect(client.answer()?.status == 200)
        }
        let end = try #require(harness.stop())
        #expect(end.ending == .finished)
        #expect(end.seconds < 1)
        #expect(access(harness.path, F_OK) != 0)
    }

    @Test("an end before the threads have started is no different")
    func stopAtOnce() throws {
        for _ in 0..<20 {
            let harness = try Harness(threads: 8) { _ in Response(status: 200) }
            let end = try #require(harness.stop())
            #expect(end.ending == .finished)
        }
    }

    @Test("it is stuck when every thread has been at one request for too long, not while one is free or its client is slow")
    func stuck() throws {
        let entered = DispatchSemaphore(value: 0)
        let go = DispatchSemaphore(value: 0)
        let harness = try Harness(threads: 2) { request in
            if request.path == "/stream" {
                return Response(
                    status: 200,
                    stream: { send in
                        entered.signal()
                        go.wait()
                        try send([])
                    })
            }
            entered.signal()
            go.wait()
            return Response(status: 200)
        }
        let later = ContinuousClock.now + .seconds(1000)
        let first = try Client(path: harness.path)
        first.ask()
        entered.wait()
        #expect(!harness.server.isStuck(longerThan: 100, at: later))
        let streamed = try Client(path: harness.path)
        streamed.ask("GET", "/stream")
        entered.wait()
        #expect(!harness.server.isStuck(longerThan: 100, at: later))
        go.signal()
        go.signal()
        #expect(first.answer()?.status == 200)
        #expect(streamed.answer()?.status == 200)
        let both = try (0..<2).map { _ in try Client(path: harness.path) }
        for client in both {
            client.ask()
            entered.wait()
        }
        #expect(harness.server.isStuck(longerThan: 100, at: later))
        #expect(!harness.server.isStuck(longerThan: 10_000, at: later))
        go.signal()
        #expect(both[0].answer()?.status == 200 || both[1].answer()?.status == 200)
        go.signal()
        #expect(harness.stop()?.ending == .finished)
    }

    @Test("what runs and what already waits is answered before the end; new connections are refused")
    func stopWhileBusy() throws {
        let entered = DispatchSemaphore(value: 0)
        let go = DispatchSemaphore(value: 0)
        let harness = try Harness(threads: 1) { _ in
            entered.signal()
            go.wait()
            return Response(status: 200)
        }
        let running = try Client(path: harness.path)
        running.ask()
        let waiting = try Client(path: harness.path)
        waiting.ask()
        entered.wait()
        harness.server.stop()
        // The socket file is removed as the first thing of an end.
        while access(harness.path, F_OK) == 0 { sched_yield() }
        #expect(throws: Client.Failure.self) { _ = try Client(path: harness.path) }
        go.signal()
        go.signal()
        #expect(running.answer()?.status == 200)
        #expect(waiting.answer()?.status == 200)
        #expect(harness.stop()?.ending == .finished)
    }

    @Test("a half-sent request does not hold up the end")
    func stopWhileReading() throws {
        let harness = try Harness(threads: 2) {
            $0.stopSeconds = 2
        } handler: { _ in
            Response(status: 200)
        }
        let half = try Client(path: harness.path)
        half.begin()
        let halfBody = try Client(path: harness.path)
        halfBody.begin()
        halfBody.parameters([("CONTENT_LENGTH", "10")])
        halfBody.input([1, 2])
        let end = try #require(harness.stop())
        #expect(end.ending == .finished)
        #expect(end.seconds < 2)
        #expect(half.isClosed())
        #expect(halfBody.isClosed())
    }

    @Test("a handler that does not return is left behind at the deadline")
    func stopWithAStuckHandler() throws {
        let entered = DispatchSemaphore(value: 0)
        let never = DispatchSemaphore(value: 0)
        let harness = try Harness(threads: 3) {
            $0.stopSeconds = 0.5
        } handler: { _ in
            entered.signal()
            never.wait()
            return Response(status: 200)
        }
        let client = try Client(path: harness.path)
        client.ask()
        entered.wait()
        let end = try #require(harness.stop())
        #expect(end.ending == .cutShort(requests: 1))
        #expect((0.4..<2).contains(end.seconds))
        never.signal()
        #expect(client.answer()?.status == 200)
    }

    @Test("an inherited socket is served, left open at the end, and served again by the next")
    func inherited() throws {
        let directory = try makeDirectory()
        let path = directory + "/inherited.sock"
        let listener = try makeListener(path)
        defer {
            close(listener)
            unlink(path)
            rmdir(directory)
        }
        for round in 0..<3 {
            let harness = try Harness(threads: 16) {
                $0.listening = .inherited(descriptor: listener)
            } handler: { _ in
                Response(status: 200, body: [UInt8(round)])
            }
            let client = try Client(path: path)
            client.ask()
            #expect(client.answer()?.body == [UInt8(round)])
            let end = try #require(harness.stop())
            #expect(end.ending == .finished)
            #expect(end.seconds < 1)
            // Connecting still works: the queue is there for the next process.
            _ = try Client(path: path)
        }
    }

    @Test("an inherited socket that does not block is served too")
    func inheritedNonBlocking() throws {
        let directory = try makeDirectory()
        let path = directory + "/inherited.sock"
        let listener = try makeListener(path)
        _ = fcntl(listener, F_SETFL, O_NONBLOCK)
        defer {
            close(listener)
            unlink(path)
            rmdir(directory)
        }
        let harness = try Harness(threads: 4) {
            $0.listening = .inherited(descriptor: listener)
        } handler: { _ in
            Response(status: 200)
        }
        for _ in 0..<5 {
            let client = try Client(path: path)
            client.ask()
            #expect(client.answer()?.status == 200)
        }
        #expect(harness.stop()?.ending == .finished)
    }

    @Test("a descriptor that is no listening socket is refused")
    func notListening() throws {
        var configuration = Configuration(socket: nil)
        #expect(configuration.listening == .inherited(descriptor: 0))
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        configuration.listening = .inherited(descriptor: descriptor)
        #expect(throws: FastCGIError.notListening(descriptor: descriptor)) {
            _ = try Server(configuration, logger: Logger(label: "test"))
        }
    }

    @Test("SIGUSR1 and SIGTERM keep the meaning they had before libfcgi")
    func signalsUntouched() throws {
        let harness = try Harness { _ in Response(status: 200) }
        for signal in [SIGUSR1, SIGTERM] {
            var action = sigaction()
            sigaction(signal, nil, &action)
            #expect(action.__sigaction_handler.sa_handler == nil)
        }
        #expect(harness.stop()?.ending == .finished)
    }
}
