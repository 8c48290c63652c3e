import Clinical
import FoundationEssentials

/// One HTTP request without its body, as whatever serves it hands it over. The body is apart, so that handlers get it only as the value that it says.
public struct Request: Sendable {
    public let method: String
    /// Decoded, without the prefix under which FAJMA is served.
    public let path: String
    /// What stands between the slashes of the path.
    let segments: [String]
    /// That prefix: empty or `/fajma`.
    public let prefix: String
    /// What stood behind the question mark, not decoded.
    public let query: String
    public let isSecure: Bool
    /// The client's network address, as the web server says; never from a header that anybody can write.
    public let address: String?
    /// The web server's name for this request, the same that stands in its access log; nil: it sent none.
    public let id: String?
    private let headers: @Sendable (String) -> String?

    /// - Parameter encodedPath: the path before it was decoded, where a segment of it may hold a slash; nil where none does.
    public init(
        method: String, path: String, encodedPath: String? = nil, prefix: String = "", query: String = "", isSecure: Bool = false,
        address: String? = nil,
        id: String? = nil,
        headers: @escaping @Sendable (String) -> String? = { _ in nil }
    ) {
        (self.method, self.path, self.prefix, self.query) = (method, path, prefix, query)
        (self.isSecure, self.address, self.id, self.headers) = (isSecure, address, id, headers)
        segments = encodedPath?.split(separator: "/").map { Query.decode($0.utf8, isForm: false) } ?? path.split(separator: "/").map(String.init)
    }

    /// A header, whatever the case of `name`.
    public func header(_ name: String) -> String? { headers(name) }

    /// Where its sender found us: `https://hospital.example/fajma/`. Nil where `Host`, which anybody can write, is no name or address.
    var publicURL: String? {
        guard let host = header("Host"), host.utf8.count <= Self.hostLimit,
            host.wholeMatch(of: /(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?/) != nil
        else { return nil }
        return "\(isSecure ? "https" : "http")://\(host)\(prefix)/"
    }

    /// The longest name that DNS knows, and a port.
    private static let hostLimit = 253 + 6

    /// The language that its sender reads.
    var language: Language { Language(acceptLanguage: header("Accept-Language")) }
}

/// What is answered.
public struct Response: Sendable {
    public var status: Int
    public var headers: [(String, String)]
    public var body: [UInt8]
    /// In place of `body`: sends it piece by piece, once, after `respond` has returned. What it throws breaks the answer off.
    public var stream: (@Sendable (_ send: ([UInt8]) throws -> Void) throws -> Void)?

    public init(
        status: Int, headers: [(String, String)] = [], body: [UInt8] = [],
        stream: (@Sendable (_ send: ([UInt8]) throws -> Void) throws -> Void)? = nil
    ) {
        (self.status, self.headers, self.body, self.stream) = (status, headers, body, stream)
    }

    static func json(_ value: some Encodable, status: Int = 200, headers: [(String, String)] = []) throws -> Response {
        Response(
            status: status, headers: [("Content-Type", "application/json")] + headers,
            body: Array(try JSONEncoder().encode(value)))
    }

    static let noContent = Response(status: 204)
}
