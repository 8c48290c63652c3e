import Access
import Clinical
import Store

struct NewUser: ObjectBody {
    let username: String
    let role: Role
    let wards: [WardID]?
    let language: String?
    let password: String?

    init(_ fields: inout BodyFields) {
        (username, role) = (fields.required("username", .text(1...150)), fields.required("role", FieldType<Role>.choice))
        (wards, language) = (fields.optional("services", .ids(atMost: Query.maximumLimit)), fields.optional("langue", .language))
        password = fields.optional("mot_de_passe", .secret)
    }
}

struct UserFields: ObjectBody {
    let changes: UserChanges

    static let others = OtherMembers.refused(
        except: ["id", "username", "cree_le", "derniere_connexion", "mot_de_passe_provisoire"])
    init(_ fields: inout BodyFields) {
        changes = UserChanges(
            role: fields.optional("role", FieldType<Role>.choice), wards: fields.optional("services", .ids(atMost: Query.maximumLimit)),
            language: fields.optional("langue", .language), isActive: fields.optional("actif", .flag))
    }
}

/// Accounts, as administrators see them.
extension Service {
    /// Shown once.
    private struct MadePassword: Encodable { let mot_de_passe: String? }
    private struct Added: Encodable {
        let user: User
        let password: MadePassword

        func encode(to encoder: any Encoder) throws {
            try user.encode(to: encoder)
            try password.encode(to: encoder)
        }
    }

    func listUsers(_ call: Call) throws -> Response {
        let page = try call.query.page { Int($0) }
        return try call.list(database.users(page), page) { String($0.id) }
    }

    func showUser(_ call: Call) throws -> Response { try .json(user(call)) }

    func addUser(_ call: Call, _ fields: NewUser) throws -> Response {
        if let password = fields.password { try check(password, for: fields.username, field: "mot_de_passe") }
        let made = fields.password == nil ? try PasswordPolicy.made() : nil
        let id = try database.addUser(
            username: fields.username, passwordHash: hash(fields.password ?? made ?? ""), isProvisional: true, role: fields.role,
            wards: fields.wards ?? [], language: fields.language ?? "fr", by: call.scope().author)
        return try .json(Added(user: call.found(database.user(id)), password: MadePassword(mot_de_passe: made)), status: 201)
    }

    func changeUser(_ call: Call, _ fields: UserFields) throws -> Response {
        try .json(call.found(database.changeUser(call.number("id"), fields.changes, by: call.scope().author)))
    }

    func resetPassword(_ call: Call) throws -> Response {
        let (user, password) = (try user(call), try PasswordPolicy.made())
        // Who sits down at an administrator's open page must not get the account for good.
        if user.id == (try call.scope().user) { throw Problem.conflict("mot_de_passe", .ownPassword) }
        guard try database.setPassword(user.id, passwordHash: hash(password), isProvisional: true, by: call.scope().author) else {
            throw Problem.notFound
        }
        return try .json(MadePassword(mot_de_passe: password))
    }

    func listSessions(_ call: Call) throws -> Response {
        try .json(database.sessions(of: user(call).id).map { SessionRow(session: $0) })
    }

    func endSessions(_ call: Call) throws -> Response {
        _ = try database.endSessions(of: user(call).id, by: call.scope().author)
        return .noContent
    }

    func endSession(_ call: Call) throws -> Response {
        guard try database.endSessions(of: user(call).id, only: call.session(), by: call.scope().author) else { throw Problem.notFound }
        return .noContent
    }

    private func user(_ call: Call) throws -> User { try call.found(database.user(call.number("id"))) }

    private func hash(_ password: String) throws -> String { try Password.hash(password) }
}
