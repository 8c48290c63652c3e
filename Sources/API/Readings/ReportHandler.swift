import Access
import Clinical
import FoundationEssentials
import Store

/// POST `/api/iot/data/`: where devices report and people enter values.
extension Service {
    func postReadings(_ call: Call) throws -> Response {
        let received = now()
        let report = try Report.decode(call.request.body, now: received)
        let language = call.request.language
        if report.readings.isEmpty, let first = report.rejected.first {
            throw refusal(of: report, first, language)
        }
        let origin = try origin(of: report, call)
        let receipt = try ingest.submit(
            Submission(
                origin: origin, readings: report.readings, state: report.state,
                clockOffsetMilliseconds: report.clockOffsetMilliseconds(now: received), receivedAt: received,
                requestID: call.request.id))
        if report.shape == .single, let reading = report.readings.first, let patient = receipt.patients[0] {
            let key = StoredReading.Key(
                patient: patient, vital: reading.vital, measuredAt: reading.measuredAt, device: origin.device ?? 0)
            return try .json(StoredReading(key: key, value: reading.value), status: 201)
        }
        let unbound = receipt.patients.enumerated().filter { $0.element == nil }.map { position, _ in
            Rejection(
                index: report.index(ofReading: position), name: report.readings[position].vital.rawValue, reason: .noPatient)
        }
        return try answer(
            stored: report.readings.count - unbound.count, duplicates: receipt.duplicates,
            rejected: (report.rejected + unbound).sorted { $0.index < $1.index }.map { RejectedReading($0, language) }, rules: receipt.rules,
            at: received)
    }

    /// Put together by hand: every report gets one, and JSONEncoder takes as long for it as all the rest of the handler.
    private func answer(stored: Int, duplicates: Int, rejected: [RejectedReading], rules: AlarmRules?, at time: Instant) throws -> Response {
        let rejected = rejected.isEmpty ? "[]" : String(decoding: try JSONEncoder().encode(rejected), as: UTF8.self)
        let limits = try rules.map { #","limites":\#(String(decoding: try JSONEncoder().encode(DeviceLimits($0)), as: UTF8.self))"# } ?? ""
        let body = #"{"recues":\#(stored),"doublons":\#(duplicates),"rejetees":\#(rejected),"heure_serveur":"\#(time.rfc3339)"\#(limits)}"#
        return Response(status: 201, headers: [("Content-Type", "application/json")], body: Array(body.utf8))
    }

    private func origin(of report: Report, _ call: Call) throws -> Submission.Origin {
        switch call.caller {
        case .device(let key):
            if let device = report.device, device != key.device { throw Problem.forbidden }
            if report.patient != nil { throw Problem.forbidden }
            return .device(key)
        case .user(let scope):
            if let device = report.device { return .relayed(device: device, by: scope) }
            guard let key = report.patient else { throw Problem.invalid("dispositif", .required) }
            guard let patient = try database.patient(key, scope) else { throw Problem.invalid("patient", .unknown) }
            return .entered(patient: patient.id, by: scope)
        case .nobody: throw Problem.forbidden
        }
    }

    /// None of the readings could be stored: 400, which names the field of a single reading, or each reading of several.
    private func refusal(of report: Report, _ first: Rejection, _ language: Language) -> Problem {
        var problem = Problem.invalid(report.shape == .single ? first.reason.field : "mesures") { first.text(in: $0) }
        if report.shape != .single { problem.rejected = report.rejected.map { RejectedReading($0, language) } }
        return problem
    }
}

extension RejectedReading {
    init(_ rejection: Rejection, _ language: Language) {
        self.init(index: rejection.index, reason: rejection.text(in: language))
    }
}

/// The alarm rules as a device gets them, to alarm by itself while it is cut off.
private struct DeviceLimits: Encodable {
    let version: UInt32
    let regles: [WireLimit]

    init(_ rules: AlarmRules) { (version, regles) = (rules.version, rules.sorted.map { WireLimit(rule: $0) }) }
}
