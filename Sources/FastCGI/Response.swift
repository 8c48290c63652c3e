/// What a handler answers.
public struct Response: Sendable {
    /// An HTTP status, 200…599.
    public var status: Int

    /// In this order. Content-Length is added by the server. Control characters in a value become spaces, so that
    /// text of a user's can never start another header.
    public var headers: [(String, String)]

    public var body: [UInt8]

    public init(status: Int, headers: [(String, String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The server's own answer where it does not ask the handler: the status and nothing else.
    public static func refusal(_ status: Int, _: Request) -> Response {
        Response(status: status)
    }
}
