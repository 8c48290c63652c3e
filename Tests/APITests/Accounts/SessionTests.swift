import Access
import Clinical
import Store
import Testing

@testable import API

/// The browser's session: the refresh token in a cookie that no script sees.
@Suite struct SessionTests {
    let api: TestService
    private static let passwordHash = Result { try Password.hash("secret") }
    private static let credentials = Array(#"{"username":"nurse","password":"secret"}"#.utf8)

    init() throws {
        api = try TestService()
        try api.setPassword("nurse", Self.passwordHash.get())
    }

    private func session(_ method: String, cookie: String? = nil, prefix: String = "", isSecure: Bool = false) throws -> Answer {
        try api.send(
            method, "/api/session/", bearer: nil, method == "POST" ? Self.credentials : [],
            headers: cookie.map { ["Cookie": $0] } ?? [:], prefix: prefix, isSecure: isSecure)
    }

    /// The cookie as the browser sends it back, and its attributes.
    private func cookie(_ answer: Answer) throws -> (pair: String, attributes: [String]) {
        let parts = try #require(answer.header("Set-Cookie")).split(separator: ";").map { $0.trimmingPrefix(" ") }.map(String.init)
        return (try #require(parts.first), Array(parts.dropFirst()))
    }

    @Test("logging in answers the access token and who one is, and hides the refresh token in a cookie") func login() throws {
        let answer = try session("POST")
        #expect(answer.status == 200 && answer.json?.members == ["access", "utilisateur"])
        #expect(answer["utilisateur"]?["username"]?.text == "nurse")
        let (pair, attributes) = try cookie(answer)
        #expect(Set(attributes.filter { !$0.hasPrefix("Max-Age") }) == ["Path=/api/session", "HttpOnly", "SameSite=Strict"])
        // Of a browser that was closed: the idle limit and one access token's life.
        #expect(attributes.contains("Max-Age=2700") || attributes.contains("Max-Age=2699"))
        #expect(!answer.text.contains(try #require(pair.split(separator: "=").last)))
    }

    @Test("the cookie's path has the prefix, and over https it is Secure") func attributes() throws {
        let attributes = try cookie(session("POST", prefix: "/fajma", isSecure: true)).attributes
        #expect(attributes.contains("Path=/fajma/api/session") && attributes.contains("Secure"))
    }

    @Test("renewing takes the cookie alone and gives a new one; two windows may do so at once") func renewal() throws {
        let first = try cookie(session("POST")).pair
        let renewed = try session("PUT", cookie: "a=b; \(first); c=d")
        #expect(renewed.status == 200 && renewed["access"] != nil)
        #expect(try cookie(renewed).pair != first)
        #expect(try session("PUT", cookie: first).status == 200)
        try api.store.connection().script("UPDATE refresh_tokens SET used_at = used_at - interval '11 seconds'")
        #expect(try session("PUT", cookie: first).status == 401)
        #expect(try session("PUT", cookie: cookie(renewed).pair).status == 401)  // stolen from somebody: all of it ends
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
