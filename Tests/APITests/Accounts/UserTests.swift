import Access
import Clinical
import Store
import TestDatabase
import Testing

@testable import API

/// Accounts, their passwords and who may change what of them.
@Suite struct UserTests {
    let api: TestService
    private static let password = "vier Stühle im Regen"
    private static let other = "Cinq vélos dans la neige"
    private static let passwordHash = Result { try quickHash(password) }

    init() throws {
        api = try TestService()
        for name in ["nurse", "admin"] { try api.setPassword(name, Self.passwordHash.get()) }
    }

    private func add(_ members: String) throws -> Answer { try api.send("POST", "/api/utilisateurs/", "{\(members)}") }
    private var nurse: String { "/api/utilisateurs/\(api.store.nurse.user)/" }
    private var admin: String { "/api/utilisateurs/\(api.store.admin.user)/" }

    private func browser(_ username: String = "nurse", _ password: String = password) throws -> Browser {
        let browser = Browser(api)
        #expect(try browser.logIn(username, password).status == 200)
        return browser
    }

    @Test("a new account has a password that is shown once and must be changed at the first login") func add() throws {
        let answer = try add(#""username":"zoé","role":"medecin","services":[2,1,2],"langue":"en""#)
        #expect(answer.status == 201, "\(answer.text)")
        let password = try #require(answer["mot_de_passe"]?.text)
        let id = Int(try #require(answer["id"]?.number))
        let shown = try api.send("GET", "/api/utilisateurs/\(id)/")
        #expect(
            shown.json?.names == [
                "id", "username", "role", "services", "langue", "actif", "cree_le", "derniere_connexion", "mot_de_passe_provisoire",
            ])
        #expect(shown["services"] == .array([.integer(1), .integer(2)]) && shown["langue"]?.text == "en")
        #expect(shown["actif"] == .bool(true) && shown["derniere_connexion"] == .null && shown["mot_de_passe_provisoire"] == .bool(true))
        let page = try browser("zoé", password)
        #expect(try page.me()["mot_de_passe_provisoire"] == .bool(true))
        #expect(try api.send("GET", "/api/utilisateurs/\(id)/")["derniere_connexion"]?.text != nil)
        #expect(try page.send("POST", "/api/moi/mot_de_passe/", #"{"actuel":"\#(password)","nouveau":"\#(Self.other)"}"#).status == 204)
        #expect(try page.me()["mot_de_passe_provisoire"] == .bool(false))
        #expect(try page.send("GET", "/api/patients/").status == 200)
    }

    @Test("a provisional password opens nothing after 72 hours, and only who knows it is told why") func provisionalExpires() throws {
        let password = try #require(try add(#""username":"zoé","role":"medecin","services":[1]"#)["mot_de_passe"]?.text)
        let owner = try api.store.connection()
        func age(_ hours: Int) throws {
            try owner.script("UPDATE users SET password_changed_at = now() - interval '\(hours) hours' WHERE username = 'zoé'")
        }
        try age(71)
        #expect(try Browser(api).logIn("zoé", password).status == 200)
        try age(73)
        let refused = try Browser(api).logIn("zoé", password)
        #expect(refused.status == 401 && refused["code"]?.text == "provisional_password_expired")
        #expect(try Browser(api).logIn("zoé", "x")["code"]?.text == "no_active_account")
        // One's own lasts.
        try owner.script("UPDATE users SET must_change_password = false WHERE username = 'zoé'")
        #expect(try Browser(api).logIn("zoé", password).status == 200)
    }

    @Test("nobody resets their own password without the present one, administrators neither") func ownReset() throws {
        let refused = try api.send("POST", "\(admin)mot_de_passe/", "{}")
        #expect(refused.status == 409 && refused["mot_de_passe"] != nil)
        #expect(try browser("admin").me().status == 200)
    }

    @Test("a ward's name is no password, wherever the ward") func wardName() throws {
        #expect(try add(#""username":"a","role":"medecin","services":[1],"mot_de_passe":"Pneumologie-2026""#)["mot_de_passe"] != nil)
    }

    @Test("an administrator may choose the first password; it must be changed all the same, but for a wall display's") func chosen() throws {
        let person = try add(#""username":"a","role":"medecin","services":[1],"mot_de_passe":"\#(Self.other)""#)
        #expect(person["mot_de_passe_provisoire"] == .bool(true) && person["mot_de_passe"] == nil)
        let screen = try add(#""username":"b","role":"ecran","services":[1]"#)
        #expect(screen["mot_de_passe_provisoire"] == .bool(false))
        let id = Int(try #require(screen["id"]?.number))
        let made = try #require(try api.send("POST", "/api/utilisateurs/\(id)/mot_de_passe/", "{}")["mot_de_passe"]?.text)
        #expect(try browser("b", made).send("GET", "/api/patients/").status == 200)
    }

    @Test(
        "what is wrong with a new account is said at its field",
        arguments: [
            (#""username":"","role":"admin""#, 400, "username"),
            (#""username":" a","role":"admin""#, 400, "username"),
            (#""username":"a\u0007","role":"admin""#, 400, "username"),
            (#""username":"a\u202eb","role":"admin""#, 400, "username"),
            (#""username":"a\u0000","role":"admin""#, 400, "username"),
            (#""username":"\#(String(repeating: "é", count: 151))","role":"admin""#, 400, "username"),
            (#""username":"nurse","role":"admin""#, 409, "username"),
            (#""username":"NURSE","role":"admin""#, 409, "username"),
            (#""username":"a","role":"chef""#, 400, "role"),
            (#""username":"a""#, 400, "role"),
            (#""username":"a","role":"medecin""#, 400, "services"),
            (#""username":"a","role":"medecin","services":[]"#, 400, "services"),
            (#""username":"a","role":"medecin","services":[77]"#, 400, "services"),
            (#""username":"a","role":"medecin","services":[99999999999]"#, 400, "services"),
            (#""username":"a","role":"medecin","services":["un"]"#, 400, "services"),
            (#""username":"a","role":"admin","langue":"de""#, 400, "langue"),
            (#""username":"a","role":"admin","mot_de_passe":"short""#, 400, "mot_de_passe"),
            (#""username":"a","role":"admin","mot_de_passe":"passwordpassword""#, 400, "mot_de_passe"),
            (#""username":"anne.petit","role":"admin","mot_de_passe":"anne.petit-fajma""#, 400, "mot_de_passe"),
        ]) func refused(members: String, status: Int, field: String) throws
    {
        let answer = try add(members)
        #expect(answer.status == status && answer[field] != nil, "\(answer.text)")
        #expect(try api.count("SELECT count(*) FROM users") == 4)
    }

    @Test("names that differ by case alone are one, whatever the letter") func folded() throws {
        #expect(try add(#""username":"Émile","role":"admin""#).status == 201)
        for name in ["émile", "ÉMILE", #"E\u0301mile"#] { #expect(try add(#""username":"\#(name)","role":"admin""#).status == 409) }
    }

    @Test("an administrator changes role, wards, language and state of others") func change() throws {
        let changed = try api.send("PATCH", nurse, #"{"role":"medecin","services":[2],"langue":"en"}"#)
        #expect(changed["role"]?.text == "medecin" && changed["services"] == .array([.integer(2)]) && changed["langue"]?.text == "en")
        #expect(try api.send("PATCH", nurse, "{}").json == changed.json)
        #expect(try api.send("PATCH", nurse, #"{"services":[]}"#)["services"]?.array?.first?.text != nil)
        #expect(try api.send("PATCH", nurse, #"{"role":"admin","services":[]}"#).status == 200)
        #expect(try api.send("PATCH", nurse, #"{"role":"infirmier"}"#)["services"]?.array?.first?.text != nil)
        #expect(try api.send("GET", "/api/utilisateurs/?limit=1").header("Link") != nil)
    }

    @Test("a disabled account is out at once, and has to log in again when it is back") func disabled() throws {
        let page = try browser()
        #expect(try api.send("PATCH", nurse, #"{"actif":false}"#)["actif"] == .bool(false))
        #expect(try page.me().status == 401)
        #expect(try page.renew(idle: 0) == 401)
        #expect(try Browser(api).logIn("nurse", Self.password).status == 401)
        #expect(try api.send("PATCH", nurse, #"{"actif":true}"#)["actif"] == .bool(true))
        #expect(try page.me().status == 401)
        #expect(try page.logIn("nurse", Self.password).status == 200)
    }

    @Test("nobody changes their own role or state, and the last administrator stays") func lastAdministrator() throws {
        for (body, field) in [(#"{"role":"infirmier","services":[1]}"#, "role"), (#"{"actif":false}"#, "actif")] {
            let answer = try api.send("PATCH", admin, body)
            #expect(answer.status == 409 && answer[field]?[0]?.text != nil)
        }
        #expect(try api.send("PATCH", admin, #"{"role":"admin","actif":true,"langue":"en"}"#)["langue"]?.text == "en")
        // Whoever else tries, as the command line does.
        let (database, user) = (api.store.database, api.store.admin.user)
        #expect(throws: UserFault.lastAdministrator(.state)) {
            try database.changeUser(user, UserChanges(isActive: false), by: Author(name: "tests"))
        }
        #expect(throws: UserFault.lastAdministrator(.role)) {
            try database.changeUser(user, UserChanges(role: .medecin, wards: [1]), by: Author(name: "tests"))
        }
        #expect(try api.send("PATCH", nurse, #"{"role":"admin"}"#).status == 200)
        #expect(try database.changeUser(user, UserChanges(isActive: false), by: Author(name: "tests"))?.isActive == false)
    }

    @Test("a nurse cannot make herself anything else") func escalation() throws {
        let page = try browser()
        #expect(try page.send("PATCH", nurse, #"{"role":"admin"}"#).status == 403)
        #expect(try page.send("PATCH", "/api/moi/", #"{"role":"admin"}"#).status == 400)
        let answer = try page.send("PATCH", "/api/moi/", #"{"langue":"en","role":"admin","services":[2],"mot_de_passe_provisoire":true}"#)
        #expect(answer.status == 200 && answer["langue"]?.text == "en" && answer["role"]?.text == "infirmier")
        #expect(answer["services"]?.array?.count == 1 && answer["mot_de_passe_provisoire"] == .bool(false))
        #expect(try page.send("PATCH", "/api/moi/", #"{"langue":"xx"}"#)["langue"] != nil)
        #expect(try page.send("POST", "/api/utilisateurs/", #"{"username":"x","role":"admin"}"#).status == 403)
    }

    @Test("who one is tells the page what it may show, and when to log out") func me() throws {
        let me = try browser().me()
        #expect(me["inactivite_s"] == .integer(1800) && me["fuseau_horaire"]?.text == "GMT")
        let permissions = try #require(me["permissions"]?.array).compactMap(\.text)
        #expect(permissions == Permission.allCases.filter(Role.infirmier.may).map(\.rawValue))
        #expect(permissions.contains("readPatients") && !permissions.contains("manageUsers"))
    }

    @Test("a new password of one's own ends the other sessions and keeps this one") func ownPassword() throws {
        let (page, other) = (try browser(), try browser())
        func change(_ old: String, _ new: String) throws -> Answer {
            try page.send("POST", "/api/moi/mot_de_passe/", #"{"actuel":\#(quoted(old)),"nouveau":\#(quoted(new))}"#)
        }
        #expect(try change("x", Self.other)["actuel"]?[0]?.text != nil)
        for refused in ["short", Self.password, "nurse nurse nurse", "azertyuiopqsdfgh", String(repeating: "é", count: 600)] {
            let answer = try change(Self.password, refused)
            #expect(answer.status == 400 && answer["nouveau"]?[0]?.text != nil, "\(refused): \(answer.text)")
        }
        #expect(try other.me().status == 200)
        #expect(try change(Self.password, Self.other).status == 204)
        #expect(try page.me().status == 200 && page.renew(idle: 0) == 200)
        #expect(try other.me().status == 401)
        #expect(try Browser(api).logIn("nurse", Self.password).status == 401)
        #expect(try Browser(api).logIn("nurse", Self.other).status == 200)
    }

    @Test("a reset shows a password once, ends every session and asks for a change") func reset() throws {
        let page = try browser()
        let answer = try api.send("POST", "\(nurse)mot_de_passe/", "{}")
        #expect(answer.status == 200 && answer.json?.names == ["mot_de_passe"])
        #expect(try page.me().status == 401)
        #expect(try Browser(api).logIn("nurse", Self.password).status == 401)
        #expect(try browser("nurse", #require(answer["mot_de_passe"]?.text)).me()["mot_de_passe_provisoire"] == .bool(true))
        #expect(try api.send("POST", "/api/utilisateurs/77/mot_de_passe/", "{}").status == 404)
    }

    @Test("a role that changes ends the account's sessions; a display's password is not a person's") func newRole() throws {
        let page = try browser()
        #expect(try api.send("PATCH", nurse, #"{"services":[1,2]}"#).status == 200)
        #expect(try page.me().status == 200)
        #expect(try api.send("PATCH", nurse, #"{"role":"ecran"}"#)["mot_de_passe_provisoire"] == .bool(false))
        #expect(try page.me().status == 401)
        #expect(try api.send("PATCH", nurse, #"{"role":"infirmier"}"#)["mot_de_passe_provisoire"] == .bool(true))
    }

    @Test("no password and no hash stands in the audit") func audit() throws {
        _ = try add(#""username":"a","role":"admin","mot_de_passe":"\#(Self.other)""#)
        _ = try api.send("POST", "\(nurse)mot_de_passe/", "{}")
        #expect(try api.count("SELECT count(*) FROM audit WHERE action LIKE 'user.%'") > 2)
        #expect(try api.count("SELECT count(*) FROM audit a WHERE a::text ~ 'scrypt|vélos'") == 0)
    }
}

@Suite struct ProvisionalPasswordTests {
    /// One for all, and an account in it: what is refused changes nothing.
    private static let shared = Result {
        let api = try TestService()
        let user = try api.store.database.addUser(
            username: "new", passwordHash: "-", isProvisional: true, role: .admin, wards: [], by: Author(name: "tests"))
        return (api: api, user: user)
    }

    @Test(
        "with a provisional password everything but one's own account is closed",
        arguments: Service.routes.filter {
            if case .anyone = $0.requirement { false } else { true }
        }) func provisional(route: Route) throws
    {
        let (api, user) = try Self.shared.get()
        let path = route.path.replacing("{id}", with: "1").replacing("{session}", with: "x")
        let answer = try api.send(route.method, path, bearer: api.access(user), [])
        if path.hasPrefix("/api/moi/") {
            #expect(answer.status != 403)
        } else {
            #expect(answer.status == 403 && answer["code"]?.text == "password_change_required", "\(answer.text)")
        }
    }
}
