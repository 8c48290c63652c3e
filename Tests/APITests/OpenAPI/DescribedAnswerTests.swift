import Clinical
import Foundation
import Store
import TestDatabase
import Testing

@testable import API

/// What is answered is what the description says, and what it says of bodies is what the decoder takes.
@Suite struct DescribedAnswerTests {
    let api: TestService
    private static let ofOne = guarded.filter { $0.path.contains("/patients/{id}/") || $0.path.contains("/dispositifs/{id}/") }
    private static let withBody = Service.routes.filter {
        $0.body.schema(isPatch: false)?.members["properties"] != nil && $0.path != "/api/iot/data/"
    }

    init() throws {
        api = try TestService()
        let store = api.store
        for (patient, key) in zip(store.patients, store.keys) {
            _ = try store.database.addAlert(
                patient: patient.id, kind: "k", message: "m", severity: .error, measuredAt: api.now, store.admin)
            let reading = Reading(vital: .spo2, value: 95, measuredAt: api.now.advanced(bySeconds: -5))
            _ = try api.ingest.submit(Submission(origin: .device(key), readings: [reading], receivedAt: api.now))
        }
        try store.connection().script(calibrations(store))
        try store.connection().script("INSERT INTO sessions (id, user_id, kind) SELECT 'session-' || id, id, 'program' FROM users")
    }

    /// What is done is checked where it is done, in `RouteTableTests`.
    @Test("what is refused is described") func refusals() throws {
        for route in guarded {
            let expected = try #require(expectations[route.testDescription])
            let query = expected.query.replacing("#", with: "9")
            for sender in TestService.Sender.allCases {
                let path = "\(try route.path(ward: 0, in: api, as: sender))?\(query)"
                try expectDescribed(api.send(route.method, path + "&inconnu=1", as: sender, expected.body), route, "\(sender), unknown parameter")
                guard ["POST", "PUT", "PATCH"].contains(route.method) else { continue }
                try expectDescribed(api.send(route.method, path, as: sender, "{"), route, "\(sender), no JSON")
                let type = ["Content-Type": "text/plain"]
                try expectDescribed(api.send(route.method, path, as: sender, expected.body + " ", headers: type), route, "\(sender), a text")
            }
            guard route.path.contains("{") else { continue }
            for id in ["0", "999999", "x", "99999999999999999999"] {
                let path = "\(route.path.replacing(/\{[a-z]+\}/, with: id))?\(query)"
                try expectDescribed(api.send(route.method, path, expected.body.replacing("#", with: "9")), route, "\(id)")
            }
        }
    }

    @Test("what is refused of a patient who has left and of a device out of use is described") func over() throws {
        #expect(try api.send("POST", "/api/patients/1/sortie/").status == 200)
        #expect(try api.send("DELETE", "/api/iot/dispositifs/1/").status == 204)
        for route in Self.ofOne {
            let expected = try #require(expectations[route.testDescription])
            let path = "\(try route.path(ward: 0, in: api, as: .admin))?\(expected.query.replacing("#", with: "8"))"
            try expectDescribed(api.send(route.method, path, expected.body.replacing("#", with: "8")), route, "\(route.testDescription)")
        }
    }

    @Test("a body is told of each member that it needs, and of one that it does not have, as described") func bodies() throws {
        for route in Self.withBody { try checkMissing(route) }
    }

    private func checkMissing(_ route: Route) throws {
        let described = route.body.schema(isPatch: route.method == "PATCH")
        let schema = try #require(described).json
        let required = Set((schema["required"]?.array ?? []).compactMap(\.text))
        let path = try route.path(ward: 0, in: api, as: .admin)
        let query = expectations[route.testDescription]?.query.replacing("#", with: "9") ?? ""
        // A cookie that is none: the body is read, the session is not found.
        let headers = ["Cookie": "fajma_session=x", "Content-Type": "application/json"]
        let answer = try api.send(route.method, "\(path)?\(query)", #"{"inconnu": 1}"#, headers: headers)
        let isRefused = schema["additionalProperties"] == .bool(false)
        let named = answer["errors"]?.names ?? []
        if required.isEmpty, !isRefused {
            #expect(!named.contains("inconnu"))
        } else {
            #expect(answer.status == 400, "\(route.testDescription): \(answer.text)")
            // Of a new patient by number, and of a change of nothing, more is missing.
            #expect(named.isSuperset(of: required) && named.contains("inconnu") == isRefused, "\(route.testDescription): \(answer.text)")
        }
        for name in required {
            #expect(answer["errors"]?[name]?[0]?.text == "Ce champ est obligatoire.", "\(route.testDescription) \(name)")
        }
    }

    @Test("a query parameter that is required is asked for, and no other") func parameters() throws {
        for route in guarded where !route.query.isEmpty {
            let path = try route.path(ward: 0, in: api, as: .admin)
            let answer = try api.send(route.method, path, expectations[route.testDescription]?.body.replacing("#", with: "7") ?? "")
            let required = Set(route.query.filter(\.isRequired).map(\.name))
            #expect((answer["errors"]?.names ?? []) == required, "\(route.testDescription): \(answer.text)")
        }
    }

    @Test("a member of the wrong type is refused under its name") func types() throws {
        for route in Self.withBody { try checkTypes(route) }
    }

    private func checkTypes(_ route: Route) throws {
        let described = route.body.schema(isPatch: route.method == "PATCH")
        // Of a body that may be of several shapes, the first.
        let properties = described?.members["anyOf"]?[0]?["properties"] ?? described?.members["properties"]
        let members = try #require(properties?.members)
        let path = try route.path(ward: 0, in: api, as: .admin)
        let query = expectations[route.testDescription]?.query.replacing("#", with: "9") ?? ""
        let wrong = members.filter { $0.value["readOnly"] == nil }.keys.sorted()
        let body = "{\(wrong.map { "\"\($0)\": {}" }.joined(separator: ","))}"
        let headers = ["Cookie": "fajma_session=x", "Content-Type": "application/json"]
        let answer = try api.send(route.method, "\(path)?\(query)", body, headers: headers)
        #expect(answer.status == 400, "\(route.testDescription): \(answer.text)")
        #expect(answer["errors"]?.names?.isSuperset(of: wrong) == true, "\(route.testDescription): \(answer.text)")
    }

    // MARK: Reports, whose decoder is another

    @Test("a report takes what is described, in each shape", arguments: [SchemaComponent.singleReading, .readingMap, .report])
    func reports(shape: SchemaComponent) throws {
        let origin = #""dispositif":1"#
        let time = api.now.advanced(bySeconds: -30).rfc3339
        let state = #""etat":{"batterie":81}"#
        let body =
            switch shape {
            case .singleReading: #"{\#(origin),"type_donnee":"spo2","valeur":97,"unite":"%","timestamp":"\#(time)",\#(state)}"#
            case .readingMap:
                #"{\#(origin),"spo2":{"valeur":97,"unite":"%","age_ms":10},"consciousness":{"valeur":"A"},"timestamp":"\#(time)",\#(state)}"#
            default: #"{\#(origin),"mesures":[{"type_donnee":"spo2","valeur":97,"unite":"%","age_ms":10}],"timestamp":"\#(time)",\#(state)}"#
            }
        let json = try JSON(parsing: Array(body.utf8))
        #expect(Description.own.check.faults(json, shape.schema.json) == [])
        for sender in [TestService.Sender.device, .infirmier] {
            let answer = try api.send("POST", "/api/iot/data/", as: sender, body)
            #expect(answer.status == 201, "\(answer.text)")
            try expectDescribed(answer, Service.routes.first { $0.testDescription == "POST /api/iot/data/" }!, "\(shape)")
        }
        #expect(try api.count("SELECT battery FROM device_state WHERE device_id = 1") == 81)
    }

    @Test(
        "what a report says wrongly is named",
        arguments: [
            (#"{"dispositif":"x","type_donnee":"spo2","valeur":97}"#, "dispositif"), (#"{"patient":{},"type_donnee":"spo2","valeur":97}"#, "patient"),
            (#"{"type_donnee":"spo3","valeur":97}"#, "type_donnee"), (#"{"type_donnee":"spo2","valeur":{}}"#, "valeur"),
            (#"{"type_donnee":"spo2","valeur":97,"unite":{}}"#, "unite"), (#"{"type_donnee":"spo2","valeur":97,"timestamp":{}}"#, "timestamp"),
            (#"{"type_donnee":"spo2","valeur":97,"age_ms":{}}"#, "age_ms"), (#"{"mesures":{}}"#, "mesures"),
        ]) func wrongReports(body: String, field: String) throws
    {
        let answer = try api.send("POST", "/api/iot/data/", as: .device, body)
        #expect(answer.status == 400 && answer["errors"]?[field] != nil, "\(answer.text)")
        #expect(
            Description.own.check.faults(
                try JSON(parsing: Array(body.utf8)),
                Schema.any([
                    .component(.singleReading), .component(.readingMap), .component(.report),
                ]).json) != [])
    }

    @Test("a device's state has exactly the members that are described") func state() throws {
        let members = try #require(SchemaComponent.deviceState.schema.members["properties"]?.members)
        var state = DeviceState(
            battery: 1, rssi: -50, firmware: "f", boot: 1, sequence: 1, resetReason: "r", freeHeap: 1, dropped: 1, detached: [.spo2],
            reasons: [.spo2: .noPulse], curve: SpO2Curve(a: 0, b: -34, c: 111), isInverted: true, clock: api.now, rulesVersion: 1)
        state.clock = api.now
        let encoded = try JSON(parsing: Array(JSONEncoder().encode(state)))
        // The strip of the signal is read by itself, and never written.
        #expect(encoded.names?.union(["trace"]) == Set(members.keys))
    }
}
