import Clinical
import Testing

@testable import Push

@Suite("Signs of life", .serialized, .timeLimit(.minutes(1)))
struct PulseTests {
    @Test("Who asks gets a pulse at once, and nobody else") func asked() async throws {
        try await withDaemon({ $0.loops = 1 }) { daemon, _, path in
            let (asking, other) = (try TestClient(path, "/ws/iot/12/?token=good"), try TestClient(path, "/ws/iot/12/?token=good"))
            for client in [asking, other] { _ = try client.hear(until: "ready") }
            try asking.say(#"{"type":"pulse"}"#)
            let pulse = try asking.hear(until: "pulse")
            #expect(pulse.count == 1 && pulse[0]["a_jour"] == .bool(true) && pulse[0]["timestamp"] != .null)
            daemon.event(.readings(12, ward: 3, [spo2], from: nil))
            #expect(try other.hear(until: "iot_data").count == 1)
        }
    }

    @Test("Everybody is told when the database is lost, and when it is heard again") func lost() async throws {
        try await withDaemon { daemon, _, path in
            let client = try TestClient(path, "/ws/iot/12/?token=good")
            _ = try client.hear(until: "ready")
            daemon.feedLost()
            #expect(try client.hear(until: "pulse").last?["a_jour"] == .bool(false))
            try client.say(#"{"type":"pulse"}"#)
            #expect(try client.hear(until: "pulse").last?["a_jour"] == .bool(false))
            daemon.feedReady()
            #expect(try client.hear(until: "pulse").last?["a_jour"] == .bool(true))
        }
    }

    @Test("A database that hangs is lost, too: it says nothing any more") func silent() async throws {
        try await withDaemon({ $0.feedSilenceSeconds = 0.2 }) { daemon, _, path in
            let client = try TestClient(path, "/ws/iot/12/?token=good")
            #expect(try client.hear(until: "pulse").last?["a_jour"] == .bool(false))
            daemon.feedHeard()
            try client.say(#"{"type":"pulse"}"#)
            #expect(try client.hear(until: "pulse").last?["a_jour"] == .bool(true))
        }
    }
}
