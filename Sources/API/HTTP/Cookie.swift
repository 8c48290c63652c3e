import Access
import Store

/// What a browser keeps for us, out of reach of scripts and of other sites.
enum Cookie: String {
    /// The session's refresh token.
    case session = "fajma_session"
    /// What the browser is known by at its next logins; not held up there by others' failures.
    case browser = "fajma_browser"

    /// Over https `__Host-`: no other host of the domain can set it, nor a page under another path, since it has none. Two installations on one
    /// host differ by their prefix.
    private func name(for request: Request) -> String {
        guard request.isSecure else { return rawValue }
        return "__Host-" + rawValue + request.prefix.replacing("/", with: "_")
    }

    private func path(for request: Request) -> String {
        if request.isSecure { return "/" }
        return switch self {
        case .session: request.prefix + "/api/session"
        case .browser: request.prefix + "/api/"
        }
    }

    func header(_ value: String, maximumAge: Int, for request: Request) -> (String, String) {
        (
            "Set-Cookie",
            "\(name(for: request))=\(value); Path=\(path(for: request)); Max-Age=\(maximumAge); HttpOnly; SameSite=Strict"
                + (request.isSecure ? "; Secure" : "")
        )
    }

    /// Each cookie of the name, in the browser's order: without https another page of the host can put one of its own before ours. No more than a
    /// browser that nobody attacks has.
    func values(in request: Request) -> [String] {
        let name = name(for: request)
        var values: [String] = []
        for pair in request.header("Cookie")?.split(separator: ";") ?? [] {
            let parts = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            if parts.count == 2, parts[0] == name, !values.contains(String(parts[1])) { values.append(String(parts[1])) }
        }
        return Array(values.prefix(Self.maximumTried))
    }

    private static let maximumTried = 8
}

extension Request {
    /// The secrets by which the browser may be known, of those that it brings.
    var browsers: [[UInt8]] {
        Cookie.browser.values(in: self).compactMap { Base64URL.decode($0.utf8) }.filter { $0.count == KnownBrowser.bytes }
    }

    /// Cookies open these routes, so another site's page must not reach them: JSON, which no form and no simple request sends, and from a page of our
    /// own, as far as the browser says where it comes from. Programs say nothing.
    ///
    /// - Throws: 415; 403.
    func checkIsFromOwnPage() throws {
        guard header("Content-Type")?.isEmpty == false else { throw Problem(status: 415, code: .unsupportedMediaType) }
        // Set by the browser alone, and only where the connection is secure.
        if let site = header("Sec-Fetch-Site") {
            guard site == "same-origin" else { throw Problem.forbidden }
        } else if let origin = header("Origin") {
            // By the name alone: a proxy before us may have ended TLS.
            guard let host = header("Host"), let authority = origin.split(separator: "/", omittingEmptySubsequences: true).last,
                origin.contains("://"), Self.plain(authority) == Self.plain(host[...])
            else { throw Problem.forbidden }
        }
    }

    /// Without the port where it is https' or http's own.
    private static func plain(_ authority: Substring) -> String {
        let text = authority.lowercased()
        for port in [":443", ":80"] where text.hasSuffix(port) { return String(text.dropLast(port.count)) }
        return text
    }
}
