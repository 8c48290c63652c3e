import BindAddress
import Clinical
import Foundation
import Glibc
import Logging
import NIOConcurrencyHelpers
import Store
import TestDatabase
import Testing

@testable import Push

@Suite("Daemon, over its unix socket", .serialized)
struct DaemonTests {
    @Test("The token opens the room in either way, and the snapshot comes in order: values, alerts, ready")
    func snapshot() async throws {
        try await withDaemon { daemon, source, path in
            source.states[.patient(12)] = [PatientState(patient: 12, ward: 3, latest: [spo2], alerts: [alert(7, of: 12)])]
            let ways: [(String, [String: String])] = [
                ("/ws/iot/12/?token=good", [:]), ("/fajma/ws/iot/12/", ["Sec-WebSocket-Protocol": "fajma, bearer.good"]),
            ]
            for (target, headers) in ways {
                let client = try TestClient(path, target, headers: headers)
                #expect(client.status == 101)
                #expect(client.field("Sec-WebSocket-Protocol") == (headers.isEmpty ? nil : "fajma"))
                #expect(
                    try client.hear(until: "ready").map { $0["type"] } == [.string("iot_data"), .string("alert"), .string("score"), .string("ready")])
            }
        }
    }

    @Test(
        "A handshake that is refused gets an HTTP answer that says why",
        arguments: [
            Refused(401, "token_not_valid", "/ws/iot/12/?token=bad"), Refused(401, "not_authenticated", "/ws/iot/12/"),
            Refused(403, "permission_denied", "/ws/iot/12/?token=forbidden"), Refused(404, "not_found", "/ws/iot/99/?token=good"),
            Refused(404, "not_found", "/nowhere/?token=good"), Refused(503, "unavailable", "/ws/iot/12/?token=away"),
            Refused(403, "origin_not_allowed", "/ws/iot/12/?token=good", ["Origin": "https://evil.sn"]),
            Refused(400, "parse_error", "/ws/iot/12/?token=good", ["Sec-WebSocket-Key": "short"]),
            Refused(426, "upgrade_required", "/ws/iot/12/?token=good", ["Upgrade": ""]),
            Refused(426, "upgrade_required", "/ws/iot/12/?token=good", ["Sec-WebSocket-Version": "8"]),
            Refused(431, "head_too_large", "/ws/iot/12/?token=good", ["X": String(repeating: "x", count: 20_000)]),
        ])
    func refused(_ refused: Refused) async throws {
        try await withDaemon { _, _, path in
            let client = try TestClient(path, refused.target, headers: refused.headers)
            #expect(client.status == refused.status)
            #expect(client.problem["code"] == .string(refused.code))
            #expect(client.problem["error"] == client.problem["detail"])
            #expect(client.field("Content-Type") == "application/problem+json")
            #expect((client.field("WWW-Authenticate") != nil) == (refused.status == 401))
            #expect((client.field("Retry-After") != nil) == (refused.status == 503))
            #expect(try client.hear() == .hungUp)
        }
    }

    @Test("Loops that take their turns are seen to, again and again")
    func turns() async throws {
        try await withDaemon { daemon, _, path in
            #expect(daemon.loopsTakeTurns())
            for _ in 0..<3 {
                // Handshakes enough that each loop has had one, and so its turn.
                for _ in 0..<16 {
                    let client = try TestClient(path, "/ws/iot/12/?token=good")
                    #expect(client.status == 101)
                }
                #expect(daemon.loopsTakeTurns())
            }
        }
    }

    @Test("An event reaches everybody in the room, and nobody else")
    func fanOut() async throws {
        try await withDaemon { daemon, _, path in
            let watchers = try (0..<1000).map { _ in try TestClient(path, "/ws/iot/12/?token=good") }
            let other = try TestClient(path, "/ws/iot/13/?token=good")
            for client in watchers + [other] { _ = try client.hear(until: "ready") }
            daemon.event(.readings(12, ward: 3, [spo2], from: nil))
            daemon.event(.readings(13, ward: 3, [spo2], from: nil))
            for client in watchers { #expect(try client.hear(until: "iot_data").last?["patient_id"] == .integer(12)) }
            #expect(try other.hear(until: "iot_data").last?["patient_id"] == .integer(13))
        }
    }

    @Test("A client that does not read is closed with 1013, and the others get everything meanwhile")
    func slowReader() async throws {
        try await withDaemon { daemon, _, path in
            let slow = try TestClient(path, "/ws/iot/12/?token=good")
            let quick = try TestClient(path, "/ws/iot/12/?token=good")
            for client in [slow, quick] { _ = try client.hear(until: "ready") }
            // Twice what the kernel and the daemon hold for one client, a piece at a time, each waited for by the quick one.
            let device = Array(#"{"texte":"\#(String(repeating: "x", count: 20_000))"}"#.utf8)
            for _ in 0..<50 {
                daemon.event(.device(patient: 12, ward: 3, json: device))
                _ = try quick.hear(until: "dispositif")
            }
            var heard = 0
            var last = try slow.hear()
            while case .json = last {
                heard += 1
                last = try slow.hear()
            }
            #expect(last == .close(1013))
            #expect(heard < 50)
            try quick.say(#"{"type":"get_latest"}"#)
            _ = try quick.hear(until: "iot_data")
        }
    }

    @Test("A client that has not read a snapshot of a thousand alerts gets all of it, and then what happened meanwhile")
    func slowSnapshot() async throws {
        try await withDaemon { daemon, source, path in
            var open = (1...1000).map { alert($0, of: 12) }
            for index in open.indices { open[index].message = String(repeating: "x", count: 490) }
            source.states[.ward(3)] = [PatientState(patient: 12, ward: 3, latest: [spo2], alerts: open)]
            let slow = try TestClient(path, "/ws/service/3/?token=good")
            let quick = try TestClient(path, "/ws/service/3/?token=good")
            #expect(try quick.hear(until: "ready").count { $0["type"] == .string("alert") } == 1000)
            for value in [96.0, 95, 94] {
                daemon.event(.readings(12, ward: 3, [Reading(vital: .spo2, value: value, measuredAt: at(1))], from: nil))
                _ = try quick.hear(until: "iot_data")
            }
            #expect(try slow.hear(until: "ready").count { $0["type"] == .string("alert") } == 1000)
            #expect(try slow.hear(until: "iot_data").last?["data"]["spo2"]["valeur"] == .integer(96))
            try slow.say(#"{"type":"x"}"#)
            _ = try slow.hear(until: "iot_data")
        }
    }

    @Test("When the feed was lost and is back, every room gets the state anew")
    func feedLoss() async throws {
        try await withDaemon { daemon, source, path in
            source.states[.patient(12)] = [PatientState(patient: 12, ward: 3, latest: [spo2], alerts: [alert(7, of: 12)])]
            let client = try TestClient(path, "/ws/iot/12/?token=good")
            _ = try client.hear(until: "ready")
            daemon.feedLost()
            let newer = Reading(vital: .spo2, value: 88, measuredAt: at(60))
            source.states[.patient(12)] = [PatientState(patient: 12, ward: 3, latest: [newer], alerts: [])]
            daemon.feedReady()
            let anew = try client.hear(until: "ready")
            #expect(anew.map { $0["type"] } == [.string("iot_data"), .string("score"), .string("alert_update"), .string("ready")])
            #expect(anew[0]["data"]["spo2"]["valeur"] == .integer(88))
            #expect(anew[0]["depuis"] != .null)
            #expect(anew[2]["data"]["terminee_le"] != .null)
        }
    }

    @Test("A room that could not be read is read again until it can")
    func readFails() async throws {
        try await withDaemon { _, source, path in
            source.failingLoads = 2
            let client = try TestClient(path, "/ws/iot/12/?token=good")
            #expect(try client.hear(until: "ready").last?["type"] == .string("ready"))
            #expect(source.failingLoads == 0)
        }
    }

    @Test("A ward is heard at once when it gets its first screen with sound, which a closed or silent one is no more") func listening() async throws {
        try await withDaemon({ $0.loops = 1 }) { _, source, path in
            func screen(_ target: String) throws -> TestClient {
                let client = try TestClient(path, target + "?token=good")
                _ = try client.hear(until: "ready")
                try client.say(#"{"type":"son","actif":true}"#)
                return client
            }
            let patient = try screen("/ws/iot/12/")  // not a ward's: nobody there hears the others
            let first = try screen("/ws/service/3/")
            source.waitUntilHeard()
            #expect(source.heard == [3])
            try first.say(#"{"type":"son","actif":false}"#)
            try first.say(#"{"type":"son","actif":true}"#)
            source.waitUntilHeard()
            #expect(source.heard == [3, 3])
            try first.sayClose()
            while try first.hear() != .hungUp {}
            _ = try screen("/ws/service/3/")
            source.waitUntilHeard()
            #expect(source.heard == [3, 3, 3])
            _ = patient
        }
    }

    @Test("What is not JSON or not known is answered with an error, and the socket stays open")
    func badMessages() async throws {
        try await withDaemon { _, _, path in
            let client = try TestClient(path, "/ws/iot/12/?token=good")
            _ = try client.hear(until: "ready")
            for (said, answer) in [
                ("pas du JSON", "Format JSON invalide"), (String(repeating: "[", count: 50_000), "Format JSON invalide"),
                ("[1]", "Type de message inconnu"), (#"{"type":"x"}"#, "Type de message inconnu"),
                ("null", "Type de message inconnu"), (#"{"type":["get_latest"]}"#, "Type de message inconnu"),
                (#"{"type":"auth"}"#, "token requis"), (#"{"type":"auth","token":1}"#, "token requis"),
            ] {
                try client.say(said)
                #expect(try client.hear() == .json(.object(["error": .string(answer)])))
            }
            try client.sayBytes([1, 2, 3])
            #expect(try client.hear() == .close(1003))
        }
    }

    @Test("A message of many empty objects, deep inside one another, keeps nobody waiting", .timeLimit(.minutes(1)))
    func costlyMessage() async throws {
        try await withDaemon { _, _, path in
            let client = try TestClient(path, "/ws/iot/12/?token=good")
            _ = try client.hear(until: "ready")
            let deep = 400
            let wide = Array(repeating: "{}", count: 21_000).joined(separator: ",")
            let began = ContinuousClock.now
            try client.say(
                #"{"type":"x","a":"# + String(repeating: "[", count: deep) + wide + String(repeating: "]", count: deep) + "}")
            #expect(try client.hear() == .json(.object(["error": .string("Format JSON invalide")])))
            // Read into a tree of values it was most of a minute.
            #expect(ContinuousClock.now - began < .seconds(2))
        }
    }

    @Test("Readings from a client are stored for the socket's patient; who may not enter any is told so")
    func inbound() async throws {
        try await withDaemon { _, source, path in
            let nurse = try TestClient(path, "/ws/iot/12/?token=good")
            let wall = try TestClient(path, "/ws/iot/12/?token=screen")
            for client in [nurse, wall] { _ = try client.hear(until: "ready") }
            let report = #"{"type":"iot_data","spo2":{"valeur":97,"unite":"%"}}"#
            try wall.say(report)
            #expect(try wall.hear() == .json(.object(["error": .string("Vous ne pouvez pas saisir de données ici")])))
            try nurse.say(report)
            try nurse.say(#"{"type":"iot_data","refuse":true}"#)
            #expect(try nurse.hear() == .json(.object(["error": .string("refusé")])))
            #expect(source.stored == [Stored(patient: 12, token: "good", text: report)])
        }
    }

    @Test("While much is being stored, others come in, and a client's messages are stored in their order")
    func storingAside() async throws {
        try await withDaemon({ $0.storingThreads = 1 }) { _, source, path in
            let nurse = try TestClient(path, "/ws/iot/12/?token=good")
            _ = try nurse.hear(until: "ready")
            for number in 1...20 { try nurse.say(#"{"type":"iot_data","hold":\#(number)}"#) }
            source.waitUntilStuck()
            #expect(try TestClient(path, "/ws/iot/12/?token=good").status == 101)
            try nurse.say(#"{"type":"iot_data","refuse":true}"#)
            for _ in 1...20 { source.release() }
            #expect(try nurse.hear() == .json(.object(["error": .string("refusé")])))
            #expect(source.stored.map(\.text) == (1...20).map { #"{"type":"iot_data","hold":\#($0)}"# })
        }
    }

    @Test("One account's handshakes do not keep another's waiting, and too many of them are refused with 429")
    func handshakesInTurn() async throws {
        try await withDaemon({ ($0.waitingLimitPerAccount, $0.loops) = (3, 1) }) { _, source, path in
            let greedy = try (0..<10).map { _ in try TestClient(path) }
            try greedy[0].ask("/ws/iot/12/?token=stuck")
            source.waitUntilStuck()
            for client in greedy.dropFirst() { try client.ask("/ws/iot/12/?token=stuck") }
            while source.asked < 10 { sched_yield() }
            let other = try TestClient(path)
            try other.ask("/ws/iot/12/?token=other")
            while source.asked < 11 { sched_yield() }
            #expect(try TestClient(path, "/ws/iot/12/").status == 401)  // by the same loop, which has dealt with the others then
            source.release()
            source.waitUntilStuck()  // the greedy one's second
            source.release()
            try other.readHead()  // before its third
            #expect(other.status == 101)
            for _ in 0..<2 { source.release() }
            for client in greedy { try client.readHead() }
            #expect(greedy.map(\.status).sorted() == Array(repeating: 101, count: 4) + Array(repeating: 429, count: 6))
            let refused = try #require(greedy.first { $0.status == 429 })
            #expect(refused.problem["code"] == .string("too_many_requests") && refused.field("Retry-After") != nil)
        }
    }

    @Test("A patient who moves is told in both wards, and comes into the new one with values and alerts")
    func move() async throws {
        try await withDaemon { daemon, source, path in
            let moved = PatientState(patient: 12, ward: 3, latest: [spo2], alerts: [alert(7, of: 12)])
            source.states[.ward(2)] = [moved]
            let (old, new) = (try TestClient(path, "/ws/service/2/?token=good"), try TestClient(path, "/ws/service/3/?token=good"))
            for client in [old, new] { _ = try client.hear(until: "ready") }
            (source.states[.ward(2)], source.states[.ward(3)]) = ([], [moved])
            try daemon.notice(NotificationEnvelope(channel: "fajma_patient", payload: #"12 3 {"patient":12,"ward":3,"before":2}"#))
            let told = JSON.object(["type": .string("patient"), "patient_id": .integer(12), "service": .integer(3)])
            #expect(try old.hear() == .json(told))
            #expect(try new.hear() == .json(told))
            #expect(try new.hear(until: "alert").map { $0["type"] } == [.string("iot_data"), .string("alert")])
            source.states[.ward(2)] = [PatientState(patient: 14, ward: 2, latest: [spo2], alerts: [])]
            daemon.event(.readings(12, ward: 2, [spo2], from: nil))  // on its way since before the move
            daemon.event(.patient(14, ward: 2, before: nil))
            #expect(try old.hear(until: "iot_data").last?["patient_id"] == .integer(14))
        }
    }

    @Test("A client that says too much too fast is closed with 1008")
    func rateLimit() async throws {
        try await withDaemon { _, _, path in
            let client = try TestClient(path, "/ws/iot/12/?token=good")
            _ = try client.hear(until: "ready")
            for _ in 0...Allowance.burst { try client.say("{}") }
            for _ in 0..<Allowance.burst { #expect(try client.hear() == .json(.object(["error": .string("Type de message inconnu")]))) }
            #expect(try client.hear() == .close(1008))
        }
    }

    @Test("A handshake that is not finished in time is given up: without an answer when the request is incomplete, with 503 when we are late")
    func handshakeTimeout() async throws {
        try await withDaemon({ $0.limits.handshakeSeconds = 1 }) { _, source, path in
            let half = try TestClient(path)
            try half.askHalf()
            let waiting = try TestClient(path)
            try waiting.ask("/ws/iot/12/?token=stuck")
            #expect(try half.hear() == .hungUp)
            try waiting.readHead()
            #expect(waiting.status == 503)
            source.release()
            #expect(try TestClient(path, "/ws/iot/12/?token=good").status == 101)
        }
    }

    @Test("Handshakes over the limit of those that may wait get 503 at once, and a client that leaves while it waits does no harm")
    func tooManyHandshakes() async throws {
        try await withDaemon({ $0.waitingLimit = 1 }) { _, source, path in
            var leaving: TestClient? = try TestClient(path)
            try leaving?.ask("/ws/iot/12/?token=stuck")
            source.waitUntilStuck()
            #expect(try TestClient(path, "/ws/iot/12/?token=good").status == 503)
            leaving = nil
            source.release()
            var status = 503
            while status == 503 { status = try TestClient(path, "/ws/iot/12/?token=good").status }
            #expect(status == 101)
        }
    }

    @Test("The end closes every socket with 1012, and the socket's file can be taken over by the next daemon")
    func end() async throws {
        let path = temporaryPath()
        let clock = ContinuousClock()
        try await blocking {
            let source = TestSource()
            let first = try daemon(path, source)
            let client = try TestClient(path, "/ws/iot/12/?token=good")
            _ = try client.hear(until: "ready")
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o660)
            let time = try clock.measure { try first.stop() }  // this client never answers the close
            #expect(time < .seconds(5))
            #expect(try client.hear() == .close(1012))
            let second = try daemon(path, source)
            #expect(throws: ListenError.self) { try daemon(path, source) }
            #expect(try TestClient(path, "/ws/iot/12/?token=good").status == 101)
            try second.stop()
        }
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        let status: Int
        let code: String
        let target: String
        let headers: [String: String]

        init(_ status: Int, _ code: String, _ target: String, _ headers: [String: String] = [:]) {
            (self.status, self.code, self.target, self.headers) = (status, code, target, headers)
        }

        var testDescription: String { "\(status) \(code)" }
    }
}
