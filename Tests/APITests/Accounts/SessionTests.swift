import Access
import Clinical
import Store
import TestDatabase
import Testing

@testable import API

/// The browser's session: the refresh token in a cookie that no script sees.
@Suite struct SessionTests {
    let api: TestService
    private static let passwordHash = Result { try quickHash("secret") }
    private static let credentials = Array(#"{"username":"nurse","password":"secret"}"#.utf8)

    init() throws {
        api = try TestService()
        try api.setPassword("nurse", Self.passwordHash.get())
    }

    private func session(_ method: String, cookie: String? = nil, prefix: String = "", isSecure: Bool = false) throws -> Answer {
        try api.send(
            method, "/api/session/", bearer: nil, method == "POST" ? Self.credentials : [],
            headers: ["Content-Type": "application/json"].merging(cookie.map { ["Cookie": $0] } ?? [:]) { $1 }, prefix: prefix, isSecure: isSecure)
    }

    /// The cookie as the browser sends it back, and its attributes.
    private func cookie(_ answer: Answer) throws -> (pair: String, attributes: [String]) {
        let parts = try #require(answer.header("Set-Cookie")).split(separator: ";").map { $0.trimmingPrefix(" ") }.map(String.init)
        return (try #require(parts.first), Array(parts.dropFirst()))
    }

    @Test("logging in answers the access token and who one is, and hides the refresh token in a cookie") func login() throws {
        let answer = try session("POST")
        #expect(answer.status == 200 && answer.json?.names == ["access", "utilisateur"])
        #expect(answer["utilisateur"]?["username"]?.text == "nurse")
        let (pair, attributes) = try cookie(answer)
        #expect(Set(attributes.filter { !$0.hasPrefix("Max-Age") }) == ["Path=/api/session", "HttpOnly", "SameSite=Strict"])
        // Of a browser that was closed: the idle limit and one access token's life.
        #expect(attributes.contains("Max-Age=2700") || attributes.contains("Max-Age=2699"))
        #expect(!answer.text.contains(try #require(pair.split(separator: "=").last)))
    }

    @Test("over https the cookie is bound to its host, so that no other host and no other path can set it") func attributes() throws {
        let first = try cookie(session("POST", prefix: "/fajma", isSecure: true))
        #expect(first.pair.hasPrefix("__Host-fajma_session_fajma=") && first.attributes.contains("Path=/") && first.attributes.contains("Secure"))
        #expect(try session("PUT", cookie: first.pair, prefix: "/fajma", isSecure: true).status == 200)
        // Without the prefix it may be another page's.
        #expect(try session("PUT", cookie: String(first.pair.dropFirst("__Host-".count)), prefix: "/fajma", isSecure: true).status == 401)
        #expect(try cookie(session("POST", isSecure: true)).pair.hasPrefix("__Host-fajma_session="))
        #expect(try cookie(session("POST", prefix: "/fajma")).attributes.contains("Path=/fajma/api/session"))
    }

    @Test("of several cookies of the name each is tried") func tossed() throws {
        let own = try cookie(session("POST")).pair
        let stranger = "fajma_session=" + tokens(expired: true)
        for cookies in ["fajma_session=evil; \(own)", "\(stranger); fajma_session=a.b.c; \(own)", "\(own); fajma_session=evil"] {
            #expect(try session("PUT", cookie: cookies).status == 200)
        }
        #expect(try session("PUT", cookie: "fajma_session=evil; fajma_session=worse").status == 401)
        #expect(try session("DELETE", cookie: "fajma_session=evil; \(own)").status == 204)
        #expect(try session("PUT", cookie: own).status == 401)
    }

    private func tokens(expired: Bool) -> String {
        let then = api.now.advanced(bySeconds: -7200)
        return api.tokens.sign(
            TokenClaims(kind: .refresh, userID: 1, id: "x", issuedAt: then, expiresAt: then.advanced(bySeconds: 60), session: "x"))
    }

    @Test(
        "a page of another origin opens, renews and ends no session",
        arguments: [
            ["Sec-Fetch-Site": "same-site"], ["Sec-Fetch-Site": "cross-site"], ["Sec-Fetch-Site": "none"], ["Origin": "http://fajma.test:8431"],
            ["Origin": "https://evil.test"], ["Origin": "null"], ["Sec-Fetch-Site": "same-site", "Origin": "http://fajma.test"],
        ])
    func foreignPage(headers: [String: String]) throws {
        let own = try cookie(session("POST")).pair
        for method in ["POST", "PUT", "DELETE"] {
            let answer = try api.send(
                method, "/api/session/", bearer: nil, method == "POST" ? Self.credentials : [],
                headers: headers.merging(["Content-Type": "application/json", "Cookie": own]) { $1 })
            #expect(answer.status == 403 && answer.header("Set-Cookie") == nil)
        }
        #expect(try session("PUT", cookie: own).status == 200)
    }

    @Test(
        "our own page does, also behind a proxy that ends TLS",
        arguments: [
            ["Sec-Fetch-Site": "same-origin", "Origin": "https://fajma.example"], ["Origin": "http://fajma.test"], ["Origin": "https://FAJMA.test"],
            ["Origin": "https://fajma.test:443"], [:],
        ])
    func ownPage(headers: [String: String]) throws {
        let answer = try api.send("POST", "/api/session/", bearer: nil, Self.credentials, headers: headers)
        #expect(answer.status == 200)
    }

    @Test("a request of a form's kind, without a type, is refused") func formsKind() throws {
        let own = try cookie(session("POST")).pair
        for (method, type) in [("POST", ""), ("PUT", ""), ("DELETE", ""), ("POST", "text/plain")] {
            let answer = try api.send(
                method, "/api/session/", bearer: nil, method == "POST" ? Self.credentials : [], headers: ["Content-Type": type, "Cookie": own])
            #expect(answer.status == 415)
        }
        #expect(try session("PUT", cookie: own).status == 200)
    }

    @Test("renewing takes the cookie alone and gives a new one; two windows may do so at once") func renewal() throws {
        let first = try cookie(session("POST")).pair
        let renewed = try session("PUT", cookie: "a=b; \(first); c=d")
        #expect(renewed.status == 200 && renewed["access"] != nil)
        #expect(try cookie(renewed).pair != first)
        #expect(try session("PUT", cookie: first).status == 200)
        try api.store.connection().script("UPDATE refresh_tokens SET used_at = used_at - interval '31 seconds'")
        #expect(try session("PUT", cookie: first).status == 401)
        #expect(try session("PUT", cookie: cookie(renewed).pair).status == 401)  // stolen from somebody: all of it ends
    }

    @Test("an answer that got lost is asked for again when the page has waited for it") func lostAnswer() throws {
        // www/session/api.js gives a request up after 15 s.
        #expect(Service.cookieGraceSeconds >= 2 * 15)
        let first = try cookie(session("POST")).pair
        #expect(try session("PUT", cookie: first).status == 200)
        try api.store.connection().script("UPDATE refresh_tokens SET used_at = used_at - interval '20 seconds' WHERE used_at IS NOT NULL")
        let again = try session("PUT", cookie: first)
        #expect(again.status == 200)
        #expect(try session("PUT", cookie: cookie(again).pair).status == 200)
    }

    @Test(
        "without a cookie, or with anything else in it, there is no session",
        arguments: [
            nil, "", "fajma_session", "fajma_session=", "fajma_session=x", "xfajma_session=y", ";;;==", "fajma_session=a.b.c",
        ]) func noCookie(cookie: String?) throws
    {
        #expect(try session("PUT", cookie: cookie).status == 401)
        #expect(try session("DELETE", cookie: cookie).status == 204)
    }

    @Test("logging out ends the session and takes the cookie away") func logout() throws {
        let pair = try cookie(session("POST", prefix: "/fajma")).pair
        let answer = try session("DELETE", cookie: pair, prefix: "/fajma")
        #expect(answer.status == 204 && answer.text.isEmpty)
        let (empty, attributes) = try cookie(answer)
        #expect(empty == "fajma_session=" && attributes.contains("Max-Age=0") && attributes.contains("Path=/fajma/api/session"))
        #expect(try session("PUT", cookie: pair).status == 401)
    }

    @Test("an access token does not pass for a session's cookie") func wrongKind() throws {
        let access = try #require(try session("POST")["access"]?.text)
        #expect(try session("PUT", cookie: "fajma_session=\(access)").status == 401)
    }
}
