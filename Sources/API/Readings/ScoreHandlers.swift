import Clinical
import Store

extension Service {
    func showScore(_ call: Call) throws -> Response {
        let id = try patient(call.parameters["id"] ?? "", call).id
        let state = try call.found(database.state(patients: [id], wards: []).patients.first)
        return try .json(
            ScoreReport(
                [Vital: LatestReading](state.latest), state.scored, at: now(), maximumAge: maximumAge,
                devicesDisagree: state.alerts.contains(where: \.saysThatDevicesDisagree)))
    }
}
