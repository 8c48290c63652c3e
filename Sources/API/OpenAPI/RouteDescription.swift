import Access
import Clinical

/// What a row of the table says of its parameters, callers and errors.
extension Route {
    /// `get_patients_id_limites`.
    var operationID: String {
        let words = path.split(separator: "/").dropFirst().map { $0.filter { $0.isLetter || $0.isNumber || $0 == "_" } }
        return ([method.lowercased()] + words).joined(separator: "_")
    }

    /// Roles, and `device`; none: anyone.
    var callers: [String] {
        func roles(_ permission: Permission) -> [String] {
            Role.allCases.filter { $0.may(permission) }.map(\.rawValue) + (Permission.ofMachineKeys.contains(permission) ? [Me.machineRole] : [])
        }
        return switch requirement {
        case .anyone: []
        case .anyAccount: Role.allCases.map(\.rawValue) + [Me.machineRole]
        case .user(let permission), .display(let permission): roles(permission)
        case .userOrDevice(let permission, _): roles(permission) + ["device"]
        }
    }

    /// What a machine key must have been given; nil: it may not call this at all, or needs nothing.
    var machinePermission: Permission? {
        switch requirement {
        case .user(let permission), .display(let permission), .userOrDevice(let permission, _):
            Permission.ofMachineKeys.contains(permission) ? permission : nil
        case .anyone, .anyAccount: nil
        }
    }

    /// Of a browser's session, once it is open.
    var usesCookie: Bool { path == "/api/session/" && method != "POST" }

    /// `Idempotency-Key` counts.
    private var isKept: Bool {
        if case .anyone = requirement { return false }
        return method == "POST" && !Service.notKept.contains(path)
    }

    private var hasBody: Bool { ["POST", "PUT", "PATCH"].contains(method) }

    /// That follow from the row.
    var errors: [Problem.Code] {
        var codes: [Problem.Code] = [.invalid, .unavailable]
        if hasBody { codes += [.parseError, .tooLarge, .unsupportedMediaType] }
        if path.contains("{") || query.contains(where: \.namesSomething) { codes.append(.notFound) }
        if isKept { codes += [.requestRunning, .idempotencyKeyReused] }
        switch requirement {
        case .anyone: return codes
        case .user(.session), .display(.session), .anyAccount: break
        case .user, .display, .userOrDevice: codes += [.permissionDenied, .passwordChangeRequired]
        }
        switch requirement {
        case .display, .anyAccount: break
        default: codes.append(.sessionLocked)
        }
        return codes + [.notAuthenticated, .tokenNotValid, .badAuthorizationHeader, .permissionDenied, .tooManyRequests]
    }

    var pathParameters: [JSON] {
        path.split(separator: "/").filter { $0.hasPrefix("{") }.map { segment in
            let name = String(segment.dropFirst().dropLast())
            return .object([
                "name": .string(name), "in": .string("path"), "required": .bool(true), "schema": Self.pathSchema(name, in: path).json,
            ])
        }
    }

    private static func pathSchema(_ name: String, in path: String) -> Schema {
        switch name {
        case "session": .text(1...64)
        case "id" where path.hasPrefix("/api/patients/"):
            .text(1...64).saying("The id (digits only), or the hospital number: letters and digits as they are, any number as `n:` and the number.")
        case "id" where path.hasPrefix("/api/iot/data/"): .text(1...64).saying("Opaque.")
        default: .id
        }
    }

    /// Beside `Authorization`.
    var headerParameters: [JSON] {
        var parameters: [JSON] = []
        if isKept {
            parameters.append(
                header("Idempotency-Key", "Of a person's request: the same key and request again gets the first answer, for 24 hours.", Schema.key))
        }
        if path.hasSuffix("/limites/"), method == "PUT" {
            parameters.append(header("If-Match", "The version that the change is made from; another one: 412.", .text(1...200)))
        }
        if path == "/api/openapi.json" {
            parameters.append(header("If-None-Match", "The `ETag` of the document that the client has.", .text(1...200)))
        }
        return parameters
    }

    private func header(_ name: String, _ text: String, _ schema: Schema) -> JSON {
        .object(["name": .string(name), "in": .string("header"), "description": .string(text), "schema": schema.json])
    }
}

extension Schema {
    fileprivate static let key = Schema([
        "type": .string("string"), "minLength": .integer(1), "maxLength": .integer(128), "pattern": .string("^[!-~]+$"),
    ])
}

extension QueryParameter {
    /// A patient or a ward, which may not be there.
    fileprivate var namesSomething: Bool { ["patient_id", "identifiant", "service"].contains(name) }

    var json: JSON {
        var members: [String: JSON] = ["name": .string(name), "in": .string("query"), "schema": allowed.schema.json]
        if isRequired { members["required"] = .bool(true) }
        if let text { members["description"] = .string(text) }
        return .object(members)
    }

    private var text: String? {
        switch name {
        case "patient_id": "The id, or the hospital number." + (aliases.isEmpty ? "" : " `\(aliases.joined(separator: "`, `"))` is the same.")
        case "identifiant": "The hospital number."
        case "service": "A ward's id."
        case "dispositif": "A device's id; 0: by hand."
        case "debut": "Not before."
        case "fin": "Before."
        case "curseur": "Where the page before ended: its `Link` says it."
        case "limit": "Rows of a page; \(Query.defaultLimit) where it is left out."
        case "points": "Buckets at most."
        case "utilisateur": "An account's id or name."
        default: nil
        }
    }
}
