import Synchronization

/// A few places for work that keeps a core busy: whoever finds none free is sent away instead of holding one more thread.
final class ConcurrencyLimit: Sendable {
    private let free: Mutex<Int>

    init(_ count: Int) { free = Mutex(count) }

    /// - Throws: 503; what `body` throws.
    func with<T>(_ body: () throws -> T) throws -> T {
        let isMine = free.withLock { free in
            guard free > 0 else { return false }
            free -= 1
            return true
        }
        guard isMine else { throw Problem.unavailable }
        defer { free.withLock { $0 += 1 } }
        return try body()
    }
}
