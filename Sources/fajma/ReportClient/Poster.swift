import CCurl
import Curl
import Foundation
import Synchronization

/// Sends reports over HTTP, many at once, on the thread that calls `wait`.
///
/// On libcurl itself: URLSession costs more than a millisecond of processor time a request, a thousand devices more than a core.
// Sendable for `stop` alone, which touches only an atomic and curl_multi_wakeup, made for other threads; all else is one thread's.
final class Poster: @unchecked Sendable {
    /// At once; more wait their turn.
    static let maximumAtOnce = 64

    struct Event {
        let device: Int
        let answer: Answer
    }

    private struct Job {
        let body: Data
        let key: String
        let device: Int
    }

    private let multi: UnsafeMutableRawPointer
    private let endpoint: String
    private var free: [Exchange] = []
    private var busy: [UnsafeMutableRawPointer: Exchange] = [:]
    /// At most one a device.
    private var jobs: [Job] = []
    private let isStopped = Atomic(false)
    private var problem: String?

    /// - Parameter url: of the server, with its prefix where it has one: `https://hospital.example/fajma`.
    init(url: String) throws {
        guard let base = URL(string: url), ["http", "https"].contains(base.scheme), base.host?.isEmpty == false else {
            throw Failure("--url must begin with http:// or https:// and name a server")
        }
        endpoint = base.appendingPathComponent("api/iot/data/", isDirectory: true).absoluteString
        guard Transfer.isReady, let multi = curl_multi_init() else {
            throw Failure("curl does not start")
        }
        self.multi = multi
    }

    deinit {
        for exchange in busy.values { curl_multi_remove_handle(multi, exchange.handle) }
        curl_multi_cleanup(multi)
    }

    /// - Parameter device: comes back in the event.
    func post(_ body: Data, key: String, device: Int) throws {
        jobs.append(Job(body: body, key: key, device: device))
        try startJobs()
    }

    /// Forgets the request of a device: nothing comes of it any more.
    func cancel(device: Int) {
        jobs.removeAll { $0.device == device }
        guard let exchange = busy.values.first(where: { $0.device == device }) else { return }
        curl_multi_remove_handle(multi, exchange.handle)
        busy[exchange.handle] = nil
        free.append(exchange)
    }

    /// Waits for events until second `deadline` of `Clock`; nil: somebody has called `stop`.
    func wait(until deadline: Double) throws -> [Event]? {
        var events: [Event] = []
        while true {
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            while true {
                var left: Int32 = 0
                guard let message = curl_multi_info_read(multi, &left) else { break }
                if message.pointee.msg == CURLMSG_DONE { events.append(try finish(message.pointee)) }
            }
            if isStopped.load(ordering: .relaxed) { return nil }
            let seconds = deadline - Clock.seconds
            if !events.isEmpty || seconds <= 0 { return events }
            curl_multi_poll(multi, nil, 0, Int32(min(seconds * 1000 + 1, 10_000)), nil)
        }
    }

    /// From any thread.
    func stop() {
        isStopped.store(true, ordering: .relaxed)
        curl_multi_wakeup(multi)
    }

    /// What went wrong last since this was last asked.
    func takeProblem() -> String? {
        defer { problem = nil }
        return problem
    }

    private func finish(_ message: CURLMsg) throws -> Event {
        guard let handle = message.easy_handle, let exchange = busy.removeValue(forKey: handle) else {
            throw Failure("curl has mixed up its handles")
        }
        let (answer, words) = exchange.answer(message.data.result)
        if let words { problem = words }
        // Before the exchange is used again, for another device perhaps.
        let event = Event(device: exchange.device, answer: answer)
        curl_multi_remove_handle(multi, handle)
        free.append(exchange)
        try startJobs()
        return event
    }

    private func startJobs() throws {
        while busy.count < Self.maximumAtOnce, !jobs.isEmpty {
            let job = jobs.removeFirst()
            let exchange = try free.popLast() ?? Exchange(endpoint: endpoint)
            exchange.prepare(job.body, key: job.key, device: job.device)
            guard curl_multi_add_handle(multi, exchange.handle) == CURLM_OK else { throw Failure("curl has no memory") }
            busy[exchange.handle] = exchange
        }
    }
}
