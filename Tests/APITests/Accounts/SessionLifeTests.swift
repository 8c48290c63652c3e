import Access
import Clinical
import Store
import TestDatabase
import Testing

@testable import API

/// How long sessions last, and who ends them.
@Suite struct SessionLifeTests {
    let api: TestService
    private static let password = "vier Stühle im Regen"
    private static let passwordHash = Result { try quickHash(password) }

    init() throws {
        api = try TestService()
        for name in ["nurse", "admin", "ecran1"] { try api.setPassword(name, Self.passwordHash.get()) }
    }

    private func browser(_ username: String = "nurse") throws -> Browser {
        let browser = Browser(api)
        #expect(try browser.logIn(username, Self.password).status == 200)
        return browser
    }

    private func program(_ username: String = "nurse") throws -> (access: String, refresh: String) {
        let answer = try api.send("POST", "/api/token/", as: .nobody, #"{"username":"\#(username)","password":"\#(Self.password)"}"#)
        return (try #require(answer["access"]?.text), try #require(answer["refresh"]?.text))
    }

    private func refresh(_ token: String) throws -> Answer {
        try api.send("POST", "/api/token/refresh/", as: .nobody, #"{"refresh":"\#(token)"}"#)
    }

    @Test("a page that somebody touches is renewed for 12 hours, and then no more") func absoluteEnd() throws {
        let browser = try browser()
        for _ in 0..<71 {
            api.pass(minutes: 10)
            try #require(try browser.renew(idle: 3) == 200)
        }
        #expect(try browser.me().status == 200)
        api.pass(minutes: 9.9)
        #expect(try browser.me().status == 200)
        api.pass(minutes: 0.2)
        #expect(try browser.me().status == 401)
        #expect(try browser.renew(idle: 3) == 401)
    }

    @Test("a page that nobody touches for half an hour is not renewed, and its session is over") func idle() throws {
        let browser = try browser()
        api.pass(minutes: 14)
        #expect(try browser.renew(idle: 13 * 60) == 200)
        api.pass(minutes: 14)
        #expect(try browser.renew(idle: 27 * 60) == 200)
        api.pass(minutes: 4)
        #expect(try browser.renew(idle: 31 * 60) == 401)
        #expect(try browser.me().status == 401)
        #expect(try browser.renew(idle: 0) == 401)
    }

    @Test("a second window that is touched keeps the session of one that is not") func twoWindows() throws {
        let browser = try browser()
        for minutes in [14.0, 28, 42] {
            api.pass(minutes: 14)
            #expect(try browser.renew(idle: 5) == 200)
            #expect(try browser.renew(idle: minutes * 60) == 200)
        }
    }

    @Test("a page that does not say has not been touched") func silent() throws {
        let browser = try browser()
        for status in [200, 200, 401] {
            api.pass(minutes: 14)
            #expect(try browser.renew() == status)
        }
    }

    @Test("a browser that was closed does not find its session again") func closed() throws {
        let browser = try browser()
        api.pass(minutes: 46)
        #expect(try browser.renew(idle: 0) == 401)
    }

    @Test("what a page says of its idleness must be a time", arguments: ["-1", "1e10", #""x""#])
    func nonsense(idle: String) throws {
        let browser = try browser()
        let answer = try browser.send("PUT", "/api/session/", #"{"inactif_s":\#(idle)}"#)
        #expect(answer.status == 400 && answer["inactif_s"] != nil)
        #expect(try browser.renew() == 200)
    }

    @Test("a browser's token is not worth more where programs renew theirs") func otherDoor() throws {
        let browser = try browser()
        for _ in 0..<2 {
            #expect(try refresh(#require(browser.cookies["fajma_session"])).status == 401)
            api.pass(minutes: 10)
        }
        #expect(try browser.renew(idle: 0) == 200)
    }

    @Test("a program's session ends a day after its login, whatever it renewed and whose account it is") func programs() throws {
        for account in ["nurse", "ecran1"] {
            let token = try program(account).refresh
            let life = try api.tokens.verify(token, kind: .refresh, now: api.now).expiresAt.seconds(since: api.now)
            #expect((86_390...86_400).contains(life))
            for _ in 0..<2 {
                api.pass(minutes: 11 * 60)
                #expect(try refresh(token).status == 200)
            }
            api.pass(minutes: 3 * 60)
            #expect(try refresh(token).status == 401)
        }
        #expect(try api.count("SELECT count(*) FROM sessions WHERE expires_at IS NULL") == 0)
    }

    @Test("a wall display lasts, untouched, as long as it is renewed, and ends when it was off for 30 days") func screens() throws {
        let screen = try browser("ecran1")
        #expect(try screen.me()["inactivite_s"] == .null)
        for _ in 0..<20 {
            api.pass(minutes: 29 * 24 * 60)
            #expect(try screen.renew(idle: 3 * 86_400) == 200)
        }
        #expect(try api.count("SELECT count(*) FROM sessions WHERE expires_at IS NULL AND ended_at IS NULL") == 1)
        api.pass(minutes: 30 * 24 * 60 + 1)
        #expect(try screen.renew() == 401)
    }

    @Test("one's own sessions are listed and ended, and their access tokens with them, at once") func own() throws {
        let (browser, other) = (try browser(), try program())
        let list = try #require(try browser.send("GET", "/api/moi/sessions/").json?.array)
        #expect(list.map { $0["type"]?.text } == ["programme", "navigateur"])
        #expect(list.map { $0["actuelle"] } == [.bool(false), .bool(true)])
        #expect(list[0].names == ["id", "type", "adresse", "agent", "ouverte_le", "derniere_activite", "actuelle"])
        #expect(try browser.send("DELETE", "/api/moi/sessions/\(#require(list[0]["id"]?.text))/").status == 204)
        #expect(try api.send("GET", "/api/moi/", bearer: other.access, []).status == 401)
        #expect(try refresh(other.refresh).status == 401)
        #expect(try browser.send("DELETE", "/api/moi/sessions/\(#require(list[0]["id"]?.text))/").status == 404)
        #expect(try browser.me().status == 200)
        #expect(try browser.send("DELETE", "/api/moi/sessions/\(#require(list[1]["id"]?.text))/").status == 204)
        #expect(try browser.me().status == 401)
        #expect(try browser.renew() == 401)
    }

    @Test("another's session cannot be ended, nor told from one that is not there") func foreign() throws {
        let (nurse, admin) = (try browser(), try browser("admin"))
        let id = try #require(try admin.send("GET", "/api/moi/sessions/").json?[0]?["id"]?.text)
        let foreign = try nurse.send("DELETE", "/api/moi/sessions/\(id)/")
        #expect(try foreign.status == 404 && foreign.json == nurse.send("DELETE", "/api/moi/sessions/none/").json)
        #expect(try admin.send("DELETE", "/api/utilisateurs/\(api.store.nurse.user)/sessions/\(id)/").status == 404)
        #expect(try admin.me().status == 200)
    }

    @Test("an administrator lists and ends anybody's") func administrator() throws {
        let (first, second, admin) = (try browser(), try browser(), try browser("admin"))
        let path = "/api/utilisateurs/\(api.store.nurse.user)/sessions/"
        let list = try #require(try admin.send("GET", path).json?.array)
        #expect(list.count == 2 && list[0]["actuelle"] == nil)
        #expect(try admin.send("DELETE", "\(path)\(#require(list[1]["id"]?.text))/").status == 204)
        #expect(try first.me().status == 401 && second.me().status == 200)
        #expect(try admin.send("DELETE", path).status == 204)
        #expect(try second.me().status == 401 && admin.me().status == 200)
        #expect(try admin.send("GET", path).json == .array([]))
    }

    @Test("tidying up forgets what is over, and keeps what works and the last login") func tidying() throws {
        let (browser, ended) = (try browser(), try program())
        #expect(try api.send("POST", "/api/token/blacklist/", as: .nobody, #"{"refresh":"\#(ended.refresh)"}"#).status == 200)
        try api.store.connection().script(
            """
            UPDATE sessions SET ended_at = ended_at - interval '2 days', created_at = created_at - interval '2 days' WHERE ended_at IS NOT NULL;
            UPDATE login_buckets SET at = at - interval '2 hours';
            INSERT INTO known_browsers SELECT sha256('x'), id, now() - interval '181 days' FROM users;
            """)
        try api.store.database.forgetExpired()
        #expect(try api.count("SELECT count(*) FROM sessions") == 1)
        #expect(try api.count("SELECT count(*) FROM login_buckets") == 0)
        #expect(try api.count("SELECT count(*) FROM known_browsers") == 1)
        #expect(try browser.me().status == 200)
        try api.store.connection().script("UPDATE sessions SET ended_at = now() - interval '9 days'")
        try api.store.database.forgetExpired()
        #expect(try api.send("GET", "/api/utilisateurs/\(api.store.nurse.user)/")["derniere_connexion"]?.text != nil)
    }
}
