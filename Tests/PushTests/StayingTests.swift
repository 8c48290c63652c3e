import Clinical
import Foundation
import Glibc
import NIOConcurrencyHelpers
import Store
import TestDatabase
import Testing

@testable import Push

/// Whose socket may stay, over the daemon's unix socket.
@Suite("Who may stay", .serialized)
struct StayingTests {
    @Test("A session whose time is over closes the socket with 4401, unless a token of another came in time")
    func sessionEnds() async throws {
        try await withDaemon { _, source, path in
            let idle = try TestClient(path, "/ws/iot/12/?token=short")
            let renewed = try TestClient(path, "/ws/iot/12/?token=short")
            for client in [idle, renewed] { _ = try client.hear(until: "ready") }
            try renewed.say(#"{"type":"auth","token":"good"}"#)
            try renewed.say(#"{"type":"auth","token":"away"}"#)  // answered after the one before, by the same thread
            #expect(try renewed.hear() == .json(.object(["error": .string(ErrorCode.unavailable.sentence(in: .french))])))
            source.now = at(1000)
            #expect(try idle.hearPastPulses() == .close(4401))
            try renewed.say(#"{"type":"get_latest"}"#)
            guard case .json(let latest) = try renewed.hearPastPulses() else { throw TestClient.Trouble(description: "no answer") }
            #expect(latest["type"] == .string("iot_data"))
            try renewed.say(#"{"type":"auth","token":"bad"}"#)
            #expect(try renewed.hearPastPulses() == .close(4401))
        }
    }

    @Test("A minute after it was asked about last, a socket is asked about again, without anybody telling") func everyMinute() async throws {
        try await withDaemon { _, source, path in
            let client = try TestClient(path, "/ws/iot/12/?token=good")
            _ = try client.hear(until: "ready")
            let before = source.renewals
            source.revoked = ["good": .unauthenticated]
            source.now = at(61)
            #expect(try client.hearPastPulses() == .close(4401))
            #expect(source.renewals == before + 1)
        }
    }

    @Test("When rights change, the sockets of that account are asked again and closed with 4403 or 4401 or left")
    func rights() async throws {
        try await withDaemon { daemon, source, path in
            let clients = try ["good", "screen", "other"].map { try TestClient(path, "/ws/iot/12/?token=\($0)") }
            for client in clients { _ = try client.hear(until: "ready") }
            source.revoked = ["good": .forbidden, "screen": .unauthenticated, "other": .forbidden]
            daemon.event(.rights(.user(1)))
            #expect(try clients[0].hear() == .close(4403))
            try daemon.notice(NotificationEnvelope(channel: "fajma_right", payload: #"0 0 {"user":2}"#))
            #expect(try clients[1].hear() == .close(4401))
            daemon.event(.readings(12, ward: 3, [spo2], from: nil))
            #expect(try clients[2].hear(until: "iot_data").count == 1)
            try daemon.notice(NotificationEnvelope(channel: "fajma_right", payload: #"0 0 {"user":null}"#))
            #expect(try clients[2].hear() == .close(4403))
        }
    }

    @Test("When a patient moves, those who listen to the patient are asked again, and nobody else")
    func rightsOfPatient() async throws {
        try await withDaemon { daemon, source, path in
            let rooms = ["/ws/iot/12/", "/ws/alerts/12/", "/ws/iot/13/", "/ws/service/3/"]
            let clients = try rooms.map { try TestClient(path, "\($0)?token=good") }
            for client in clients { _ = try client.hear(until: "ready") }
            source.revoked = ["good": .unknown]
            try daemon.notice(NotificationEnvelope(channel: "fajma_right", payload: #"12 4 {"patient":12}"#))
            for client in clients[..<2] { #expect(try client.hear() == .close(4403)) }
            for client in clients[2...] {
                try client.say(#"{"type":"x"}"#)
                #expect(try client.hear() == .json(.object(["error": .string("Type de message inconnu")])))
            }
        }
    }

    @Test("What could not be found out is asked again until it is known")
    func rightsUnknown() async throws {
        try await withDaemon { daemon, source, path in
            let clients = try ["good", "other"].map { try TestClient(path, "/ws/iot/12/?token=\($0)") }
            for client in clients { _ = try client.hear(until: "ready") }
            source.failingRenewals = 3
            source.revoked = ["good": .forbidden]
            daemon.revalidate(.everybody)
            #expect(try clients[0].hear() == .close(4403))
            daemon.event(.readings(12, ward: 3, [spo2], from: nil))
            #expect(try clients[1].hear(until: "iot_data").count == 1)
        }
    }

    @Test("Where the source has no time for a question, it is asked later")
    func rightsBusy() async throws {
        try await withDaemon({ $0.waitingLimit = 1 }) { daemon, source, path in
            let client = try TestClient(path, "/ws/iot/12/?token=good")
            _ = try client.hear(until: "ready")
            source.revoked = ["good": .unauthenticated]
            source.holdNext()
            let newcomer = try TestClient(path)
            try newcomer.ask("/ws/iot/12/?token=other")
            source.waitUntilStuck()
            daemon.event(.rights(.user(1)))
            source.now = at(1)
            try client.say(#"{"type":"x"}"#)  // answered after the question was refused, by the same loop
            _ = try client.hear()
            source.release()
            #expect(try client.hear() == .close(4401))
        }
    }

    @Test("An answer about an old token does not close a socket that has offered a better one meanwhile")
    func renewalWins() async throws {
        try await withDaemon { daemon, source, path in
            let client = try TestClient(path, "/ws/iot/12/?token=other")
            _ = try client.hear(until: "ready")
            source.revoked = ["other": .unauthenticated]
            source.holdNext()
            daemon.event(.rights(.user(3)))
            source.waitUntilStuck()
            try client.say(#"{"type":"auth","token":"good"}"#)
            try client.say(#"{"type":"x"}"#)
            _ = try client.hear()  // the token before it has arrived
            source.release()
            daemon.event(.readings(12, ward: 3, [spo2], from: nil))
            #expect(try client.hear(until: "iot_data").count == 1)
            // It is the new account's socket now.
            source.revoked = ["other": .forbidden, "good": .unauthenticated]
            daemon.event(.rights(.user(1)))
            #expect(try client.hear() == .close(4401))
        }
    }

    @Test("A change of the rights of the account that a socket is about to have is not missed")
    func rightsDuringRenewal() async throws {
        try await withDaemon { daemon, source, path in
            let client = try TestClient(path, "/ws/iot/12/?token=other")
            _ = try client.hear(until: "ready")
            source.holdNext()
            try client.say(#"{"type":"auth","token":"good"}"#)
            source.waitUntilStuck()  // it was allowed, and does not know it yet
            source.revoked = ["good": .unauthenticated]
            daemon.event(.rights(.user(1)))
            source.release()
            #expect(try client.hear() == .close(4401))
        }
    }

    @Test("A change between the answer to a handshake and the opened socket is not missed")
    func rightsDuringHandshake() async throws {
        try await withDaemon { daemon, source, path in
            source.holdNext()
            let client = try TestClient(path)
            try client.ask("/ws/iot/12/?token=good")
            source.waitUntilStuck()  // it was allowed, and does not know it yet
            source.revoked = ["good": .forbidden]
            daemon.event(.rights(.user(1)))
            source.release()
            try client.readHead()
            #expect(client.status == 101)
            var heard = try client.hear()
            while case .json = heard { heard = try client.hear() }
            #expect(heard == .close(4403))
        }
    }

    @Test("After a loss of the feed everybody is asked again: a change may have been missed")
    func rightsAfterLoss() async throws {
        try await withDaemon { daemon, source, path in
            let client = try TestClient(path, "/ws/iot/12/?token=good")
            _ = try client.hear(until: "ready")
            daemon.feedLost()
            source.revoked = ["good": .unauthenticated]
            daemon.feedReady()
            var heard = try client.hear()
            while case .json = heard { heard = try client.hear() }
            #expect(heard == .close(4401))
        }
    }

    @Test("Asking about everybody leaves room for handshakes, and asks about each once")
    func everybodyAtOnce() async throws {
        let own = 2 * RevalidationQueue<Int>.atOnce
        try await withDaemon({ $0.waitingLimit = own + 1 }) { daemon, source, path in
            let clients = try (0..<300).map { _ in try TestClient(path, "/ws/alerts/12/?token=good") }
            for client in clients { _ = try client.hear(until: "ready") }
            let before = source.renewals
            source.holdNext()
            daemon.revalidate(.everybody)
            source.waitUntilStuck()
            let newcomer = try TestClient(path)
            try newcomer.ask("/ws/iot/12/?token=good")
            source.release()
            try newcomer.readHead()
            #expect(newcomer.status == 101)
            source.revoked = ["good": .forbidden]
            daemon.revalidate(.everybody)
            for client in clients { #expect(try client.hear() == .close(4403)) }
            #expect(source.renewals > before + 300)
        }
    }
}
