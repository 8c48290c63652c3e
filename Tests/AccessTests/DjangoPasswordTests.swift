import Testing

@testable import Access

@Suite("Passwords of the replaced system")
struct DjangoPasswordTests {
    /// Made by Django 5.2's PBKDF2PasswordHasher.
    static let stored = "pbkdf2_sha256$1000$sel$BnXCKVscPNaeyH1VVnMRgbhVNmAFEImI0vCnaRmN6LQ="
    static let decomposed = "pbkdf2_sha256$1000$sel$VBj+uQlQJkQSIVmB1ILqelxFhPbO7IUUqEwmcfeZJRg="

    @Test("a text of Django's verifies the password that made it, and no other")
    func matches() {
        #expect(Password.verify("mot de passe é", against: Self.stored))
        #expect(!Password.verify("mot de passe e", against: Self.stored))
        #expect(!Password.verify("mot de passe é ", against: Self.stored))
        #expect(Password.verify("x", against: "pbkdf2_sha256$2$00000000$Q5W6RJSQr370RAvkYR9uz3SK4+nYFhDuhLDUiYd4rdo="))
    }

    @Test("a password counts as it is typed, since Django does not normalise")
    func unnormalised() {
        #expect(Password.verify("mot de passe e\u{301}", against: Self.decomposed))
        #expect(!Password.verify("mot de passe é", against: Self.decomposed))
    }

    @Test("an empty password, and one that is too long for us, opens nothing")
    func bounds() {
        #expect(!Password.verify("", against: Self.stored))
        #expect(!Password.verify(String(repeating: "x", count: Password.maximumBytes + 1), against: Self.stored))
    }

    @Test(
        "what is not exactly Django's form, or asks for more work than is allowed, is no stored password",
        arguments: [
            "", "!", "!abc", "none", "pbkdf2_sha1$1000$sel$BnXCKVscPNaeyH1VVnMRgbhVNmA=", "bcrypt_sha256$$2b$12$abc", "argon2$argon2id$v=19$m=1",
            stored + "$", "pbkdf2_sha256$0$sel$BnXCKVscPNaeyH1VVnMRgbhVNmAFEImI0vCnaRmN6LQ=",
            "pbkdf2_sha256$-1000$sel$BnXCKVscPNaeyH1VVnMRgbhVNmAFEImI0vCnaRmN6LQ=",
            "pbkdf2_sha256$+1000$sel$BnXCKVscPNaeyH1VVnMRgbhVNmAFEImI0vCnaRmN6LQ=",
            "pbkdf2_sha256$2000001$sel$BnXCKVscPNaeyH1VVnMRgbhVNmAFEImI0vCnaRmN6LQ=",
            "pbkdf2_sha256$1000$$BnXCKVscPNaeyH1VVnMRgbhVNmAFEImI0vCnaRmN6LQ=",
            "pbkdf2_sha256$1000$sel$BnXCKVscPNaeyH1VVnMRgbhVNmAFEImI0vCnaRmN6A==", "pbkdf2_sha256$1000$sel$***",
            "pbkdf2_sha256$1000$\(String(repeating: "s", count: 129))$BnXCKVscPNaeyH1VVnMRgbhVNmAFEImI0vCnaRmN6LQ=",
        ])
    func refused(text: String) { #expect(DjangoPassword(text) == nil) }

    @Test("after a wrong password every account has cost one scrypt and the most iterations that any has, so time does not tell which there are")
    func sameWork() throws {
        #expect(try #require(DjangoPassword(Self.stored)).iterations == 1000)
        // As long as there is none, nothing more.
        for stored in [nil, PasswordTests.stored] { #expect(Password.rest(after: stored, iterations: 0) == (false, 0)) }
        for stored in [nil, "none", PasswordTests.stored] { #expect(Password.rest(after: stored, iterations: 720_000) == (false, 720_000)) }
        #expect(Password.rest(after: Self.stored, iterations: 720_000) == (true, 719_000))
        #expect(Password.rest(after: Self.stored, iterations: 1000) == (true, 0))
    }
}
