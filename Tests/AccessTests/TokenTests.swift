import Clinical
import Testing

@testable import Access

@Suite("Access and refresh tokens")
struct TokenTests {
    let tokens: Tokens
    let now = PyJWT.issuedAt.advanced(bySeconds: 60)
    let access = TokenClaims(
        kind: .access, userID: 7, id: PyJWT.id, issuedAt: PyJWT.issuedAt, expiresAt: PyJWT.accessEnds)

    init() throws { tokens = Tokens(secret: try SigningSecret(bytes: PyJWT.secret)) }

    func refusal(_ token: String, kind: TokenClaims.Kind = .access, at instant: Instant? = nil) -> TokenError? {
        do throws(TokenError) {
            _ = try tokens.verify(token, kind: kind, now: instant ?? now)
            return nil
        } catch {
            return error
        }
    }

    @Test("the same claims give the same text as PyJWT, which therefore verifies it")
    func sameAsPyJWT() {
        #expect(tokens.sign(access) == PyJWT.access)
        let refresh = TokenClaims(
            kind: .refresh, userID: 7, id: PyJWT.id, issuedAt: PyJWT.issuedAt, expiresAt: PyJWT.refreshEnds,
            session: PyJWT.session)
        #expect(tokens.sign(refresh) == PyJWT.refresh)
    }

    @Test("tokens that PyJWT made verify, with user_id as text or number and with further header parameters")
    func verifiesPyJWT() throws {
        #expect(try tokens.verify(PyJWT.access, kind: .access, now: now) == access)
        #expect(try tokens.verify(PyJWT.numericUser, kind: .access, now: now) == access)
        #expect(try tokens.verify(PyJWT.withKeyID, kind: .access, now: now) == access)
        let refresh = try tokens.verify(PyJWT.refresh, kind: .refresh, now: now)
        #expect(refresh.session == PyJWT.session)
        #expect(refresh.expiresAt == PyJWT.refreshEnds)
    }

    @Test("a token without a signature is refused, however its algorithm is spelled", arguments: ["none", "None", "NONE", ""])
    func algorithmNone(name: String) {
        #expect(refusal(PyJWT.unsigned) == .wrongAlgorithm)
        let bare = signed(header: #"{"alg":"\#(name)","typ":"JWT"}"#, access.json)
        #expect(refusal(bare) == .wrongAlgorithm)
        #expect(refusal(String(bare[...(bare.lastIndex(of: ".") ?? bare.startIndex)])) == .wrongAlgorithm)
    }

    @Test(
        "another algorithm is refused, even under a signature that HS256 would accept",
        arguments: ["HS512", "HS384", "RS256", "ES256", "hs256", "Hs256", "HS256 "])
    func otherAlgorithms(name: String) {
        #expect(refusal(PyJWT.hs512) == .wrongAlgorithm)
        #expect(refusal(signed(header: #"{"alg":"\#(name)","typ":"JWT"}"#, access.json)) == .wrongAlgorithm)
    }

    @Test(
        "a header that demands extensions, names another type, or is no object is refused",
        arguments: [
            #"{"alg":"HS256","typ":"JWT","crit":["exp"]}"#, #"{"alg":"HS256","crit":null}"#, #"{"alg":"HS256","typ":"JWE"}"#,
            #"{"typ":"JWT"}"#, #"{"alg":["HS256"]}"#, #""HS256""#, "null", "", "{",
        ])
    func headers(header: String) {
        #expect(refusal(PyJWT.critical) == .malformed)
        #expect(refusal(signed(header: header, access.json)) == .malformed)
    }

    @Test("a changed payload is refused")
    func changedPayload() {
        let other = Base64URL.encode(access.json.replacing("\"7\"", with: "\"1\"").utf8)
        var parts = PyJWT.access.split(separator: ".").map(String.init)
        #expect(parts[1] != other)
        parts[1] = other
        #expect(refusal(parts.joined(separator: ".")) == .badSignature)
    }

    @Test("a token of another secret is refused")
    func otherSecret() throws {
        let other = Tokens(secret: try SigningSecret(bytes: [UInt8](1..<33)))
        #expect(refusal(other.sign(access)) == .badSignature)
    }

    @Test("while a secret is replaced both sign tokens that are accepted, and the new one signs") func twoSecrets() throws {
        let (old, new) = (try SigningSecret(bytes: PyJWT.secret), try SigningSecret(bytes: [UInt8](1..<33)))
        let both = Tokens(secret: new, alsoAccepted: old)
        let now = access.issuedAt
        for tokens in [Tokens(secret: old), Tokens(secret: new), both] {
            #expect(throws: Never.self) { try both.verify(tokens.sign(access), kind: .access, now: now) }
        }
        #expect(throws: Never.self) { try Tokens(secret: new).verify(both.sign(access), kind: .access, now: now) }
        #expect(throws: TokenError.badSignature) { try Tokens(secret: old).verify(both.sign(access), kind: .access, now: now) }
    }

    @Test("no token with one flipped bit verifies")
    func flippedBits() {
        let bytes = Array(PyJWT.access.utf8)
        var tried = 0
        for index in bytes.indices {
            for bit in 0..<7 {  // with the eighth it would be no ASCII
                var flipped = bytes
                flipped[index] ^= 1 << bit
                #expect(refusal(String(decoding: flipped, as: UTF8.self)) != nil, "byte \(index) bit \(bit)")
                tried += 1
            }
        }
        #expect(tried == bytes.count * 7)
    }

    @Test("a token ends at its exp to the millisecond")
    func expiry() {
        #expect(refusal(PyJWT.access, at: Instant(milliseconds: PyJWT.accessEnds.milliseconds - 1)) == nil)
        #expect(refusal(PyJWT.access, at: PyJWT.accessEnds) == .expired)
        #expect(refusal(PyJWT.refresh, kind: .refresh, at: PyJWT.refreshEnds) == .expired)
    }

    @Test("a refresh token is no access token, nor the other way round")
    func kinds() {
        #expect(refusal(PyJWT.refresh, kind: .access) == .wrongKind)
        #expect(refusal(PyJWT.access, kind: .refresh) == .wrongKind)
        #expect(refusal(signed(access.json.replacing("access", with: "sliding"))) == .wrongKind)
    }

    @Test("a token is not valid before its nbf")
    func notBefore() {
        let token = signed(access.json.replacing("\"iat\"", with: "\"nbf\":1795359960,\"iat\""))
        #expect(refusal(token, at: now) == nil)
        #expect(refusal(token, at: Instant(milliseconds: now.milliseconds - 1)) == .notYetValid)
    }

    @Test(
        "signed claims that lack something or have the wrong type are refused",
        arguments: [
            #"{"token_type":"access","jti":"a","user_id":"7"}"#,
            #"{"token_type":"access","exp":"1795360800","jti":"a","user_id":"7"}"#,
            #"{"token_type":"access","exp":1e400,"jti":"a","user_id":"7"}"#,
            #"{"token_type":"access","exp":1e300,"jti":"a","user_id":"7"}"#,
            #"{"token_type":"access","exp":-1,"jti":"a","user_id":"7"}"#,
            #"{"token_type":"access","exp":null,"jti":"a","user_id":"7"}"#,
            #"{"token_type":"access","exp":1795360800,"nbf":"x","jti":"a","user_id":"7"}"#,
            #"{"exp":1795360800,"jti":"a","user_id":"7"}"#,
            #"{"token_type":"access","exp":1795360800,"user_id":"7"}"#,
            #"{"token_type":"access","exp":1795360800,"jti":"a b","user_id":"7"}"#,
            #"{"token_type":"access","exp":1795360800,"jti":"a"}"#,
            #"{"token_type":"access","exp":1795360800,"jti":"a","user_id":"+7"}"#,
            #"{"token_type":"access","exp":1795360800,"jti":"a","user_id":"07"}"#,
            #"{"token_type":"access","exp":1795360800,"jti":"a","user_id":"0"}"#,
            #"{"token_type":"access","exp":1795360800,"jti":"a","user_id":-7}"#,
            #"{"token_type":"access","exp":1795360800,"jti":"a","user_id":7.5}"#,
            #"{"token_type":"access","exp":1795360800,"jti":"a","user_id":true}"#,
            "[]", "null", "",
        ])
    func badClaims(claims: String) {
        #expect(refusal(signed(claims)) == .malformed)
    }

    @Test("a token needs neither iat nor a session")
    func fewClaims() throws {
        let token = signed(#"{"token_type":"refresh","exp":1795360800,"jti":"a","user_id":"7"}"#)
        let claims = try tokens.verify(token, kind: .refresh, now: now)
        #expect(claims.issuedAt == Instant(milliseconds: 0))
        #expect(claims.session == nil)
    }

    @Test(
        "what is not three strict base64url parts is refused",
        arguments: ["", ".", "..", "a.b", "a.b.c.d", PyJWT.access + ".", PyJWT.access + "=", " " + PyJWT.access, PyJWT.access + "\n"])
    func malformed(token: String) {
        #expect(refusal(token) == .malformed)
    }

    @Test("a token over 4 KiB is not looked at")
    func size() {
        let json = access.json.dropLast() + ",\"x\":\""
        let room = (Tokens.maximumBytes - 37 - 44) * 3 / 4  // header and dot, dot and signature
        let fits = signed(json + String(repeating: "x", count: room - json.utf8.count - 2) + "\"}")
        #expect(fits.utf8.count > Tokens.maximumBytes - 4)
        #expect(fits.utf8.count <= Tokens.maximumBytes)
        #expect(refusal(fits) == nil)
        #expect(refusal(signed(json + String(repeating: "x", count: room) + "\"}")) == .malformed)
    }

    @Test("a login starts a session, a renewal stays in it, and no two ids are equal")
    func pairs() throws {
        let first = try tokens.makePair(user: 7, now: now)
        let second = try tokens.makePair(user: 7, now: now, session: first.refreshClaims.session)
        #expect(first.refreshClaims.session == second.refreshClaims.session)
        #expect(try tokens.makePair(user: 7, now: now).refreshClaims.session != first.refreshClaims.session)
        let ids = [first.accessClaims, first.refreshClaims, second.accessClaims, second.refreshClaims].map(\.id)
        #expect(Set(ids).count == 4)
        #expect(ids.allSatisfy { $0.count == 32 && $0.allSatisfy { $0.isHexDigit && !$0.isUppercase } })
        #expect(try tokens.verify(first.access, kind: .access, now: now) == first.accessClaims)
        #expect(try tokens.verify(first.refresh, kind: .refresh, now: now) == first.refreshClaims)
        #expect(first.accessClaims.expiresAt.seconds(since: now) == 900)
        #expect(first.refreshClaims.expiresAt.seconds(since: now) == 86_400)
        #expect(first.accessClaims.session == first.refreshClaims.session)
    }
}
