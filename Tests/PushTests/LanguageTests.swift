import Clinical
import Store
import Testing

@testable import Push

@Suite("Languages of a socket", .serialized)
struct LanguageTests {
    @Test("Alerts are told in the language of the account, in snapshots, as news and as changes; everything else is the same for all")
    func languages() async throws {
        try await withDaemon { daemon, source, path in
            var lost = Alert(id: 7, patient: 12, kind: "signal_perdu", message: "Signal perdu – Bracelet 5", severity: .warning, measuredAt: at(0))
            source.states[.patient(12)] = [PatientState(patient: 12, ward: 3, latest: [spo2], alerts: [lost])]
            for _ in 0..<2 {
                for (token, text) in [("good", "Signal perdu – Bracelet 5"), ("english", "Signal lost – Bracelet 5")] {
                    let client = try TestClient(path, "/ws/iot/12/?token=\(token)")
                    let alert = try client.hear(until: "ready").first { $0["type"] == .string("alert") }
                    #expect(alert?["data"]["message"] == .string(text))
                }
            }
            let (french, english) = (try TestClient(path, "/ws/alerts/12/?token=good"), try TestClient(path, "/ws/iot/12/?token=english"))
            for client in [french, english] { _ = try client.hear(until: "ready") }
            lost.version = 2
            daemon.event(.alert(lost, ward: 3, isNew: false))
            (lost.id, lost.version) = (8, 1)
            daemon.event(.alert(lost, ward: 3, isNew: true))
            for (client, text) in [(french, "Signal perdu – Bracelet 5"), (english, "Signal lost – Bracelet 5")] {
                #expect(try client.hear(until: "alert_update").last?["data"]["message"] == .string(text))
                #expect(try client.hear(until: "alert").last?["data"]["message"] == .string(text))
            }
        }
    }

    @Test("A fault is told in the language of the account; what the replaced system's clients compare, always in French")
    func faults() async throws {
        try await withDaemon { _, _, path in
            let alerts = try TestClient(path, "/ws/alerts/12/?token=english")
            let vitals = try TestClient(path, "/ws/iot/12/?token=english")
            for client in [alerts, vitals] { _ = try client.hear(until: "ready") }
            let said = [
                (alerts, #"{"type":"get_latest"}"#, "This channel carries alerts only"), (alerts, "{", "Format JSON invalide"),
                (alerts, #"{"type":"x"}"#, "Unknown type of message"),
                (alerts, #"{"type":"iot_data","spo2":{"valeur":97}}"#, "You may not enter data here"),
                (vitals, #"{"type":"auth"}"#, "token required"),
                (vitals, #"{"type":"auth","token":"away"}"#, ErrorCode.unavailable.sentence(in: .english)),
                (vitals, #"{"type":"iot_data","overload":1}"#, ErrorCode.unavailable.sentence(in: .english)),
                // It is not said that nothing was stored.
                (vitals, #"{"type":"iot_data","unanswered":1}"#, ErrorCode.outcomeUnknown.sentence(in: .english)),
            ]
            for (client, text, answer) in said {
                try client.say(text)
                #expect(try client.hear() == .json(.object(["error": .string(answer)])))
            }
        }
    }
}
