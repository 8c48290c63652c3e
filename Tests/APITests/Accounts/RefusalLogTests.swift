import Clinical
import Foundation
import Logging
import Store
import Synchronization
import TestDatabase
import Testing

@testable import API

/// What the log says of refusals: one line each, for fail2ban and a SIEM.
@Suite struct RefusalLogTests {
    private let api: TestService
    private let lines: Lines
    private let service: Service
    private static let address = "192.0.2.7"

    private final class Lines: Sendable {
        private let kept = Mutex<[String]>([])
        var all: [String] { kept.withLock { $0 } }
        func add(_ line: String) { kept.withLock { $0.append(line) } }
    }

    private struct Handler: LogHandler {
        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
            lines.add("\(event.level) \(all) \(event.message)")
        }
    }

    init() throws {
        api = try TestService()
        let (lines, api) = (Lines(), self.api)
        self.lines = lines
        service = Service(
            database: api.store.database, ingest: api.ingest, tokens: api.tokens, logger: Logger(label: "tests") { _ in Handler(lines: lines) },
            now: { api.now })
        try api.setPassword("nurse", quickHash("secret"))
    }

    private func send(_ method: String, _ path: String, as sender: TestService.Sender = .nobody, _ body: String = "") throws -> Int {
        let bearer = try api.credentials(sender).map { "Bearer \($0)" }
        return service.respond(
            to: Request(method: method, path: path, address: Self.address, id: "r1") { $0 == "Authorization" ? bearer : nil }, body: Array(body.utf8)
        ).status
    }

    private func logIn(_ name: String, _ password: String = "x") throws -> Int {
        try send("POST", "/api/token/", #"{"username":\#(quoted(name)),"password":"\#(password)"}"#)
    }

    @Test("a refused login, a lockout and a refused request are one line each, without what was typed or a patient's name")
    func refusals() throws {
        #expect(try logIn("nurse") == 401)
        #expect(try logIn("my password") == 401)
        #expect(try send("GET", "/api/patients/2/", as: .infirmier) == 404)
        #expect(try send("GET", "/api/audit/", as: .infirmier) == 403)
        try api.store.connection().script("UPDATE login_buckets SET spent = 100, at = clock_timestamp()")
        for _ in 0..<3 { #expect(try logIn("nurse", "secret") == 429) }
        let expected = [
            ("nurse", "login.refused"), ("-", "login.refused"), ("nurse", "patient.refused"), ("nurse", "request.refused"),
            ("nurse", "login.throttled"),
        ]
        #expect(lines.all == expected.map { "warning account=\($0.0) address=192.0.2.7 event=\($0.1) request=r1 security" })
    }

    @Test("an account's name cannot read as another member of the line") func injection() throws {
        let name = "x address=203.0.113.9 event=login.refused"
        _ = try api.store.database.addUser(username: name, passwordHash: "-", role: .admin, wards: [], by: api.store.admin.author)
        #expect(try logIn(name) == 401)
        let line = try #require(lines.all.first)
        #expect(line.hasPrefix("warning account=x%20address%3D203.0.113.9%20event%3Dlogin.refused address=192.0.2.7 "))
    }
}
