import Access
import Clinical
import Foundation
import Store
import TestDatabase
import Testing

@testable import API

/// A machine key as an OAuth client: RFC 6749, section 4.4.
@Suite struct ClientCredentialsTests {
    let api: TestService
    private let key: TestService.Key

    init() throws {
        api = try TestService()
        key = try api.makeKey("Moteur", [.readPatients, .readReadings])
    }

    private func ask(_ form: String, basic: String? = nil, type: String = "application/x-www-form-urlencoded") throws -> Answer {
        var headers = ["Content-Type": type]
        if let basic { headers["Authorization"] = "Basic \(Data(basic.utf8).base64EncodedString())" }
        return try api.send("POST", "/api/token/", bearer: nil, Array(form.utf8), headers: headers, address: "192.0.2.20")
    }

    private func token(_ answer: Answer) throws -> String { try #require(answer["access_token"]?.text, "\(answer.text)") }

    private func me(_ token: String) throws -> Answer { try api.send("GET", "/api/moi/", bearer: token, []) }

    @Test("the key comes in the body, as a form or JSON, or as HTTP Basic, and gives a token for 15 minutes") func ways() throws {
        let answers = [
            try ask("grant_type=client_credentials&client_id=fjs_\(key.id)&client_secret=\(key.text)"),
            try ask("grant_type=client_credentials&client_id=\(key.id)&client_secret=\(key.secret)"),
            try ask("grant_type=client_credentials", basic: "fjs_\(key.id):\(key.text)"),
            try ask(
                #"{"grant_type":"client_credentials","client_id":"fjs_\#(key.id)","client_secret":"\#(key.text)"}"#, type: "application/json"),
        ]
        for answer in answers {
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer["token_type"]?.text == "Bearer" && answer["expires_in"]?.number == 900)
            #expect(answer["scope"]?.text == "readPatients readReadings" && answer["access"] == answer["access_token"])
            #expect(answer["refresh"] == nil && answer["refresh_token"] == nil)
            #expect(answer.header("Pragma") == "no-cache")
            #expect(try me(token(answer))["username"]?.text == "Moteur")
            try expectDescribed(answer, #require(Service.routes.first { $0.testDescription == "POST /api/token/" }), "granted")
        }
        let verified = try api.send("POST", "/api/token/verify/", as: .nobody, #"{"token":"\#(token(answers[0]))"}"#)
        #expect(verified.status == 200)
    }

    @Test("scope narrows a token: what it leaves out is 403, and what the key does not have is refused") func scope() throws {
        let narrow = try ask("grant_type=client_credentials&scope=readPatients", basic: "\(key.id):\(key.secret)")
        #expect(narrow["scope"]?.text == "readPatients")
        let token = try token(narrow)
        #expect(try me(token)["permissions"]?.array?.compactMap(\.text) == ["readPatients"])
        #expect(try api.send("GET", "/api/patients/", bearer: token, []).status == 200)
        #expect(try api.send("GET", "/api/iot/data/", bearer: token, []).status == 403)
        // What the key loses its tokens lose.
        try api.store.connection().script("UPDATE machine_keys SET permissions = '{readReadings}'")
        #expect(try api.send("GET", "/api/patients/", bearer: token, []).status == 403)
        for scope in ["readPatients", "manageUsers", "x"] {
            let refused = try ask("grant_type=client_credentials&scope=\(scope)", basic: "\(key.id):\(key.secret)")
            #expect(refused.status == 400 && refused["error"]?.text == "invalid_scope")
        }
    }

    @Test("a token ends with its key: revoked, renewed without an overlap, or expired", arguments: ["revoke", "renew", "expire"])
    func end(how: String) throws {
        let token = try token(ask("grant_type=client_credentials", basic: "\(key.id):\(key.secret)"))
        #expect(try me(token).status == 200)
        switch how {
        case "revoke": #expect(try api.send("DELETE", "/api/cles/\(key.id)/").status == 204)
        case "renew": #expect(try api.send("POST", "/api/cles/\(key.id)/renouveler/").status == 200)
        default: try api.store.connection().script("UPDATE machine_keys SET expires_at = now()")
        }
        #expect(try me(token).status == 401)
        let refused = try ask("grant_type=client_credentials", basic: "\(key.id):\(key.secret)")
        #expect(refused.status == 401 && refused["error"]?.text == "invalid_client")
    }

    @Test("a token of a key that expires soon is not good for longer than the key") func soon() throws {
        let expires = Date.now.addingTimeInterval(100).ISO8601Format()
        let soon = try api.makeKey("soon", [.readPatients], expires: expires)
        let seconds = try #require(ask("grant_type=client_credentials", basic: "\(soon.id):\(soon.secret)")["expires_in"]?.number)
        #expect(seconds <= 100)
    }

    @Test("errors are RFC 6749's, with the members of every error beside them") func errors() throws {
        let other = try api.makeKey("other", [.readPatients])
        let wrong: [(form: String, basic: String?, status: Int, error: String)] = [
            ("grant_type=client_credentials", nil, 401, "invalid_client"),
            ("grant_type=client_credentials&client_id=\(key.id)", nil, 401, "invalid_client"),
            ("grant_type=client_credentials&client_id=\(key.id)&client_secret=x", nil, 401, "invalid_client"),
            ("grant_type=client_credentials&client_id=\(other.id)&client_secret=\(key.text)", nil, 401, "invalid_client"),
            ("grant_type=client_credentials", "\(key.id):\(other.secret)", 401, "invalid_client"),
            ("grant_type=client_credentials", "admin:admin", 401, "invalid_client"),
            ("grant_type=client_credentials&client_secret=\(key.text)", "\(key.id):\(key.secret)", 400, "invalid_request"),
            ("grant_type=authorization_code&code=x", nil, 400, "unsupported_grant_type"),
        ]
        for (form, basic, status, error) in wrong {
            let answer = try ask(form, basic: basic)
            #expect(answer.status == status && answer["error"]?.text == error && answer["code"]?.text == error, "\(form): \(answer.text)")
            #expect(answer["status"]?.number == Double(status) && answer["error_description"] == answer["detail"])
            #expect((answer.header("WWW-Authenticate") == #"Basic realm="api""#) == (status == 401))
        }
        // A person's login is as it was, whatever else is sent.
        #expect(try ask("username=x&password=y")["code"]?.text == "no_active_account")
        #expect(try ask("grant_type=password&username=x&password=y")["code"]?.text == "no_active_account")
        #expect(try ask("username=x")["errors"]?.names == ["password"])
    }

    @Test("wrong secrets are held up by address, and the right one never") func throttle() throws {
        for _ in 0..<60 { #expect(try ask("grant_type=client_credentials", basic: "\(key.id):x").status == 401) }
        let refused = try ask("grant_type=client_credentials", basic: "\(key.id):x")
        #expect(refused.status == 429 && refused.header("Retry-After") != nil)
        #expect(try ask("grant_type=client_credentials", basic: "\(key.id):\(key.secret)").status == 200)
    }
}
