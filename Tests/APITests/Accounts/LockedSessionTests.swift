import Access
import Clinical
import Store
import TestDatabase
import Testing

@testable import API

/// A desk that is only watched: what is left of a session that nobody touches.
@Suite struct LockedSessionTests {
    let api: TestService
    private static let password = "vier Stühle im Regen"
    private static let passwordHash = Result { try quickHash(password) }

    init() throws {
        api = try TestService()
        for name in ["nurse", "admin", "medecin1", "ecran1"] { try api.setPassword(name, Self.passwordHash.get()) }
    }

    private func browser(_ username: String = "nurse") throws -> Browser {
        let browser = Browser(api)
        #expect(try browser.logIn(username, Self.password).status == 200)
        return browser
    }

    @discardableResult
    private func lock(_ browser: Browser, wards: [WardID]? = nil) throws -> Answer {
        try browser.send("PUT", "/api/session/", #"{"inactif_s":1800,"services":\#(wards ?? [api.store.wards[0].id]),"verrouiller":true}"#)
    }

    /// All that the display asks for, and what everybody may.
    private static let display: Set<String> = ["GET /api/moi/", "GET /api/patients/", "GET /api/services/{id}/traces/"]

    /// Everything in the database but the audit and what stores who asks for what.
    private func contents() throws -> [String] {
        let connection = try api.store.connection()
        let tables: [String] = try connection.query(
            """
            SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname NOT LIKE 'audit%' ORDER BY 1
            """
        ).map { try $0[0] }
        return try tables.map { table in
            let digest: String? = try connection.query("SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM \(table) t")[0][0]
            return "\(table) \(digest ?? "")"
        }
    }

    @Test(
        "of a locked session neither the old token nor a new one opens anything but the display of its ward",
        arguments: ["nurse", "admin", "medecin1"])
    func everyRoute(username: String) throws {
        let browser = try browser(username)
        let old = try #require(browser.access)
        #expect(try api.send("GET", "/api/patients/1/", bearer: old, []).status == 200)
        let answer = try lock(browser)
        #expect(answer.status == 200, "\(answer.text)")
        let new = try #require(browser.access)
        #expect(old != new)
        let before = try contents()
        #expect(before.count > 15)
        for route in guarded {
            let expected = try #require(expectations[route.testDescription])
            let path = try route.path(ward: 0, in: api, as: .infirmier)
            for token in [old, new] {
                let answer = try api.send(
                    route.method, "\(path)?\(expected.query.replacing("#", with: "7"))", bearer: token,
                    Array(expected.body.replacing("#", with: "7").utf8))
                if Self.display.contains(route.testDescription) {
                    #expect(answer.status == 200, "\(route.testDescription): \(answer.text)")
                } else {
                    #expect(
                        answer.status == 403 && answer["code"]?.text == "session_locked", "\(route.testDescription): \(answer.status) \(answer.text)")
                }
            }
        }
        #expect(try contents() == before)
    }

    @Test("it says so: the rights, the ward and no end for want of a hand") func me() throws {
        let browser = try browser()
        #expect(try browser.me()["verrouillee_depuis"] == .null)
        let locked = try #require(try lock(browser)["utilisateur"])
        #expect(locked["role"]?.text == "ecran" && locked["username"]?.text == "nurse" && locked["inactivite_s"] == .null)
        #expect(locked["verrouillee_depuis"]?.text != nil && locked["fin_session"]?.text != nil)
        #expect(locked["services"]?.array?.map { $0["id"] } == [.integer(api.store.wards[0].id)])
        #expect(try browser.me().json == locked)
        #expect(try browser.send("PATCH", "/api/services/\(api.store.wards[0].id)/", #"{"nom":"X"}"#).status == 403)
    }

    @Test("another ward than the caller's is none, and a lock gets no further ward afterwards") func wards() throws {
        let (first, second) = (api.store.wards[0].id, api.store.wards[1].id)
        let nurse = try browser()
        #expect(try lock(nurse, wards: [first, second])["utilisateur"]?["services"]?.array?.map { $0["id"] } == [.integer(first)])
        let admin = try browser("admin")
        #expect(try admin.me()["services"]?.array?.count == 2)
        _ = try lock(admin, wards: [first])
        #expect(try lock(admin, wards: [first, second])["utilisateur"]?["services"]?.array?.count == 1)
        #expect(try admin.send("GET", "/api/patients/").json?.array?.count == 1)
        #expect(try admin.send("GET", "/api/patients/?service=\(second)").status == 404)
        #expect(try admin.send("GET", "/api/services/\(second)/traces/").status == 404)
        let foreign = try browser()
        #expect(try lock(foreign, wards: [second]).status == 401)
        #expect(try foreign.me().status == 401)
    }

    @Test("a ward that is taken away from the account is none of the lock's either") func taken() throws {
        let browser = try browser()
        _ = try lock(browser)
        try api.store.connection().script("UPDATE user_wards SET ward_id = \(api.store.wards[1].id) WHERE user_id = \(api.store.nurse.user)")
        #expect(try browser.send("GET", "/api/patients/").json == .array([]))
    }

    @Test("patients are shown by bed alone, until the ward shows names") func names() throws {
        let ward = api.store.wards[0].id
        try api.store.connection().script(
            "UPDATE patients SET birth_date = '1950-04-23', sex = 'F', pregnant = true, bed = '12' WHERE ward_id = \(ward)")
        let browser = try browser()
        let whole = try browser.send("GET", "/api/patients/?service=\(ward)")
        _ = try lock(browser)
        let bare = try browser.send("GET", "/api/patients/?service=\(ward)")
        #expect(bare.json?[0]?["lit"]?.text == "12" && bare.json?[0]?["id"] == whole.json?[0]?["id"])
        #expect(bare.json?[0]?.names == whole.json?[0]?.names)
        for member in ["nom", "prenom", "identifiant"] { #expect(bare.json?[0]?[member] == .string(""), "\(member)") }
        for member in ["date_naissance", "sexe", "enceinte"] { #expect(bare.json?[0]?[member] == .null, "\(member)") }
        for query in ["identifiant=H0", "identifiant=nobody", "sortis=true"] {
            let answer = try browser.send("GET", "/api/patients/?\(query)")
            #expect(answer.status == 403 && answer["code"]?.text == "session_locked")
        }
        let changed = try api.send("PATCH", "/api/services/\(ward)/", #"{"noms_sur_ecran_verrouille":true}"#)
        #expect(changed["noms_sur_ecran_verrouille"] == .bool(true))
        #expect(try browser.send("GET", "/api/patients/?service=\(ward)").json == whole.json)
        let audited = "action = 'ward.changed' AND after ->> 'names_when_locked' = 'true' AND username = 'admin'"
        #expect(try api.count("SELECT count(*) FROM audit WHERE \(audited)") == 1)
    }

    @Test("nobody need touch it, and it ends 12 hours after the login all the same") func life() throws {
        let browser = try browser()
        _ = try lock(browser)
        for passed in 1...51 {
            api.pass(minutes: 14)
            try #require(try browser.renew(idle: 1800 + Double(passed) * 840) == 200)
        }
        #expect(try browser.me()["verrouillee_depuis"]?.text != nil)
        api.pass(minutes: 7)
        #expect(try browser.me().status == 401)
        #expect(try browser.renew(idle: 0) == 401)
    }

    @Test("a page that only renews too late is locked by the server to the wards that it says, or ended where it says none") func unasked() throws {
        let (heard, silent) = (try browser(), try browser())
        api.pass(minutes: 31)
        let answer = try heard.send("PUT", "/api/session/", #"{"inactif_s":1860,"services":[\#(api.store.wards[0].id)]}"#)
        #expect(answer.status == 200 && answer["utilisateur"]?["verrouillee_depuis"]?.text != nil)
        #expect(try silent.renew(idle: 1860) == 401)
        #expect(try heard.renew(idle: 0) == 200)
        #expect(try heard.me()["verrouillee_depuis"]?.text != nil, "a hand does not unlock it")
    }

    @Test("a page in use that says its wards is not locked") func used() throws {
        let browser = try browser()
        let answer = try browser.send("PUT", "/api/session/", #"{"inactif_s":5,"services":[\#(api.store.wards[0].id)]}"#)
        #expect(answer.status == 200 && answer["utilisateur"]?["verrouillee_depuis"] == .null)
        #expect(answer["utilisateur"]?["role"]?.text == "infirmier")
    }

    @Test("a display on the wall is locked by nothing") func screens() throws {
        let screen = try browser("ecran1")
        #expect(try lock(screen)["utilisateur"]?["verrouillee_depuis"] == .null)
        #expect(try screen.send("GET", "/api/services/").status == 200)
    }

    @Test("the right password, of whatever account, begins a new session and ends the locked one", arguments: ["nurse", "medecin1"])
    func unlocking(username: String) throws {
        let browser = try browser()
        let old = try #require(browser.access)
        _ = try lock(browser)
        let locked = try #require(browser.access)
        #expect(try browser.logIn(username, "wrong").status == 401)
        #expect(try browser.me()["verrouillee_depuis"]?.text != nil)
        #expect(try browser.logIn(username, Self.password).status == 200)
        let me = try browser.me()
        #expect(me["verrouillee_depuis"] == .null && me["username"]?.text == username && me["role"]?.text != "ecran")
        #expect(try browser.send("GET", "/api/patients/1/").status == 200)
        for token in [old, locked] { #expect(try api.send("GET", "/api/moi/", bearer: token, []).status == 401) }
    }

    @Test("leaving ends a locked session as every other, and locking stands in the audit") func audit() throws {
        let browser = try browser()
        _ = try lock(browser)
        #expect(try api.count("SELECT count(*) FROM audit WHERE action = 'session.locked' AND username = 'nurse' AND after ? 'locked_wards'") == 1)
        #expect(try browser.send("DELETE", "/api/session/").status == 204)
        #expect(try browser.me().status == 401)
    }

    @Test("what is said of wards and lock must be that", arguments: [#""services":"x""#, #""services":[0]"#, #""verrouiller":"x""#])
    func nonsense(member: String) throws {
        let browser = try browser()
        #expect(try browser.send("PUT", "/api/session/", "{\(member)}").status == 400)
        #expect(try browser.me()["verrouillee_depuis"] == .null)
    }
}
