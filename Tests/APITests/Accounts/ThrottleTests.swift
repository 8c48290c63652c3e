import Access
import Clinical
import Foundation
import Store
import Synchronization
import TestDatabase
import Testing

@testable import API

/// Guessing passwords is slow, and keeps nobody else out.
@Suite struct ThrottleTests {
    private final class Count: Sendable {
        let checks = Mutex(0)
    }

    let api: TestService
    private let count = Count()
    private static let password = "vier Stühle im Regen"
    private static let passwordHash = Result { try quickHash(password) }
    /// What every second user of the internet has; never ours.
    private static let attacker = "203.0.113.9"
    private static let ward = "198.51.100.7"

    init() throws {
        // How much work a guess makes is counted, not timed.
        let count = count
        api = try TestService(verifyPassword: { password, stored in
            count.checks.withLock { $0 += 1 }
            return Password.verify(password, against: stored)
        })
        try api.setPassword("nurse", Self.passwordHash.get())
        try api.setPassword("medecin1", Self.passwordHash.get())
    }

    private var checks: Int { count.checks.withLock { $0 } }

    private func guess(_ username: String = "nurse", _ password: String = "x", from address: String? = attacker) throws -> Answer {
        try api.send(
            "POST", "/api/token/", bearer: nil, Array(#"{"username":\#(quoted(username)),"password":\#(quoted(password))}"#.utf8),
            address: address)
    }

    /// As if time had passed for the database.
    private func pass(seconds: Int) throws {
        try api.store.connection().script("UPDATE login_buckets SET at = at - interval '\(seconds) seconds'")
    }

    /// As after so many guesses, each of which takes its time.
    private func fill(_ spent: Int) throws {
        try api.store.connection().script("UPDATE login_buckets SET spent = \(spent), at = clock_timestamp()")
    }

    @Test("an account takes ten guesses at once and then one in half a minute, and says when") func account() throws {
        #expect(try guess().status == 401)
        try fill(8)
        for _ in 0..<2 { #expect(try guess().status == 401) }
        let refused = try guess("nurse", Self.password)
        #expect(refused.status == 429 && refused["code"]?.text == "throttled" && refused.json?.names?.contains("detail") == true)
        let wait = try #require(refused.header("Retry-After").flatMap(Int.init))
        #expect((28...30).contains(wait))
        try pass(seconds: 10)
        #expect(try (wait - 12...wait - 10).contains(#require(guess().header("Retry-After").flatMap(Int.init))))
        try pass(seconds: 20)
        #expect(try guess().status == 401)
        #expect(try guess().status == 429)
        try pass(seconds: 30)
        #expect(try guess("nurse", Self.password).status == 200)
    }

    @Test("a name of many combining marks takes no longer than another", .timeLimit(.minutes(1))) func endlessName() throws {
        // PostgreSQL would bring them into their order for long, and cannot be interrupted. As many as a body may hold, and more.
        func name(_ pairs: Int) -> String { String(repeating: "\u{301}\u{316}", count: pairs) }
        #expect(try guess(name(1_900)).status == 401)
        #expect(try guess(name(150_000)).status == 413)
        let account = try #"{"username":\#(quoted(name(15_000))),"role":"admin","services":[]}"#
        let answer = try api.send("POST", "/api/utilisateurs/", account)
        #expect(answer.status == 400 && answer["username"] != nil)
    }

    @Test("guesses made at once do not slip by together") func parallel() throws {
        let (api, body) = (api, Array(#"{"username":"nurse","password":"x"}"#.utf8))
        let guess: @Sendable () throws -> Int = { try api.send("POST", "/api/token/", bearer: nil, body).status }
        let statuses = try atOnce(Array(repeating: guess, count: 16)).map { try $0.get() }
        // 503: all tests share the few passwords that are checked at once.
        #expect(statuses.allSatisfy { [401, 429, 503].contains($0) })
        #expect(checks <= 10 && statuses.count { $0 == 401 } == checks)
        try #require(statuses.contains(429) || statuses.contains(503))
        let left: Double = try api.store.connection().query("SELECT spent FROM login_buckets")[0][0]
        #expect(left <= 10 && left > Double(checks) - 1)
    }

    @Test("a login that succeeds costs nothing") func success() throws {
        #expect(try guess().status == 401)
        try fill(9)
        for _ in 0..<3 { #expect(try guess("nurse", Self.password).status == 200) }
        #expect(try api.count("SELECT count(*) FROM login_buckets WHERE spent > 9") == 0)
    }

    @Test("who logged in with this browser before gets in while another hammers at the account and the address") func knownBrowser() throws {
        let known = Browser(api, address: Self.ward)
        #expect(try known.logIn("nurse", Self.password).status == 200)
        #expect(try guess("nurse", from: Self.ward).status == 401)
        try fill(1000)
        #expect(try guess("nurse", Self.password, from: Self.ward).status == 429)
        #expect(try Browser(api, address: Self.ward).logIn("nurse", Self.password).status == 429)
        #expect(try known.logIn("nurse", Self.password).status == 200)
        #expect(try known.renew(idle: 0) == 200)
        // The same browser is nothing to an account that has never logged in with it.
        #expect(try known.logIn("medecin1", Self.password).status == 429)
    }

    @Test("a known browser has its own limit") func stolenBrowser() throws {
        let known = Browser(api, address: Self.ward)
        try known.logIn("nurse", Self.password)
        #expect(try known.logIn("nurse", "x").status == 401)
        try fill(9)
        #expect(try known.logIn("nurse", "x").status == 401)
        #expect(try known.logIn("nurse", Self.password).status == 429)
        #expect(try guess("nurse", Self.password).status == 200)
    }

    @Test("an address takes sixty guesses at many accounts, then one a second; of IPv6 the network counts") func address() throws {
        #expect(try guess("a").status == 401)
        try fill(60)
        #expect(try guess("b").header("Retry-After") == "1")
        #expect(try guess("b", from: Self.ward).status == 401)
        #expect(try guess("c", from: "2001:db8:1:2::1").status == 401)
        try fill(70)
        #expect(try guess("d", from: "2001:db8:1:2:ffff::9").status == 429)
        #expect(try guess("e", from: "2001:db8:1:3::1").status == 401)
        #expect(try guess("f", from: "::ffff:\(Self.attacker)").status == 429)
        #expect(try guess("g", from: "::ffff:192.0.2.1").status == 401)
        #expect(try guess("h", from: "unix:").status == 401)
    }

    @Test("existing, unknown and disabled names get the same answers for the same work") func oracle() throws {
        try api.store.connection().script("UPDATE users SET disabled_at = now() WHERE username = 'medecin1'")
        let names = ["nurse", "medecin1", "nobody", "NURSE2", "é", String(repeating: "n", count: 5000)]
        let courses = try names.map { name in
            let before = checks
            let first = try guess(name, from: nil)
            try fill(9)
            return ([first] + (try (0..<2).map { _ in try guess(name, from: nil) }), checks - before)
        }
        for (answers, work) in courses {
            #expect(work == 2 && answers.map(\.status) == [401, 401, 429])
            for (answer, first) in zip(answers, courses[0].0) {
                #expect(answer.status == first.status && answer.text == first.text)
                #expect(answer.headers.map(\.name) == first.headers.map(\.name))
            }
        }
        // The right password of a disabled account, too.
        try fill(0)
        let disabled = try guess("medecin1", Self.password, from: nil)
        #expect(disabled.status == 401 && disabled.text == courses[0].0[0].text)
    }

    @Test("a name is the same account's in capitals, and in either spelling of an é") func folded() throws {
        for name in ["Zoé", "zoé", "ZOÉ", "zoe\u{301}"] { #expect(try guess(name, from: nil).status == 401) }
        #expect(try api.count("SELECT count(*) FROM login_buckets") == 1)
    }

    @Test("neither names nor addresses can be read in what is counted") func hashed() throws {
        _ = try guess("a password, typed in the wrong field")
        #expect(try api.count("SELECT count(*) FROM login_buckets WHERE octet_length(key) = 32") == 2)
    }

    @Test("the cookie is out of reach of scripts, other sites and other paths, and is kept by the account's next login") func cookie() throws {
        let answer = try api.send(
            "POST", "/api/session/", bearer: nil, Array(#"{"username":"nurse","password":"\#(Self.password)"}"#.utf8), prefix: "/fajma",
            isSecure: true)
        let cookies = answer.headers.filter { $0.name == "Set-Cookie" }.map(\.value)
        let browser = try #require(cookies.first { $0.hasPrefix("__Host-fajma_browser_fajma=") })
        #expect(browser.hasSuffix("; Path=/; Max-Age=15552000; HttpOnly; SameSite=Strict; Secure"))
        let (client, before) = (Browser(api), { (client: Browser) in client.cookies["fajma_browser"] })
        try client.logIn("nurse", Self.password)
        let first = before(client)
        try client.send("DELETE", "/api/session/")
        try client.logIn("nurse", Self.password)
        #expect(first?.count == 43 && before(client) == first)
    }

    @Test("a browser's secret that somebody else may have set is replaced, and the browser stays known to the accounts that used it")
    func plantedBrowser() throws {
        let (attacker, victim) = (Browser(api), Browser(api))
        try attacker.logIn("nurse", Self.password)
        let planted = try #require(attacker.cookies["fajma_browser"])
        victim.set(cookie: "fajma_browser", to: planted)
        try victim.logIn("medecin1", Self.password)
        let fresh = try #require(victim.cookies["fajma_browser"])
        #expect(fresh != planted)
        // The attacker's copy is no browser of the victim's: it has no guesses of its own.
        for _ in 0..<10 { #expect(try guess("medecin1", from: nil).status == 401) }
        #expect(try attacker.logIn("medecin1", "x").status == 429)
        #expect(try victim.logIn("medecin1", Self.password).status == 200)
        // The browser stays known to the others who share the computer.
        try victim.logIn("nurse", Self.password)
        #expect(victim.cookies["fajma_browser"] == fresh)
    }

    @Test("guessing the old password of an open page counts as well") func ownPassword() throws {
        let page = Browser(api, address: Self.ward)
        try page.logIn("nurse", Self.password)
        func change(_ old: String) throws -> Answer {
            try page.send("POST", "/api/moi/mot_de_passe/", #"{"actuel":"\#(old)","nouveau":"Cinq vélos dans la neige"}"#)
        }
        #expect(try change("x")["actuel"] != nil)
        try fill(9)
        #expect(try change("x")["actuel"] != nil)
        #expect(try change(Self.password).status == 429)
        #expect(try page.me().status == 200)
    }
}
