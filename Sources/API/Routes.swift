import Access
import Store

/// One row of the table: what is served, for whom, and by which function.
struct Route: Sendable {
    let method: String
    /// `{name}` stands for one segment.
    let path: String
    let requirement: Requirement
    /// Any other parameter is refused.
    let query: [QueryParameter]
    let body: any RequestBody.Type
    /// Reads the body, and returns what is to be done with it.
    let read: @Sendable ([UInt8], BodyContext) throws -> Action

    /// In bytes.
    var bodyLimit: Int { body.limitBytes }
    var takesForms: Bool { body.takesForms }

    typealias Action = (Service, Call) throws -> Response
}

/// One request on its way to its handler, without its body.
struct Call: Sendable {
    let request: Request
    let caller: Caller
    let parameters: [String: String]
    /// Each parameter that the route names is what its row says.
    let query: Query

    /// The caller's scope. - Throws: 403 for a device: its routes do not ask for it.
    func scope() throws -> Scope {
        guard case .user(let scope) = caller else { throw Problem.forbidden }
        return scope
    }

    func number(_ name: String) throws -> Int {
        guard let number = parameters[name].flatMap({ Int32($0) }) else { throw Problem.notFound }
        return Int(number)
    }
}

extension Service {
    /// THE route table. Every row says who may.
    static let routes: [Route] = [
        Route("GET", "/api/version/", .anyone) { try $0.showVersion($1) },
        Route("GET", "/api/openapi.json", .anyone) { $0.showDescription($1) },

        Route("POST", "/api/token/", .anyone, TokenRequest.self) { try $0.logIn($1, $2) },
        Route("POST", "/api/token/refresh/", .anyone, RefreshBody.self) { try $0.refresh($1, $2) },
        Route("POST", "/api/token/verify/", .anyone, TokenBody.self) { try $0.verify($1, $2) },
        Route("POST", "/api/token/blacklist/", .anyone, RefreshBody.self) { try $0.blacklist($1, $2) },
        Route("POST", "/api/session/", .anyone, SessionCredentials.self) { try $0.openSession($1, $2) },
        Route("PUT", "/api/session/", .anyone, SessionActivity.self) { try $0.renewSession($1, $2) },
        Route("DELETE", "/api/session/", .anyone) { try $0.closeSession($1) },

        Route("GET", "/api/moi/", .anyAccount) { try $0.whoAmI($1) },
        Route("PATCH", "/api/moi/", .user(.session), OwnFields.self) { try $0.changeOwnAccount($1, $2) },
        Route("POST", "/api/moi/mot_de_passe/", .user(.session), PasswordChange.self) { try $0.changeOwnPassword($1, $2) },
        Route("GET", "/api/moi/sessions/", .user(.session)) { try $0.listOwnSessions($1) },
        Route("DELETE", "/api/moi/sessions/{session}/", .user(.session)) { try $0.endOwnSession($1) },

        Route("GET", "/api/utilisateurs/", .user(.manageUsers), query: .page) { try $0.listUsers($1) },
        Route("POST", "/api/utilisateurs/", .user(.manageUsers), NewUser.self) { try $0.addUser($1, $2) },
        Route("GET", "/api/utilisateurs/{id}/", .user(.manageUsers)) { try $0.showUser($1) },
        Route("PATCH", "/api/utilisateurs/{id}/", .user(.manageUsers), UserFields.self) { try $0.changeUser($1, $2) },
        Route("POST", "/api/utilisateurs/{id}/mot_de_passe/", .user(.manageUsers)) { try $0.resetPassword($1) },
        Route("GET", "/api/utilisateurs/{id}/sessions/", .user(.manageUsers)) { try $0.listSessions($1) },
        Route("DELETE", "/api/utilisateurs/{id}/sessions/", .user(.manageUsers)) { try $0.endSessions($1) },
        Route("DELETE", "/api/utilisateurs/{id}/sessions/{session}/", .user(.manageUsers)) { try $0.endSession($1) },

        Route("GET", "/api/cles/", .user(.manageKeys), query: .page) { try $0.listMachineKeys($1) },
        Route("POST", "/api/cles/", .user(.manageKeys), NewMachineKey.self) { try $0.addMachineKey($1, $2) },
        Route("GET", "/api/cles/{id}/", .user(.manageKeys)) { try $0.showMachineKey($1) },
        Route("POST", "/api/cles/{id}/renouveler/", .user(.manageKeys), MachineKeyRenewal.self) { try $0.renewMachineKey($1, $2) },
        Route("DELETE", "/api/cles/{id}/", .user(.manageKeys)) { try $0.revokeMachineKey($1) },

        Route("GET", "/api/services/", .user(.readWards), query: .page) { try $0.listWards($1) },
        Route("POST", "/api/services/", .user(.manageWards), NewWard.self) { try $0.addWard($1, $2) },
        Route("GET", "/api/services/{id}/", .user(.readWards)) { try $0.showWard($1) },
        Route("PATCH", "/api/services/{id}/", .user(.manageWards), WardChange.self) { try $0.changeWard($1, $2) },
        Route("DELETE", "/api/services/{id}/", .user(.manageWards)) { try $0.deleteWard($1) },
        Route("GET", "/api/services/{id}/traces/", .display(.readReadings), query: [.from]) { try $0.showTraces($1) },
        Route("GET", "/api/services/{id}/pause/", .user(.readAlerts)) { try $0.showWardPause($1) },
        Route("POST", "/api/services/{id}/pause/", .user(.changeLimits), NewPause.self) { try $0.beginWardPause($1, $2) },
        Route("DELETE", "/api/services/{id}/pause/", .user(.changeLimits)) { try $0.endWardPause($1) },

        Route("GET", "/api/patients/", .display(.readPatients), query: [.hospitalNumber, .ward, .flag("sortis")] + .page) {
            try $0.listPatients($1)
        },
        Route("POST", "/api/patients/", .user(.managePatients), PatientBody.self) { try $0.addPatient($1, $2) },
        Route("PUT", "/api/patients/", .user(.managePatients), query: [.hospitalNumber.required], NumberedPatientBody.self) {
            try $0.putPatient($1, $2)
        },
        Route("GET", "/api/patients/{id}/", .user(.readPatients)) { try $0.showPatient($1) },
        Route("PUT", "/api/patients/{id}/", .user(.managePatients), PatientBody.self) { try $0.changePatient($1, $2) },
        Route("PATCH", "/api/patients/{id}/", .user(.managePatients), PatientBody.self) { try $0.changePatient($1, $2) },
        Route("POST", "/api/patients/{id}/profil/", .user(.changeLimits), ProfileBody.self) { try $0.confirmProfile($1, $2) },
        Route("POST", "/api/patients/{id}/sortie/", .user(.managePatients)) { try $0.dischargePatient($1) },
        Route("POST", "/api/patients/{id}/sortie/annuler/", .user(.managePatients), ReturnBody.self) { try $0.takeBackDischarge($1, $2) },
        Route("GET", "/api/patients/{id}/saisies/", .user(.correctOwnReadings)) { try $0.listOwnEntries($1) },
        Route("GET", "/api/patients/{id}/pause/", .user(.readAlerts)) { try $0.showPatientPause($1) },
        Route("POST", "/api/patients/{id}/pause/", .user(.changeLimits), NewPause.self) { try $0.beginPatientPause($1, $2) },
        Route("DELETE", "/api/patients/{id}/pause/", .user(.changeLimits)) { try $0.endPatientPause($1) },
        Route("GET", "/api/patients/{id}/absence/", .user(.readAlerts)) { try $0.showAbsence($1) },
        Route("POST", "/api/patients/{id}/absence/", .user(.acknowledgeAlerts), NewAbsence.self) { try $0.beginAbsence($1, $2) },
        Route("DELETE", "/api/patients/{id}/absence/", .user(.acknowledgeAlerts)) { try $0.endAbsence($1) },
        Route("GET", "/api/patients/{id}/brassard/", .user(.readAlerts)) { try $0.showCuff($1) },
        Route("POST", "/api/patients/{id}/brassard/", .user(.acknowledgeAlerts)) { try $0.beginCuff($1) },
        Route("DELETE", "/api/patients/{id}/brassard/", .user(.acknowledgeAlerts)) { try $0.endCuff($1) },
        Route("GET", "/api/patients/{id}/score/", .user(.readReadings)) { try $0.showScore($1) },

        Route("POST", "/api/import/patients/", .user(.importLists), query: [.flag("essai")], PatientTable.self) { try $0.importPatients($1, $2) },
        Route("POST", "/api/import/dispositifs/", .user(.importLists), query: [.flag("essai")], DeviceTable.self) { try $0.importDevices($1, $2) },

        Route("GET", "/api/limites/", .user(.readAlerts), query: [.profile]) { try $0.showHospitalLimits($1) },
        Route("PUT", "/api/limites/", .user(.changeHospitalLimits), query: [.profile], LimitList.self) { try $0.changeHospitalLimits($1, $2) },
        Route("GET", "/api/services/{id}/limites/", .user(.readAlerts), query: [.profile]) { try $0.showWardLimits($1) },
        Route("PUT", "/api/services/{id}/limites/", .user(.changeLimits), query: [.profile], LimitList.self) { try $0.changeWardLimits($1, $2) },
        Route("GET", "/api/patients/{id}/limites/", .user(.readAlerts)) { try $0.showPatientLimits($1) },
        Route("PUT", "/api/patients/{id}/limites/", .user(.changeLimits), LimitList.self) { try $0.changePatientLimits($1, $2) },
        Route("GET", "/api/patients/{id}/limites/changements/", .user(.readAlerts), query: [.from, .to] + .page) { try $0.listLimitChanges($1) },
        Route("POST", "/api/patients/{id}/limites/essai/", .user(.changeLimits), TrialBody.self) { try $0.rehearse($1, $2) },
        Route("GET", "/api/patients/{id}/historique/", .user(.readReadings), query: [.vital.required, .from, .to, .points, .format]) {
            try $0.showHistory($1)
        },
        Route("GET", "/api/patients/{id}/alarmes/charge/", .user(.readAlerts), query: [.from, .to]) { try $0.alarmLoad($1) },

        Route("GET", "/api/iot/dispositifs/", .user(.readDevices), query: [.patient, .flag("libres"), .flag("retires")] + .page) {
            try $0.listDevices($1)
        },
        Route("POST", "/api/iot/dispositifs/", .user(.manageDevices), DeviceBody.self) { try $0.addDevice($1, $2) },
        Route("GET", "/api/iot/dispositifs/{id}/", .user(.readDevices), query: [.flag("retires")]) { try $0.showDevice($1) },
        Route("PUT", "/api/iot/dispositifs/{id}/", .user(.manageDevices), DeviceBody.self) { try $0.changeDevice($1, $2) },
        Route("PATCH", "/api/iot/dispositifs/{id}/", .user(.manageDevices), DeviceBody.self) { try $0.changeDevice($1, $2) },
        Route("DELETE", "/api/iot/dispositifs/{id}/", .user(.manageDevices)) { try $0.retireDevice($1) },
        Route("POST", "/api/iot/dispositifs/{id}/update_status/", .userOrDevice(.deviceStatus, .deviceStatus), StatusBody.self) {
            try $0.updateStatus($1, $2)
        },
        Route("POST", "/api/iot/dispositifs/{id}/cle/", .user(.manageDevices), KeyRequest.self) { try $0.newKey($1, $2) },
        Route("GET", "/api/iot/dispositifs/{id}/etalonnages/", .user(.readDevices), query: .page) { try $0.listCalibrations($1) },
        Route("POST", "/api/iot/dispositifs/{id}/etalonnages/", .user(.manageDevices), CalibrationBody.self) { try $0.addCalibration($1, $2) },
        Route("DELETE", "/api/iot/dispositifs/{id}/etalonnages/{etalonnage}/", .user(.manageDevices)) { try $0.deleteCalibration($1) },
        Route("GET", "/api/iot/dispositifs/{id}/affectations/", .user(.assignDevices), query: .page) { try $0.listAssignments($1) },
        Route("POST", "/api/iot/dispositifs/{id}/affectations/", .user(.assignDevices), NewAssignment.self) { try $0.assign($1, $2) },
        Route("PATCH", "/api/iot/dispositifs/{id}/affectations/{affectation}/", .user(.assignDevices), AssignmentChange.self) {
            try $0.changeAssignment($1, $2)
        },
        Route("DELETE", "/api/iot/dispositifs/{id}/affectations/{affectation}/", .user(.assignDevices)) { try $0.deleteAssignment($1) },

        Route("GET", "/api/iot/data/", .user(.readReadings), query: [.patient, .device, .vital, .from, .to, .format] + .page) {
            try $0.listReadings($1)
        },
        Route("POST", "/api/iot/data/", .userOrDevice(.enterReadings, .postReadings), ReportBody.self) { try $0.postReadings($1, $2) },
        Route("GET", "/api/iot/data/latest_data/", .user(.readReadings), query: [.patient, .ward]) { try $0.latestData($1) },
        Route("GET", "/api/iot/data/{id}/", .user(.readReadings)) { try $0.showReading($1) },
        Route("PUT", "/api/iot/data/{id}/", .user(.correctOwnReadings), ValueBody.self) { try $0.correctReading($1, $2) },
        Route("PATCH", "/api/iot/data/{id}/", .user(.correctOwnReadings), ValueBody.self) { try $0.correctReading($1, $2) },
        Route("DELETE", "/api/iot/data/{id}/", .user(.correctOwnReadings)) { try $0.deleteReading($1) },

        Route("GET", "/api/iot/alertes/", .user(.readAlerts), query: [.patient, .ward, .flag("acquittee"), .severity, .from, .to, .format] + .page) {
            try $0.listAlerts($1)
        },
        Route("POST", "/api/iot/alertes/", .user(.raiseAlerts), NewAlertBody.self) { try $0.raiseAlert($1, $2) },
        Route("GET", "/api/iot/alertes/{id}/", .user(.readAlerts)) { try $0.showAlert($1) },
        Route("GET", "/api/iot/alertes/{id}/traces/", .user(.readAlerts)) { try $0.showAlertTraces($1) },
        Route("PUT", "/api/iot/alertes/{id}/", .user(.acknowledgeAlerts), AlertChange.self) { try $0.changeAlert($1, $2) },
        Route("PATCH", "/api/iot/alertes/{id}/", .user(.acknowledgeAlerts), AlertChange.self) { try $0.changeAlert($1, $2) },
        Route("DELETE", "/api/iot/alertes/{id}/", .user(.acknowledgeAlerts)) { try $0.dismissAlert($1) },
        Route("POST", "/api/iot/alertes/{id}/acquitter/", .user(.acknowledgeAlerts), SeenAlert.self) { try $0.acknowledge($1, $2) },
        Route("POST", "/api/iot/alertes/{id}/acquitter/annuler/", .user(.acknowledgeAlerts)) { try $0.takeBackAcknowledgement($1) },
        Route("POST", "/api/iot/alertes/{id}/medecin/", .user(.acknowledgeAlerts)) { try $0.recordDoctorCall($1) },
        Route("POST", "/api/iot/alertes/{id}/clore/", .user(.closeScoreAlerts)) { try $0.closeScoreAlert($1) },

        Route("GET", "/api/alarmes/mesures/", .user(.readMeasures), query: [.from, .to]) { try $0.alarmMeasures($1) },

        Route("GET", "/api/audit/", .user(.readAudit), query: [.user, .patient, .action, .from, .to, .format] + .page) { try $0.listAudit($1) },
    ]
}

extension Route {
    fileprivate init<Body: RequestBody>(
        _ method: String, _ path: String, _ requirement: Requirement, query: [QueryParameter] = [], _: Body.Type,
        _ handle: @escaping @Sendable (Service, Call, Body) throws -> Response
    ) {
        self.init(method: method, path: path, requirement: requirement, query: query, body: Body.self) {
            let body = try Body.read($0, $1)
            return { try handle($0, $1, body) }
        }
    }

    /// Of a route without body.
    fileprivate init(
        _ method: String, _ path: String, _ requirement: Requirement, query: [QueryParameter] = [],
        _ handle: @escaping @Sendable (Service, Call) throws -> Response
    ) {
        if ["GET", "DELETE"].contains(method) {
            self.init(method, path, requirement, query: query, IgnoredBody.self) { service, call, _ in try handle(service, call) }
        } else {
            self.init(method, path, requirement, query: query, NoBody.self) { service, call, _ in try handle(service, call) }
        }
    }
}
