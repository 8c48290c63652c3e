import Clinical
import Testing

@testable import Access

@Suite("Machine keys")
struct MachineKeyFormTests {
    @Test("a key reads itself again, shows its account alone, and is no device's")
    func form() throws {
        let key = try MachineKey.make(id: 12)
        #expect(key.text.hasPrefix("fjs_12_") && key.text.utf8.count == 50)
        let read = try #require(MachineKey(key.text))
        #expect(read.id == 12 && read.hash == key.hash && key.matches(hash: read.hash))
        #expect("\(key)" == "fjs_12_…" && !String(reflecting: key).contains(key.text.suffix(20)))
        var dumped = ""
        dump(key, to: &dumped)
        #expect(!dumped.contains(key.text.suffix(20)))
        #expect(DeviceKey(key.text) == nil && MachineKey("fjd" + key.text.dropFirst(3)) == nil)
        #expect(try !MachineKey.make(id: 12).matches(hash: key.hash))
    }

    @Test(
        "nothing but exactly the form is a key", arguments: ["", "fjs_", "fjs_12", "fjs_12_", "fjs_012_", "fjs_-1_", "fjs_1.5_", "fjs_99999999999_"])
    func malformed(start: String) throws {
        let secret = String(try MachineKey.make(id: 1).text.dropFirst("fjs_1_".count))
        #expect(MachineKey(start) == nil)
        if !start.hasSuffix("12_") { #expect(MachineKey(start + secret) == nil) }
        for wrong in ["fjs_1_\(secret)=", " fjs_1_\(secret)", "fjs_1_\(secret.dropLast())", "FJS_1_\(secret)", "fjs_1_\(secret.dropLast())é"] {
            #expect(MachineKey(wrong) == nil)
        }
    }

    @Test("an OAuth client names itself by id, and sends the key or what follows the id")
    func client() throws {
        let key = try MachineKey.make(id: 12)
        let secret = String(key.text.dropFirst("fjs_12_".count))
        for id in ["12", "fjs_12", MachineKey.clientID(12)] {
            for sent in [key.text, secret] { #expect(MachineKey(clientID: id, secret: sent)?.hash == key.hash) }
        }
        for (id, sent) in [("13", key.text), ("", secret), ("fjs_", secret), ("012", secret), ("12", ""), ("12", "x"), ("12_x", secret)] {
            #expect(MachineKey(clientID: id, secret: sent) == nil)
        }
    }

    @Test("a token of a key names the secret that it was made with, and no person's token looks like one")
    func session() throws {
        let tokens = Tokens(secret: try SigningSecret(bytes: [UInt8](repeating: 7, count: 32)))
        let (key, now) = (try MachineKey.make(id: 12), Instant(milliseconds: 1_800_000_000_000))
        let made = try tokens.makeAccess(for: key, now: now, end: now.advanced(bySeconds: 60), scope: ["readPatients", "readAlerts"])
        let claims = try tokens.verify(made.token, kind: .access, now: now)
        #expect(claims.userID == 12 && claims.session == key.session && claims.scope == ["readPatients", "readAlerts"])
        #expect(claims.expiresAt == now.advanced(bySeconds: 60))
        #expect(MachineKey.isSession(claims.session) && key.session == MachineKey.session(ofHash: key.hash))
        #expect(try MachineKey.make(id: 12).session != key.session)
        let pair = try tokens.makePair(user: 12, now: now)
        #expect(!MachineKey.isSession(pair.accessClaims.session) && !MachineKey.isSession(nil) && pair.accessClaims.scope == nil)
        #expect(throws: TokenError.self) { try tokens.verify(made.token, kind: .refresh, now: now) }
    }
}
