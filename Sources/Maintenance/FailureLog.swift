import Logging

/// Logs a failure that lasts once, not with every attempt, until an attempt has succeeded.
struct FailureLog {
    private let logger: Logger
    private var failing: Set<String> = []

    init(_ logger: Logger) { self.logger = logger }

    mutating func failed(_ what: String, _ error: any Error) {
        guard failing.insert(what).inserted else { return }
        logger.error("\(what) failed, tried again", metadata: ["why": "\(error)"])
    }

    mutating func succeeded(_ what: String) { failing.remove(what) }
}
