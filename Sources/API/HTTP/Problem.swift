import Clinical
import FoundationEssentials
import Store

/// An error as the client gets it: RFC 9457, with the members that the replaced system's clients read.
struct Problem: Error, Sendable {
    /// The contract's `code`; names the sentence, too.
    enum Code: String, CaseIterable, Sendable {
        case parseError = "parse_error"
        case invalid
        case patientRequired = "patient_required"
        case notAuthenticated = "not_authenticated"
        case tokenNotValid = "token_not_valid"
        case noActiveAccount = "no_active_account"
        case throttled
        case permissionDenied = "permission_denied"
        case passwordChangeRequired = "password_change_required"
        case notFound = "not_found"
        case methodNotAllowed = "method_not_allowed"
        case conflict
        case noPatientAssigned = "no_patient_assigned"
        case changedMeanwhile = "changed_meanwhile"
        case tooLarge = "too_large"
        case unsupportedMediaType = "unsupported_media_type"
        case unavailable
        case error
    }

    var status: Int
    var code: Code
    /// Messages by the field that must be mended.
    var fields: [String: [Message]] = [:]
    var headers: [(String, String)] = []
    /// Readings that were refused, in an answer that refuses all of them.
    var rejected: [RejectedReading]?
    /// What is in the way of an assignment: when the device is worn, and by whom if the caller may know.
    var worn: [WornTime]?

    /// A sentence in either language.
    enum Message: Sendable {
        case text(FieldFault)
        case own(@Sendable (Language) -> String)
    }

    static func invalid(_ field: String, _ fault: FieldFault) -> Problem {
        Problem(status: 400, code: .invalid, fields: [field: [.text(fault)]])
    }

    static func invalid(_ field: String, _ text: @escaping @Sendable (Language) -> String) -> Problem {
        Problem(status: 400, code: .invalid, fields: [field: [.own(text)]])
    }

    static let parseError = Problem(status: 400, code: .parseError)
    static let notFound = Problem(status: 404, code: .notFound)
    static let forbidden = Problem(status: 403, code: .permissionDenied)
    /// What `If-Match` names is not what is there now.
    static let changedMeanwhile = Problem(status: 412, code: .changedMeanwhile)
    static let tooLarge = Problem(status: 413, code: .tooLarge)
    static let unavailable = Problem(status: 503, code: .unavailable, headers: [("Retry-After", "2")])
    static let internalError = Problem(status: 500, code: .error)

    static func conflict(_ field: String, _ fault: FieldFault) -> Problem {
        Problem(status: 409, code: .conflict, fields: [field: [.text(fault)]])
    }

    static func throttled(seconds: Double) -> Problem {
        Problem(status: 429, code: .throttled, headers: [("Retry-After", "\(max(1, Int(seconds.rounded(.up))))")])
    }

    static func unauthenticated(_ code: Code) -> Problem {
        Problem(status: 401, code: code, headers: [("WWW-Authenticate", #"Bearer realm="api""#)])
    }

    /// - Parameter request: whose language is answered in, and whose id the body carries as `request_id`.
    func response(to request: Request) -> Response {
        let language = request.language
        let detail = Texts.problems[code]?[language] ?? code.rawValue
        var body: [String: JSON] = [
            "type": .string("about:blank"), "title": .string(Texts.titles[status] ?? "Error"), "status": .integer(status),
            "detail": .string(detail), "code": .string(code.wire), "error": .string(detail),
        ]
        body["request_id"] = request.id.map { .string($0) }
        for (field, messages) in fields {
            body[field] = .array(
                messages.map {
                    switch $0 {
                    case .text(let fault): .string(Texts.faults[fault]?[language] ?? fault.rawValue)
                    case .own(let text): .string(text(language))
                    }
                })
        }
        if let rejected {
            body["rejetees"] = .array(
                rejected.map { .object(["index": .integer($0.index), "raison": .string($0.reason)]) })
        }
        if let worn {
            body["affectations"] = .array(
                worn.map { one in
                    var members: [String: JSON] = [
                        "debut": .string(one.time.begin.rfc3339), "fin": one.time.end.map { .string($0.rfc3339) } ?? .null,
                    ]
                    members["patient"] = one.patient.map { .integer($0) }
                    return .object(members)
                })
        }
        // Two refusals that must not be told apart are equal to the byte, but for the request's id.
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Encoding strings and numbers does not fail; were it to, an empty body still carries the status.
        return Response(
            status: status, headers: [("Content-Type", "application/problem+json"), ("Content-Language", language.rawValue)] + headers,
            body: Array((try? encoder.encode(JSON.object(body))) ?? Data()))
    }
}

extension Problem.Code {
    /// `patient_required` is a sentence of its own, but to clients it is `invalid`.
    fileprivate var wire: String { self == .patientRequired ? Problem.Code.invalid.rawValue : rawValue }
}

/// A reading that was not stored, as the wire tells it.
struct RejectedReading: Encodable, Sendable {
    var index: Int
    var reason: String

    enum CodingKeys: String, CodingKey {
        case index
        case reason = "raison"
    }
}
