import Testing

@testable import Access

@Suite("A webhook's signature")
struct WebhookSignatureTests {
    @Test("is that of the specification's example")
    func vector() throws {
        // standardwebhooks.com, with the secret whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw.
        let key = try #require(Base64URL.decode(Array("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".utf8)))
        #expect(
            WebhookSignature(key: key).header(id: "msg_p5jXN8AQM9LWM0D4loKWxJek", seconds: 1_614_265_330, body: #"{"test": 2432232314}"#)
                == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }
}
