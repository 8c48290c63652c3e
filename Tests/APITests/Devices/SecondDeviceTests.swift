import Clinical
import Testing

@testable import API

/// Giving a patient a second device, as clients see it.
@Suite struct SecondDeviceTests {
    let api: TestService
    private static let devices = "/api/iot/dispositifs/"

    init() throws {
        api = try TestService()
        try api.send("POST", Self.devices, #"{"nom":"Bracelet 3","type_dispositif":"bracelet"}"#)
    }

    /// Each way in which device 3 is given to patient 1, who wears device 1; `choice` is a member of the body.
    enum Path: CaseIterable, CustomTestStringConvertible {
        case assign, patch, put, post

        var testDescription: String { "\(self)" }

        func send(_ api: TestService, choice: String = "", headers: [String: String] = [:]) throws -> Answer {
            let device = #"{"nom":"B","type_dispositif":"b","patient":1\#(choice)}"#
            return switch self {
            case .assign:
                try api.send("POST", devices + "3/affectations/", as: .infirmier, #"{"patient":1\#(choice)}"#, headers: headers)
            case .patch: try api.send("PATCH", devices + "3/", #"{"patient":1\#(choice)}"#, headers: headers)
            case .put: try api.send("PUT", devices + "3/", device, headers: headers)
            case .post: try api.send("POST", devices, device, headers: headers)
            }
        }
    }

    private func wearsFirst() throws -> Bool { try api.send("GET", Self.devices + "1/")["patient"] == .integer(1) }

    @Test("without a choice it is 409 with the other devices, the member and its values, in both languages", arguments: Path.allCases)
    func asked(path: Path) throws {
        let french = try path.send(api)
        #expect(french.status == 409 && french.header("Content-Type") == "application/problem+json", "\(french.text)")
        #expect(french["code"] == .string("patient_wears_device") && french["error"] == french["detail"])
        #expect(french["dispositifs"] == .array([.object(["id": .integer(1), "nom": .string("D")])]))
        let english = try path.send(api, headers: ["Accept-Language": "en"])
        #expect(english["detail"] != french["detail"] && english["autres_dispositifs"] != french["autres_dispositifs"])
        for answer in [french, english] {
            let detail = try #require(answer["detail"]?.text), field = try #require(answer["autres_dispositifs"]?[0]?.text)
            for word in ["autres_dispositifs", "remplacer", "garder"] { #expect(detail.contains(word)) }
            for word in ["remplacer", "garder"] { #expect(field.contains(word)) }
        }
        #expect(try api.count("SELECT count(*) FROM device_assignment") == 2)
        #expect(try api.count("SELECT count(*) FROM devices") == 3)
    }

    @Test("remplacer ends the other assignment, garder leaves it", arguments: Path.allCases, ["remplacer", "garder"])
    func chosen(path: Path, choice: String) throws {
        let answer = try path.send(api, choice: #","autres_dispositifs":"\#(choice)""#)
        #expect((200...201).contains(answer.status) && answer["patient"] == .integer(1), "\(answer.text)")
        #expect(try wearsFirst() == (choice == "garder"))
    }

    @Test("another word is 400 at the member, which says what is allowed; null is no choice", arguments: Path.allCases)
    func wrong(path: Path) throws {
        for word in [#""oui""#, #""""#, "1", "true"] {
            let answer = try path.send(api, choice: #","autres_dispositifs":\#(word)"#)
            #expect(answer.status == 400 && answer["autres_dispositifs"] != nil, "\(word): \(answer.text)")
        }
        #expect(try path.send(api, choice: #","autres_dispositifs":null"#).status == 409)
    }

    @Test("a body that leaves the patient as they are asks nothing, with or without a choice") func unchanged() throws {
        #expect(try Path.assign.send(api, choice: #","autres_dispositifs":"garder""#).status == 201)
        let device = try #require(try api.send("GET", Self.devices + "3/").json)
        for (method, body) in [
            ("PATCH", #"{"nom":"C"}"#), ("PATCH", #"{"patient":1}"#), ("PUT", #"{"nom":"C","type_dispositif":"b","patient":1}"#),
            ("PATCH", #"{"patient":1,"autres_dispositifs":"remplacer"}"#),
        ] {
            #expect(try api.send(method, Self.devices + "3/", body).status == 200, "\(method) \(body)")
            #expect(try wearsFirst())
        }
        #expect(device["autres_dispositifs"] == nil)
    }

    @Test("a longer assignment asks, too") func longer() throws {
        let end = api.now.advanced(bySeconds: 600).rfc3339
        let first = Self.devices + "1/affectations/1/"
        #expect(try api.send("PATCH", first, as: .medecin, #"{"fin":"\#(end)"}"#).status == 200)
        #expect(try api.send("POST", Self.devices + "3/affectations/", as: .medecin, #"{"patient":1,"debut":"\#(end)"}"#).status == 201)
        let asked = try api.send("PATCH", first, as: .medecin, #"{"fin":null}"#)
        #expect(asked.status == 409 && asked["dispositifs"]?[0]?["nom"] == .string("Bracelet 3"), "\(asked.text)")
        let kept = try api.send("PATCH", first, as: .medecin, #"{"fin":null,"autres_dispositifs":"garder"}"#)
        #expect(kept.status == 200 && kept["fin"] == .null, "\(kept.text)")
    }
}
