import Access
import Clinical
import Logging

@testable import API
@testable import Access

let silent = Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() }

private let secret = try? SigningSecret(bytes: Array(repeating: 7, count: 32))

/// What a caller shows of itself: a token as it came, or with a signature of ours under what it says; a device's key; cookies.
@Sendable func fuzzToken(_ input: [UInt8]) {
    guard let secret, let first = input.first else { return }
    let text = String(decoding: input.dropFirst(), as: UTF8.self)
    let tokens = Tokens(secret: secret)
    let now = Instant(milliseconds: 1_800_000_000_000)
    switch first % 4 {
    case 0: verify(text)
    case 1:
        let parts = input.dropFirst().split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
        let content = parts.map { Base64URL.encode($0) }.joined(separator: ".")
        verify(content + "." + Base64URL.encode(hmacSHA256(key: secret.bytes, content.utf8)))
    case 2:
        guard let key = DeviceKey(text) else { return }
        precondition(DeviceKey(key.text)?.device == key.device)
    default:
        let request = Request(method: "POST", path: "/api/session/", isSecure: first & 4 != 0) { _ in text }
        _ = request.browsers
        _ = try? request.checkIsFromOwnPage()
    }

    func verify(_ token: String) {
        for kind in [TokenClaims.Kind.access, .refresh] { _ = try? tokens.verify(token, kind: kind, now: now) }
    }
}
