import Foundation
import Postgres
import Synchronization

/// Runs what blocks on a thread of its own: the tests' threads are few and shared.
public func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
    }
}

/// What a test waited for did not come.
public struct NotWithin: Error, CustomStringConvertible {
    public let seconds: Double
    public let what: String
    public var description: String { "not within \(seconds) s: \(what)" }
}

/// Runs a body on a thread of its own while the test goes on with its own.
///
/// A test that holds a transaction open must not wait for a task meanwhile: other tests may hold all threads of tasks, and wait for the end of that
/// transaction.
public final class OnThread<Value: Sendable>: Sendable {
    private let ended = DispatchSemaphore(value: 0)
    private let result = Mutex<Swift.Result<Value, any Error>?>(nil)

    public init(_ body: @escaping @Sendable () throws -> Value) {
        Thread.detachNewThread { [self] in
            let outcome = Swift.Result { try body() }
            result.withLock { $0 = outcome }
            ended.signal()
        }
    }

    /// What the body returned or threw, once it has ended. Throws NotWithin after `seconds`.
    public func value(within seconds: Double = 60) throws -> Value {
        guard ended.wait(timeout: .now() + seconds) == .success, let outcome = result.withLock({ $0 }) else {
            throw NotWithin(seconds: seconds, what: "a thread's end")
        }
        ended.signal()
        return try outcome.get()
    }
}

/// Runs the bodies at once, each on a thread of its own; returns in their order what came of each.
public func atOnce<Value: Sendable>(_ bodies: [@Sendable () throws -> Value]) -> [Swift.Result<Value, any Error>] {
    let threads = bodies.map { OnThread($0) }
    return threads.map { thread in Swift.Result { try thread.value() } }
}

/// Returns when the condition holds; throws NotWithin after `seconds`. A loop without an end would hold up all tests.
public func waitUntil(_ what: String, seconds: Double = 30, _ condition: () throws -> Bool) throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while try !condition() {
        guard ContinuousClock.now < end else { throw NotWithin(seconds: seconds, what: what) }
        Thread.sleep(forTimeInterval: 0.002)
    }
}

extension TestStore {
    /// Returns when so many sessions of this database wait for a lock.
    public func waitForLocked(_ sessions: Int = 1) throws {
        // In a transaction the first look would be kept.
        let watcher = try connection()
        try waitUntil("\(sessions) sessions wait for a lock") {
            try watcher.query("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")[0][0]
                >= sessions
        }
    }
}
