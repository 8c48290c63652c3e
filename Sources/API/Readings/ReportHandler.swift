import Access
import Clinical
import FoundationEssentials
import Store

struct ReportBody: RequestBody {
    let report: Report
    let received: Instant

    static let limitBytes = BodyLimit.reports
    static let takesForms = true

    static func read(_ body: [UInt8], _ context: BodyContext) throws -> ReportBody {
        let report: Report
        if case .plain = context.encoding, !body.isEmpty {
            report = try Report.decode(body, now: context.now)
        } else {
            report = try Report(body.isEmpty ? .object([:]) : JSON(body: body, context), now: context.now)
        }
        return ReportBody(report: report, received: context.now)
    }
}

/// POST `/api/iot/data/`: where devices report and people enter values.
extension Service {
    func postReadings(_ call: Call, _ body: ReportBody) throws -> Response {
        let (report, received) = (body.report, body.received)
        let language = call.request.language
        if report.readings.isEmpty, let first = report.rejected.first {
            // What spoils the readings is often the device's clock: what it says of itself is kept, so that somebody is told.
            if let origin = try? origin(of: report, call), origin.device != nil { _ = try submit(report, from: origin, at: received, call) }
            throw refusal(of: report, first, language)
        }
        let origin = try origin(of: report, call)
        let receipt: Receipt
        do { receipt = try submit(report, from: origin, at: received, call) } catch IngestError.unassigned {
            var problem = Problem(status: 409, code: .noPatientAssigned)
            // These are wrong no matter who wore the device: they need not be kept until somebody did.
            if !report.rejected.isEmpty { problem.rejected = report.rejected.map { RejectedReading($0, language) } }
            throw problem
        }
        if report.shape == .single, let reading = report.readings.first, let patient = receipt.patients[0] {
            if !receipt.conflicts.isEmpty { throw Problem.conflict("valeur", .otherValue) }
            let key = StoredReading.Key(
                patient: patient, vital: reading.vital, measuredAt: receipt.moved[0] ?? reading.measuredAt, device: origin.device ?? 0)
            return try .json(StoredReading(key: key, value: reading.value), status: 201)
        }
        func rejection(_ position: Int, _ reason: Rejection.Reason) -> Rejection {
            Rejection(index: report.index(ofReading: position), name: report.readings[position].vital.rawValue, reason: reason)
        }
        let notStored =
            receipt.patients.indices.filter { receipt.patients[$0] == nil }.map { rejection($0, origin.device == nil ? .outsideStay : .noPatient) }
            + receipt.conflicts.map { rejection($0, .conflict) }
        return try answer(
            stored: report.readings.count - notStored.count, duplicates: receipt.duplicates,
            rejected: (report.rejected + notStored).sorted { $0.index < $1.index }.map { RejectedReading($0, language) }, rules: receipt.rules,
            cuffMilliseconds: receipt.cuffMilliseconds, traceFaults: report.traceFaults.map { TraceFault($0, language) }, at: received)
    }

    private func submit(_ report: Report, from origin: Submission.Origin, at received: Instant, _ call: Call) throws -> Receipt {
        try ingest.submit(
            Submission(
                origin: origin, readings: report.readings, state: report.state,
                clockOffsetMilliseconds: report.clockOffsetMilliseconds(now: received), receivedAt: received,
                requestID: call.request.id))
    }

    /// Put together by hand: every report gets one, and JSONEncoder takes as long for it as all the rest of the handler.
    private func answer(
        stored: Int, duplicates: Int, rejected: [RejectedReading], rules: AlarmRules?, cuffMilliseconds: Int?, traceFaults: [TraceFault],
        at time: Instant
    ) throws -> Response {
        let rejected = rejected.isEmpty ? "[]" : String(decoding: try JSONEncoder().encode(rejected), as: UTF8.self)
        let limits = try rules.map { #","limites":\#(String(decoding: try JSONEncoder().encode(DeviceLimits($0)), as: UTF8.self))"# } ?? ""
        let cuff = cuffMilliseconds.map { #","brassard_ms":\#($0)"# } ?? ""
        let trace = traceFaults.isEmpty ? "" : #","trace_refusee":\#(String(decoding: try JSONEncoder().encode(traceFaults), as: UTF8.self))"#
        let body =
            #"{"recues":\#(stored),"doublons":\#(duplicates),"rejetees":\#(rejected),"heure_serveur":"\#(time.rfc3339)"\#(cuff)\#(trace)\#(limits)}"#
        return Response(status: 201, headers: [("Content-Type", "application/json")], body: Array(body.utf8))
    }

    private func origin(of report: Report, _ call: Call) throws -> Submission.Origin {
        switch call.caller {
        case .device(let key):
            if let device = report.device, device != key.device { throw Problem.forbidden }
            if report.patient != nil { throw Problem.forbidden }
            return .device(key)
        case .user(let scope):
            if let device = report.device {
                if let key = report.patient {
                    guard let patient = try database.patient(key, scope) else { throw Problem.invalid("patient", .unknown) }
                    guard try database.device(device, scope)?.patient == patient.id else { throw Problem.conflict("patient", .otherWearer) }
                }
                return .relayed(device: device, by: scope)
            }
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
        self.init(index: rejection.index, name: rejection.name, code: rejection.reason.rawValue, reason: rejection.text(in: language))
    }
}

/// `{"champ": "etat.trace.pas", "code": "bad_step", "raison": "…"}`
private struct TraceFault: Encodable {
    let champ: String
    let code: String
    let raison: String

    init(_ fault: SignalTrace.FieldFault, _ language: Language) {
        champ = fault.field.isEmpty ? "etat.trace" : "etat.trace.\(fault.field)"
        (code, raison) = (fault.fault.rawValue, fault.fault.text(in: language))
    }
}

/// The alarm rules as a device gets them, to alarm by itself while it is cut off.
private struct DeviceLimits: Encodable {
    let version: UInt32
    let regles: [WireLimit]

    init(_ rules: AlarmRules) { (version, regles) = (rules.version, rules.sorted.map { WireLimit(rule: $0) }) }
}
