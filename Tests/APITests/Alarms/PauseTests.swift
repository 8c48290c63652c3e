import Clinical
import Store
import Testing

@testable import API

/// Pauses of the sound, seen from HTTP.
@Suite struct PauseTests {
    let api: TestService

    init() throws { api = try TestService() }

    @Test("it is begun, shown, replaced and ended, of a patient and of a ward", arguments: ["/api/patients/H0/pause/", "/api/services/1/pause/"])
    func life(path: String) throws {
        #expect(try api.send("GET", path, as: .ecran).text == #"{"pause":null}"#)
        let begun = try api.send("POST", path, as: .infirmier)
        #expect(begun.status == 201)
        #expect(begun.json?.names == ["id", "patient", "service", "par", "debut", "fin", "niveau_gravite", "terminee_le", "rompue_par"])
        #expect(begun["par"]?.text == "nurse" && begun["niveau_gravite"]?.text == "info" && begun["terminee_le"] == .null)
        let (begin, end) = (try #require(Instant(rfc3339: begun["debut"]?.text ?? "")), try #require(Instant(rfc3339: begun["fin"]?.text ?? "")))
        #expect(end.seconds(since: begin) == 120)
        #expect(try api.send("GET", path, as: .ecran)["pause"] == begun.json)
        let other = try api.send("POST", path, as: .medecin, #"{"duree_s":600}"#)
        #expect(other["par"]?.text == "medecin1" && other["id"]?.number == (begun["id"]?.number ?? 0) + 1)
        #expect(try api.send("DELETE", path, as: .infirmier).status == 204)
        #expect(try api.send("GET", path, as: .ecran).text == #"{"pause":null}"#)
        #expect(try api.send("DELETE", path, as: .infirmier).status == 204)
    }

    @Test("no pause is longer than ten minutes, or none at all", arguments: ["0", "-1", "601", "1.5", "\"une minute\"", "1e9"])
    func length(seconds: String) throws {
        let answer = try api.send("POST", "/api/patients/1/pause/", as: .infirmier, #"{"duree_s":\#(seconds)}"#)
        #expect(answer.status == 400 && answer["duree_s"] != nil || seconds == "1.5", "\(answer.text)")
        #expect(answer.status == 400)
        #expect(try api.send("POST", "/api/patients/1/pause/", as: .infirmier, #"{"duree_s":1}"#).status == 201)
        #expect(try api.send("POST", "/api/patients/1/pause/", as: .infirmier, "{}").status == 201)
    }
}
