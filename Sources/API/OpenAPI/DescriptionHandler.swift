import Access
import Clinical
import FoundationEssentials

/// GET `/api/openapi.json`: built and encoded once a process, at the first request.
extension Service {
    private struct EncodedDescription: Sendable {
        /// Around the prefix under which FAJMA is served.
        let head: [UInt8]
        let tail: [UInt8]
        let tag: String

        init(_ document: OpenAPIDocument) {
            let text = document.text()
            let server = #""servers":[{"url":""#
            let place = text.range(of: server)?.upperBound ?? text.startIndex
            (head, tail) = (Array(text[..<place].utf8), Array(text[place...].utf8.dropFirst()))  // without the slash that stands there
            tag = "\"\(Base64URL.encode(sha256(head + tail).prefix(12)))\""
        }
    }

    private static let description = EncodedDescription(OpenAPIDocument(routes))

    func showDescription(_ call: Call) -> Response {
        let description = Self.description
        let headers = [("Content-Type", "application/json"), ("ETag", description.tag)]
        let known = call.request.header("If-None-Match")?.split(separator: ",").map { $0.filter { $0 != " " } } ?? []
        if known.contains(where: { $0 == description.tag || $0 == "W/" + description.tag || $0 == "*" }) {
            return Response(status: 304, headers: [("ETag", description.tag)])
        }
        let prefix = call.request.prefix
        return Response(status: 200, headers: headers, body: description.head + Array((prefix.isEmpty ? "/" : prefix).utf8) + description.tail)
    }
}

extension OpenAPIDocument {
    func text() -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings and finite numbers: encoding them does not fail.
        return String(decoding: (try? encoder.encode(json)) ?? Data(), as: UTF8.self)
    }
}
