import Clinical
import Store
import Testing

@testable import API

/// Values that people enter by hand, and what becomes of them, seen from HTTP.
@Suite struct CorrectionTests {
    let api: TestService

    init() throws { api = try TestService() }

    private func enter(_ value: Double = 97, secondsAgo: Double = 60, as sender: TestService.Sender = .infirmier) throws -> Answer {
        let time = api.now.advanced(bySeconds: -secondsAgo).rfc3339
        return try api.send("POST", "/api/iot/data/", as: sender, #"{"patient":1,"type_donnee":"spo2","valeur":\#(value),"timestamp":"\#(time)"}"#)
    }

    @Test("a time outside the stay or over 7 days back is 400 at timestamp, with a sentence; 1970 is a clock that is not set") func times() throws {
        #expect(try enter(secondsAgo: 6.9 * 86_400).status == 201)
        let refused = try enter(secondsAgo: 7.1 * 86_400)
        #expect(refused.status == 400 && refused["code"]?.text == "invalid" && refused["timestamp"]?[0]?.text?.contains("7 jours") == true)
        let readings = #"{"type_donnee":"spo2","valeur":97,"age_ms":1000},{"type_donnee":"spo2","valeur":96,"age_ms":691200000}"#
        let both = #"{"patient":1,"mesures":[\#(readings)]}"#
        let partly = try api.send("POST", "/api/iot/data/", as: .infirmier, both)
        #expect(partly.status == 201 && partly["recues"]?.number == 1 && partly["rejetees"]?[0]?["code"]?.text == "outside_stay")
        let body = #"{"patient":1,"mesures":[{"type_donnee":"spo2","valeur":97,"timestamp":"1970-01-01T00:00:12Z"}]}"#
        let unset = try api.send("POST", "/api/iot/data/", as: .infirmier, body)
        #expect(unset.status == 400 && unset["rejetees"]?[0]?["code"]?.text == "clock_not_set")
    }

    @Test("a deleted reading is 404 `deleted` for who could see it, and sent again it is settled and stays away") func deleted() throws {
        let answer = try enter()
        let path = "/api/iot/data/\(try #require(answer["id"]?.text))/"
        #expect(try api.send("DELETE", path, as: .ecran).status == 403)
        #expect(try api.send("DELETE", path, as: .medecin).status == 403)
        #expect(try api.send("PATCH", path, as: .infirmier, #"{"valeur":95}"#)["valeur"]?.number == 95)
        #expect(try enter(97).status == 201)
        #expect(try enter(96).status == 409)
        #expect(try api.send("GET", path, as: .ecran)["valeur"]?.number == 95)
        #expect(try api.send("DELETE", path, as: .infirmier).status == 204)
        let gone = try api.send("GET", path, as: .infirmier)
        #expect(gone.status == 404 && gone["code"]?.text == "deleted")
        #expect(try api.send("DELETE", path, as: .infirmier).status == 403)
        #expect(try api.send("PATCH", path, as: .admin, #"{"valeur":95}"#).status == 404)
        #expect(try enter(95).status == 201)
        #expect(try api.store.stored() == 0)
        #expect(try api.send("GET", "/api/iot/data/1.1.1600000000000.0/", as: .infirmier).status == 404)
    }

    @Test("a person is told which of their own values they can still correct or delete, and until when, and of nobody else's") func ownEntries()
        throws
    {
        func own(as sender: TestService.Sender = .infirmier) throws -> [JSON] {
            try #require(try api.send("GET", "/api/patients/1/saisies/", as: sender).json?.array)
        }
        let id = try #require(try enter(91, secondsAgo: 5)["id"]?.text)
        let time = api.now.advanced(bySeconds: -7_200).rfc3339
        let readings = ["heart_rate": "70", "consciousness": #""V""#].map { #"{"type_donnee":"\#($0)","valeur":\#($1),"timestamp":"\#(time)"}"# }
        let several = #"{"patient":1,"mesures":[\#(readings.joined(separator: ",")),{"type_donnee":"spo2","valeur":95}]}"#
        #expect(try api.send("POST", "/api/iot/data/", as: .infirmier, several).status == 201)
        _ = try enter(98, secondsAgo: 30, as: .medecin)
        let mine = try own()
        #expect(mine.map { $0["type_donnee"]?.text } == ["spo2", "spo2", "heart_rate", "consciousness"], "\(mine)")
        #expect(mine.contains { $0["id"]?.text == id } && mine[0]["modifiable_jusqu_a"]?.text ?? "" > api.now.advanced(bySeconds: 3_500).rfc3339)
        #expect(
            try own(as: .medecin).count == 1 && own(as: .admin).isEmpty && api.send("GET", "/api/patients/2/saisies/", as: .infirmier).status == 404)
        #expect(try api.send("PATCH", "/api/iot/data/\(id)/", as: .infirmier, #"{"valeur":96}"#).status == 200)
        #expect(try own().contains { $0["id"]?.text == id && $0["valeur"]?.number == 96 })
        #expect(try api.send("DELETE", "/api/iot/data/\(id)/", as: .infirmier).status == 204 && own().count == 3)
        try api.store.connection().script("UPDATE readings SET received_at = received_at - interval '61 min'")
        #expect(try own().isEmpty)
    }
}
