import Access
import Store

/// What a browser keeps for us, out of reach of scripts and of other sites.
enum Cookie: String {
    /// The session's refresh token, for one path alone.
    case session = "fajma_session"
    /// What the browser is known by at its next logins; not held up there by others' failures.
    case browser = "fajma_browser"

    private var path: String {
        switch self {
        case .session: "/api/session"
        case .browser: "/api/"
        }
    }

    func header(_ value: String, maximumAge: Int, for request: Request) -> (String, String) {
        (
            "Set-Cookie",
            "\(rawValue)=\(value); Path=\(request.prefix)\(path); Max-Age=\(maximumAge); HttpOnly; SameSite=Strict"
                + (request.isSecure ? "; Secure" : "")
        )
    }

    func value(in request: Request) -> String? {
        for pair in request.header("Cookie")?.split(separator: ";") ?? [] {
            let parts = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            if parts.count == 2, parts[0] == rawValue { return String(parts[1]) }
        }
        return nil
    }
}

extension Request {
    /// The secret by which the browser is known; nil where it brings none, or none of ours.
    var browser: [UInt8]? {
        Cookie.browser.value(in: self).flatMap { Base64URL.decode($0.utf8) }.flatMap { $0.count == KnownBrowser.bytes ? $0 : nil }
    }
}
