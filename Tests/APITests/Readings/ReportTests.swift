import Access
import Clinical
import Store
import Testing

@testable import API

/// POST `/api/iot/data/`, with everything that may come there.
@Suite struct ReportTests {
    let api: TestService

    init() throws { api = try TestService() }

    @discardableResult
    private func post(_ body: String, as sender: TestService.Sender = .device) throws -> Answer {
        try api.send("POST", "/api/iot/data/", as: sender, body)
    }

    @Test("one reading is answered as it is read later, its value as it came") func single() throws {
        let body = #"{"dispositif":1,"type_donnee":"spo2","valeur":97.12345678901234,"unite":"%","timestamp":"\#(api.now.rfc3339)"}"#
        let answer = try post(body)
        #expect(answer.status == 201)
        #expect(answer["valeur"]?.number == 97.12345678901234 && answer["unite"]?.text == "%" && answer["dispositif"]?.number == 1)
        #expect(answer["type_donnee"]?.text == "spo2" && answer["timestamp"]?.text == api.now.rfc3339)
        let id = try #require(answer["id"]?.text)
        #expect(try api.send("GET", "/api/iot/data/\(id)/", as: .ecran).json == answer.json)
        #expect(try post(body).json == answer.json)
        #expect(try api.store.stored() == 1)
    }

    @Test("a map of vitals and a report of many count what was stored") func many() throws {
        let map = try post(#"{"spo2":{"valeur":97,"unite":"%"},"heart_rate":{"valeur":71.5},"pouls":{"valeur":1}}"#)
        #expect(map.status == 201 && map["recues"]?.number == 2 && map["doublons"]?.number == 0)
        #expect(map["heure_serveur"]?.text == api.now.rfc3339)
        #expect(map["rejetees"]?[0]?["index"]?.number == 1 && map["rejetees"]?[0]?["raison"]?.text?.isEmpty == false)
        let readings = #"{"type_donnee":"spo2","valeur":96,"age_ms":1000},{"type_donnee":"spo2","valeur":97}"#
        let report = #"{"mesures":[\#(readings)],"etat":{"batterie":81}}"#
        #expect(try post(report)["doublons"]?.number == 1)
        let again = try post(report)
        #expect(again.status == 201 && again["recues"]?.number == 2 && again["doublons"]?.number == 2)
        #expect(try api.store.stored() == 3)
        #expect(try api.send("GET", "/api/iot/dispositifs/1/")["batterie"]?.number == 81)
        let latest = try api.send("GET", "/api/iot/data/latest_data/?patient_id=H0", as: .infirmier)
        #expect(latest.json?.names == ["spo2", "heart_rate"])
        let rate: [String: JSON] = ["valeur": .number(71.5), "unite": .string("bpm"), "timestamp": .string(api.now.rfc3339)]
        #expect(latest["heart_rate"] == .object(rate))
    }

    @Test("1,000 readings are stored, 1,001 are refused whole") func limit() throws {
        func report(_ count: Int) -> String {
            #"{"mesures":[\#((0..<count).map { #"{"type_donnee":"spo2","valeur":97,"age_ms":\#($0)}"# }.joined(separator: ","))]}"#
        }
        let answer = try post(report(1001))
        #expect(answer.status == 400 && answer["mesures"]?[0]?.text?.contains("1000") == true)
        #expect(try api.store.stored() == 0)
        #expect(try post(report(1000))["recues"]?.number == 1000)
    }

    /// One reading's members, and the field that the refusal names.
    static let bad: [(String, String)] = [
        (#""type_donnee":"spo2","valeur":1e400"#, "valeur"), (#""type_donnee":"spo2","valeur":-1e400"#, "valeur"),
        (#""type_donnee":"spo2","valeur":"NaN""#, "valeur"), (#""type_donnee":"spo2","valeur":"97 %""#, "valeur"),
        (#""type_donnee":"spo2","valeur":null"#, "valeur"), (#""type_donnee":"spo2","valeur":true"#, "valeur"),
        (#""type_donnee":"spo2","valeur":[97]"#, "valeur"), (#""type_donnee":"spo2""#, "valeur"),
        (#""type_donnee":"spo2","valeur":101"#, "valeur"), (#""type_donnee":"spo2","valeur":-97"#, "valeur"),
        (#""type_donnee":"temperature","valeur":98.6,"unite":"°F""#, "valeur"),
        (#""type_donnee":"temperature","valeur":37,"unite":"°F""#, "unite"),
        (#""type_donnee":"spo2","valeur":97,"unite":"bpm""#, "unite"),
        (#""type_donnee":"spo2","valeur":97,"unite":1"#, "unite"),
        (#""type_donnee":"pouls","valeur":97"#, "type_donnee"), (#""type_donnee":1,"valeur":97"#, "type_donnee"),
        (#""valeur":97"#, "type_donnee"),
        (#""type_donnee":"spo2","valeur":97,"timestamp":"9999-12-31T23:59:59Z""#, "timestamp"),
        (#""type_donnee":"spo2","valeur":97,"timestamp":"2026-11-22 14:43""#, "timestamp"),
        (#""type_donnee":"spo2","valeur":97,"timestamp":1700000000"#, "timestamp"),
        (#""type_donnee":"spo2","valeur":97,"age_ms":-1"#, "age_ms"), (#""type_donnee":"spo2","valeur":97,"age_ms":1e18"#, "age_ms"),
        (#""type_donnee":"spo2","valeur":97,"age_ms":"1 s""#, "age_ms"),
    ]

    @Test("a reading that cannot be right is refused by the name of its field, and does not spoil its neighbour", arguments: bad)
    func refused(members: String, field: String) throws {
        let alone = try post("{\(members)}")
        #expect(alone.status == 400 && alone["code"]?.text == "invalid" && alone[field]?[0]?.text?.isEmpty == false, "\(alone.text)")
        let all = try post(#"{"mesures":[{\#(members)},{\#(members)}]}"#)
        #expect(all.status == 400 && all["rejetees"]?.array?.count == 2 && all["mesures"] != nil)
        #expect(try api.store.stored() == 0)
        let mixed = try post(#"{"mesures":[{"type_donnee":"spo2","valeur":95},{\#(members)}]}"#)
        #expect(mixed.status == 201 && mixed["recues"]?.number == 1 && mixed["rejetees"]?[0]?["index"]?.number == 1, "\(mixed.text)")
        #expect(try api.store.stored() == 1)
    }

    @Test("NaN is no JSON") func nan() throws {
        for value in ["NaN", "nan", "Infinity", "-Infinity"] {
            let answer = try post(#"{"type_donnee":"spo2","valeur":\#(value)}"#)
            #expect(answer.status == 400 && answer["code"]?.text == "parse_error")
        }
    }

    @Test("a clock may run ahead by 60 s and no more") func future() throws {
        func reading(_ seconds: Double) -> String {
            #"{"type_donnee":"spo2","valeur":97,"timestamp":"\#(api.now.advanced(bySeconds: seconds).rfc3339)"}"#
        }
        #expect(try post(reading(60)).status == 201)
        let answer = try post(reading(60.001))
        #expect(answer.status == 400 && answer["timestamp"] != nil)
    }

    @Test("another value under one identity is 409, in a report a conflict of its own, and what was stored stays") func conflicts() throws {
        func reading(_ vital: String, _ value: Double, _ seconds: Double) -> String {
            #"{"type_donnee":"\#(vital)","valeur":\#(value),"timestamp":"\#(api.now.advanced(bySeconds: seconds).rfc3339)"}"#
        }
        let id = try #require(post(reading("heart_rate", 72, -2))["id"]?.text)
        let other = try post(reading("heart_rate", 171, -2))
        #expect(other.status == 409 && other["code"]?.text == "conflict" && other["valeur"] != nil)
        #expect(try api.send("GET", "/api/iot/data/\(id)/")["valeur"]?.number == 72)
        let report = try post(#"{"mesures":[\#(reading("spo2", 97, -2)),\#(reading("heart_rate", 171, -2)),\#(reading("heart_rate", 72, -2))]}"#)
        #expect(report.status == 201 && report["recues"]?.number == 2 && report["doublons"]?.number == 1)
        let rejected = report["rejetees"]?[0]
        #expect(rejected?["index"]?.number == 1 && rejected?["code"]?.text == "conflict" && rejected?["type_donnee"]?.text == "heart_rate")
        #expect(try api.store.stored() == 2)
    }

    @Test("readings without a time never collide: each is answered as it is stored") func untimed() throws {
        let (first, second) = try (post(#"{"type_donnee":"spo2","valeur":97}"#), post(#"{"type_donnee":"spo2","valeur":96}"#))
        #expect(first["timestamp"]?.text == api.now.rfc3339)
        #expect(second.status == 201 && second["timestamp"]?.text == api.now.advanced(bySeconds: 0.001).rfc3339)
        for answer in [first, second] {
            let id = try #require(answer["id"]?.text)
            #expect(try api.send("GET", "/api/iot/data/\(id)/").json == answer.json)
        }
    }

    @Test("a device whose readings all lie ahead is refused them, and what it says of itself is kept", arguments: [90, 28_800] as [Double])
    func diagnosis(ahead: Double) throws {
        let time = api.now.advanced(bySeconds: ahead).rfc3339
        let answer = try post(#"{"mesures":[{"type_donnee":"spo2","valeur":70,"timestamp":"\#(time)"}],"etat":{"batterie":80,"heure":"\#(time)"}}"#)
        #expect(answer.status == 400 && answer["rejetees"]?[0]?["code"]?.text == "future")
        let device = try api.send("GET", "/api/iot/dispositifs/1/")
        #expect(device["batterie"]?.number == 80 && device["decalage_ms"]?.number == ahead * 1000)
        #expect(device["derniere_connexion"]?.text == api.now.rfc3339)
        // Without its state, too, and as a single reading.
        api.pass(minutes: 1)
        let later = api.now.advanced(bySeconds: ahead).rfc3339
        #expect(try post(#"{"type_donnee":"spo2","valeur":70,"timestamp":"\#(later)"}"#).status == 400)
        #expect(try api.send("GET", "/api/iot/dispositifs/1/")["derniere_connexion"]?.text == api.now.rfc3339)
        #expect(try api.store.stored() == 0)
    }

    @Test("a time before 2020 is a clock that was never set, from anybody", arguments: [.device, .infirmier] as [TestService.Sender])
    func clockNotSet(sender: TestService.Sender) throws {
        let whose = sender == .device ? "" : #""patient":1,"#
        for time in ["1970-01-01T00:00:12.000Z", "2019-12-31T23:59:59.999Z"] {
            let answer = try post(#"{\#(whose)"mesures":[{"type_donnee":"spo2","valeur":97,"timestamp":"\#(time)"}]}"#, as: sender)
            #expect(answer.status == 400 && answer["rejetees"]?[0]?["code"]?.text == "clock_not_set", "\(answer.text)")
        }
        #expect(try api.store.stored() == 0)
    }

    @Test("a patient who does not wear the device that is named is 409, and nothing is stored") func contradiction() throws {
        func body(_ patient: Int) -> String { #"{"dispositif":1,"patient":\#(patient),"type_donnee":"spo2","valeur":97}"# }
        #expect(try post(body(2), as: .admin).status == 409)
        #expect(try api.store.stored() == 0)
        #expect(try post(body(1), as: .admin).status == 201)
    }

    @Test("another device's number is 403, an unknown one 400, an odd one 400, and nothing is stored") func devices() throws {
        func answer(_ device: String, as sender: TestService.Sender) throws -> Answer {
            try post(#"{"dispositif":\#(device),"type_donnee":"spo2","valeur":97}"#, as: sender)
        }
        let (stranger, other) = (try answer("2", as: .device), try answer("2", as: .infirmier))
        #expect(stranger.status == 403 && stranger["code"]?.text == "permission_denied")
        for unknown in ["2", "77", "1000000000000000000"] {
            let answer = try answer(unknown, as: .infirmier)
            #expect(answer.status == 400 && answer["dispositif"] != nil, "\(unknown): \(answer.text)")
            #expect(answer.json == other.json)  // a foreign one cannot be told from one that is not there
        }
        for odd in ["0", "-1", "1.5", "\"un\"", "[1]", "{}", "true", "9223372036854775808", "1e400"] {
            let answer = try answer(odd, as: .device)
            #expect(answer.status == 400 && answer["dispositif"] != nil, "\(odd): \(answer.text)")
        }
        #expect(try api.store.stored() == 0)
    }

    @Test("a device that nobody wears is told 409 to keep its readings, and nothing is stored") func unassigned() throws {
        try api.send("PATCH", "/api/iot/dispositifs/1/", #"{"patient":null}"#)
        api.pass(minutes: 1)
        let body = #"{"type_donnee":"spo2","valeur":97,"timestamp":"\#(api.now.rfc3339)"}"#
        let answer = try post(body)
        #expect(answer.status == 409 && answer["code"]?.text == "no_patient_assigned")
        #expect(answer["rejetees"] == nil)
        // What is wrong no matter who wore it need not be kept.
        let mixed = try post(
            #"{"mesures":[{"type_donnee":"spo2","valeur":970},{"type_donnee":"spo2","valeur":97,"timestamp":"\#(api.now.rfc3339)"}]}"#)
        #expect(mixed.status == 409 && mixed["rejetees"]?.array?.count == 1 && mixed["rejetees"]?[0]?["code"]?.text == "implausible")
        #expect(try api.store.stored() == 0)
        try api.send("PATCH", "/api/iot/dispositifs/1/", #"{"patient":2,"autres_dispositifs":"garder"}"#)
        #expect(try post(body).status == 201)
    }

    @Test("a revoked key, a retired device's and an invented one are 401, and nothing is stored") func keys() throws {
        let body = Array(#"{"type_donnee":"spo2","valeur":97}"#.utf8)
        func post(_ key: String) throws -> Answer { try api.send("POST", "/api/iot/data/", bearer: key, body) }
        let fresh = try #require(try api.send("POST", "/api/iot/dispositifs/1/cle/")["cle"]?.text)
        try api.send("DELETE", "/api/iot/dispositifs/2/")
        let huge = try DeviceKey.make(device: 999_999_999_999_999).text
        let invented = try DeviceKey.make(device: 1).text
        for key in [api.store.keys[0].text, api.store.keys[1].text, huge, invented, "fjd_1_x", "fjd_", "x", "é"] {
            let answer = try post(key)
            #expect(answer.status == 401 && answer["code"]?.text == "token_not_valid" && answer.header("WWW-Authenticate") != nil)
        }
        for header in ["Bearer", "Basic YTpi", "Bearer ", "\u{0}"] {
            #expect(try api.send("POST", "/api/iot/data/", as: .nobody, "{}", headers: ["Authorization": header]).status == 401)
        }
        #expect(try api.store.stored() == 0)
        #expect(try post(fresh).status == 201)
    }

    @Test("a device that says which limits it holds gets its wearer's, if they are others") func limits() throws {
        let reading = #"{"type_donnee":"spo2","valeur":97}"#
        // Without those of a temperature, which are not for the skin's.
        let defaults = AlarmLevels(of: .hospital).rules.ofDevices
        #expect(try post(#"{"mesures":[\#(reading)],"etat":{"batterie":55}}"#)["limites"] == nil)
        let answer = try post(#"{"mesures":[\#(reading)],"etat":{"limites":0}}"#)
        #expect(answer["limites"]?["version"]?.number == Double(defaults.version))
        let first = try #require(answer["limites"]?["regles"]?[0])
        #expect(first.names == ["type_donnee", "cote", "niveau_gravite", "seuil", "inclus", "delai_s", "hysteresis"])
        #expect(first["type_donnee"]?.text == "spo2" && first["cote"]?.text == "bas" && first["niveau_gravite"]?.text == "error")
        #expect(first["seuil"]?.number == 90 && first["inclus"] == .bool(false) && first["delai_s"]?.number == 10 && first["hysteresis"]?.number == 1)
        #expect(answer["limites"]?["regles"]?.array?.count == defaults.all.count)
        #expect(try post(#"{"mesures":[],"etat":{"limites":\#(defaults.version)}}"#)["limites"] == nil)
        #expect(try post(#"{"mesures":[],"etat":{"limites":1}}"#)["limites"] != nil)
        try api.send("PATCH", "/api/iot/dispositifs/1/", #"{"patient":null}"#)
        api.pass(minutes: 1)
        #expect(try post(#"{"mesures":[],"etat":{"limites":1}}"#)["limites"] == nil)
    }

    @Test("a device's sensors and clock are shown with it") func sensors() throws {
        let clock = api.now.advanced(bySeconds: -30).rfc3339
        #expect(try post(#"{"mesures":[],"etat":{"detaches":["spo2"],"heure":"\#(clock)"}}"#).status == 201)
        let device = try api.send("GET", "/api/iot/dispositifs/1/")
        #expect(device["detaches"] == .array([.string("spo2")]) && device["decalage_ms"]?.number == -30_000)
        #expect(try post(#"{"mesures":[],"etat":{"heure":"\#(api.now.rfc3339)"}}"#).status == 201)
        let mended = try api.send("GET", "/api/iot/dispositifs/1/")
        #expect(mended["detaches"] == .array([]) && mended["decalage_ms"] == .null)
    }

    @Test("a device says its state without a reading, and only its own") func status() throws {
        #expect(try post(#"{"mesures":[],"etat":{"batterie":55,"rssi":"loud","firmware":"2.0"}}"#).status == 201)
        let device = try api.send("GET", "/api/iot/dispositifs/1/")
        #expect(device["batterie"]?.number == 55 && device["rssi"] == .null && device["firmware"]?.text == "2.0")
        #expect(device["derniere_connexion"]?.text == api.now.rfc3339)
        let updated = try api.send("POST", "/api/iot/dispositifs/1/update_status/", as: .device, #"{"statut":"actif"}"#)
        #expect(updated.status == 200 && updated["status"]?.text == "Statut mis à jour")
        #expect(try api.send("POST", "/api/iot/dispositifs/2/update_status/", as: .device, #"{"statut":"actif"}"#).status == 403)
        try api.send("POST", "/api/iot/dispositifs/1/cle/")
        #expect(try api.send("POST", "/api/iot/dispositifs/1/update_status/", as: .device, #"{"statut":"x"}"#).status == 401)
    }

    @Test("what old clients compare is the same in every language") func statusWord() throws {
        let answer = try api.send(
            "POST", "/api/iot/dispositifs/1/update_status/", #"{"statut":"actif"}"#, headers: ["Accept-Language": "en"])
        #expect(answer["status"]?.text == "Statut mis à jour")
    }

    @Test("a temperature says where it was measured, in the answer, in lists and alone") func site() throws {
        for (sender, origin, site) in [(TestService.Sender.infirmier, #""patient":1"#, "centrale"), (.device, #""dispositif":1"#, "peau")] {
            let made = try api.send("POST", "/api/iot/data/", as: sender, "{\(origin),\"type_donnee\":\"temperature\",\"valeur\":36.5}")
            #expect(made.status == 201 && made["site"]?.text == site, "\(made.text)")
            let id = try #require(made["id"]?.text)
            #expect(try api.send("GET", "/api/iot/data/\(id)/")["site"]?.text == site)
            let list = try #require(try api.send("GET", "/api/iot/data/?patient_id=1&type_donnee=temperature").json?.array)
            #expect(list.first { $0["id"]?.text == id }?["site"]?.text == site)
        }
    }

    @Test("by hand a nurse names the patient, by number or hospital number, of the own ward only") func byHand() throws {
        for key in ["1", #""H0""#, #""1""#] {
            let answer = try post(#"{"patient":\#(key),"type_donnee":"consciousness","valeur":"C"}"#, as: .infirmier)
            #expect(answer.status == 201 && answer["valeur"]?.text == "C", "\(answer.text)")
        }
        for key in ["2", #""H1""#, "77", "1000000000000000000", #""x' OR '1'='1""#] {
            let answer = try post(#"{"patient":\#(key),"type_donnee":"spo2","valeur":97}"#, as: .infirmier)
            #expect(answer.status == 400 && answer["patient"] != nil, "\(key): \(answer.text)")
        }
        let nobody = try post(#"{"type_donnee":"spo2","valeur":97}"#, as: .infirmier)
        #expect(nobody.status == 400 && nobody["dispositif"] != nil)
        #expect(try post(#"{"patient":1,"type_donnee":"spo2","valeur":97}"#, as: .device).status == 403)
        #expect(try api.store.stored() == 1)
    }

    @Test("the administrator corrects and deletes; the screen's latest value follows") func correcting() throws {
        let older = api.now.advanced(bySeconds: -60).rfc3339
        try post(#"{"type_donnee":"spo2","valeur":90,"timestamp":"\#(older)"}"#)
        try post(#"{"type_donnee":"spo2","valeur":40}"#)
        func latest() throws -> Double? {
            try api.send("GET", "/api/iot/data/latest_data/?patient_id=1")["spo2"]?["valeur"]?.number
        }
        let id = StoredReading.Key(patient: 1, vital: .spo2, measuredAt: api.now, device: 1).id
        #expect(try api.send("PATCH", "/api/iot/data/\(id)/", #"{"valeur":94}"#)["valeur"]?.number == 94)
        #expect(try latest() == 94)
        for bad in ["101", "\"94 %\"", "null"] {
            #expect(try api.send("PUT", "/api/iot/data/\(id)/", #"{"valeur":\#(bad)}"#).status == 400)
        }
        #expect(try api.send("DELETE", "/api/iot/data/\(id)/").status == 204)
        #expect(try latest() == 90)
        #expect(try api.send("DELETE", "/api/iot/data/\(id)/").status == 404)
    }
}
