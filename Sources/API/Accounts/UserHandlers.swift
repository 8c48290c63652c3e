import Access
import Clinical
import Store

/// Accounts, as administrators see them.
extension Service {
    private struct NewUser: Decodable {
        let username: String
        let role: Role
        let services: [WardID]?
        let langue: String?
        let mot_de_passe: String?
    }
    private struct Changes: Decodable {
        let role: Role?
        let services: [WardID]?
        let langue: String?
        let actif: Bool?
    }
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

    func addUser(_ call: Call) throws -> Response {
        let fields: NewUser = try call.decode()
        if let password = fields.mot_de_passe { try check(password, for: fields.username, field: "mot_de_passe") }
        let made = fields.mot_de_passe == nil ? try PasswordPolicy.made() : nil
        let wards = try Self.checked(fields.services ?? [])
        let id = try database.addUser(
            username: fields.username, passwordHash: hash(fields.mot_de_passe ?? made ?? ""), isProvisional: true, role: fields.role,
            wards: wards, language: fields.langue ?? "fr", by: call.scope().author)
        return try .json(Added(user: call.found(database.user(id)), password: MadePassword(mot_de_passe: made)), status: 201)
    }

    func changeUser(_ call: Call) throws -> Response {
        let fields: Changes = try call.decode()
        let changes = UserChanges(
            role: fields.role, wards: try fields.services.map(Self.checked), language: fields.langue, isActive: fields.actif)
        return try .json(call.found(database.changeUser(call.number("id"), changes, by: call.scope().author)))
    }

    func resetPassword(_ call: Call) throws -> Response {
        let (user, password) = (try user(call), try PasswordPolicy.made())
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

    private func hash(_ password: String) throws -> String {
        if Password.isBusy { throw Problem.unavailable }
        return try Password.hash(password)
    }

    /// A number that no ward can have is unknown like any other.
    private static func checked(_ wards: [WardID]) throws -> [WardID] {
        guard wards.count <= Query.maximumLimit, wards.allSatisfy({ Int32(exactly: $0) != nil }) else { throw Problem.invalid("services", .unknown) }
        return wards
    }
}
