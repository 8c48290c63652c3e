import Access
import Clinical
import Store
import TestDatabase
import Testing

@testable import API

/// What a machine key must have for a route, written down a second time. Any other route is closed to every key.
private let needed: [String: Permission] = [
    "GET /api/services/": .readWards,
    "GET /api/services/{id}/": .readWards,
    "GET /api/services/{id}/traces/": .readReadings,
    "GET /api/services/{id}/pause/": .readAlerts,
    "GET /api/services/{id}/limites/": .readAlerts,
    "GET /api/patients/": .readPatients,
    "POST /api/patients/": .managePatients,
    "PUT /api/patients/": .managePatients,
    "GET /api/patients/{id}/": .readPatients,
    "PUT /api/patients/{id}/": .managePatients,
    "PATCH /api/patients/{id}/": .managePatients,
    "POST /api/patients/{id}/sortie/": .managePatients,
    "POST /api/patients/{id}/sortie/annuler/": .managePatients,
    "GET /api/patients/{id}/saisies/": .correctOwnReadings,
    "GET /api/patients/{id}/pause/": .readAlerts,
    "GET /api/patients/{id}/absence/": .readAlerts,
    "POST /api/patients/{id}/absence/": .acknowledgeAlerts,
    "DELETE /api/patients/{id}/absence/": .acknowledgeAlerts,
    "GET /api/patients/{id}/brassard/": .readAlerts,
    "POST /api/patients/{id}/brassard/": .acknowledgeAlerts,
    "DELETE /api/patients/{id}/brassard/": .acknowledgeAlerts,
    "GET /api/patients/{id}/score/": .readReadings,
    "GET /api/limites/": .readAlerts,
    "GET /api/patients/{id}/limites/": .readAlerts,
    "GET /api/patients/{id}/limites/changements/": .readAlerts,
    "GET /api/patients/{id}/historique/": .readReadings,
    "GET /api/patients/{id}/alarmes/charge/": .readAlerts,
    "GET /api/iot/dispositifs/": .readDevices,
    "GET /api/iot/dispositifs/{id}/": .readDevices,
    "GET /api/iot/dispositifs/{id}/etalonnages/": .readDevices,
    "GET /api/iot/dispositifs/{id}/affectations/": .assignDevices,
    "POST /api/iot/dispositifs/{id}/affectations/": .assignDevices,
    "PATCH /api/iot/dispositifs/{id}/affectations/{affectation}/": .assignDevices,
    "DELETE /api/iot/dispositifs/{id}/affectations/{affectation}/": .assignDevices,
    "GET /api/iot/data/": .readReadings,
    "POST /api/iot/data/": .enterReadings,
    "GET /api/iot/data/latest_data/": .readReadings,
    "GET /api/iot/data/{id}/": .readReadings,
    "PUT /api/iot/data/{id}/": .correctOwnReadings,
    "PATCH /api/iot/data/{id}/": .correctOwnReadings,
    "DELETE /api/iot/data/{id}/": .correctOwnReadings,
    "GET /api/iot/alertes/": .readAlerts,
    "POST /api/iot/alertes/": .raiseAlerts,
    "GET /api/iot/alertes/{id}/": .readAlerts,
    "GET /api/iot/alertes/{id}/traces/": .readAlerts,
    "PUT /api/iot/alertes/{id}/": .acknowledgeAlerts,
    "PATCH /api/iot/alertes/{id}/": .acknowledgeAlerts,
    "DELETE /api/iot/alertes/{id}/": .acknowledgeAlerts,
    "POST /api/iot/alertes/{id}/acquitter/": .acknowledgeAlerts,
    "POST /api/iot/alertes/{id}/acquitter/annuler/": .acknowledgeAlerts,
    "POST /api/iot/alertes/{id}/medecin/": .acknowledgeAlerts,
]

/// Every route, each set of permissions, the key's ward and another.
@Suite struct MachineKeyRouteTests {
    /// None; where one is needed, that one alone and all others; all.
    private static func sets(for needed: Permission?) -> [[Permission]] {
        let all = Permission.ofMachineKeys
        return [[]] + (needed.map { one in [[one], all.filter { $0 != one }] } ?? []) + [all]
    }

    let api: TestService

    init() throws {
        api = try RouteTableTests().api
    }

    /// - Returns: of the first ward.
    private func key(_ name: String, _ permissions: [Permission]) throws -> TestService.Key {
        let key = try api.makeKey(name, permissions.isEmpty ? [.readWards] : permissions)
        // A permission that this program does not know is none.
        if permissions.isEmpty {
            try api.store.connection().script("UPDATE machine_keys SET permissions = '{readTheFuture}' WHERE user_id = \(key.id)")
        }
        return key
    }

    @Test("each set of permissions opens what the table says and nothing else, in the key's wards only", arguments: guarded)
    func permissions(route: Route) throws {
        let expected = try #require(expectations[route.testDescription])
        let permission = needed[route.testDescription]
        for (number, set) in Self.sets(for: permission).enumerated() {
            let key = try key("key \(number)", set)
            func send(ward: Int, number: Int) throws -> Answer {
                let (query, body) = (expected.query.replacing("#", with: "\(number)"), expected.body.replacing("#", with: "\(number)"))
                return try api.send(route.method, "\(route.path(ward: ward, in: api))?\(query)", with: key, body)
            }
            let isAllowed = route.path == "/api/moi/" && route.method == "GET" || permission.map(set.contains) ?? false
            // What a key did not enter itself it does not correct either, and is not told of.
            let isOthers = route.path == "/api/iot/data/{id}/" && route.method != "GET"
            if route.path.contains("{id}") {
                let foreign = try send(ward: 1, number: 50 + number)
                #expect(foreign.status == (isAllowed && !isOthers ? 404 : 403), "\(set), foreign ward: \(foreign.text)")
            }
            let answer = try send(ward: 0, number: number)
            #expect(answer.status == (isAllowed && !isOthers ? expected.status : 403), "\(set): \(answer.text)")
            if answer.status == 403 { #expect(answer["code"]?.text == "permission_denied") }
            try expectDescribed(answer, route, "\(set)")
            if let undo = expected.undo, isAllowed { try api.send("POST", undo.path, undo.body) }
        }
    }

    @Test("lists show a key its own wards, and every ward, also a later one, to a key of all") func lists() throws {
        let (own, every) = (try api.makeKey("own"), try api.makeKey("every", wards: nil))
        for path in ["/api/services/", "/api/patients/", "/api/iot/dispositifs/", "/api/iot/data/", "/api/iot/alertes/"] {
            #expect(try api.send("GET", path, with: own).json?.array?.count == 1, "\(path)")
            #expect(try api.send("GET", path, with: every).json?.array?.count == 2, "\(path)")
            #expect([400, 404].contains(try api.send("GET", "\(path)?patient_id=2", with: own).status))
        }
        #expect(try api.send("POST", "/api/services/", #"{"nom":"Later"}"#).status == 201)
        #expect(try api.send("GET", "/api/services/", with: every).json?.array?.count == 3)
        // As for a nurse, who is discharged exists no more.
        #expect(try api.send("POST", "/api/patients/2/sortie/").status == 200)
        #expect(try api.send("GET", "/api/patients/2/", with: every).status == 404)
    }
}
