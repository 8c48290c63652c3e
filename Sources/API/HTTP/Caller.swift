import Access
import Clinical
import Store

/// Who is on the other end.
enum Caller: Sendable {
    case nobody
    case user(Scope)
    /// Says that it is this device; the key is checked where it is used, in the transaction that stores.
    case device(DeviceKey)
}

/// What a route asks of its caller.
enum Requirement: Sendable {
    case anyone
    case user(Permission)
    case userOrDevice(Permission, Permission)

    /// - Throws: a 403 that says nothing about what is behind the route.
    func check(_ caller: Caller) throws {
        switch (self, caller) {
        case (.anyone, _): return
        case (_, .nobody): throw Problem.unauthenticated(.notAuthenticated)
        case (.user(let permission), .user(let scope)), (.userOrDevice(let permission, _), .user(let scope)):
            // Whoever has a password that somebody else knows may look after the own account and nothing else.
            if scope.mustChangePassword, permission != .session { throw Problem(status: 403, code: .passwordChangeRequired) }
            if scope.role.may(permission) { return }
        case (.userOrDevice(_, let permission), .device):
            if Permission.ofDevices.contains(permission) { return }
        case (.user, .device): break
        }
        throw Problem.forbidden
    }
}

extension Service {
    /// Reads `Authorization`. - Throws: 401.
    func caller(of request: Request) throws -> Caller {
        guard let header = request.header("Authorization") else { return .nobody }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { throw Problem.unauthenticated(.tokenNotValid) }
        let token = String(parts[1])
        if token.hasPrefix("fjd_") {
            guard let key = DeviceKey(token) else { throw Problem.unauthenticated(.tokenNotValid) }
            return .device(key)
        }
        guard let claims = try? tokens.verify(token, kind: .access, now: now()), let scope = try database.scope(of: claims, address: request.address)
        else { throw Problem.unauthenticated(.tokenNotValid) }
        return .user(scope)
    }
}
