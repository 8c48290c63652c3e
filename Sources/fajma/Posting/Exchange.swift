import CCurl
import Curl
import Foundation

/// One device's report after the other on one transfer.
final class Exchange {
    private let transfer: Transfer
    /// Whose report is under way.
    private(set) var device = 0

    init(endpoint: String) throws { transfer = try Transfer(endpoint: endpoint, keepsAnswer: true) }

    var handle: UnsafeMutableRawPointer { transfer.handle }

    func prepare(_ body: Data, key: String, device: Int) {
        self.device = device
        transfer.prepare(body, headers: ["Authorization: Bearer \(key)"])
    }

    /// What became of the request that has ended, and a few words where it was not stored.
    func outcome(_ code: CURLcode) -> (outcome: Outcome, problem: String?) {
        if let problem = Transfer.problem(code) { return (.later(after: nil), problem) }
        let outcome = Outcome(status: transfer.status, body: transfer.answer, retryAfter: transfer.retryAfter)
        if case .stored = outcome { return (outcome, nil) }
        return (outcome, "the server answered \(transfer.status)")
    }
}
