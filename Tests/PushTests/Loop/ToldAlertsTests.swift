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
            func told(_ room: String, _ token: String, subprotocol: Bool = false) throws -> [JSON?] {
                let client =
                    try subprotocol
                    ? TestClient(path, "/ws/\(room)/12/", headers: ["Sec-WebSocket-Protocol": "fajma, bearer.\(token)"])
                    : TestClient(path, "/ws/\(room)/12/?token=\(token)")
                return try client.hear(until: "ready").filter { $0["type"] == .string("alert") }.map { $0["data"]["id"] }
            }
            #expect(try told("iot", "shift") == [.integer(7)])
            #expect(try told("iot", "shift") == [] && told("iot", "renewed") == [])
            #expect(try told("alerts", "shift") == [.integer(7)])
            #expect(try told("iot", "colleague") == [.integer(7)])
            for _ in 0..<2 { #expect(try told("iot", "shift", subprotocol: true) == [.integer(7)]) }
            // One that came while it listened is in its list, too.
            let client = try TestClient(path, "/ws/iot/12/?token=shift")
            _ = try client.hear(until: "ready")
            source.states[.patient(12)] = [PatientState(patient: 12, ward: 3, latest: [], alerts: [alert(7, of: 12), alert(8, of: 12)])]
            daemon.event(.alert(alert(8, of: 12), ward: 3, isNew: true))
            #expect(try client.hear(until: "alert").last?["data"]["id"] == .integer(8))
            #expect(try told("iot", "shift") == [] && told("iot", "colleague") == [.integer(8)])
        }
    }

    @Test("What nobody asked about for two days is forgotten; what is asked about each day is not")
    func forgets() {
        let told = ToldAlerts()
        func tell(_ alert: Int, _ room: Room, day: Int) -> Bool {
            told.tell(alert, of: room, to: "s", now: Instant(milliseconds: Int64(day) * 86_400_000))
        }
        #expect(tell(1, .patient(1), day: 0) && tell(1, .patient(2), day: 0))
        for day in 0...5 { #expect(!tell(1, .patient(1), day: day)) }
        #expect(tell(1, .patient(2), day: 5))
    }
}
