import Testing

@testable import API

/// A browser: keeps its cookies, and the access token in memory.
final class Browser {
    let api: TestService
    let address: String?
    private(set) var cookies: [String: String] = [:]
    private(set) var access: String?

    init(_ api: TestService, address: String? = nil) { (self.api, self.address) = (api, address) }

    @discardableResult
    func send(_ method: String, _ path: String, _ body: String = "") throws -> Answer {
        let cookie = cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")
        let answer = try api.send(
            method, path, bearer: path == "/api/session/" ? nil : access, Array(body.utf8),
            headers: ["Cookie": cookie, "Content-Type": "application/json"], address: address)
        for (name, value) in answer.headers where name == "Set-Cookie" {
            let pair = value.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            cookies[String(pair[0])] = pair[1].isEmpty ? nil : String(pair[1])
        }
        if let token = answer["access"]?.text { access = token }
        return answer
    }

    @discardableResult
    func logIn(_ username: String, _ password: String) throws -> Answer {
        try send("POST", "/api/session/", #"{"username":\#(quoted(username)),"password":\#(quoted(password))}"#)
    }

    func renew(idle: Double? = nil) throws -> Int {
        try send("PUT", "/api/session/", idle.map { #"{"inactif_s":\#($0)}"# } ?? "").status
    }

    /// What another page of the host does.
    func set(cookie name: String, to value: String) { cookies[name] = value }

    func me() throws -> Answer { try send("GET", "/api/moi/") }
}
