import Dispatch
import Foundation
import Synchronization
import Testing

@testable import Access

/// Who guesses passwords keeps nobody else waiting.
@Suite(.timeLimit(.minutes(1))) struct PasswordLineTests {
    private final class Log: Sendable {
        let checked = Mutex<[String]>([])
        let refused = Mutex<[String]>([])
        let done = DispatchSemaphore(value: 0)
    }

    private let log = Log()

    /// On a thread that may wait, as the tests' own may not.
    private func blocking(_ body: @escaping @Sendable () throws -> Void) async throws {
        try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
            Thread { done.resume(with: Result(catching: body)) }.start()
        }
    }

    private func bytes(_ name: String) -> [UInt8] { Array(name.utf8) }

    /// An attempt with a wrong password, for an account of its own; `meanwhile` runs while it is being checked.
    @discardableResult
    private func fail(
        _ name: String, in line: PasswordLine, _ which: PasswordLine.Line = .others, for account: String? = nil, meanwhile: () throws -> Void = {}
    ) throws -> Bool {
        try line.inTurn(which, from: bytes(name), for: account ?? name) {
            try meanwhile()
            return false
        }
    }

    /// Returns when it waits.
    private func queue(_ name: String, in line: PasswordLine, _ which: PasswordLine.Line = .others) {
        let (before, log) = (line.waitingCount, log)
        Thread {
            do {
                _ = try line.inTurn(which, from: Array(name.utf8), for: "\(UInt64.random(in: 0 ... .max))") {
                    log.checked.withLock { $0.append(name) }
                    return false
                }
            } catch {
                log.refused.withLock { $0.append(name) }
            }
            log.done.signal()
        }.start()
        while line.waitingCount <= before { sched_yield() }
    }

    @Test("a source that has not failed goes first, and the others in turn") func order() async throws {
        try await blocking {
            let line = PasswordLine()
            for name in ["a", "b"] { try fail(name, in: line) }
            try fail("a", in: line) {
                for name in ["a", "a", "b", "new"] { queue(name, in: line) }
            }
            for _ in 0..<4 { log.done.wait() }
            #expect(log.checked.withLock { $0 } == ["new", "b", "a", "a"])
        }
    }

    @Test("known browsers have a line of their own") func lines() async throws {
        try await blocking {
            let line = PasswordLine()
            try fail("a", in: line) {
                for _ in 0..<3 { queue("a", in: line) }
                var isChecked = false
                try fail("browser", in: line, .knownBrowsers) { isChecked = true }
                #expect(isChecked)
            }
            for _ in 0..<3 { log.done.wait() }
        }
    }

    @Test("a source waits with few, and another may still come") func perSource() async throws {
        try await blocking {
            var limits = PasswordLine.Limits()
            limits.perSource = 2
            let line = PasswordLine(limits)
            try fail("a", in: line) {
                queue("a", in: line)
                #expect(throws: PasswordLine.Busy.self) { try fail("a", in: line, for: "other") }
                queue("b", in: line)
            }
            for _ in 0..<2 { log.done.wait() }
            #expect(log.checked.withLock { $0 } == ["b", "a"])
        }
    }

    @Test("in a full line the source that failed last makes room for one that did not") func full() async throws {
        try await blocking {
            var limits = PasswordLine.Limits()
            limits.waiting = 2
            let line = PasswordLine(limits)
            for name in ["a", "b"] { try fail(name, in: line) }
            try fail("c", in: line) {
                for name in ["a", "b"] { queue(name, in: line) }
                #expect(throws: PasswordLine.Busy.self) { try fail("b", in: line, for: "other") }
                let thread = Thread { [log] in
                    _ = try? line.inTurn(.others, from: Array("new".utf8), for: "new") {
                        log.checked.withLock { $0.append("new") }
                        return true
                    }
                    log.done.signal()
                }
                thread.start()
                log.done.wait()  // b, who made room
                #expect(log.refused.withLock { $0 } == ["b"])
            }
            for _ in 0..<2 { log.done.wait() }
            #expect(log.checked.withLock { $0 } == ["new", "a"])
        }
    }

    @Test("where nobody has failed yet, a source that gave a right password goes first, and who waits with many last") func unknown() async throws {
        try await blocking {
            var limits = PasswordLine.Limits()
            limits.waiting = 4
            let line = PasswordLine(limits)
            let isRight = try line.inTurn(.others, from: bytes("ward"), for: "nurse") { true }
            #expect(isRight)
            try fail("x", in: line) {
                for name in ["a", "a", "b", "ward"] { queue(name, in: line) }
                Thread { [log] in
                    _ = try? line.inTurn(.others, from: Array("new".utf8), for: "new") {
                        log.checked.withLock { $0.append("new") }
                        return true
                    }
                    log.done.signal()
                }.start()
                log.done.wait()  // the second of a's, which made room
                #expect(log.refused.withLock { $0 } == ["a"])
            }
            for _ in 0..<4 { log.done.wait() }
            #expect(log.checked.withLock { $0 } == ["ward", "a", "b", "new"])
        }
    }

    @Test("a right password costs nothing: its account waits with two, wherever they come from") func rightPasswords() async throws {
        try await blocking {
            let line = PasswordLine()
            let isRight = try line.inTurn(.others, from: bytes("a"), for: "nurse") { true }
            #expect(isRight)
            try fail("b", in: line, for: "nurse") {
                Thread { [log] in
                    _ = try? line.inTurn(.others, from: Array("c".utf8), for: "nurse") { true }
                    log.done.signal()
                }.start()
                while line.waitingCount == 0 { sched_yield() }
                #expect(throws: PasswordLine.Busy.self) { try fail("d", in: line, for: "nurse") }
                queue("a", in: line)
            }
            for _ in 0..<2 { log.done.wait() }
        }
    }
}
