import Clinical
import FoundationEssentials
import Store

/// An error as the client gets it: RFC 9457, with the members that the replaced system's clients read.
struct Problem: Error, Sendable {
    typealias Code = ErrorCode

    var status: Int
    var code: Code
    /// Messages by the field that must be mended.
    var fields: [String: [Message]] = [:]
    /// In place of the code's own sentence.
    var detail: (@Sendable (Language) -> String)?
    var headers: [(String, String)] = []
    /// Readings that were refused, in an answer that refuses all of them.
    var rejected: [RejectedReading]?
    /// What is in the way of an assignment: when the device is worn, and by whom if the caller may know.
    var worn: [WornTime]?
    /// The other devices that the patient wears, as far as the caller may know them.
    var wornDevices: [WornDevice]?

    /// A sentence in either language.
    enum Message: Sendable {
        case text(FieldFault)
        case own(@Sendable (Language) -> String)

        func text(in language: Language) -> String {
            switch self {
            case .text(let fault): Texts.fault(fault, in: language)
            case .own(let text): text(language)
            }
        }
    }

    static func invalid(_ field: String, _ fault: FieldFault) -> Problem {
        Problem(status: 400, code: .invalid, fields: [field: [.text(fault)]])
    }

    static func invalid(_ field: String, _ text: @escaping @Sendable (Language) -> String) -> Problem {
        Problem(status: 400, code: .invalid, fields: [field: [.own(text)]])
    }

    /// Stands for a field where the body as a whole is meant: Django REST framework's word.
    static let wholeBody = "non_field_errors"

    static let parseError = Problem(status: 400, code: .parseError)
    static let notFound = Problem(status: 404, code: .notFound)
    static let forbidden = Problem(status: 403, code: .permissionDenied)
    static let sessionLocked = Problem(status: 403, code: .sessionLocked)
    /// What `If-Match` names is not what is there now.
    static let changedMeanwhile = Problem(status: 412, code: .changedMeanwhile)
    /// Somebody must acknowledge some of the patient's; until then trying again is of no use.
    static let tooManyOpenAlerts = Problem(status: 429, code: .tooManyOpenAlerts, headers: [("Retry-After", "60")])
    static func tooLarge(limitBytes: Int) -> Problem {
        var problem = Problem(status: 413, code: .tooLarge)
        problem.detail = { Texts.tooLarge(limitBytes, in: $0) }
        return problem
    }
    static func unsupportedMediaType(instead expected: String) -> Problem {
        var problem = Problem(status: 415, code: .unsupportedMediaType)
        problem.detail = { Texts.onlyMediaType(expected, in: $0) }
        return problem
    }
    static let unavailable = Problem(status: 503, code: .unavailable, headers: [("Retry-After", "2")])
    /// This caller has taken its share; others are served.
    static func tooManyRequests(seconds: Double = 1) -> Problem {
        Problem(status: 429, code: .tooManyRequests, headers: [("Retry-After", "\(max(1, Int(seconds.rounded(.up))))")])
    }
    static let outcomeUnknown = Problem(status: 503, code: .outcomeUnknown, headers: [("Retry-After", "2")])
    static let internalError = Problem(status: 500, code: .error)

    static func conflict(_ field: String, _ fault: FieldFault) -> Problem {
        Problem(status: 409, code: .conflict, fields: [field: [.text(fault)]])
    }

    static func throttled(seconds: Double, code: Code = .throttled) -> Problem {
        Problem(status: 429, code: code, headers: [("Retry-After", "\(max(1, Int(seconds.rounded(.up))))")])
    }

    static func unauthenticated(_ code: Code) -> Problem {
        Problem(status: 401, code: code, headers: [("WWW-Authenticate", #"Bearer realm="api""#)])
    }

    func sentence(in language: Language) -> String { detail?(language) ?? code.sentence(in: language) }

    /// - Parameter request: whose language is answered in, and whose id the body carries as `request_id`.
    func response(to request: Request) -> Response {
        let language = request.language
        let detail = sentence(in: language)
        var body: [String: JSON] = [
            "type": .string("about:blank"), "title": .string(Texts.titles[status] ?? "Error"), "status": .integer(status),
            "detail": .string(detail), "code": .string(code.wire), "error": .string(detail),
        ]
        if code.isOAuth { body.merge(["error": .string(code.wire), "error_description": .string(detail)]) { $1 } }
        body["request_id"] = request.id.map { .string($0) }
        let errors = fields.mapValues { JSON.array($0.map { .string($0.text(in: language)) }) }
        // Beside the standard members, as the replaced system's clients read them; but none of those is replaced.
        body.merge(errors) { standard, _ in standard }
        if !errors.isEmpty { body["errors"] = .object(errors) }
        if let rejected {
            body["rejetees"] = .array(
                rejected.map { one in
                    var members: [String: JSON] = [
                        "index": .integer(one.index), "code": .string(one.code), "raison": .string(one.reason),
                    ]
                    members["type_donnee"] = one.name.map { .string($0) }
                    return .object(members)
                })
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
        if let wornDevices {
            body["dispositifs"] = .array(wornDevices.map { .object(["id": .integer($0.id), "nom": .string($0.name)]) })
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

/// A reading that was not stored, as the wire tells it.
struct RejectedReading: Encodable, Sendable {
    var index: Int
    /// `type_donnee` as it came; nil where there was none.
    var name: String?
    /// For programs; `Rejection.Reason` has all of them.
    var code: String
    var reason: String

    enum CodingKeys: String, CodingKey {
        case index, code
        case name = "type_donnee"
        case reason = "raison"
    }
}
