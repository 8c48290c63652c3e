import Access
import Clinical
import Store
import TestDatabase
import Testing

@testable import API

/// Accounts that `fajma import` brought, with the replaced system's passwords.
@Suite struct ImportedPasswordTests {
    let api: TestService
    /// Of Django 5.2, with few iterations.
    private static let password = "mot de passe é"
    private static let stored = "pbkdf2_sha256$1000$sel$BnXCKVscPNaeyH1VVnMRgbhVNmAFEImI0vCnaRmN6LQ="

    init() throws {
        api = try TestService()
        try api.setPassword("nurse", Self.stored)
    }

    private func logIn(_ password: String = password, as username: String = "nurse") throws -> Int {
        try api.send(
            "POST", "/api/token/", bearer: nil, Array(#"{"username":\#(quoted(username)),"password":\#(quoted(password))}"#.utf8)
        ).status
    }

    private func present() throws -> String {
        try api.store.connection().query("SELECT password_hash FROM users WHERE username = 'nurse'")[0][0]
    }

    @Test("a right password is hashed in our way at the first login, and is the same one afterwards") func rehashed() throws {
        #expect(try logIn("mot de passe e") == 401)
        #expect(try present() == Self.stored)
        let changed = "SELECT password_changed_at::text FROM users WHERE username = 'nurse'"
        let before: String = try api.store.connection().query(changed)[0][0]
        #expect(try logIn() == 200)
        let hash = try present()
        #expect(hash.hasPrefix("scrypt$") && Password.verify(Self.password, against: hash))
        #expect(try logIn() == 200)
        #expect(try logIn("mot de passe e") == 401)
        #expect(try present() == hash)
        #expect(try api.store.connection().query(changed)[0][0] as String == before)
        let audited = try api.store.connection().query("SELECT action, user_id FROM audit WHERE action LIKE 'password.%' ORDER BY id DESC LIMIT 1")[0]
        #expect(try audited[0] == "password.rehashed")
        #expect(try audited[1] == api.store.nurse.user)
    }

    @Test("two first logins at once both succeed") func atTheSameTime() throws {
        let api = api
        let body = try Array(#"{"username":"nurse","password":\#(quoted(Self.password))}"#.utf8)
        let first: @Sendable () throws -> Int = { try api.send("POST", "/api/token/", bearer: nil, body).status }
        let statuses = try atOnce([first, first]).map { try $0.get() }
        #expect(statuses == [200, 200])
    }

    @Test("a password that was set between the check and the hashing counts, not the one that was checked") func changedMeanwhile() throws {
        let author = api.store.admin.author
        try api.setPassword("nurse", quickHash("une tout autre phrase"))
        #expect(try !api.store.database.rehashPassword(of: api.store.nurse.user, from: Self.stored, to: "x", by: author))
        #expect(try logIn() == 401)
        #expect(try logIn("une tout autre phrase") == 200)
    }

    @Test("what a failed login has to spend is known from the accounts that have not logged in yet") func mostIterations() throws {
        func most(_ name: String) throws -> Int {
            try api.store.database.loginCandidate(LoginSource(username: name, address: nil, browsers: [])).importedIterations
        }
        #expect(try most("nurse") == 1000)
        #expect(try most("nobody") == 1000)
        try api.setPassword("medecin1", "pbkdf2_sha256$720000$sel$BnXCKVscPNaeyH1VVnMRgbhVNmAFEImI0vCnaRmN6LQ=")
        #expect(try most("nobody") == 720_000)
        try api.setPassword("medecin1", quickHash(Self.password))
        #expect(try logIn() == 200)
        #expect(try most("nobody") == 0)
    }

    @Test("a disabled account's password opens nothing and stays as it is") func disabled() throws {
        _ = try api.store.database.changeUser(api.store.nurse.user, UserChanges(isActive: false), by: api.store.admin.author)
        #expect(try logIn() == 401)
        #expect(try present() == Self.stored)
    }
}
