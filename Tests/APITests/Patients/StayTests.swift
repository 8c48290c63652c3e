import Access
import Clinical
import Foundation
import Store
import Testing

@testable import API

/// Admission, move, discharge and return; which devices a ward has, and who wears them.
@Suite struct StayTests {
    let api: TestService

    init() throws { api = try TestService() }

    private static let assignments = "/api/iot/dispositifs/1/affectations/"

    private func time(_ secondsFromNow: Double) -> String { api.now.advanced(bySeconds: secondsFromNow).rfc3339 }

    private func admission(_ changed: [String: JSON] = [:]) throws -> String {
        let fields: [String: JSON] = [
            "identifiant": .string("H0"), "nom": .string("PETIT"), "prenom": .string("Anne "), "date_naissance": .string("1950-04-23"),
            "service": .integer(1), "lit": .string("9"),
        ]
        return String(decoding: try JSONEncoder().encode(JSON.object(fields.merging(changed) { $1 })), as: UTF8.self)
    }

    @Test("a taken bed is said at the bed, in both languages, whatever spaces and capitals it is written with") func bed() throws {
        try api.send("PATCH", "/api/patients/1/", as: .infirmier, #"{"lit":" 12-p "}"#)
        #expect(try api.send("GET", "/api/patients/1/")["lit"] == .string("12-p"))
        let body = try admission(["identifiant": .string("N1"), "lit": .string("12-P")])
        let french = try api.send("POST", "/api/patients/", as: .infirmier, body)
        #expect(french.status == 409 && french["lit"] == .array([.string("Ce lit est déjà occupé.")]))
        let english = try api.send("POST", "/api/patients/", as: .infirmier, body, headers: ["Accept-Language": "en"])
        #expect(english["lit"] == .array([.string("This bed is already occupied.")]))
        // Another ward has a bed of that name, too, and patients without a bed are never in each other's way.
        #expect(try api.send("PATCH", "/api/patients/2/", #"{"lit":"12-P"}"#).status == 200)
        #expect(try api.send("PATCH", "/api/patients/2/", #"{"service":1}"#)["lit"]?[0] != nil)
        for number in ["N2", "N3"] {
            #expect(try api.send("POST", "/api/patients/", admission(["identifiant": .string(number), "lit": .string("  ")])).status == 201)
        }
    }

    @Test("nobody is born after the hospital's today, nor 131 years ago; a record from before is changed all the same")
    func birthDates() throws {
        // In Auckland it is the 30th.
        let now = try #require(Instant(rfc3339: "2030-11-29T11:30:00Z"))
        let api = try TestService(now: now, timeZone: #require(TimeZone(identifier: "Pacific/Auckland")))
        for (number, day, status) in [
            ("N1", "2030-11-30", 201), ("N2", "2030-12-01", 400), ("N3", "1900-11-30", 201), ("N4", "1900-11-29", 400), ("N5", "2056-05-04", 400),
        ] {
            let body = try admission(["identifiant": .string(number), "date_naissance": .string(day), "lit": .string("")])
            let answer = try api.send("POST", "/api/patients/", body)
            #expect(answer.status == status && (status == 201 || answer["date_naissance"] != nil), "\(day): \(answer.text)")
        }
        #expect(try api.send("PATCH", "/api/patients/1/", #"{"date_naissance":"2030-12-01"}"#).status == 400)
        try api.store.connection().script("UPDATE patients SET birth_date = '2056-05-04' WHERE id = 1")
        let stored = try api.send("PATCH", "/api/patients/1/", #"{"lit":"7","date_naissance":"2056-05-04"}"#)
        #expect(stored.status == 200 && stored["lit"]?.text == "7", "\(stored.text)")
    }

    @Test("a patient who comes again is the same person however the name is typed, and a discharged patient gets no bed") func names() throws {
        try api.send("PATCH", "/api/patients/1/", #"{"nom":"Œuvrard-N’Diaye","prenom":"Łucja Zoé"}"#)
        try api.send("POST", "/api/patients/1/sortie/", as: .infirmier)
        #expect(try api.send("PATCH", "/api/patients/1/", #"{"lit":"3"}"#).status == 409)
        let typed: [String: JSON] = ["nom": .string("OEUVRARD N'DIAYE"), "prenom": .string("lucja-zoe")]
        let again = try api.send("POST", "/api/patients/", as: .infirmier, admission(typed))
        #expect(again.status == 200 && again["nom"] == .string("Œuvrard-N’Diaye"), "\(again.text)")
    }

    @Test("whoever comes again keeps number and history; who is somebody else is refused") func readmission() throws {
        let present = try api.send("POST", "/api/patients/", as: .infirmier, admission())
        #expect(present.status == 409 && present["identifiant"] != nil)
        let left = try api.send("POST", "/api/patients/1/sortie/", as: .infirmier)
        #expect(left.status == 200 && left["sorti_le"]?.text != nil && left["lit"] == .string(""))
        for change in [["nom": JSON.string("Grand")], ["date_naissance": .string("1950-04-24")], ["date_naissance": .null]] {
            let other = try api.send("POST", "/api/patients/", as: .infirmier, admission(change))
            #expect(other.status == 409 && other["identifiant"] != nil && !other.text.contains("Anne"), "\(other.text)")
        }
        // A bed that cannot be had does not tell whose name and birth date were guessed.
        try api.send("POST", "/api/patients/", as: .infirmier, admission(["identifiant": .string("N1")]))
        let refused = try [[:], ["nom": JSON.string("Grand")]].map {
            try api.send("POST", "/api/patients/", as: .infirmier, admission($0))
        }
        #expect(refused[0]["lit"] != nil && refused[0].text == refused[1].text)
        try api.send("POST", "/api/patients/N1/sortie/", as: .infirmier)
        let again = try api.send("POST", "/api/patients/", as: .infirmier, admission())
        #expect(again.status == 200 && again["id"] == .integer(1) && again["sorti_le"] == .null && again["lit"] == .string("9"))
        #expect(again["nom"] == .string("Petit"))
        #expect(try api.send("GET", "/api/patients/1/", as: .ecran).status == 200)
    }

    @Test("discharging twice changes nothing the second time, and is nobody's but an administrator's to ask") func twice() throws {
        let first = try api.send("POST", "/api/patients/1/sortie/", as: .infirmier)
        #expect(try api.send("POST", "/api/patients/1/sortie/", as: .infirmier).status == 404)
        #expect(try api.send("POST", "/api/patients/1/sortie/").json == first.json)
        // The bed of a discharged patient, which could once be changed, is in nobody's way.
        try api.store.connection().script("UPDATE patients SET bed = '7' WHERE id = 1")
        #expect(try api.send("POST", "/api/patients/", admission(["identifiant": .string("N1"), "lit": .string("7")])).status == 201)
    }

    @Test("what is typed as a name or a bed is stored and given back as text") func script() throws {
        let (name, bed) = (#"<script>alert("1")</script>"#, "<b>'; --")
        let answer = try api.send(
            "POST", "/api/patients/", admission(["identifiant": .string("N1"), "nom": .string(name), "lit": .string(bed)]))
        #expect(answer.status == 201 && answer["nom"] == .string(name) && answer["lit"] == .string(bed))
        let patient = try #require(try api.store.database.patient(.hospitalNumber("N1"), api.store.admin))
        #expect(patient.fields.lastName == name && patient.fields.bed == bed)
    }

    @Test("a ward is renamed; it is deleted once neither patients nor accounts hang on it") func wards() throws {
        #expect(
            try api.send("PATCH", "/api/services/2/", #"{"nom":"Urgences"}"#).json
                == .object([
                    "id": .integer(2), "nom": .string("Urgences"), "temperature_cutanee_validee": .bool(false),
                    "profil_par_defaut": .string("adulte"),
                    "noms_sur_ecran_verrouille": .bool(false),
                ]))
        let empty = try #require(try api.send("POST", "/api/services/", #"{"nom":"Vide"}"#)["id"]?.number)
        #expect(try api.send("DELETE", "/api/services/\(Int(empty))/").status == 204)
        #expect(try api.send("DELETE", "/api/services/\(Int(empty))/").status == 404)
        let staffed = try #require(try api.send("POST", "/api/services/", #"{"nom":"Bureau"}"#)["id"]?.number)
        try api.store.connection().script("INSERT INTO user_wards VALUES (\(api.store.nurse.user), \(Int(staffed)))")
        let refused = try api.send("DELETE", "/api/services/\(Int(staffed))/")
        #expect(refused.status == 409 && refused["utilisateurs"] != nil, "\(refused.text)")
        try api.send("POST", "/api/patients/2/sortie/")
        #expect(try api.send("DELETE", "/api/services/2/")["patients"]?[0]?.text?.contains("sortis") == true)
    }

    @Test("nurses and doctors see what nobody wears, screens do not; what is out of use is the administrator's") func devices() throws {
        func ids(_ query: String, _ sender: TestService.Sender) throws -> [Double] {
            try api.send("GET", "/api/iot/dispositifs/\(query)", as: sender).json?.array?.compactMap { $0["id"]?.number } ?? []
        }
        try api.send("POST", "/api/iot/dispositifs/", #"{"nom":"Libre","type_dispositif":"bracelet"}"#)
        #expect(try ids("", .infirmier) == [1, 3] && ids("", .ecran) == [1] && ids("", .admin) == [1, 2, 3])
        #expect(try ids("?libres=true", .medecin) == [3] && ids("?libres=true", .ecran) == [] && ids("?libres=true", .admin) == [3])
        #expect(try api.send("PATCH", "/api/iot/dispositifs/3/", as: .medecin, #"{"nom":"x"}"#).status == 403)
        #expect(try api.send("DELETE", "/api/iot/dispositifs/3/").status == 204)
        #expect(try api.send("DELETE", "/api/iot/dispositifs/3/").status == 404)
        #expect(try ids("", .admin) == [1, 2] && ids("?retires=true", .admin) == [3] && ids("?retires=true", .infirmier) == [])
        #expect(try api.send("GET", "/api/iot/dispositifs/3/").status == 404)
        #expect(try api.send("GET", "/api/iot/dispositifs/3/?retires=true")["retire_le"]?.text != nil)
        #expect(try api.send("GET", "/api/iot/dispositifs/1/")["retire_le"] == .null)
        #expect(try api.send("GET", "/api/iot/dispositifs/3/", as: .infirmier).status == 404)
        for (path, body) in [("cle/", ""), ("update_status/", #"{"statut":"x"}"#), ("affectations/", #"{"patient":1}"#)] {
            let answer = try api.send("POST", "/api/iot/dispositifs/3/\(path)", body)
            #expect(answer.status == 409 && answer["retire_le"] != nil, "\(path): \(answer.text)")
            if path != "cle/" { #expect(try api.send("POST", "/api/iot/dispositifs/3/\(path)", as: .infirmier, body).status == 404) }
        }
        #expect(try api.send("PATCH", "/api/iot/dispositifs/3/", #"{"patient":1}"#).status == 409)
    }

    @Test("a device is given to a patient from now on, and the one before wears it no longer") func assign() throws {
        try api.send("POST", "/api/patients/", admission(["identifiant": .string("N1")]))
        let given = try api.send("POST", Self.assignments, as: .infirmier, #"{"patient":3}"#)
        #expect(given.status == 201 && given["patient"] == .integer(3) && given["fin"] == .null, "\(given.text)")
        let list = try api.send("GET", Self.assignments, as: .infirmier).json
        #expect(list?[0] == given.json && list?[1]?["patient"] == .integer(1) && list?[1]?["fin"] == given["debut"])
        #expect(try api.send("GET", "/api/iot/dispositifs/1/", as: .infirmier)["patient"] == .integer(3))
        let page = try api.send("GET", Self.assignments + "?limit=1", as: .infirmier)
        let next = try #require(page.header("Link")?.firstMatch(of: /<(\?[^>]*)>/)?.1)
        #expect(try api.send("GET", Self.assignments + next, as: .infirmier).json == list.flatMap { $0[1] }.map { .array([$0]) })
    }

    @Test("an overlap tells when the device is worn, and by whom only where the caller may know") func overlap() throws {
        let connection = try api.store.connection()
        // Worn by the foreign ward's patient two hours ago, by ours since one hour.
        try connection.script(
            """
            INSERT INTO device_assignment (device_id, patient_id, during)
            SELECT 1, 2, tstzrange(lower(during) - interval '1 hour', lower(during)) FROM device_assignment WHERE device_id = 1
            """)
        let rows = try #require(try api.send("GET", Self.assignments).json?.array)
        try api.send("POST", "/api/patients/", admission(["identifiant": .string("N1")]))
        let body = #"{"patient":3,"debut":"\#(time(-5400))","fin":"\#(time(-1800))"}"#
        let english = try api.send("POST", Self.assignments, as: .medecin, body, headers: ["Accept-Language": "en"])
        #expect(english.status == 409 && english["debut"] == .array([.string("This device is already assigned for that time.")]))
        let answer = try api.send("POST", Self.assignments, as: .medecin, body)
        #expect(answer["debut"] == .array([.string("Ce dispositif est déjà attribué pour cette période.")]))
        #expect(answer["error"] == answer["detail"] && answer["code"] == .string("conflict"))
        let (ours, foreign) = (rows[0], rows[1])
        let debut = try #require(foreign["debut"]), fin = try #require(foreign["fin"]), now = try #require(ours["debut"])
        #expect(
            answer["affectations"]
                == .array([
                    .object(["debut": debut, "fin": fin]), .object(["patient": .integer(1), "debut": now, "fin": .null]),
                ]))
        #expect(try api.send("POST", Self.assignments, body)["affectations"]?[0]?["patient"] == .integer(2))
        #expect(try api.count("SELECT count(*) FROM device_assignment WHERE device_id = 1") == 2)
    }

    @Test("an assignment is planned, moved and taken back; one that has begun is ended instead") func plan() throws {
        try api.send("PATCH", Self.assignments + "1/", as: .infirmier, #"{"fin":"\#(time(3600))"}"#)
        try api.send("POST", "/api/patients/", admission(["identifiant": .string("N1")]))
        let planned = try api.send("POST", Self.assignments, as: .infirmier, #"{"patient":3,"debut":"\#(time(3600))","fin":"\#(time(7200))"}"#)
        #expect(planned.status == 201, "\(planned.text)")
        let id = Int(try #require(planned["id"]?.number))
        let moved = try api.send("PATCH", "\(Self.assignments)\(id)/", as: .infirmier, #"{"debut":"\#(time(5400))"}"#)
        #expect(moved["debut"] == .string(time(5400)) && moved["fin"] == planned["fin"])
        #expect(try api.send("PATCH", Self.assignments + "1/", as: .infirmier, #"{"fin":null}"#)["affectations"]?[0]?["patient"] == .integer(3))
        // Of another device, it is not there.
        #expect(try api.send("DELETE", "/api/iot/dispositifs/2/affectations/\(id)/").status == 404)
        #expect(try api.send("DELETE", "\(Self.assignments)\(id)/", as: .infirmier).status == 204)
        let begun = try api.send("DELETE", Self.assignments + "1/", as: .infirmier)
        #expect(begun.status == 409 && begun["debut"] != nil)
        #expect(try api.send("PATCH", Self.assignments + "1/", as: .infirmier, #"{"fin":"\#(time(-60))"}"#).status == 200)
        let far = AssignmentTime.furthestAheadSeconds, ago = -AssignmentTime.longestAgoSeconds
        for (begin, status) in [(far - 60, 201), (far + 60, 400), (ago + 60, 201), (ago - 60, 400)] {
            let body = #"{"patient":3,"debut":"\#(time(begin))","fin":"\#(time(begin + 30))"}"#
            #expect(try api.send("POST", Self.assignments, as: .infirmier, body).status == status)
        }
    }

    @Test("a new key comes with the QR code of the address that it was asked at") func key() throws {
        let answer = try api.send(
            "POST", "/api/iot/dispositifs/1/cle/", bearer: api.credentials(.admin), [], headers: ["Host": "hopital.example:8443"],
            prefix: "/fajma", isSecure: true)
        let key = try #require(answer["cle"]?.text)
        let code = try QRCode(#"{"v":1,"url":"https://hopital.example:8443/fajma/","cle":"\#(key)"}"#)
        #expect(answer["qr"] == .array(code.rows.map { .string($0) }))
    }

    @Test(
        "what is no host makes no address, and the old key stays",
        arguments: [
            "", "a b", "evil.example/x?", "user@evil.example", "a:123456", "é", #"a"b"#, "-a", String(repeating: "a", count: 300),
        ]) func host(host: String) throws
    {
        let answer = try api.send("POST", "/api/iot/dispositifs/1/cle/", headers: ["Host": host])
        #expect(answer.status == 400 && answer["host"] != nil)
        #expect(try api.store.database.isValid(api.store.keys[0]))
    }

    @Test("every vital can be entered by hand and corrected by an administrator, also of one who has left", arguments: Vital.allCases)
    func entry(vital: Vital) throws {
        let value = vital.properties.letters == nil ? vital.properties.plausible.lowerBound : 1
        let letter = vital.properties.letters.map { "\"\($0[1])\"" } ?? "\(value)"
        let body = #"{"patient":1,"mesures":[{"type_donnee":"\#(vital.rawValue)","valeur":\#(letter)}]}"#
        for sender in [TestService.Sender.infirmier, .medecin] {
            #expect(try api.send("POST", "/api/iot/data/", as: sender, body).status == 201, "\(vital)")
        }
        #expect(try api.send("POST", "/api/iot/data/", as: .ecran, body).status == 403)
        let row = try #require(try api.send("GET", "/api/iot/data/?patient_id=1", as: .ecran).json?[0])
        #expect(row["dispositif"] == .null && row["type_donnee"] == .string(vital.rawValue))
        let path = "/api/iot/data/\(try #require(row["id"]?.text))/"
        try api.send("POST", "/api/patients/1/sortie/", as: .infirmier)
        let corrected = vital.properties.letters.map { "\"\($0[0])\"" } ?? "\(vital.properties.plausible.upperBound)"
        let stored = vital.properties.letters == nil ? vital.properties.plausible.upperBound : 0
        for method in ["PUT", "PATCH"] {
            #expect(try api.send(method, path, as: .medecin, #"{"valeur":\#(corrected)}"#).status == 403)
            #expect(try api.send(method, path, #"{"valeur":\#(corrected)}"#).status == 200)
            for wrong in [#""Z""#, "1e9", "null", "{}"] {
                let answer = try api.send(method, path, #"{"valeur":\#(wrong)}"#)
                #expect(answer.status == 400 && answer["valeur"] != nil, "\(wrong): \(answer.text)")
            }
        }
        #expect(try api.count("SELECT count(*) FROM readings WHERE value = \(stored) AND entered_by IS NOT NULL") == 1)
    }
}
