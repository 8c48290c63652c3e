import Foundation
import FoundationNetworking

/// Sends reports over HTTP, many at once; what became of each comes back as an event that one thread waits for.
// Sendable: URLSession is; `events` and `isStopped` change only under `news`.
final class Poster: @unchecked Sendable {
    static let connections = 64
    static let requestTimeoutSeconds = 10.0
    /// An answer longer than this is not one of FAJMA's.
    static let maximumAnswerBytes = 1 << 20

    struct Event: Sendable {
        let device: Int
        let outcome: Outcome
    }

    private let session: URLSession
    private let endpoint: URL
    private let news = NSCondition()
    private var events: [Event] = []
    private var isStopped = false

    /// - Parameter url: of the server, with its prefix where it has one: `https://hospital.example/fajma`.
    init(url: String) throws {
        guard let base = URL(string: url), ["http", "https"].contains(base.scheme), base.host?.isEmpty == false else {
            throw Failure("--url must begin with http:// or https:// and name a server")
        }
        endpoint = base.appendingPathComponent("api/iot/data/", isDirectory: true)
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpMaximumConnectionsPerHost = Self.connections
        configuration.timeoutIntervalForRequest = Self.requestTimeoutSeconds
        configuration.urlCache = nil
        configuration.httpCookieStorage = nil
        configuration.httpShouldSetCookies = false
        session = URLSession(configuration: configuration)
    }

    /// - Parameter device: comes back in the event.
    func post(_ body: Data, key: String, device: Int) {
        var request = URLRequest(url: endpoint)
        request.httpMethod = "POST"
        request.httpBody = body
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        request.setValue("Bearer \(key)", forHTTPHeaderField: "Authorization")
        let task = session.dataTask(with: request) { [self] data, response, _ in
            let outcome: Outcome
            if let response = response as? HTTPURLResponse {
                let body = data.flatMap { $0.count <= Self.maximumAnswerBytes ? $0 : nil } ?? Data()
                outcome = Outcome(
                    status: response.statusCode, body: body, retryAfter: response.value(forHTTPHeaderField: "Retry-After"))
            } else {
                outcome = .later(after: nil)
            }
            news.withLock {
                events.append(Event(device: device, outcome: outcome))
                news.signal()
            }
        }
        task.resume()
    }

    /// Waits for events until second `deadline` of `Clock`; nil: somebody has called `stop`.
    func wait(until deadline: Double) -> [Event]? {
        news.withLock {
            while events.isEmpty, !isStopped {
                let left = deadline - Clock.seconds
                if left <= 0 || !news.wait(until: Date(timeIntervalSinceNow: left)) { break }
            }
            if isStopped { return nil }
            defer { events.removeAll(keepingCapacity: true) }
            return events
        }
    }

    func stop() {
        news.withLock {
            isStopped = true
            news.signal()
        }
    }

    /// Gives up what is under way.
    func close() { session.invalidateAndCancel() }
}
