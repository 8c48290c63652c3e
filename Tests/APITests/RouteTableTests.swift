import Clinical
import Foundation
import Store
import TestDatabase
import Testing

@testable import API

/// Who may do what, written down a second time: a route without a line here fails.
struct Expectation {
    let who: Set<TestService.Sender>
    var body = ""
    var status = 200
    var query = ""
    /// What an administrator posts after each sender, so that the next finds what the first found.
    var undo: (path: String, body: String)?
}

private let people: Set<TestService.Sender> = [.ecran, .infirmier, .medecin, .admin]
private let care: Set<TestService.Sender> = [.infirmier, .medecin, .admin]
private let patient = #"{"identifiant":"N#","nom":"A","prenom":"B","service":1,"lit":"L#"}"#
/// The first ward's patient, coming again.
private let readmission =
    #"{"identifiant":"H0","nom":"Petit","prenom":"Anne","date_naissance":"1950-04-23","service":1,"lit":"1"}"#
private let limits = #"{"limites":[{"type_donnee":"spo2","cote":"bas","niveau_gravite":"error","seuil":88}],"motif":"m"}"#
private let rehearsal = #"{"limites":[],"depuis":"2026-11-22T00:00:00Z","jusqu_a":"2026-11-23T00:00:00Z"}"#
private let device = ##"{"nom":"D","type_dispositif":"bracelet"}"##
private let machineKey =
    #"{"nom":"K#","permissions":["readPatients"],"tous_services":true,"expire_le":"\#(Date.now.addingTimeInterval(86_400).ISO8601Format())"}"#
private let calibration = #"{"reference":"R","a":0,"b":-34.5,"c":112,"spo2_min":80,"spo2_max":99}"#

let expectations: [String: Expectation] = [
    "GET /api/moi/": .init(who: people),
    "PATCH /api/moi/": .init(who: people, body: #"{"langue":"en"}"#),
    // Who may comes as far as the check of the old password, which is none of these accounts'.
    "POST /api/moi/mot_de_passe/": .init(who: people, body: #"{"actuel":"x","nouveau":"Quatre \u00e9tages sans ascenseur"}"#, status: 400),
    "GET /api/moi/sessions/": .init(who: people),
    "DELETE /api/moi/sessions/{session}/": .init(who: people, status: 204),
    "GET /api/utilisateurs/": .init(who: [.admin]),
    "POST /api/utilisateurs/": .init(who: [.admin], body: #"{"username":"u#","role":"infirmier","services":[1]}"#, status: 201),
    "GET /api/utilisateurs/{id}/": .init(who: [.admin]),
    "PATCH /api/utilisateurs/{id}/": .init(who: [.admin], body: #"{"langue":"en"}"#),
    "POST /api/utilisateurs/{id}/mot_de_passe/": .init(who: [.admin], body: "{}"),
    "GET /api/utilisateurs/{id}/sessions/": .init(who: [.admin]),
    "DELETE /api/utilisateurs/{id}/sessions/": .init(who: [.admin], status: 204),
    "DELETE /api/utilisateurs/{id}/sessions/{session}/": .init(who: [.admin], status: 204),
    "GET /api/cles/": .init(who: [.admin]),
    "POST /api/cles/": .init(who: [.admin], body: machineKey, status: 201),
    "GET /api/cles/{id}/": .init(who: [.admin]),
    "POST /api/cles/{id}/renouveler/": .init(who: [.admin], body: "{}"),
    "DELETE /api/cles/{id}/": .init(who: [.admin], status: 204),
    "GET /api/services/": .init(who: people),
    "POST /api/services/": .init(who: [.admin], body: ##"{"nom":"W#"}"##, status: 201),
    "GET /api/services/{id}/": .init(who: people),
    "PATCH /api/services/{id}/": .init(who: [.admin], body: ##"{"nom":"W#"}"##),
    "DELETE /api/services/{id}/": .init(who: [.admin], status: 409),  // its patients hang on it
    "GET /api/services/{id}/traces/": .init(who: people),
    "GET /api/services/{id}/pause/": .init(who: people),
    "POST /api/services/{id}/pause/": .init(who: care, status: 201),
    "DELETE /api/services/{id}/pause/": .init(who: care, status: 204),
    "GET /api/patients/": .init(who: people),
    "POST /api/patients/": .init(who: care, body: patient, status: 201),
    "PUT /api/patients/": .init(who: care, body: #"{"nom":"A","prenom":"B","service":1,"lit":"L#"}"#, status: 201, query: "identifiant=M#"),
    "POST /api/import/patients/": .init(who: [.admin], body: "identifiant,nom,prenom,service\nI#,A,B,1"),
    "POST /api/import/dispositifs/": .init(who: [.admin], body: "nom,type_dispositif\nD#,bracelet"),
    "GET /api/patients/{id}/": .init(who: people),
    "PUT /api/patients/{id}/": .init(who: care, body: patient),
    "PATCH /api/patients/{id}/": .init(who: care, body: #"{"lit":"3"}"#),
    "POST /api/patients/{id}/profil/": .init(who: care, body: #"{"profil":"adulte"}"#),
    "POST /api/patients/{id}/sortie/": .init(who: care, undo: ("/api/patients/", readmission)),
    "POST /api/patients/{id}/sortie/annuler/": .init(who: care, status: 409),  // the patient is present
    "GET /api/patients/{id}/saisies/": .init(who: care),
    "GET /api/limites/": .init(who: people),
    "PUT /api/limites/": .init(who: [.admin], body: limits),
    "GET /api/services/{id}/limites/": .init(who: people),
    "PUT /api/services/{id}/limites/": .init(who: care, body: limits),
    "GET /api/patients/{id}/limites/": .init(who: people),
    "PUT /api/patients/{id}/limites/": .init(who: care, body: limits),
    "GET /api/patients/{id}/limites/changements/": .init(who: people),
    "POST /api/patients/{id}/limites/essai/": .init(who: care, body: rehearsal),
    "GET /api/patients/{id}/historique/": .init(who: people, query: "type_donnee=spo2"),
    "GET /api/patients/{id}/alarmes/charge/": .init(who: people),
    "GET /api/patients/{id}/pause/": .init(who: people),
    "POST /api/patients/{id}/pause/": .init(who: care, body: #"{"duree_s":60}"#, status: 201),
    "DELETE /api/patients/{id}/pause/": .init(who: care, status: 204),
    "GET /api/patients/{id}/absence/": .init(who: people),
    "POST /api/patients/{id}/absence/": .init(who: care, body: #"{"motif":"Scanner"}"#, status: 201),
    "DELETE /api/patients/{id}/absence/": .init(who: care, status: 204),
    "GET /api/patients/{id}/brassard/": .init(who: people),
    "POST /api/patients/{id}/brassard/": .init(who: care, status: 201),
    "DELETE /api/patients/{id}/brassard/": .init(who: care, status: 204),
    "GET /api/patients/{id}/score/": .init(who: people),
    "GET /api/iot/dispositifs/": .init(who: people),
    "POST /api/iot/dispositifs/": .init(who: [.admin], body: device, status: 201),
    "GET /api/iot/dispositifs/{id}/": .init(who: people),
    "PUT /api/iot/dispositifs/{id}/": .init(who: [.admin], body: device),
    "PATCH /api/iot/dispositifs/{id}/": .init(who: [.admin], body: #"{"nom":"E"}"#),
    "DELETE /api/iot/dispositifs/{id}/": .init(who: [.admin], status: 204),
    "POST /api/iot/dispositifs/{id}/update_status/": .init(who: care.union([.device]), body: #"{"statut":"actif"}"#),
    "POST /api/iot/dispositifs/{id}/cle/": .init(who: [.admin]),
    "GET /api/iot/dispositifs/{id}/etalonnages/": .init(who: people),
    "POST /api/iot/dispositifs/{id}/etalonnages/": .init(who: [.admin], body: calibration, status: 201),
    "DELETE /api/iot/dispositifs/{id}/etalonnages/{etalonnage}/": .init(who: [.admin], status: 204),
    "GET /api/iot/dispositifs/{id}/affectations/": .init(who: care),
    "POST /api/iot/dispositifs/{id}/affectations/": .init(who: care, body: #"{"patient":1,"autres_dispositifs":"garder"}"#, status: 201),
    "PATCH /api/iot/dispositifs/{id}/affectations/{affectation}/": .init(who: care, body: #"{"fin":null}"#),
    "DELETE /api/iot/dispositifs/{id}/affectations/{affectation}/": .init(who: care, status: 409),  // it has begun
    "GET /api/iot/data/": .init(who: people),
    "POST /api/iot/data/": .init(
        who: care.union([.device]), body: #"{"dispositif":1,"type_donnee":"spo2","valeur":97}"#, status: 201),
    "GET /api/iot/data/latest_data/": .init(who: people, query: "patient_id=1"),
    "GET /api/iot/data/{id}/": .init(who: people),
    "PUT /api/iot/data/{id}/": .init(who: [.admin], body: #"{"valeur":98}"#),
    "PATCH /api/iot/data/{id}/": .init(who: [.admin], body: #"{"valeur":98}"#),
    "DELETE /api/iot/data/{id}/": .init(who: [.admin], status: 204),
    "GET /api/iot/alertes/": .init(who: people),
    "POST /api/iot/alertes/": .init(
        who: care, body: #"{"patient":1,"type_alerte":"x","message":"m","niveau_gravite":"info"}"#, status: 201),
    "GET /api/iot/alertes/{id}/": .init(who: people),
    "GET /api/iot/alertes/{id}/traces/": .init(who: people),
    "PUT /api/iot/alertes/{id}/": .init(who: care, body: #"{"acquittee":true}"#),
    "PATCH /api/iot/alertes/{id}/": .init(who: care, body: #"{"acquittee":true}"#),
    "DELETE /api/iot/alertes/{id}/": .init(who: care, status: 204),
    "POST /api/iot/alertes/{id}/acquitter/": .init(who: care),
    "POST /api/iot/alertes/{id}/acquitter/annuler/": .init(who: care, status: 409),  // it is not acknowledged
    "POST /api/iot/alertes/{id}/medecin/": .init(who: care, status: 409),  // it is not about the score
    "POST /api/iot/alertes/{id}/clore/": .init(who: [.medecin, .admin], status: 409),
    "GET /api/alarmes/mesures/": .init(who: [.admin]),
    "GET /api/audit/": .init(who: [.admin]),
]

extension Route: CustomTestStringConvertible {
    public var testDescription: String { "\(method) \(path)" }
    var isOpen: Bool { if case .anyone = requirement { true } else { false } }

    /// The path with the number of something that the first or the second ward has, and a session of whom it names, else of the sender.
    func path(ward: Int, in api: TestService, as sender: TestService.Sender = .nobody) throws -> String {
        let id: String
        if path.contains("/data/") {
            let key = StoredReading.Key(
                patient: api.store.patients[ward].id, vital: .spo2, measuredAt: api.now.advanced(bySeconds: -5),
                device: api.store.devices[ward].id)
            id = key.id
        } else if path == "/api/utilisateurs/{id}/mot_de_passe/" {
            id = "2"  // 1 is the administrator who asks, and nobody resets their own
        } else if path.hasPrefix("/api/cles/") {
            let keys = try api.machineKeys
            id = "\(keys.indices.contains(ward) ? keys[ward] : 0)"
        } else {
            id = "\(ward + 1)"
        }
        let user = path.contains("{id}") ? id : api.id(sender).map(String.init) ?? "0"
        return path.replacing("{id}", with: id).replacing("{session}", with: "session-\(user)")
            .replacing("{affectation}", with: "\(ward + 1)").replacing("{etalonnage}", with: "\(ward + 1)")
    }
}

/// One of each device, numbered as the devices.
func calibrations(_ store: TestStore) -> String {
    "INSERT INTO device_calibrations (device_id, calibrated_by, calibrated_at, reference, a, b, c, spo2_min, spo2_max) "
        + "SELECT id, 1, now(), 'R', 0, -34, 111, 80, 99 FROM devices ORDER BY id"
}

let guarded = Service.routes.filter { !$0.isOpen }

@Suite struct RouteTableTests {
    let api: TestService

    init() throws {
        api = try TestService()
        let store = api.store
        for (patient, key) in zip(store.patients, store.keys) {
            _ = try store.database.addAlert(
                patient: patient.id, kind: "k", message: "m", severity: .error, measuredAt: api.now, store.admin)
            let reading = Reading(vital: .spo2, value: 95, measuredAt: api.now.advanced(bySeconds: -5))
            _ = try api.ingest.submit(Submission(origin: .device(key), readings: [reading], receivedAt: api.now))
        }
        _ = try api.makeKey("first", wards: [1])
        _ = try api.makeKey("second", wards: [2])
        try store.connection().script(calibrations(store))
        try store.connection().script("INSERT INTO sessions (id, user_id, kind) SELECT 'session-' || id, id, 'program' FROM users")
    }

    @Test("only logging in and out, the version and the description are open to anyone") func open() {
        #expect(
            Set(Service.routes.filter(\.isOpen).map(\.path)) == [
                "/api/token/", "/api/token/refresh/", "/api/token/verify/", "/api/token/blacklist/", "/api/session/",
                "/api/version/", "/api/openapi.json",
            ])
        #expect(expectations.count == guarded.count)
    }

    @Test("each role may do what the table says and nothing else", arguments: guarded) func permissions(route: Route) throws {
        let expected = try #require(expectations[route.testDescription], "a new route needs a decision on who may")
        // From the one who may least to the one who may most: a DELETE comes last.
        for (number, sender) in TestService.Sender.allCases.enumerated() {
            let path = try route.path(ward: 0, in: api, as: sender)
            let body = expected.body.replacing("#", with: "\(number)")
            let answer = try api.send(route.method, "\(path)?\(expected.query.replacing("#", with: "\(number)"))", as: sender, body)
            let status = expected.who.contains(sender) ? expected.status : sender == .nobody ? 401 : 403
            #expect(answer.status == status, "\(sender): \(answer.text)")
            try expectDescribed(answer, route, "\(sender)")
            if status == 401 {
                #expect(answer.header("WWW-Authenticate") == #"Bearer realm="api""#)
                #expect(answer["code"]?.text == "not_authenticated")
            }
            if status == 403 { #expect(answer["code"]?.text == "permission_denied") }
            if let undo = expected.undo { try api.send("POST", undo.path, undo.body) }
        }
    }

    @Test("what belongs to another ward is not there", arguments: guarded.filter { $0.path.contains("{id}") })
    func foreign(route: Route) throws {
        let expected = try #require(expectations[route.testDescription])
        for sender in expected.who.intersection([.ecran, .infirmier, .medecin]) {
            let answer = try api.send(route.method, route.path(ward: 1, in: api), as: sender, expected.body)
            #expect(answer.status == 404, "\(sender): \(answer.text)")
            #expect(answer["code"]?.text == "not_found")
        }
        let admin = try api.send(
            route.method, "\(route.path(ward: 1, in: api))?\(expected.query.replacing("#", with: "9"))", expected.body.replacing("#", with: "9"))
        #expect(admin.status == expected.status, "\(admin.text)")
    }

    /// What is a patient's own. Who wears a device is part of its list of assignments; the device itself goes on to others. Taking back has its
    /// own tests: who discharged a patient may do that.
    private static let ofPatients = guarded.filter { route in
        !route.path.hasSuffix("/annuler/")
            && ["/patients/{id}/", "/data/{id}/", "/alertes/{id}/", "{affectation}"].contains { route.path.contains($0) }
    }

    @Test("a discharged patient exists for administrators only", arguments: ofPatients) func discharged(route: Route) throws {
        let expected = try #require(expectations[route.testDescription])
        #expect(try api.send("POST", "/api/patients/1/sortie/", as: .infirmier).status == 200)
        let path = try route.path(ward: 0, in: api)
        for sender in expected.who.intersection([.ecran, .infirmier, .medecin]) {
            let answer = try api.send(route.method, path, as: sender, expected.body)
            #expect(answer.status == 404, "\(sender): \(answer.text)")
        }
        let answer = try api.send(route.method, "\(path)?\(expected.query.replacing("#", with: "9"))", expected.body.replacing("#", with: "9"))
        // Who has left does not wear anything or get a bed again, and nothing sounds or rests.
        let isTooLate =
            path.contains("/affectations/") || ["PUT", "PATCH"].contains(route.method) && route.path == "/api/patients/{id}/"
            || (route.method == "POST" && ["/pause/", "/absence/", "/brassard/", "/profil/"].contains { path.hasSuffix($0) })
        #expect(answer.status == (isTooLate ? 409 : expected.status), "\(answer.text)")
    }

    private static let listsOfPatient = ["/api/iot/alertes/?patient_id=1", "/api/iot/dispositifs/?patient=1"]

    @Test("a discharged patient stands in no list, no filter and no body but an administrator's") func dischargedElsewhere() throws {
        #expect(try api.send("POST", "/api/patients/H0/sortie/", as: .medecin).status == 200)
        for sender in [TestService.Sender.ecran, .infirmier, .medecin] {
            for path in ["/api/patients/", "/api/iot/data/", "/api/iot/alertes/"] {
                #expect(try api.send("GET", path, as: sender).json == .array([]), "\(sender) \(path)")
            }
            // But for a day in their ward's list of those who have left.
            #expect(try api.send("GET", "/api/patients/?sortis=true", as: sender).json?.array?.count == (sender == .ecran ? 0 : 1))
            for path in ["/api/iot/data/?patient_id=1", "/api/iot/data/latest_data/?patient_id=H0"] + Self.listsOfPatient {
                #expect(try api.send("GET", path, as: sender).status == 404)
            }
        }
        #expect(try api.send("GET", "/api/iot/dispositifs/1/affectations/", as: .infirmier).json == .array([]))
        let alert = #"{"patient":1,"type_alerte":"x","message":"m","niveau_gravite":"info"}"#
        for (path, body) in [
            ("/api/iot/data/", #"{"patient":1,"type_donnee":"spo2","valeur":97}"#), ("/api/iot/alertes/", alert),
            ("/api/iot/dispositifs/1/affectations/", #"{"patient":1}"#),
        ] {
            let answer = try api.send("POST", path, as: .infirmier, body)
            #expect(answer.status == 400 && answer["patient"] != nil, "\(path): \(answer.text)")
        }
        let relayed = #"{"dispositif":1,"type_donnee":"spo2","valeur":97,"timestamp":"\#(api.now.advanced(bySeconds: -60).rfc3339)"}"#
        #expect(try api.send("POST", "/api/iot/data/", as: .infirmier, relayed).status == 400)
        #expect(try api.send("GET", "/api/patients/").json?.array?.count == 1)
        #expect(try api.send("GET", "/api/patients/?sortis=true").json?[0]?["sorti_le"]?.text != nil)
        #expect(try api.send("GET", "/api/iot/data/?patient_id=1").json?.array?.count == 1)
        #expect(try api.send("GET", "/api/iot/dispositifs/1/affectations/").json?.array?.count == 1)
    }

    @Test(
        "lists leave out what belongs to other wards, and a filter does not bring it back",
        arguments: [
            "/api/services/", "/api/patients/", "/api/iot/dispositifs/", "/api/iot/data/", "/api/iot/alertes/",
        ]) func lists(path: String) throws
    {
        #expect(try api.send("GET", path).json?.array?.count == 2)
        for sender in [TestService.Sender.ecran, .infirmier, .medecin] {
            #expect(try api.send("GET", path, as: sender).json?.array?.count == 1)
        }
        for filter in ["service=2", "patient=2", "patient_id=2", "dispositif=2"] {
            let foreign = try api.send("GET", "\(path)?\(filter)", as: .infirmier)
            // A filter that this list does not know is refused; one that it knows leaves nothing.
            #expect(foreign.json == .array([]) || foreign.status == 404 || foreign.status == 400, "\(foreign.text)")
        }
    }
}
