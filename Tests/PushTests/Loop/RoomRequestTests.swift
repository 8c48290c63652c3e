import NIOHTTP1
import Testing

@testable import Push

@Suite("Handshakes")
struct GreetingTests {
    @Test(
        "The address names the room, with or without a last slash and under any prefix",
        arguments: [
            ("/ws/iot/12/", RoomKind.iot, "12"), ("/ws/alerts/12", .alerts, "12"), ("/fajma/ws/service/3/", .service, "3"),
            ("/a/b/ws/iot/ws/", .iot, "ws"), ("/ws/iot/H_2026%C3%A9/", .iot, "H_2026é"),
            ("/ws/iot/?identifiant=12&", .iot, "n:12"), ("/fajma/ws/alerts?identifiant=2024%2F17-B.1&", .alerts, "n:2024/17-B.1"),
            ("/ws/iot/12/?identifiant=13&", .iot, "12"),
        ])
    func rooms(path: String, kind: RoomKind, key: String) throws {
        let greeting = try greet(path + (path.contains("?") ? "token=t" : "?token=t"))
        #expect(greeting.kind == kind)
        #expect(greeting.key == key)
    }

    @Test(
        "Other addresses are not found",
        arguments: [
            "/", "/ws/iot/", "/ws/iot//", "/ws/other/12/", "/ws/iot/1/2/", "/ws/iot/a-b/", "/ws/iot/%2e%2e/", "/ws/iot/%zz/",
            "/xws/iot/12/", "/ws/iot/" + String(repeating: "1", count: 65), "/ws/iot/n:12/", "/ws/service/?identifiant=3&",
            "/ws/iot/?identifiant=&", "/ws/iot/?identifiant=%zz&", "/xws/iot/?identifiant=1&", "/iot/?identifiant=1&",
            "/ws/iot/?identifiant=" + String(repeating: "1", count: 65) + "&",
        ])
    func notFound(path: String) {
        let query = path.contains("?") ? "token=t" : "?token=t"
        #expect(throws: HandshakeRejection.self) { try greet(path + query) }
        #expect(refusal { try greet(path + query) } == 404)
    }

    @Test("The token comes in the query or with the subprotocols, and only ours is selected")
    func tokens() throws {
        #expect(try greet("/ws/iot/1/?a=b&token=x.y-z_%2B").token == "x.y-z_+")
        #expect(try greet("/ws/iot/1/?token=t").subprotocol == nil)
        let offered = try greet("/ws/iot/1/", ["Sec-WebSocket-Protocol": "fajma, bearer.x.y.z"])
        #expect(offered.token == "x.y.z")
        #expect(offered.subprotocol == "fajma")
        #expect(refusal { try greet("/ws/iot/1/") } == 401)
        #expect(refusal { try greet("/ws/iot/1/?token=") } == 401)
        #expect(refusal { try greet("/ws/iot/1/", ["Sec-WebSocket-Protocol": "bearer."]) } == 401)
    }

    @Test(
        "A page's origin must be the host it is served from or an allowed one; what is no browser sends none",
        arguments: [
            (nil, true), ("http://hopital.sn", true), ("https://HOPITAL.sn", true), ("https://vu.hopital.sn", true),
            ("https://allowed.sn", true), ("http://allowed.sn", false), ("https://hopital.sn:8443", false),
            ("https://evil.sn", false), ("null", false), ("hopital.sn", false), ("https://evil.sn/hopital.sn", false), ("", false),
        ] as [(String?, Bool)])
    func origins(origin: String?, isAllowed: Bool) {
        var headers = ["Host": "hopital.sn", "X-Forwarded-Host": "vu.hopital.sn"]
        headers["Origin"] = origin
        #expect(refusal { try greet("/ws/iot/1/?token=t", headers) } == (isAllowed ? nil : 403))
    }

    private func greet(_ uri: String, _ headers: [String: String] = [:]) throws(HandshakeRejection) -> RoomRequest {
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: uri, headers: HTTPHeaders(headers.map { ($0, $1) }))
        return try RoomRequest(HandshakeRequest(head: head), allowedOrigins: ["https://allowed.sn"])
    }

    private func refusal(_ body: () throws -> RoomRequest) -> Int? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? HandshakeRejection)?.status
        }
    }
}
