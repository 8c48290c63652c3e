import Clinical
import Store
import Testing

@testable import Push

@Suite struct ToldAlertsTests {
    @Test("A client of the replaced system is told of an open alert once a session and room, our own page at each connection")
    func onceASession() async throws {
        try await withDaemon { daemon, source, path in
            source.states[.patient(12)] = [PatientState(patient: 12, ward: 3, latest: [], alerts: [alert(7, of: 12)])]
            source.states[.alerts(12)] = source.states[.patient(12)]
            func connect(_ room: String, _ token: String, subprotocol: Bool = false) throws -> TestClient {
                subprotocol
                    ? try TestClient(path, "/ws/\(room)/12/", headers: ["Sec-WebSocket-Protocol": "fajma, bearer.\(token)"])
                    : try TestClient(path, "/ws/\(room)/12/?token=\(token)")
            }
            func heard(_ client: TestClient) throws -> [JSON?] {
                try client.hear(until: "ready").filter { $0["type"] == .string("alert") }.map { $0["data"]["id"] }
            }
            /// What a new connection is told, and has read.
            func told(_ room: String, _ token: String, subprotocol: Bool = false) throws -> [JSON?] {
                let client = try connect(room, token, subprotocol: subprotocol)
                let alerts = try heard(client)
                if !alerts.isEmpty, !subprotocol { try client.answerPing() }
                return alerts
            }
            // What it did not say that it has read is told again, and so is what another connection is only being told.
            let (silent, other) = (try connect("iot", "shift"), try connect("iot", "shift"))
            #expect(try heard(silent) == [.integer(7)] && heard(other) == [.integer(7)])
            #expect(try told("iot", "shift") == [.integer(7)])
            #expect(try told("iot", "shift") == [] && told("iot", "renewed") == [])
            #expect(try told("alerts", "shift") == [.integer(7)])
            #expect(try told("iot", "colleague") == [.integer(7)])
            for _ in 0..<2 { #expect(try told("iot", "shift", subprotocol: true) == [.integer(7)]) }
            // One that came while it listened is in its list, too.
            let client = try connect("iot", "shift")
            _ = try client.hear(until: "ready")
            source.states[.patient(12)] = [PatientState(patient: 12, ward: 3, latest: [], alerts: [alert(7, of: 12), alert(8, of: 12)])]
            daemon.event(.alert(alert(8, of: 12), ward: 3, isNew: true))
            #expect(try client.hear(until: "alert").last?["data"]["id"] == .integer(8))
            try client.answerPing()
            #expect(try told("iot", "shift") == [] && told("iot", "colleague") == [.integer(8)])
        }
    }

    @Test("What nobody asked about for two days is forgotten; what is read each day is not") func forgets() {
        let told = ToldAlerts()
        func note(_ room: Room, day: Int) {
            told.note([1], of: room, by: "s", now: Instant(milliseconds: Int64(day) * 86_400_000))
        }
        for room in [Room.patient(1), .patient(2)] { note(room, day: 0) }
        for day in 1...5 { note(.patient(1), day: day) }
        #expect(told.knows(1, of: .patient(1), "s") && !told.knows(1, of: .patient(2), "s") && !told.knows(1, of: .patient(1), "t"))
    }

    @Test("A client's mark never counts for more than it was told, nor twice") func marks() {
        var here = ToldHere()
        #expect(here.tell(7) && !here.tell(7) && here.tell(8))
        #expect(Array(here.read(upTo: 1)) == [7] && Array(here.read(upTo: .max)) == [8])
        #expect(here.read(upTo: .max).isEmpty && here.read(upTo: 0).isEmpty)
    }
}
