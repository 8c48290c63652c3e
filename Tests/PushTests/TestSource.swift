import BindAddress
import Clinical
import Foundation
import Logging
import NIOConcurrencyHelpers
import Store
import TestDatabase

@testable import Push

let spo2 = Reading(vital: .spo2, value: 97, measuredAt: at(0))

func temporaryPath() -> String { NSTemporaryDirectory() + "fajma-push-\(UInt64.random(in: 0 ..< .max)).sock" }

func daemon(
    _ path: String, _ source: TestSource, _ change: (inout Daemon.Configuration) -> Void = { _ in }
) throws -> Daemon {
    var configuration = Daemon.Configuration(address: .unix(path: path))
    configuration.loops = 2
    configuration.threads = 1
    configuration.pulseSeconds = 1_000_000
    configuration.feedSilenceSeconds = 1_000_000
    change(&configuration)
    let silent = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    return try Daemon(configuration: configuration, source: source, logger: silent, now: { source.now })
}

func withDaemon(
    _ change: @escaping @Sendable (inout Daemon.Configuration) -> Void = { _ in },
    _ body: @escaping @Sendable (Daemon, TestSource, String) throws -> Void
) async throws {
    try await blocking {
        let source = TestSource()
        let path = temporaryPath()
        let daemon = try daemon(path, source, change)
        defer { unlink(path) }
        do {
            try body(daemon, source, path)
        } catch {
            try daemon.stop()
            throw error
        }
        try daemon.stop()
    }
}

struct Stored: Equatable {
    let patient: PatientID
    let token: String
    let text: String
}

/// A hospital of two patients in memory. Tokens say in their name what they open.
final class TestSource: Source {
    private struct State {
        var now = at(0)
        var states: [Room: RoomContents] = [:]
        var failingLoads = 0
        var revoked: [String: Admission] = [:]
        var stored: [Stored] = []
        var heard: [WardID] = []
        var failingRenewals = 0
        var renewals = 0
        var asked = 0
        var holdsNext = false
    }

    private let state = NIOLockedValueBox(State())

    var now: Instant {
        get { state.withLockedValue { $0.now } }
        set { state.withLockedValue { $0.now = newValue } }
    }
    var states: [Room: RoomContents] {
        get { state.withLockedValue { $0.states } }
        set { state.withLockedValue { $0.states = newValue } }
    }
    var failingLoads: Int {
        get { state.withLockedValue { $0.failingLoads } }
        set { state.withLockedValue { $0.failingLoads = newValue } }
    }
    var revoked: [String: Admission] {
        get { state.withLockedValue { $0.revoked } }
        set { state.withLockedValue { $0.revoked = newValue } }
    }
    var failingRenewals: Int {
        get { state.withLockedValue { $0.failingRenewals } }
        set { state.withLockedValue { $0.failingRenewals = newValue } }
    }
    /// How often it was asked what a token opens.
    var renewals: Int { state.withLockedValue { $0.renewals } }
    var stored: [Stored] { state.withLockedValue { $0.stored } }
    /// Every ward that was said to have a listening screen, each time.
    var heard: [WardID] { state.withLockedValue { $0.heard } }

    private let hearing = DispatchSemaphore(value: 0)

    func heard(_ wards: [WardID]) throws {
        state.withLockedValue { $0.heard += wards }
        hearing.signal()
    }

    /// Returns once it was told of a ward since this was last called.
    func waitUntilHeard() { hearing.wait() }

    struct Away: Error {}

    private let reached = DispatchSemaphore(value: 0)
    private let released = DispatchSemaphore(value: 0)

    /// The answer to the next question is as of now, and on its way until `release`.
    func holdNext() { state.withLockedValue { $0.holdsNext = true } }

    /// Returns once the token "stuck" is being looked at, until `release`, or an answer is held.
    func waitUntilStuck() { reached.wait() }
    func release() { released.signal() }

    func account(of token: String) -> UserID? {
        state.withLockedValue { $0.asked += 1 }
        return ["good": 1, "stuck": 1, "screen": 2, "other": 3, "english": 3][token]
    }

    /// Of all others no session is known.
    func session(of token: String) -> String? { ["shift": "s1", "renewed": "s1", "colleague": "s2"][token] }

    /// For how many handshakes it was asked whose they are.
    var asked: Int { state.withLockedValue { $0.asked } }

    func admit(token: String, kind: RoomKind, key: String) throws -> Admission {
        guard let number = Int(key), [2, 3, 12, 13].contains(number) else { return .unknown }
        let room: Room = kind == .service ? .ward(number) : kind == .alerts ? .alerts(number) : .patient(number)
        return try renew(token: token, room: room, isNew: true)
    }

    func renew(token: String, room: Room, isNew: Bool) throws -> Admission {
        let (isHeld, fails) = state.withLockedValue { state in
            defer { (state.holdsNext, state.failingRenewals) = (false, max(0, state.failingRenewals - 1)) }
            state.renewals += 1
            return (state.holdsNext, state.failingRenewals > 0)
        }
        if fails { throw Away() }
        let answer = try admission(token, room)
        if isHeld {
            reached.signal()
            released.wait()
        }
        return answer
    }

    private func admission(_ token: String, _ room: Room) throws -> Admission {
        if let admission = revoked[token] { return admission }
        switch token {
        case "good", "shift", "renewed", "colleague": return .allowed(room, user: 1, ends: at(100_000), mayEnter: true)
        case "short": return .allowed(room, user: 1, ends: at(900), mayEnter: true)
        case "screen": return .allowed(room, user: 2, ends: at(100_000), mayEnter: false)
        case "other": return .allowed(room, user: 3, ends: at(100_000), mayEnter: true)
        case "english": return .allowed(room, user: 3, ends: at(100_000), mayEnter: true, language: .english)
        case "forbidden": return .forbidden
        case "away": throw Away()
        case "stuck":
            reached.signal()
            released.wait()
            return .allowed(room, user: 1, ends: at(100_000), mayEnter: true)
        default: return .unauthenticated
        }
    }

    func load(_ rooms: [Room]) throws -> [Room: RoomContents] {
        try state.withLockedValue { state in
            guard state.failingLoads == 0 else {
                state.failingLoads -= 1
                throw Away()
            }
            return state.states.filter { rooms.contains($0.key) }
        }
    }

    func store(inbound: [UInt8], patient: PatientID, token: String, language: Language) throws -> String? {
        let text = String(decoding: inbound, as: UTF8.self)
        if text.contains("refuse") { return "refusé" }
        if text.contains("unanswered") { throw IngestError.outcomeUnknown }
        if text.contains("overload") { throw IngestError.overloaded }
        if text.contains("hold") {
            if text.contains(#""hold":1}"#) { reached.signal() }
            released.wait()
        }
        state.withLockedValue { $0.stored.append(Stored(patient: patient, token: token, text: text)) }
        return nil
    }
}
