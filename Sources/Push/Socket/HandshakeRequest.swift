import NIOHTTP1

/// What a client asks for: the request that wants to become a WebSocket.
public struct HandshakeRequest: Sendable {
    /// As sent, still percent-encoded, without the query.
    public let path: String
    /// As sent, without the question mark; empty when there is none.
    public let query: String
    let head: HTTPRequestHead

    init(head: HTTPRequestHead) {
        self.head = head
        let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts[0])
        query = parts.count > 1 ? String(parts[1]) : ""
    }

    /// A header's value; nil when it is missing or stands there more than once.
    public func header(_ name: String) -> String? {
        let values = head.headers[name]
        return values.count == 1 ? values[0] : nil
    }

    /// Whether there is such a header at all.
    public func hasHeader(_ name: String) -> Bool { head.headers.contains(name: name) }

    /// What the client offers in `Sec-WebSocket-Protocol`, in its order.
    public var subprotocols: [String] { head.headers[canonicalForm: "Sec-WebSocket-Protocol"].map(String.init) }

    /// The first value of a query item, percent-decoded; nil when it is missing, broken or not UTF-8.
    public func queryItem(_ name: String) -> String? {
        for item in query.split(separator: "&") {
            let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if pair.count == 2, pair[0] == name { return percentDecoded(pair[1]) }
        }
        return nil
    }

    /// Why this can be no WebSocket handshake; nil when it can.
    var fault: HandshakeRejection? {
        guard head.method == .GET else { return .methodNotAllowed }
        guard head.version == .http1_1 else { return .malformed }
        guard head.headers[canonicalForm: "Upgrade"].contains(where: { $0.lowercased() == "websocket" }),
            head.headers[canonicalForm: "Connection"].contains(where: { $0.lowercased() == "upgrade" })
        else { return .upgradeRequired }
        guard header("Sec-WebSocket-Version") == "13" else { return .upgradeRequired }
        guard let key = header("Sec-WebSocket-Key"), isKey(key) else { return .malformed }
        return nil
    }

    /// Sixteen bytes in base64.
    private func isKey(_ key: String) -> Bool {
        key.utf8.count == 24 && key.hasSuffix("==")
            && key.utf8.dropLast(2).allSatisfy {
                switch $0 {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
                    true
                default: false
                }
            }
    }
}

/// `%41` becomes `A`. Nil: a broken escape, or not UTF-8. A plus sign stays one, as in a path and as in a token.
func percentDecoded(_ text: some StringProtocol) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
        guard byte == UInt8(ascii: "%") else {
            bytes.append(byte)
            continue
        }
        guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit) else { return nil }
        bytes.append(high << 4 | low)
    }
    return String(validating: bytes, as: UTF8.self)
}

private func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}
