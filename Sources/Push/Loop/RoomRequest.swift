import Clinical

/// What a handshake asks for, read from its address and headers; nothing of it is believed yet.
struct RoomRequest: Equatable {
    /// Longest patient or ward key, in characters.
    static let keyLimit = 64
    /// The subprotocol that our own pages offer beside the one that carries their token.
    static let subprotocol = "fajma"
    private static let bearer = "bearer."

    let kind: RoomKind
    let key: String
    let token: String
    /// What to answer in `Sec-WebSocket-Protocol`.
    let subprotocol: String?

    init(_ request: HandshakeRequest, allowedOrigins: Set<String>) throws(HandshakeRejection) {
        guard let (kind, key) = Self.room(in: request.path) ?? Self.numberedRoom(request) else { throw .notFound }
        guard Self.isOriginAllowed(request, allowedOrigins) else { throw .wrongOrigin }
        let offered = request.subprotocols
        let inProtocol = offered.first { $0.hasPrefix(Self.bearer) }.map { String($0.dropFirst(Self.bearer.count)) }
        guard let token = inProtocol ?? request.queryItem("token"), !token.isEmpty else { throw .notAuthenticated }
        (self.kind, self.key, self.token) = (kind, key, token)
        subprotocol = offered.contains(Self.subprotocol) ? Self.subprotocol : nil
    }

    /// `…/ws/{kind}/{key}`, with or without a slash at the end; what stands before is the prefix under which nginx serves us.
    private static func room(in path: String) -> (RoomKind, String)? {
        var parts = path.split(separator: "/", omittingEmptySubsequences: false)
        if parts.last == "" { parts.removeLast() }
        guard parts.count >= 4, parts.first == "", parts[parts.count - 3] == "ws" else { return nil }
        guard let kind = RoomKind(rawValue: String(parts[parts.count - 2])),
            let key = percentDecoded(parts[parts.count - 1]), (1...keyLimit).contains(key.count),
            key.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" })
        else { return nil }
        return (kind, key)
    }

    /// `…/ws/{iot or alerts}/?identifiant=…`: the patient who has this hospital number, which need be no word.
    private static func numberedRoom(_ request: HandshakeRequest) -> (RoomKind, String)? {
        let parts = request.path.split(separator: "/")
        guard parts.count >= 2, parts[parts.count - 2] == "ws", let kind = RoomKind(rawValue: String(parts[parts.count - 1])), kind != .service,
            let number = request.queryItem("identifiant"), (1...keyLimit).contains(number.utf8.count)
        else { return nil }
        return (kind, PatientKey.numberMark + number)
    }

    /// A browser always says where its page came from, and that must be ourselves or one of those allowed: otherwise any
    /// page could open a socket in the name of whoever looks at it. What sends no Origin is no browser.
    private static func isOriginAllowed(_ request: HandshakeRequest, _ allowed: Set<String>) -> Bool {
        guard request.hasHeader("Origin") else { return true }
        guard let origin = request.header("Origin")?.lowercased() else { return false }
        if allowed.contains(origin) { return true }
        guard let scheme = origin.range(of: "://") else { return false }
        let host = origin[scheme.upperBound...]
        return [request.header("Host"), request.header("X-Forwarded-Host")].contains { $0?.lowercased() == String(host) }
    }
}

extension String {
    /// The first place where `other` stands.
    fileprivate func range(of other: String) -> Range<Index>? { ranges(of: other).first }
}
