import Access
import Clinical
import Store
import TestDatabase
import Testing

@testable import API

/// Logging in and staying so, as programs do it.
@Suite struct TokenTests {
    let api: TestService

    init() throws {
        api = try TestService()
        try api.setPassword("nurse", Self.passwordHash.get())
        try api.setPassword("ecran1", Self.passwordHash.get())
    }

    /// Made once: it takes a tenth of a second.
    private static let passwordHash = Result { try quickHash("Pâques 2026") }

    private func post(_ path: String, _ body: String) throws -> Answer { try api.send("POST", path, as: .nobody, body) }

    private func logIn(_ username: String = "nurse") throws -> (access: String, refresh: String) {
        let answer = try post("/api/token/", #"{"username":"\#(username)","password":"Pâques 2026"}"#)
        #expect(answer.status == 200 && answer.json?.names == ["access", "refresh"])
        return (try #require(answer["access"]?.text), try #require(answer["refresh"]?.text))
    }

    private func refresh(_ token: String) throws -> Answer { try post("/api/token/refresh/", #"{"refresh":"\#(token)"}"#) }

    private func me(_ token: String) throws -> Answer { try api.send("GET", "/api/moi/", bearer: token, []) }

    @Test("the access token opens, and tells whose it is") func login() throws {
        let me = try me(logIn().access)
        #expect(me.status == 200 && me["username"]?.text == "nurse" && me["role"]?.text == "infirmier" && me["langue"]?.text == "fr")
        #expect(
            me["services"]
                == .array([
                    .object([
                        "id": .integer(1), "nom": .string("Cardiologie"), "temperature_cutanee_validee": .bool(false),
                        "profil_par_defaut": .string("adulte"),
                        "noms_sur_ecran_verrouille": .bool(false),
                    ])
                ]))
    }

    @Test("a wrong password, an unknown name and a disabled account get the same answer") func wrongLogin() throws {
        try api.store.connection().script("UPDATE users SET disabled_at = now() WHERE username = 'ecran1'")
        let wrong = [("nurse", "x"), ("nobody", "Pâques 2026"), ("ecran1", "Pâques 2026"), ("NURSE", "Pâques 2026")]
        let answers = try wrong.map {
            try post("/api/token/", #"{"username":"\#($0)","password":"\#($1)"}"#)
        }
        #expect(answers.allSatisfy { $0.status == 401 && $0["code"]?.text == "no_active_account" && $0.json == answers[0].json })
        #expect(answers[0].header("WWW-Authenticate") != nil)
        let empty = try post("/api/token/", #"{"username":"","password":""}"#)
        #expect(empty.status == 400 && empty["username"] != nil && empty["password"] != nil)
    }

    @Test("an expired token in the header does not keep anybody from logging in") func openRoutes() throws {
        let answer = try api.send(
            "POST", "/api/token/", bearer: "expired", Array(#"{"username":"nurse","password":"Pâques 2026"}"#.utf8))
        #expect(answer.status == 200)
    }

    @Test("a refresh token gives access tokens as often as it is asked, as simplejwt's, and each of them opens") func notRotated() throws {
        let (access, token) = try logIn()
        let renewed = try (0..<3).map { _ in try refresh(token) }
        #expect(renewed.allSatisfy { $0.status == 200 && $0.json?.names == ["access"] })
        for each in try renewed.map({ try #require($0["access"]?.text) }) + [access] { #expect(try me(each).status == 200) }
        let expires = try api.tokens.verify(#require(renewed[0]["access"]?.text), kind: .access, now: api.now).expiresAt
        #expect((890...900).contains(expires.seconds(since: api.now)))
    }

    @Test("no access token outlives its session") func lastOne() throws {
        let (_, token) = try logIn()
        api.pass(minutes: 24 * 60 - 5)
        let access = try #require(try refresh(token)["access"]?.text)
        #expect(try api.tokens.verify(access, kind: .access, now: api.now).expiresAt.seconds(since: api.now) <= 300)
    }

    @Test("a blacklisted token and its family are of no use, and blacklisting is no secret's test") func blacklist() throws {
        let (first, token) = try logIn()
        let second = try #require(try refresh(token)["access"]?.text)
        let answer = try post("/api/token/blacklist/", #"{"refresh":"\#(token)"}"#)
        #expect(answer.status == 200 && answer.json == .object([:]))
        #expect(try refresh(token).status == 401)
        for access in [first, second] { #expect(try me(access).status == 401) }
        #expect(try refresh(logIn().refresh).status == 200)  // another login is not concerned
        #expect(try post("/api/token/blacklist/", #"{"refresh":"x"}"#).status == 401)
        #expect(try post("/api/token/blacklist/", #"{"refresh":"\#(try logIn().access)"}"#).status == 401)
    }

    @Test("verify says whether a token could be used now") func verify() throws {
        func status(_ token: String) throws -> Int { try post("/api/token/verify/", #"{"token":"\#(token)"}"#).status }
        let (access, refresh) = try logIn()
        #expect(try status(access) == 200)
        #expect(try status(refresh) == 200)
        #expect(try self.refresh(refresh).status == 200)
        #expect(try status(refresh) == 200)
        #expect(try status(access + "x") == 401)
        #expect(try status("") == 400)
        #expect(try status(api.store.keys[0].text) == 401)
    }

    @Test("access and refresh tokens do not stand in for each other") func kinds() throws {
        let (access, refresh) = try logIn()
        #expect(try me(refresh).status == 401)
        #expect(try self.refresh(access).status == 401)
    }

    @Test("expired, foreign, changed and endless tokens are refused") func forged() throws {
        let nurse = api.store.nurse.user
        #expect(try me(api.access(nurse, issued: api.now.advanced(bySeconds: -900))).status == 401)
        #expect(try me(api.access(nurse, issued: api.now.advanced(bySeconds: -898))).status == 200)
        #expect(try me(api.tokens.makePair(user: nurse, now: api.now).access).status == 401)  // of no session that was begun
        let foreign = Tokens(secret: try SigningSecret(bytes: Array(repeating: 8, count: 32)))
        #expect(try me(foreign.makePair(user: api.store.admin.user, now: api.now).access).status == 401)
        #expect(try me(api.access(1_000_000_000_000_000_000)).status == 401)
        #expect(try me(String(repeating: "a", count: 100_000)).status == 401)
    }

    @Test("a disabled account's tokens stop working at once, also for renewing") func disabled() throws {
        let (access, refresh) = try logIn()
        try api.store.connection().script("UPDATE users SET disabled_at = now() WHERE username = 'nurse'")
        #expect(try me(access).status == 401)
        #expect(try self.refresh(refresh).status == 401)
        #expect(try post("/api/token/verify/", #"{"token":"\#(access)"}"#).status == 401)
        #expect(try post("/api/token/verify/", #"{"token":"\#(refresh)"}"#).status == 401)
    }

    @Test("a new password ends every session") func newPassword() throws {
        let (_, refresh) = try logIn()
        try api.setPassword("nurse", "-")
        #expect(try self.refresh(refresh).status == 401)
    }

    @Test("a role or ward that is taken away is gone with the next request") func freshRights() throws {
        let (access, _) = try logIn()
        try api.store.connection().script("DELETE FROM user_wards")
        #expect(try api.send("GET", "/api/patients/", bearer: access, []).json == .array([]))
        #expect(try api.send("GET", "/api/patients/1/", bearer: access, []).status == 404)
    }

    @Test("a wall display's token for programs lasts a day, as everybody's") func screens() throws {
        func days(_ token: String) throws -> Double {
            try api.tokens.verify(token, kind: .refresh, now: api.now).expiresAt.seconds(since: api.now) / 86_400
        }
        for account in ["ecran1", "nurse"] { #expect(try (0.9...1).contains(days(logIn(account).refresh))) }
    }
}
