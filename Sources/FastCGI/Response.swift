/// What a handler answers.
public struct Response: Sendable {
    /// An HTTP status, 200…599.
    public var status: Int

    /// In this order. Content-Length of a body is added by the server. Control characters in a value become spaces, so that
    /// text of a user's can never start another header.
    public var headers: [(String, String)]

    public var body: [UInt8]

    /// In place of `body`, for what is too long to be held: called once, with a function that sends a piece. What it throws breaks the connection
    /// off, so that the client does not take a part for the whole; the function throws `Interrupted` where nobody waits for more.
    public var stream: Stream?
    public typealias Stream = @Sendable (_ send: ([UInt8]) throws -> Void) throws -> Void

    /// The client is gone, or the server is to end.
    public struct Interrupted: Error {}

    public init(status: Int, headers: [(String, String)] = [], body: [UInt8] = [], stream: Stream? = nil) {
        (self.status, self.headers, self.body, self.stream) = (status, headers, body, stream)
    }

    /// The server's own answer where it does not ask the handler: the status and nothing else.
    public static func refusal(_ status: Int, _: Request) -> Response {
        Response(status: status)
    }

    /// The phrase behind the status. The web server passes the line on as it is, and a line without a phrase lacks
    /// a space that strict clients look for.
    var reason: String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 304: "Not Modified"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 409: "Conflict"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        case 422: "Unprocessable Content"
        case 429: "Too Many Requests"
        case 500: "Internal Server Error"
        case 503: "Service Unavailable"
        default: "Status"
        }
    }
}
