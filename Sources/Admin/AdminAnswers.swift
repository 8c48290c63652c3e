import Metrics
import NIOHTTP1

/// What is answered to each path.
struct AdminAnswers: Sendable {
    struct Answer: Sendable {
        var status: HTTPResponseStatus
        var type = "text/plain; charset=utf-8"
        var text: String
    }

    let metrics: [Metric]
    let checkReadiness: @Sendable () throws -> Void

    /// What is answered where `answer` still waits after `readySeconds`: for a database that hangs.
    static let late = Answer(status: .serviceUnavailable, text: "not ready: no answer from the database\n")
    static let readySeconds: Int64 = 3

    /// May block.
    func answer(_ method: HTTPMethod, _ path: Substring) -> Answer {
        guard ["/live", "/ready", "/metrics"].contains(path) else { return Answer(status: .notFound, text: "not found\n") }
        guard method == .GET || method == .HEAD else { return Answer(status: .methodNotAllowed, text: "GET or HEAD\n") }
        switch path {
        case "/live": return Answer(status: .ok, text: "live\n")
        case "/ready":
            do {
                try checkReadiness()
                return Answer(status: .ok, text: "ready\n")
            } catch {
                return Answer(status: .serviceUnavailable, text: "not ready: \(error)\n")
            }
        default: return Answer(status: .ok, type: "text/plain; version=0.0.4; charset=utf-8", text: metrics.text)
        }
    }
}
