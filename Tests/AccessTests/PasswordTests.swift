import Testing

@testable import Access

@Suite("Passwords")
struct PasswordTests {
    /// Made with Python's hashlib.scrypt, salt 0…15.
    static let stored = "scrypt$ln=15,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$MATF4nhU0nC8VqRwGcIiI4FlYNviZbZbgrLWze2vZJE"

    @Test("the stored text is what Python's scrypt computes")
    func vector() throws {
        #expect(try Password.encode("mot de passe é", cost: .current, salt: [UInt8](0..<16)) == Self.stored)
        #expect(Password.verify("mot de passe é", against: Self.stored))
    }

    @Test("scrypt computes RFC 7914's vectors, the empty password too")
    func rfc7914() throws {
        let empty = try scrypt([], salt: [], cost: 16, blockSize: 1, parallelism: 1, length: 8)
        #expect(empty == [0x77, 0xd6, 0x57, 0x62, 0x38, 0x65, 0x7b, 0x20])
        let letmein = try scrypt(
            Array("pleaseletmein".utf8), salt: Array("SodiumChloride".utf8), cost: 16384, blockSize: 8, parallelism: 1, length: 8)
        #expect(letmein == [0x70, 0x23, 0xbd, 0xcb, 0x3a, 0xfd, 0x73, 0x48])
    }

    @Test("a hash verifies its own password only, and two hashes of one password differ")
    func ownPassword() throws {
        let stored = try Password.hash("un secret")
        #expect(Password.verify("un secret", against: stored))
        #expect(!Password.verify("un secre", against: stored))
        #expect(!Password.verify("", against: stored))
        #expect(try Password.hash("un secret") != stored)
    }

    @Test("no account, or a stored text that cannot be read, is never a match")
    func nothingStored() {
        #expect(!Password.verify("", against: nil))
        for text in ["", "x", "scrypt$ln=15,r=8,p=1$$", Self.stored + "$", "pbkdf2" + Self.stored.dropFirst(6)] {
            #expect(StoredPassword(text) == nil)
        }
        #expect(!Password.verify("mot de passe é", against: String(Self.stored.dropLast())))
    }

    @Test(
        "what cannot match costs the whole work all the same, so time does not tell which accounts exist",
        arguments: [("x", nil), ("x", "unreadable"), ("", stored), (String(repeating: "x", count: 1025), stored)] as [(String, String?)])
    func sameWork(password: String, stored: String?) {
        // 32 MiB cannot be filled and read twice in so short a time; a refusal without work takes a thousandth of it.
        #expect(ContinuousClock().measure { _ = Password.verify(password, against: stored) } > .milliseconds(10))
    }

    @Test("a password may have 1,024 bytes and no more")
    func length() throws {
        let longest = String(repeating: "é", count: 512)
        #expect(Password.verify(longest, against: try Password.hash(longest)))
        #expect(throws: Password.Refusal.tooLong) { try Password.hash(longest + "x") }
        #expect(throws: Password.Refusal.empty) { try Password.hash("") }
        // Its first 1,024 bytes being right does not help it.
        #expect(!Password.verify(longest + "x", against: try Password.hash(longest)))
    }

    @Test("an é is the same from every keyboard, and its length is told before and after it is made one")
    func normalization() throws {
        let (one, two) = ("cafe\u{301} tie\u{300}de", "caf\u{E9} ti\u{E8}de")
        #expect(Array(one.utf8) != Array(two.utf8))
        #expect(Password.verify(one, against: try Password.hash(two)))
        #expect(Password.verify(two, against: try Password.hash(one)))
        #expect(Password.verify("mot de passe e\u{301}", against: Self.stored))
        // A musical note that NFC takes apart: 4 bytes become 8.
        #expect(throws: Password.Refusal.tooLong) { try Password.hash(String(repeating: "\u{1D15E}", count: 256)) }
    }

    @Test(
        "a stored cost that would take too much memory or time is not obeyed",
        arguments: ["ln=30,r=8,p=1", "ln=15,r=800,p=1", "ln=15,r=8,p=99", "ln=0,r=8,p=1", "ln=015,r=8,p=1", "ln=15,r=8", "ln=-1,r=8,p=1"])
    func cost(text: String) {
        #expect(StoredPassword(Self.stored.replacing("ln=15,r=8,p=1", with: text)) == nil)
    }

    @Test("a stored text with an older, smaller cost still verifies")
    func olderCost() throws {
        let older = try Password.encode("x", cost: ScryptCost(logarithm: 10, blockSize: 8, parallelism: 1), salt: [UInt8](0..<16))
        #expect(older.hasPrefix("scrypt$ln=10,r=8,p=1$"))
        #expect(Password.verify("x", against: older))
        #expect(!Password.verify("y", against: older))
    }
}
