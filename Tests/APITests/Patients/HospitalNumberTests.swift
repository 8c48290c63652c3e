import Clinical
import Store
import Testing

@testable import API

/// Hospital numbers of digits, each equal to the id of another patient: the nurse's patient has id 1 and number 2, another ward's id 2 and number 1.
@Suite struct HospitalNumberTests {
    let api: TestService

    init() throws {
        api = try TestService()
        try api.store.connection().script("UPDATE patients SET hospital_number = (3 - id)::text")
        let reading = Reading(vital: .spo2, value: 95, measuredAt: api.now.advanced(bySeconds: -5))
        for key in api.store.keys { _ = try api.ingest.submit(Submission(origin: .device(key), readings: [reading], receivedAt: api.now)) }
    }

    @Test(
        "a number that equals another patient's id opens nobody else on any route", arguments: guarded.filter { $0.path.contains("/patients/{id}/") })
    func paths(route: Route) throws {
        let expected = try #require(expectations[route.testDescription])
        func send(_ address: String) throws -> Answer {
            try api.send(
                route.method, "\(route.path.replacing("{id}", with: address))?\(expected.query)", as: .infirmier,
                expected.body.replacing("#", with: "9"))
        }
        for address in ["2", "n:1", "n%3A1", "01", "02", "4294967298"] { #expect(try send(address).status == 404, "\(address)") }
        let own = try send("n:2")
        #expect(own.status == expected.status, "\(own.text)")
    }

    @Test("the same in every list, query and body") func queries() throws {
        for path in ["/api/iot/data/", "/api/iot/alertes/", "/api/iot/dispositifs/", "/api/iot/data/latest_data/"] {
            for (key, status) in [("1", 200), ("n:2", 200), ("2", 404), ("n:1", 404)] {
                #expect(try api.send("GET", "\(path)?patient_id=\(key)", as: .infirmier).status == status, "\(path) \(key)")
            }
        }
        #expect(try api.send("GET", "/api/patients/1/", as: .infirmier)["identifiant"]?.text == "2")
        for (key, status, stored) in [(#""2""#, 400, 0), (#""n:1""#, 400, 0), (#""n:2""#, 201, 1), ("1", 201, 2), ("2", 400, 2)] {
            let body = #"{"patient":\#(key),"type_donnee":"temperature","valeur":3\#(6 + stored)}"#
            let answer = try api.send("POST", "/api/iot/data/", as: .infirmier, body)
            #expect(answer.status == status, "\(key): \(answer.text)")
            let entered = try api.send("GET", "/api/iot/data/?type_donnee=temperature&debut=2000-01-01T00:00:00Z").json?.array
            #expect(entered?.map { $0["patient"]?.number } == Array(repeating: 1, count: stored), "\(key)")
        }
        #expect(try api.send("GET", "/api/audit/?patient_id=n:2").json?.array?.allSatisfy { $0["patient"]?.number == 1 } == true)
    }

    @Test("?identifiant= finds one patient, present or discharged, as far as the caller may see") func find() throws {
        #expect(try api.send("GET", "/api/patients/?identifiant=2", as: .infirmier).json?.array?.map { $0["id"] } == [.integer(1)])
        #expect(try api.send("GET", "/api/patients/?identifiant=1").json?.array?.map { $0["id"] } == [.integer(2)])
        for path in ["identifiant=1", "identifiant=n:2", "identifiant=77", "identifiant=2&service=2", "identifiant=2&sortis=true"] {
            #expect(try api.send("GET", "/api/patients/?\(path)", as: .infirmier).status == 404, "\(path)")
        }
        #expect(try api.send("POST", "/api/patients/n:2/sortie/", as: .infirmier).status == 200)
        #expect(try api.send("GET", "/api/patients/?identifiant=2", as: .infirmier).status == 404)
        #expect(try api.send("GET", "/api/patients/?identifiant=2").json?[0]?["sorti_le"]?.text != nil)
        // A search for another ward's patient is recorded.
        #expect(try api.count("SELECT count(*)::int8 FROM audit WHERE action = 'patient.refused' AND patient_id = 2") > 0)
    }

    @Test(
        "what hospitals write is a number, and its address leads to the patient",
        arguments: ["1174024", "0000012", "IPP-2024/17", "75/2024/0001.B", "/1", "a//b", "A:1", "N:1", "n", "..."])
    func accepted(number: String) throws {
        let admitted = try api.send("POST", "/api/patients/", as: .infirmier, #"{"identifiant":"\#(number)","nom":"Sow","prenom":"","service":1}"#)
        #expect(admitted.status == 201 && admitted["identifiant"]?.text == number, "\(admitted.text)")
        let encoded = number.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        for path in ["/api/patients/n:\(encoded)/", "/api/patients/?identifiant=\(encoded)"] {
            let found = try api.send("GET", path, as: .infirmier)
            #expect((found.json?.array?.first ?? found.json)?["id"] == admitted["id"], "\(found.text)")
        }
        #expect(try api.send("GET", "/api/patients/n:\(encoded)/score/", as: .infirmier).status == 200)
    }

    @Test(
        "what a path would take for something else, or nobody sees, is refused",
        arguments: [
            "n:1", ".", "..", "a/../b", "../1", "1/.", "a b", " 1", "1 ", "é", "50%", "P+1", "<b>", "1\u{200B}", "",
            String(repeating: "1", count: 33), "\u{FF11}",
        ])
    func refused(number: String) throws {
        let answer = try api.send("POST", "/api/patients/", as: .infirmier, #"{"identifiant":"\#(number)","nom":"Sow","prenom":"","service":1}"#)
        #expect(answer.status == 400 && answer["identifiant"] != nil, "\(answer.text)")
    }

    @Test("PUT under a number admits once, changes afterwards, and changes nothing when it is sent again") func put() throws {
        func put(_ number: String, _ body: String, as sender: TestService.Sender = .infirmier) throws -> Answer {
            try api.send("PUT", "/api/patients/?identifiant=\(number)", as: sender, body)
        }
        let body = #"{"nom":"Sow","prenom":"Awa","date_naissance":"1950-01-01","service":1,"lit":"9"}"#
        let number = "IPP-2024%2F17"
        let new = try put(number, body)
        #expect(new.status == 201 && new["identifiant"]?.text == "IPP-2024/17", "\(new.text)")
        let written = try api.count("SELECT count(*) FROM audit WHERE action <> 'patient.opened'")
        let again = try put(number, body)
        #expect(again.status == 200 && again.json == new.json)
        #expect(try api.count("SELECT count(*) FROM audit WHERE action <> 'patient.opened'") == written)
        let moved = try put(number, #"{"lit":"10","identifiant":"IPP-2024/17"}"#)
        #expect(moved.status == 200 && moved["lit"]?.text == "10" && moved["id"] == new["id"] && moved["nom"]?.text == "Sow")
        #expect(try put(number, #"{"identifiant":"other"}"#)["identifiant"] != nil)
        #expect(try put("77", #"{"nom":"X"}"#)["errors"]?.names == ["prenom", "service"])
        #expect(try api.send("PUT", "/api/patients/", as: .infirmier, body)["identifiant"] != nil)
        // Another ward's: nothing of it is told, as of an admission under its number.
        #expect(try put("1", body).status == 409 && put("1", body, as: .admin).status == 200)
        // Who was discharged is not admitted by what is repeated.
        #expect(try api.send("POST", "/api/patients/n:\(number)/sortie/", as: .infirmier).status == 200)
        #expect(try put(number, body).status == 409)  // whom a nurse does not see any more
        let gone = try put(number, #"{"nom":"Sarr"}"#, as: .admin)
        #expect(gone.status == 200 && gone["sorti_le"]?.text != nil && gone["nom"]?.text == "Sarr")
        #expect(try api.count("SELECT count(*) FROM patients WHERE hospital_number = 'IPP-2024/17'") == 1)
    }
}
