import Clinical
import Store
import Testing

@testable import API

/// What a request brings.
@Suite struct BodyTests {
    let api: TestService

    init() throws { api = try TestService() }

    @Test(
        "a member that there is not is refused, and those that there are are named",
        arguments: [
            ("POST", "/api/patients/", #"{"identifiant":"N1","nom":"A","prenom":"B","service":1,"x":1}"#), ("PATCH", "/api/patients/1/", #"{"x":1}"#),
            ("POST", "/api/services/", #"{"nom":"W","x":1}"#), ("POST", "/api/patients/1/pause/", #"{"minutes":99,"x":1}"#),
            ("POST", "/api/patients/1/brassard/", #"{"x":1}"#), ("POST", "/api/patients/1/absence/", #"{"motif":"Scanner","x":1}"#),
            ("PUT", "/api/limites/", #"{"limites":[],"x":1}"#), ("POST", "/api/utilisateurs/", #"{"username":"u","role":"admin","x":1}"#),
            ("PATCH", "/api/moi/", #"{"langue":"fr","x":1}"#), ("POST", "/api/session/", #"{"username":"a","password":"b","x":1}"#),
            ("POST", "/api/iot/dispositifs/1/affectations/", #"{"patient":1,"x":1}"#), ("POST", "/api/patients/1/sortie/", #"{"x":1}"#),
        ]) func unknownMember(method: String, path: String, body: String) throws
    {
        let answer = try api.send(method, path, body)
        #expect(answer.status == 400 && answer["errors"]?["x"]?[0]?.text?.isEmpty == false, "\(answer.text)")
    }

    @Test("an element of a list of limits that has a member too many, or several faults, is named by its number") func limits() throws {
        let good = #"{"type_donnee":"spo2","cote":"bas","niveau_gravite":"error","seuil":88}"#
        let bad = #"{"type_donnee":"spo3","cote":"bas","niveau_gravite":"high","seuil":"haut","x":1}"#
        let answer = try api.send("PUT", "/api/limites/", #"{"limites":[\#(good),\#(bad),7]}"#)
        let texts = try #require(answer["errors"]?["limites"]?.array)
        let messages = texts.compactMap(\.text)
        for part in ["n° 2, niveau_gravite", "n° 2, seuil", "n° 2, type_donnee", "n° 2, x", "n° 3"] {
            #expect(messages.contains { $0.hasPrefix(part) }, "\(part): \(messages)")
        }
        #expect(!messages.contains { $0.hasPrefix("n° 1") })
    }

    @Test("the replaced system's own routes go on ignoring what they do not know") func ignored() throws {
        #expect(try api.send("PATCH", "/api/iot/dispositifs/1/", #"{"nom":"E","x":{"y":[1]}}"#).status == 200)
        #expect(try api.send("POST", "/api/iot/dispositifs/1/update_status/", #"{"statut":"actif","x":1}"#).status == 200)
        let alert = #"{"patient":1,"type_alerte":"x","message":"m","niveau_gravite":"info","acquittee":false,"x":1}"#
        #expect(try api.send("POST", "/api/iot/alertes/", alert).status == 201)
        #expect(try api.send("PATCH", "/api/iot/alertes/1/", #"{"acquittee":true,"x":1}"#).status == 200)
        #expect(try api.send("POST", "/api/iot/data/", as: .device, #"{"type_donnee":"spo2","valeur":97,"x":{"y":1}}"#).status == 201)
    }

    @Test(
        "a client may put back what it got",
        arguments: ["/api/patients/1/", "/api/services/1/", "/api/iot/dispositifs/1/", "/api/utilisateurs/2/", "/api/limites/"])
    func putBack(path: String) throws {
        let got = try api.send("GET", path).text
        let method = Service.routes.contains { $0.method == "PUT" && $0.path == path.replacing("/1/", with: "/{id}/") } ? "PUT" : "PATCH"
        let answer = try api.send(method, path, got)
        #expect(answer.status == 200, "\(answer.text)")
        // An administrator's own role may not be repeated; another's may.
        if method == "PUT", !path.contains("limites") { #expect(answer.text.count == got.count) }
    }

    @Test("every faulty field is reported, each with what is allowed, under `errors` and beside the standard members") func everyFault() throws {
        let body = #"{"nom":"","sexe":"Z","service":"un","date_naissance":"23/04/1950","echelle_spo2":3,"y":1}"#
        let answer = try api.send("POST", "/api/patients/", body)
        #expect(answer.status == 400)
        let fields: Set = ["identifiant", "nom", "prenom", "sexe", "service", "date_naissance", "echelle_spo2", "y"]
        #expect(answer["errors"]?.names == fields)
        for field in fields { #expect(answer[field] == answer["errors"]?[field]) }
        #expect(answer["sexe"]?[0]?.text == "« Z » n’existe pas : F, M ou X.")
        #expect(answer["nom"]?[0]?.text == "Un texte de 1 à 80 caractères est requis.")
        #expect(try api.send("POST", "/api/iot/alertes/", "{}")["errors"]?.names == ["patient", "type_alerte", "message", "niveau_gravite"])
        #expect(try api.send("POST", "/api/token/", "{}")["errors"]?.names == ["username", "password"])
    }

    @Test("a field that is called as a standard member is stands under `errors` alone") func standardNames() throws {
        let answer = try api.send("POST", "/api/services/", #"{"nom":"W","status":1,"detail":2}"#)
        #expect(answer["status"] == .integer(400) && answer["detail"]?.text == "Un champ est absent ou incorrect.")
        #expect(answer["errors"]?.names == ["status", "detail"])
    }

    @Test("ids, numbers and flags may be texts, and texts numbers") func lenient() throws {
        #expect(try api.send("PATCH", "/api/patients/1/", #"{"service":"1","enceinte":"true","nom":12}"#)["enceinte"] == .bool(true))
        #expect(try api.send("GET", "/api/patients/1/")["nom"]?.text == "12")
        #expect(try api.send("POST", "/api/iot/alertes/", #"{"patient":"1","type_alerte":"x","message":"m","niveau_gravite":"info"}"#).status == 201)
        #expect(try api.send("PATCH", "/api/iot/alertes/1/", #"{"acquittee":"true"}"#)["acquittee"] == .bool(true))
        #expect(try api.send("POST", "/api/iot/data/", #"{"dispositif":"1","type_donnee":"spo2","valeur":"97.5"}"#)["valeur"]?.number == 97.5)
    }

    @Test("a form is taken where the replaced system's clients send it, and nowhere else") func forms() throws {
        let form = ["Content-Type": "application/x-www-form-urlencoded; charset=utf-8"]
        let reading = try api.send("POST", "/api/iot/data/", as: .device, "type_donnee=spo2&valeur=97.5&unite=%25&note=a+b", headers: form)
        #expect(reading.status == 201 && reading["valeur"]?.number == 97.5, "\(reading.text)")
        let alert = "patient=1&type_alerte=x&message=Chute+dans+la+chambre&niveau_gravite=warning&timestamp="
        let raised = try api.send("POST", "/api/iot/alertes/", alert, headers: form)
        #expect(raised.status == 201 && raised["message"]?.text == "Chute dans la chambre", "\(raised.text)")
        #expect(try api.send("PATCH", "/api/iot/alertes/1/", "acquittee=true", headers: form)["acquittee"] == .bool(true))
        #expect(try api.send("POST", "/api/token/", as: .nobody, "username=x&password=y", headers: form).status == 401)
        #expect(try api.send("POST", "/api/token/refresh/", as: .nobody, "refresh=x", headers: form).status == 401)
        #expect(try api.send("PATCH", "/api/iot/dispositifs/1/", "nom=Un+autre", headers: form)["nom"]?.text == "Un autre")
        for path in ["/api/session/", "/api/patients/"] {
            #expect(try api.send("POST", path, "username=x&password=y", headers: form).status == 415, "\(path)")
        }
    }

    @Test("a form in parts is taken where a form is") func parts() throws {
        func send(_ path: String, _ body: String, type: String = "multipart/form-data; boundary=\"a b\"") throws -> Answer {
            try api.send("POST", path, body.replacing("\n", with: "\r\n"), headers: ["Content-Type": type])
        }
        func part(_ name: String, _ value: String, more: String = "") -> String {
            "--a b\nContent-Disposition: form-data; name=\"\(name)\"\(more)\n\n\(value)\n"
        }
        let alert = part("patient", "1") + part("type_alerte", "x") + part("message", "Une\n--a\nchute ; à 3 h")
        let raised = try send("/api/iot/alertes/", "preamble\n" + alert + part("niveau_gravite", "warning") + part("timestamp", "") + "--a b--\n")
        #expect(raised.status == 201 && raised["message"]?.text == "Une --a chute ; à 3 h", "\(raised.text)")
        #expect(try send("/api/iot/data/", part("type_donnee", "spo2") + part("valeur", " 97 ") + part("dispositif", "1") + "--a b--").status == 201)
        let file = try send("/api/iot/alertes/", alert + part("niveau_gravite", "error", more: "; filename=\"x.txt\"") + "--a b--")
        #expect(file.status == 400 && file["niveau_gravite"] != nil)
        for broken in [
            "", "--a b", "--a b\n", "--a b\nx\n--a b--", "--a b\nContent-Disposition: form-data\n\nx\n--a b--", part("x", "1"),
            part("x", "1") + "--a b-", "\n\n\n",
        ] {
            let answer = try send("/api/iot/alertes/", broken)
            #expect(answer.status == 400, "\(broken): \(answer.text)")
        }
        #expect(try send("/api/iot/alertes/", String(repeating: part("x", "1"), count: 201) + "--a b--")["non_field_errors"] != nil)
        #expect(try send("/api/patients/", part("nom", "x") + "--a b--").status == 415)
        #expect(try send("/api/iot/alertes/", "x", type: "multipart/form-data").status == 415)
    }

    @Test("only a doctor chooses the scale of the score, also for who is new") func scale() throws {
        #expect(try api.send("PATCH", "/api/patients/1/", as: .infirmier, #"{"echelle_spo2":2}"#).status == 403)
        #expect(try api.send("PATCH", "/api/patients/1/", as: .infirmier, #"{"echelle_spo2":1}"#).status == 200)
        let new = #"{"identifiant":"N1","nom":"A","prenom":"B","service":1,"echelle_spo2":2}"#
        #expect(try api.send("POST", "/api/patients/", as: .infirmier, new).status == 403)
        #expect(try api.send("PATCH", "/api/patients/1/", as: .medecin, #"{"echelle_spo2":2}"#).status == 200)
        #expect(try api.send("PATCH", "/api/patients/1/", as: .infirmier, #"{"echelle_spo2":2}"#).status == 200, "as it is")
    }
}
