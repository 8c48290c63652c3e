import Postgres
import TestDatabase
import Testing

@Suite struct ListenerTests {
    @Test("it reports ready, what it hears, the loss of the server and ready again", .timeLimit(.minutes(1)))
    func reconnects() async throws {
        let url = try TestCluster.shared.newDatabase()
        let (events, continuation) = AsyncStream.makeStream(of: Listener.Event.self)
        let listener = Listener(url: url, application: "listener", channels: ["ward"]) {
            if case .alive = $0 { return }
            continuation.yield($0)
        }
        listener.start()
        var heard = events.makeAsyncIterator()

        guard case .ready = await heard.next() else {
            Issue.record("not ready")
            return
        }
        let other = try Connection(url: url, application: "tests")
        try other.query("SELECT pg_notify('ward', $1)", ["un"])
        guard case .notified("ward", "un") = await heard.next() else {
            Issue.record("not heard")
            return
        }

        try other.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'listener'")
        guard case .lost = await heard.next() else {
            Issue.record("loss not told")
            return
        }
        guard case .ready = await heard.next() else {
            Issue.record("not ready again")
            return
        }
        try other.query("SELECT pg_notify('ward', $1)", ["deux"])
        guard case .notified("ward", "deux") = await heard.next() else {
            Issue.record("not heard again")
            return
        }
        listener.stop()
    }

    @Test("while nothing happens the server gives a sign of life again and again", .timeLimit(.minutes(1))) func alive() async throws {
        let url = try TestCluster.shared.newDatabase()
        let (signs, continuation) = AsyncStream.makeStream(of: Void.self)
        let listener = Listener(url: url, application: "idle listener", channels: ["ward"]) {
            if case .alive = $0 { continuation.yield() }
        }
        listener.start()
        var heard = signs.makeAsyncIterator()
        for _ in 0..<3 { #expect(await heard.next() != nil) }
        listener.stop()
    }

    @Test("the wait doubles up to its limit, less a random share, and starts anew after a success") func backoff() {
        var backoff = Backoff(firstSeconds: 1, limitSeconds: 4)
        #expect([0, 0.5, 0, 0].map { backoff.delay(jitter: $0) } == [1, 1.5, 4, 4])
        backoff.reset()
        #expect(backoff.delay(jitter: 0) == 1)
    }
}
