import Dispatch
import Synchronization

/// Who may have a password checked next. A check keeps a core busy for a tenth of a second, and anybody may ask for one without an account: so
/// those wait in two lines, each with a place of its own, and who guesses waits behind those who do not.
///
/// In each line a source that gave a right password goes before one that is not known, and that before those that gave a wrong one, of which the one
/// goes first whose last is longest ago; among equals, who waits with fewer. A source waits with few threads, an account with fewer, and so do all
/// together: where the line is full, who would be last makes room for another.
public final class PasswordLine: Sendable {
    /// Too many of this source wait, or so many of all that this one is not next for long. Nothing was checked.
    public struct Busy: Error {}

    public enum Line: Hashable, Sendable {
        /// A browser in which the account has logged in before; the source is the browser.
        case knownBrowsers
        /// All others; the source is the network address.
        case others
    }

    public struct Limits: Sendable {
        /// Of one source, the one that is being checked among them. A ward behind one address logs in at the change of shift.
        public var perSource = 5
        /// Of one account's name in one line, likewise: a right password costs its account nothing else.
        public var perAccount = 2
        /// That wait in a line, each with a thread.
        public var waiting = 20
        /// Sources of which it is remembered when they failed; over it all begin again.
        public var remembered = 10_000
        public var waitSeconds = 10.0

        public init() {}
    }

    /// Where an attempt comes from, or the account that it names.
    private enum Party: Hashable {
        case source(Line, [UInt8])
        case account(Line, String)
    }

    private struct Attempt {
        let line: Line
        let source: Party
        let account: Party
    }

    private final class Waiter: Sendable {
        let attempt: Attempt
        let settled = DispatchSemaphore(value: 0)
        let isRefused = Atomic<Bool>(false)

        init(_ attempt: Attempt) { self.attempt = attempt }
    }

    private struct Lines {
        var running: Set<Line> = []
        var waiting: [Line: [Waiter]] = [:]
        /// Running and waiting.
        var count: [Party: Int] = [:]
        /// The number of the last check that failed.
        var failedAt: [Party: Int] = [:]
        var failures = 0
        /// Those that have given a right password since then.
        var trusted: Set<Party> = []

        /// The smaller, the sooner. - Parameter more: attempts of this source beside those that are counted.
        func rank(_ attempt: Attempt, more: Int = 0) -> (Int, Int) {
            (failedAt[attempt.source] ?? (trusted.contains(attempt.source) ? -1 : 0), count[attempt.source, default: 0] + more)
        }

        mutating func enter(_ attempt: Attempt) {
            for party in [attempt.source, attempt.account] { count[party, default: 0] += 1 }
        }

        mutating func leave(_ attempt: Attempt) {
            for party in [attempt.source, attempt.account] {
                let left = count[party, default: 0] - 1
                count[party] = left > 0 ? left : nil
            }
        }
    }

    private let limits: Limits
    private let lines = Mutex(Lines())

    public init(_ limits: Limits = Limits()) { self.limits = limits }

    /// Runs `check` when it is this attempt's turn, and returns whether the password was right. Blocks.
    ///
    /// - Throws: `Busy`.
    public func inTurn(_ line: Line, from source: [UInt8], for account: String, _ check: () throws -> Bool) throws -> Bool {
        let attempt = Attempt(line: line, source: .source(line, source), account: .account(line, account))
        try enter(attempt)
        var isRight = false
        defer { leave(attempt, failed: !isRight) }
        isRight = try check()
        return isRight
    }

    private func enter(_ attempt: Attempt) throws {
        let waiter: Waiter? = try lines.withLock { lines in
            guard lines.count[attempt.source, default: 0] < limits.perSource, lines.count[attempt.account, default: 0] < limits.perAccount else {
                throw Busy()
            }
            if lines.running.insert(attempt.line).inserted {
                lines.enter(attempt)
                return nil
            }
            let waiter = Waiter(attempt)
            let others = lines.waiting[attempt.line, default: []]
            if others.count >= limits.waiting {
                let last = others.indices.reversed().max { lines.rank(others[$0].attempt) < lines.rank(others[$1].attempt) }
                guard let index = last, lines.rank(others[index].attempt) > lines.rank(attempt, more: 1)
                else { throw Busy() }
                refuse(others[index], &lines)
            }
            lines.enter(attempt)
            lines.waiting[attempt.line, default: []].append(waiter)
            return waiter
        }
        guard let waiter else { return }
        if waiter.settled.wait(timeout: .now() + limits.waitSeconds) == .timedOut {
            lines.withLock { lines in
                // Not among those who wait: it was settled at the last moment.
                if lines.waiting[attempt.line, default: []].contains(where: { $0 === waiter }) { refuse(waiter, &lines) }
            }
        }
        if waiter.isRefused.load(ordering: .acquiring) { throw Busy() }
    }

    private func refuse(_ waiter: Waiter, _ lines: inout Lines) {
        lines.waiting[waiter.attempt.line]?.removeAll { $0 === waiter }
        lines.leave(waiter.attempt)
        waiter.isRefused.store(true, ordering: .releasing)
        waiter.settled.signal()
    }

    private func leave(_ attempt: Attempt, failed: Bool) {
        lines.withLock { lines in
            lines.leave(attempt)
            if lines.failedAt.count + lines.trusted.count >= limits.remembered { (lines.failedAt, lines.trusted) = ([:], []) }
            if failed {
                lines.failures += 1
                lines.failedAt[attempt.source] = lines.failures
                lines.trusted.remove(attempt.source)
            } else {
                lines.failedAt[attempt.source] = nil
                lines.trusted.insert(attempt.source)
            }
            let waiting = lines.waiting[attempt.line, default: []]
            guard let next = waiting.indices.min(by: { lines.rank(waiting[$0].attempt) < lines.rank(waiting[$1].attempt) }) else {
                lines.running.remove(attempt.line)
                return
            }
            lines.waiting[attempt.line]?.remove(at: next)
            waiting[next].settled.signal()
        }
    }

    /// How many wait.
    var waitingCount: Int { lines.withLock { $0.waiting.values.reduce(0) { $0 + $1.count } } }
}
