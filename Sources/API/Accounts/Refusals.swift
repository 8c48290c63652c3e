import Access
import Clinical
import Logging
import Store

/// Who was refused what: in the audit, and as one line each in the log (`Logger.refused`).
extension Service {
    func logRefusal(_ event: String, account: String?, _ request: Request) {
        log(for: request).refused(event, account: account, address: request.address)
    }

    /// After an error has become an answer. Refused it is anyway, so a failure to record it is only logged.
    func recordRefusal(_ problem: Problem, of route: Route, in call: Call, _ body: [UInt8]) {
        let caller = call.caller
        do {
            switch problem.status {
            case 403:
                guard let author = try author(caller, call.request) else { return }
                logRefusal("request.refused", account: author.name, call.request)
                try database.recordOnceAnHour(.refused("\(route.method) \(route.path)"), by: author)
            case 429:
                // What the refused request did itself, in the transaction of its `Idempotency-Key`, is undone.
                guard problem.code == .tooManyOpenAlerts, case .user(let scope) = caller else { return }
                for case .patient(.id(let patient)) in namedObjects(problem, body) { try database.tellTooManyAlerts(of: patient, scope) }
            case 404, 400:
                guard case .user(let scope) = caller else { return }
                let named = problem.status == 404 ? call.namedObjects(route) : namedObjects(problem, body)
                for object in named where try database.recordIfForeign(object, scope) {
                    logRefusal("patient.refused", account: scope.username, call.request)
                }
            default: return
            }
        } catch {
            log(for: call.request).error("a refusal could not be recorded", metadata: ["why": "\(error)"])
        }
    }

    /// Nil: nobody who is known.
    private func author(_ caller: Caller, _ request: Request) throws -> Author? {
        switch caller {
        case .nobody: nil
        case .user(let scope): scope.author
        // A key is checked where it is used, and it came to no use; its number may be anybody's.
        case .device(let key): try database.isValid(key) ? .device(key.device, address: request.address) : nil
        }
    }

    /// As `recordRefusal`, of a login. - Parameter username: as it was typed.
    func recordRefusedLogin(_ reason: RefusedLogin = .wrongPassword, username: String, _ request: Request) {
        do {
            if let account = try database.recordRefusedLogin(reason, username: username, address: request.address) {
                logRefusal(reason.rawValue, account: account, request)
            }
        } catch {
            logRefusal(reason.rawValue, account: nil, request)
            log(for: request).error("a refused login could not be recorded", metadata: ["why": "\(error)"])
        }
    }
}

extension Call {
    /// What path and query name, as far as it belongs to a patient or a ward.
    fileprivate func namedObjects(_ route: Route) -> [NamedObject] {
        var named: [NamedObject] = []
        if let id = parameters["id"] {
            switch route.path.split(separator: "/").prefix { $0 != "{id}" }.last {
            case "patients": named.append(.patient(PatientKey(id)))
            case "data": StoredReading.Key(id: id).map { named.append(.reading($0)) }
            case "alertes": Int32(id).map { named.append(.alert(Int($0))) }
            case "dispositifs": Int32(id).map { named.append(.device(Int($0))) }
            case "services": Int32(id).map { named.append(.ward(Int($0))) }
            default: break
            }
        }
        for name in ["patient_id", "patient"] { query[name].map { named.append(.patient(PatientKey($0))) } }
        query["identifiant"].map { named.append(.patient(.hospitalNumber($0))) }
        query["service"].flatMap { Int32($0) }.map { named.append(.ward(Int($0))) }
        return named
    }
}

extension Service {
    /// What a body names that was refused as unknown. The handler has read it, and is over.
    private func namedObjects(_ problem: Problem, _ body: [UInt8]) -> [NamedObject] {
        let refused = problem.code == .tooManyOpenAlerts ? ["patient"] : Array(problem.fields.keys)
        guard refused.contains("patient") || refused.contains("dispositif") || refused.contains("service"),
            let members = try? JSON(parsing: body).members
        else { return [] }
        func name(_ field: String) -> String? { refused.contains(field) ? members[field]?.lenientText : nil }
        return [
            name("patient").map { .patient(PatientKey($0)) }, name("dispositif").flatMap { Int32($0) }.map { .device(Int($0)) },
            name("service").flatMap { Int32($0) }.map { .ward(Int($0)) },
        ].compactMap { $0 }
    }
}
