import Access
import Dispatch
import Foundation
import Synchronization
import TestDatabase
import Testing

@testable import API

/// Who guesses passwords from many places keeps nobody from logging in.
@Suite(.timeLimit(.minutes(1))) struct PasswordShareTests {
    /// Holds the first check until `release`.
    private final class Gate: Sendable {
        let reached = DispatchSemaphore(value: 0)
        let released = DispatchSemaphore(value: 0)
        let isHeld = Atomic<Bool>(true)
    }

    private static let password = "vier Stühle im Regen"
    private let api: TestService
    private let gate = Gate()

    init() throws {
        let gate = gate
        api = try TestService(verifyPassword: { password, stored in
            if password == "held", gate.isHeld.exchange(false, ordering: .relaxed) {
                gate.reached.signal()
                gate.released.wait()
            }
            return Password.verify(password, against: stored)
        })
        try api.setPassword("nurse", quickHash(Self.password))
        try api.setPassword("medecin1", quickHash(Self.password))
    }

    private static func guess(_ api: TestService, _ username: String, _ password: String, from address: String) throws -> Answer {
        try api.send(
            "POST", "/api/token/", bearer: nil, Array(#"{"username":"\#(username)","password":"\#(password)"}"#.utf8), address: address)
    }

    @Test("a known browser logs in while guesses from elsewhere are being checked and wait, and the guesser's place is refused more")
    func knownBrowser() async throws {
        let (api, gate) = (api, gate)
        try await blocking {
            let browser = Browser(api, address: "198.51.100.7")
            #expect(try browser.logIn("nurse", Self.password).status == 200)
            let statuses = Mutex<[Int]>([])
            let done = DispatchSemaphore(value: 0)
            func guessAside(_ username: String, _ password: String) {
                Thread {
                    let status = (try? Self.guess(api, username, password, from: "203.0.113.9").status) ?? 0
                    statuses.withLock { $0.append(status) }
                    done.signal()
                }.start()
            }
            guessAside("a", "held")
            gate.reached.wait()
            for number in 1..<10 { guessAside("b\(number)", "x") }
            for _ in 0..<5 { done.wait() }  // those that found no place
            #expect(statuses.withLock { $0 } == Array(repeating: 429, count: 5))
            let refused = try Self.guess(api, "c", "x", from: "203.0.113.9")
            #expect(refused.status == 429 && refused.header("Retry-After") == "1")
            #expect(try browser.logIn("nurse", Self.password).status == 200)
            // What was refused was not tried, and costs the address nothing.
            #expect(try api.count("SELECT count(*) FROM login_buckets WHERE spent > 5.5") == 0)
            gate.released.signal()
            for _ in 0..<5 { done.wait() }
            #expect(statuses.withLock { $0.count { $0 == 401 } } == 5)
        }
    }

    @Test("a hundred right logins from one address, one after the other, all succeed") func shift() throws {
        for number in 0..<100 {
            let name = number.isMultiple(of: 2) ? "nurse" : "medecin1"
            #expect(try Self.guess(api, name, Self.password, from: "198.51.100.7").status == 200)
        }
    }
}
