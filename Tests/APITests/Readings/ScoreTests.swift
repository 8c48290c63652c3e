import Clinical
import Store
import Testing

@testable import API

/// The early warning score, seen from HTTP.
@Suite struct ScoreTests {
    let api: TestService

    init() throws { api = try TestService() }

    private func enter(_ values: [String: String], hoursAgo: Double = 0) throws {
        let at = api.now.advanced(bySeconds: -hoursAgo * 3600).rfc3339
        for (vital, value) in values {
            let answer = try api.send(
                "POST", "/api/iot/data/", as: .infirmier, #"{"patient":1,"type_donnee":"\#(vital)","valeur":\#(value),"timestamp":"\#(at)"}"#)
            #expect(answer.status == 201, "\(answer.text)")
        }
    }

    private func measure(_ vital: Vital, _ value: Double, secondsAgo: Double = 0) throws {
        let reading = Reading(vital: vital, value: value, measuredAt: api.now.advanced(bySeconds: -secondsAgo))
        _ = try api.ingest.submit(Submission(origin: .device(api.store.keys[0]), readings: [reading], receivedAt: api.now))
    }

    private func score() throws -> Answer { try api.send("GET", "/api/patients/H0/score/", as: .infirmier) }

    private func said() throws -> String {
        let score = try score()
        func number(_ name: String) -> Int { Int(score[name]?.number ?? -1) }
        return "\(number("minimum"))–\(number("maximum")), \(number("connus")) of \(number("parametres"))"
    }

    @Test("clinical.md's vectors, on both scales") func vectors() throws {
        try enter([
            "respiratory_rate": "24", "spo2": "93", "supplemental_o2": "0", "systolic_bp": "105", "heart_rate": "115", "consciousness": "\"A\"",
            "temperature": "38.5",
        ])
        #expect(try said() == "8–8, 7 of 7")
        #expect(try score()["risque_minimum"]?.text == "urgence" && score()["risque_maximum"]?.text == "urgence")
        #expect(try api.send("PATCH", "/api/patients/1/", as: .medecin, #"{"echelle_spo2":2}"#)["echelle_spo2"]?.number == 2)
        api.pass(minutes: 0.1)
        try enter([
            "respiratory_rate": "18", "spo2": "97", "supplemental_o2": "1", "systolic_bp": "120", "heart_rate": "80", "consciousness": "\"A\"",
            "temperature": "37",
        ])
        #expect(try said() == "5–5, 7 of 7")
        api.pass(minutes: 0.1)
        try enter([
            "respiratory_rate": "8", "spo2": "83", "supplemental_o2": "0", "systolic_bp": "90", "heart_rate": "40", "consciousness": "\"U\"",
            "temperature": "35.0",
        ])
        #expect(try said() == "18–18, 7 of 7")
        #expect(try score()["parties"]?[5]?["valeur"]?.text == "U")
    }

    @Test("with four of seven it is what it can be, and names what is missing or too old") func bounds() throws {
        try enter(["respiratory_rate": "22", "systolic_bp": "105", "consciousness": "\"A\""], hoursAgo: 1)
        try enter(["temperature": "38.5"], hoursAgo: 13)
        try measure(.heartRate, 80)
        #expect(try said() == "3–11, 4 of 7")
        let score = try score()
        #expect(
            score.json?.names == [
                "applicable", "motif", "echelle", "minimum", "maximum", "connus", "parametres", "risque_minimum", "risque_maximum", "calcule_le",
                "parties",
            ])
        let parts = try #require(score["parties"]?.array)
        #expect(parts.map { $0["parametre"]?.text } == EarlyWarningScore.Parameter.allCases.map(\.rawValue))
        #expect(parts.map { $0["etat"]?.text } == ["connu", "absent", "absent", "connu", "connu", "connu", "ancien"])
        #expect(parts[6]["valeur"]?.number == 38.5 && parts[6]["points_maximum"]?.number == 3 && parts[1]["valeur"] == .null)
        #expect(score["risque_minimum"]?.text == "faible" && score["risque_maximum"]?.text == "urgence" && score["applicable"] == .bool(true))
    }

    @Test("a skin temperature counts only where the ward has validated its site") func skin() throws {
        try enter(["temperature": "38.5"], hoursAgo: 4)
        try measure(.temperature, 34.9)
        #expect(try score()["parties"]?[6]?["valeur"]?.number == 38.5)
        #expect(try api.send("PATCH", "/api/services/1/", #"{"temperature_cutanee_validee":true}"#)["temperature_cutanee_validee"] == .bool(true))
        #expect(try score()["parties"]?[6]?["valeur"]?.number == 34.9)
        #expect(try api.send("GET", "/api/services/1/", as: .ecran)["nom"]?.text == "Cardiologie")
        #expect(try api.send("PATCH", "/api/services/1/", "{}")["nom"] != nil)
    }

    @Test("it is not for who is under 16 or pregnant; an unknown birth date does not forbid it") func applicability() throws {
        let year = try #require(Int(api.now.rfc3339.prefix(4)))
        for (patch, reason) in [
            (#"{"date_naissance":"\#(year - 15)-12-31"}"#, "moins_de_16_ans"), (#"{"date_naissance":null}"#, nil),
            (#"{"enceinte":true}"#, "grossesse"),
            (#"{"enceinte":false,"date_naissance":"\#(year - 17)-01-01"}"#, nil),
        ] as [(String, String?)] {
            #expect(try api.send("PATCH", "/api/patients/1/", as: .infirmier, patch).status == 200)
            let score = try score()
            #expect(score["motif"]?.text == reason && score["applicable"] == .bool(reason == nil))
            if reason != nil { #expect(score["minimum"] == .null && score["maximum"] == .null && score["parties"] == .array([])) }
        }
    }

    @Test("the second scale is a doctor's decision, also the way back; others leave it as it is") func scale() throws {
        let path = "/api/patients/1/"
        #expect(try api.send("PATCH", path, as: .infirmier, #"{"echelle_spo2":2}"#).status == 403)
        #expect(try api.send("PATCH", path, as: .medecin, #"{"echelle_spo2":3}"#)["echelle_spo2"] != nil)
        #expect(try api.send("PATCH", path, as: .medecin, #"{"echelle_spo2":2}"#).status == 200)
        #expect(try api.send("PATCH", path, as: .infirmier, #"{"echelle_spo2":1}"#).status == 403)
        let known = #"{"identifiant":"H0","nom":"Petit","prenom":"Anne","date_naissance":"1950-04-23","service":1,"lit":"7"}"#
        #expect(try api.send("PUT", path, as: .infirmier, known)["echelle_spo2"]?.number == 2)
        #expect(try api.send("PATCH", path, as: .infirmier, #"{"lit":"8","echelle_spo2":2}"#).status == 200)
        #expect(try score()["echelle"]?.number == 2)
        let new = #"{"identifiant":"N1","nom":"A","prenom":"B","service":1,"lit":"L1","echelle_spo2":2}"#
        #expect(try api.send("POST", "/api/patients/", as: .infirmier, new).status == 403)
        #expect(try api.send("POST", "/api/patients/", as: .medecin, new)["echelle_spo2"]?.number == 2)
        // Who comes again keeps the scale; a pregnancy need not have lasted.
        #expect(try api.send("PATCH", path, as: .infirmier, #"{"enceinte":true}"#).status == 200)
        #expect(try api.send("POST", path + "sortie/", as: .infirmier).status == 200)
        let again = try api.send("POST", "/api/patients/", as: .infirmier, known)
        #expect(again["echelle_spo2"]?.number == 2 && again["enceinte"] == .bool(false))
    }
}
