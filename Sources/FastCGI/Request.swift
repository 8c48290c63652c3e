/// One request, complete: its whole body has arrived before a handler sees it.
///
/// It is a value of its own and may outlive the handler. Every property but `body` is looked up among the parameters
/// when it is read: keep what is needed twice in a constant.
public struct Request: Sendable {
    public let parameters: Parameters

    /// Exactly CONTENT_LENGTH bytes where that was sent; at most the server's body limit.
    public let body: [UInt8]

    public init(parameters: Parameters, body: [UInt8] = []) {
        self.parameters = parameters
        self.body = body
    }

    /// `GET`, `POST` …; empty where the web server sent none.
    public var method: String { parameters["REQUEST_METHOD"] ?? "" }

    /// DOCUMENT_URI: the path, percent signs decoded and `..` resolved by the web server.
    public var path: String { parameters["DOCUMENT_URI"] ?? "" }

    /// What stood behind the question mark, as it was sent: not decoded.
    public var query: String { parameters["QUERY_STRING"] ?? "" }

    public var contentType: String? { parameters["CONTENT_TYPE"] }

    /// The client's address as the web server saw it, never as a header claims it.
    public var remoteAddress: String { parameters["REMOTE_ADDR"] ?? "" }

    /// The web server's name for this request, the same that stands in its access log.
    public var requestID: String? { parameters["REQUEST_ID"] }

    /// The client came over TLS.
    public var isSecure: Bool {
        parameters["REQUEST_SCHEME"] == "https" || parameters["HTTPS"] == "on"
    }

    /// A header of the request, whatever the case of `name`.
    public func header(_ name: String) -> String? { parameters.header(name) }

    /// A FastCGI parameter by its exact name.
    public func param(_ name: String) -> String? { parameters[name] }
}
