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

    /// What became of the request that has ended, and a few words where it was not a success.
    func answer(_ code: CURLcode) -> (answer: Answer, problem: String?) {
        if let problem = Transfer.problem(code) { return (Answer(), problem) }
        let answer = Answer(status: transfer.status, retryAfter: transfer.retryAfter, body: transfer.answer)
        return (answer, (200..<300).contains(answer.status) ? nil : "the server answered \(answer.status)")
    }
}

/// What the server said.
struct Answer: Sendable {
    /// 0: nothing.
    var status = 0
    /// Seconds.
    var retryAfter: Double?
    var body = Data()
}
