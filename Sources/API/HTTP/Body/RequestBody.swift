import Clinical
import Store

/// What a route takes as its body. It is read, checked and a value before the route's handler runs: a handler has no way to the body, so that nothing
/// of a request is decoded inside a transaction or under a lock.
protocol RequestBody: Sendable {
    static var limitBytes: Int { get }
    /// Whether forms are accepted, `application/x-www-form-urlencoded` and `multipart/form-data`, as the replaced system's clients send them.
    static var takesForms: Bool { get }
    /// `application/json`, or what else a client says of it.
    static var mediaType: String { get }
    /// Of what is sent; nil: there is nothing to send. - Parameter isPatch: what is left out stays as it is.
    static func schema(isPatch: Bool) -> Schema?
    static func read(_ body: [UInt8], _ context: BodyContext) throws -> Self
}

/// What a body is read with.
struct BodyContext {
    let request: Request
    let now: Instant
    /// By its `Content-Type`.
    let encoding: BodyEncoding
}

/// How a body is written.
enum BodyEncoding {
    /// As the route's `mediaType` says.
    case plain
    case form
    /// `multipart/form-data`, with what stands between its parts.
    case parts(boundary: String)
}

enum BodyLimit {
    static let reports = 256 << 10
    static let credentials = 8 << 10
    static let others = 64 << 10
    /// Of all that anybody may send. A file that an administrator imports may be longer (`Service.longBodyLimit`).
    static let greatest = reports
}

extension RequestBody {
    static var limitBytes: Int { BodyLimit.others }
    static var takesForms: Bool { false }
    static var mediaType: String { "application/json" }
}

/// A body that is an object.
protocol ObjectBody: RequestBody {
    /// Whether what is left out stays as it is, as in every PATCH.
    static var isPartial: Bool { get }
    static var others: OtherMembers { get }
    /// In the whole of it, each within another.
    static var maximumValues: Int { get }
    /// Reads every member that the route takes, whatever is wrong with one of them.
    init(_ fields: inout BodyFields)
}

/// What becomes of members that a body's `init` does not read.
enum OtherMembers: Sendable {
    /// 400, except of these, which the resource shows and nobody writes.
    case refused(except: [String] = [])
    /// As in the replaced system.
    case ignored
}

extension ObjectBody {
    static var isPartial: Bool { false }
    /// The longest lists are 1,000 ids, and all limits with 7 members each.
    static var maximumValues: Int { limitBytes <= BodyLimit.credentials ? 100 : 2_500 }
    static var others: OtherMembers { .refused() }

    static func read(_ body: [UInt8], _ context: BodyContext) throws -> Self { try readObject(body, context) }

    static func readObject(_ body: [UInt8], _ context: BodyContext) throws -> Self {
        // No body is as good as `{}`: what is missing is named.
        let members = body.isEmpty ? [:] : try members(of: body, context)
        var fields = BodyFields(members, isPatch: isPartial || context.request.method == "PATCH")
        let value = Self(&fields)
        if case .refused(let shown) = others { fields.refuseUnknown(except: shown) }
        try fields.check()
        return value
    }

    private static func members(of body: [UInt8], _ context: BodyContext) throws -> [String: JSON] {
        guard let members = try JSON(body: body, context, maximumValues: maximumValues).members else {
            throw Problem.invalid(Problem.wholeBody, .wrongType)
        }
        return members
    }
}

extension JSON {
    /// A body as JSON, or a form as an object of texts. - Throws: 400.
    init(body: [UInt8], _ context: BodyContext, maximumValues: Int? = nil) throws {
        switch context.encoding {
        case .plain: break
        case .form:
            guard let text = String(validating: body, as: UTF8.self) else { throw Problem.parseError }
            guard let values = Query.values(text) else { throw Problem.invalid(Problem.wholeBody, .tooComplex) }
            self.init(form: values)
            return
        case .parts(let boundary):
            self.init(form: try FormParts.values(body, boundary: boundary))
            return
        }
        do { try self.init(parsing: body, maximumValues: maximumValues) } catch {
            switch error {
            case .malformed: throw Problem.parseError
            case .unreadable: throw Problem.invalid(Problem.wholeBody, .unreadable)
            case .tooComplex: throw Problem.invalid(Problem.wholeBody, .tooComplex)
            }
        }
    }

    /// A field that was left empty was not filled in.
    private init(form values: [String: String]) { self = .object(values.filter { !$0.value.isEmpty }.mapValues { .string($0) }) }
}

/// Of a route that takes nothing: clients send nothing, or `{}`.
struct NoBody: ObjectBody {
    init(_ fields: inout BodyFields) {}
}

/// Of a route whose method has no body: what comes is not looked at.
struct IgnoredBody: RequestBody {
    static func schema(isPatch: Bool) -> Schema? { nil }
    static func read(_ body: [UInt8], _ context: BodyContext) -> IgnoredBody { IgnoredBody() }
}
