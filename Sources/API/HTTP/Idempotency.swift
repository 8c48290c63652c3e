import Access
import Clinical
import Store

/// `Idempotency-Key`: a person's POST that is sent again gets the first answer.
extension Service {
    private static let maximumKeyLength = 128

    /// Those whose body or answer holds a secret, which is not stored, the one that stores nothing, and those that are the same when sent again.
    static let notKept: Set<String> = [
        "/api/cles/", "/api/cles/{id}/renouveler/",
        "/api/import/patients/", "/api/import/dispositifs/", "/api/moi/mot_de_passe/", "/api/utilisateurs/", "/api/utilisateurs/{id}/mot_de_passe/",
        "/api/iot/dispositifs/{id}/cle/", "/api/patients/{id}/limites/essai/",
    ]

    /// Once the caller may use the route.
    func handle(_ route: Route, _ call: Call, _ body: [UInt8], _ act: Route.Action) throws -> Response {
        guard route.method == "POST", route.path == "/api/patients/" else { return try answerOnce(route, call, body, act) }
        return try admitting(call, body) { try answerOnce(route, call, body, act) }
    }

    private func answerOnce(_ route: Route, _ call: Call, _ body: [UInt8], _ act: Route.Action) throws -> Response {
        guard route.method == "POST", !Self.notKept.contains(route.path), case .user(let scope) = call.caller,
            let key = call.request.header("Idempotency-Key")
        else { return try act(self, call) }
        guard (1...Self.maximumKeyLength).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Problem.invalid("Idempotency-Key", .malformed)
        }
        let request = call.request
        func once() throws -> KeptAnswer {
            try database.answerOnce(key, Array("\(request.method) \(request.segments.joined(separator: "\n"))?\(request.query)\n".utf8) + body, scope)
            {
                let response = try act(self, call)
                return KeptAnswer(status: response.status, headers: response.headers, body: response.body)
            }
        }
        let answer = try route.path == "/api/iot/data/" ? shares.keptEntries.with(scope.user, once) : once()
        return Response(status: answer.status, headers: answer.headers, body: answer.body)
    }
}
