import Access
import Clinical
import Store

/// Who is on the other end.
enum Caller: Sendable {
    case nobody
    /// A person, or a program with a machine key.
    case user(Scope)
    /// Had this key a moment ago; whatever stores looks it up again.
    case device(DeviceKey)
}

/// What a route asks of its caller.
enum Requirement: Sendable {
    case anyone
    /// Every account: of a person, whatever the state of the session, or of a program.
    case anyAccount
    case user(Permission)
    /// As `user`; a locked session has it too, as part of the display of its wards.
    case display(Permission)
    case userOrDevice(Permission, Permission)

    /// - Throws: a 403 that says nothing about what is behind the route.
    func check(_ caller: Caller) throws {
        switch (self, caller) {
        case (.anyone, _), (.anyAccount, .user): return
        case (_, .nobody): throw Problem.unauthenticated(.notAuthenticated)
        case (.user(let permission), .user(let scope)), (.display(let permission), .user(let scope)),
            (.userOrDevice(let permission, _), .user(let scope)):
            if scope.lock != nil, !isOfDisplay { throw Problem.sessionLocked }
            // Whoever has a password that somebody else knows may look after the own account and nothing else.
            if scope.mustChangePassword, permission != .session { throw Problem(status: 403, code: .passwordChangeRequired) }
            if scope.may(permission) { return }
        case (.userOrDevice(_, let permission), .device):
            if Permission.ofDevices.contains(permission) { return }
        case (.user, .device), (.display, .device), (.anyAccount, .device): break
        }
        throw Problem.forbidden
    }

    private var isOfDisplay: Bool { if case .display = self { true } else { false } }
}

extension Service {
    /// Reads `Authorization`. - Throws: 401.
    func caller(of request: Request) throws -> Caller {
        guard let header = request.header("Authorization") else { return .nobody }
        guard let token = request.bearer else {
            // Another way to log in is none of ours; a bearer without one token is a mistake.
            let isBearer = header.prefix { $0 != " " }.lowercased() == "bearer"
            throw Problem.unauthenticated(isBearer ? .badAuthorizationHeader : .tokenNotValid)
        }
        if token.hasPrefix(DeviceKey.prefix) {
            guard let key = DeviceKey(token), try confirmedKeys.confirm(key, now: now(), database.isValid) else {
                throw Problem.unauthenticated(.tokenNotValid)
            }
            return .device(key)
        }
        if MachineKey.isMeant(by: token) { return .user(try scope(ofKey: token, request)) }
        guard let claims = try? tokens.verify(token, kind: .access, now: now()), let scope = try database.scope(of: claims, address: request.address)
        else { throw Problem.unauthenticated(.tokenNotValid) }
        return .user(scope)
    }
}

extension Request {
    /// The token or key in `Authorization`; nil: there is none, or something else.
    var bearer: String? {
        guard let parts = header("Authorization")?.split(separator: " "), parts.count == 2, parts[0].lowercased() == "bearer"
        else { return nil }
        return String(parts[1])
    }
}
