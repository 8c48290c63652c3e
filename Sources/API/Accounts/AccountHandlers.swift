import Access
import Clinical
import Store

/// Who one is, as the page needs it.
struct Me: Encodable {
    let scope: Scope
    let wards: [Ward]
    /// Untouched for so long, the page logs out. Nil: never.
    let idleSeconds: Double?
    /// The hospital's time zone, an IANA name.
    let timeZone: String

    /// What stands for the role of a program.
    static let machineRole = "machine"
    static let members = CodingKeys.allCases.map(\.rawValue)

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case id, username, role, langue, services, mot_de_passe_provisoire, permissions, inactivite_s, fuseau_horaire
        case fin_session, verrouillee_depuis
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(scope.user, forKey: .id)
        try container.encode(scope.username, forKey: .username)
        try container.encode(scope.role?.rawValue ?? Self.machineRole, forKey: .role)
        try container.encode(scope.language, forKey: .langue)
        try container.encode(wards, forKey: .services)
        try container.encode(scope.mustChangePassword, forKey: .mot_de_passe_provisoire)
        try container.encode(scope.permissionNames, forKey: .permissions)
        try container.encode(idleSeconds.map { Int($0) }, forKey: .inactivite_s)
        try container.encode(timeZone, forKey: .fuseau_horaire)
        try container.encode(scope.sessionEndsAt, forKey: .fin_session)
        try container.encode(scope.lock?.since, forKey: .verrouillee_depuis)
    }
}

/// A session as the wire tells it; `actuelle` only to whom it belongs.
struct SessionRow: Encodable {
    let session: Session
    var isCurrent: Bool?

    private enum CodingKeys: String, CodingKey {
        case id, type, adresse, agent, ouverte_le, derniere_activite, actuelle
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(session.id, forKey: .id)
        try container.encode(session.kind == .browser ? "navigateur" : "programme", forKey: .type)
        try container.encode(session.address, forKey: .adresse)
        try container.encode(session.agent, forKey: .agent)
        try container.encode(session.createdAt, forKey: .ouverte_le)
        try container.encode(session.activeAt, forKey: .derniere_activite)
        try container.encodeIfPresent(isCurrent, forKey: .actuelle)
    }
}

struct OwnFields: ObjectBody {
    let language: String

    static let others = OtherMembers.refused(except: Me.members)
    init(_ fields: inout BodyFields) { language = fields.required("langue", .language) }
}

struct PasswordChange: ObjectBody {
    let current: String
    let new: String

    static let limitBytes = BodyLimit.credentials
    init(_ fields: inout BodyFields) {
        (current, new) = (fields.required("actuel", .secret), fields.required("nouveau", .secret))
    }
}

extension FieldType<String> {
    static let language = choice(Language.allCases.map(\.rawValue))
}

/// One's own account: open to everybody, also with a provisional password.
extension Service {
    func whoAmI(_ call: Call) throws -> Response { try .json(me(call.scope())) }

    func changeOwnAccount(_ call: Call, _ fields: OwnFields) throws -> Response {
        let scope = try call.scope()
        try database.setLanguage(fields.language, scope)
        return try .json(me(call.found(database.scope(now: scope))))
    }

    func changeOwnPassword(_ call: Call, _ change: PasswordChange) throws -> Response {
        let scope = try call.scope()
        try check(change.new, for: scope.username, field: "nouveau")
        // Whoever sits down at an open page must not find out the password from it, nor faster than at the login.
        guard let account = try account(scope.username, password: change.current, call) else {
            throw Problem.invalid("actuel", .wrongPassword)
        }
        // Swift compares as the hash does: by canonical equivalence.
        if change.new == change.current { throw Problem.invalid("nouveau", .samePassword) }
        let hash = try Password.hash(change.new)
        guard try database.changePassword(from: account.passwordHash, to: hash, scope) else {
            throw Problem.invalid("actuel", .wrongPassword)
        }
        return .noContent
    }

    func listOwnSessions(_ call: Call) throws -> Response {
        let scope = try call.scope()
        return try .json(database.sessions(of: scope.user).map { SessionRow(session: $0, isCurrent: $0.id == scope.session) })
    }

    func endOwnSession(_ call: Call) throws -> Response {
        let scope = try call.scope()
        guard try database.endSessions(of: scope.user, only: call.session(), by: scope.author) else { throw Problem.notFound }
        return .noContent
    }

    func me(_ scope: Scope) throws -> Me {
        Me(
            scope: scope, wards: try database.wards(scope, Page(limit: Query.maximumLimit)),
            idleSeconds: scope.role.flatMap { SessionTerms($0, .browser, idleSeconds: idleSeconds).idleSeconds }, timeZone: timeZone.identifier)
    }

    /// - Throws: 400 on the field where the policy refuses the password.
    func check(_ password: String, for username: String, field: String) throws {
        let fault: FieldFault? =
            switch try PasswordPolicy.check(password, username: username, places: database.wardNames() + [hospitalName].compactMap { $0 }) {
            case nil: nil
            case .tooShort: .passwordTooShort
            case .tooLong: .passwordTooLong
            case .common: .passwordCommon
            case .containsName: .passwordContainsName
            }
        if let fault { throw Problem.invalid(field, fault) }
    }
}

extension Call {
    func session() throws -> String { try found(parameters["session"]) }
}
