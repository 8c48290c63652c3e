import Access
import Clinical
import Foundation
import Logging
import Postgres
import Store
import Synchronization
import TestDatabase
import Testing

@testable import API

/// The whole HTTP interface in memory, on a database of its own: `TestStore`'s hospital, and a person of each role.
final class TestService: Sendable {
    /// Who sends a request. Doctor, nurse and screen belong to the first ward, the device is worn by its patient.
    enum Sender: String, CaseIterable, Sendable {
        case nobody, device, ecran, infirmier, medecin, admin
    }

    let store: TestStore
    let service: Service
    let ingest: Ingest
    let tokens: Tokens
    private let clock: Clock
    private let users: [Sender: UserID]

    /// What the service takes for the time.
    var now: Instant { clock.now.withLock { $0 } }

    private final class Clock: Sendable {
        let now: Mutex<Instant>
        init(_ now: Instant) { self.now = Mutex(now) }
    }

    /// - Parameter verifyPassword: `Password.verify`, watched perhaps.
    init(
        now: Instant? = nil, timeZone: TimeZone = .gmt, crossOrigin: CrossOrigin = CrossOrigin(),
        verifyPassword: @escaping @Sendable (String, String?) -> Bool = { Password.verify($0, against: $1) }
    ) throws {
        let store = try TestStore()
        self.store = store
        let clock = Clock(try now ?? TestStore.now)
        self.clock = clock
        tokens = Tokens(secret: try SigningSecret(bytes: Array(repeating: 7, count: 32)))
        ingest = store.ingest()
        service = Service(
            database: store.database, ingest: ingest, tokens: tokens,
            logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }, timeZone: timeZone, crossOrigin: crossOrigin,
            verifyPassword: verifyPassword,
            now: { clock.now.withLock { $0 } })
        func user(_ role: Role) throws -> UserID {
            try store.database.addUser(
                username: role.rawValue + "1", passwordHash: "-", role: role, wards: [store.wards[0].id], by: store.admin.author)
        }
        users = [
            .admin: store.admin.user, .infirmier: store.nurse.user, .medecin: try user(.medecin), .ecran: try user(.ecran),
        ]
    }

    deinit { ingest.close() }

    func id(_ sender: Sender) -> UserID? { users[sender] }

    func setPassword(_ username: String, _ hash: String) throws {
        let user = try #require(try store.database.user(named: username))
        #expect(try store.database.setPassword(user.id, passwordHash: hash, by: store.admin.author))
    }

    /// The service's clock goes on; the database's does not.
    func pass(minutes: Double) { clock.now.withLock { $0 = $0.advanced(bySeconds: minutes * 60) } }

    /// What a sender puts into `Authorization`; nil for nobody.
    func credentials(_ sender: Sender) throws -> String? {
        switch sender {
        case .nobody: nil
        case .device: store.keys[0].text
        default: users[sender].map { access($0) }
        }
    }

    /// An access token of no session.
    func access(_ user: UserID, issued: Instant? = nil) -> String {
        let issued = issued ?? now
        return tokens.sign(
            TokenClaims(
                kind: .access, userID: user, id: "test", issuedAt: issued, expiresAt: issued.advanced(bySeconds: Tokens.accessSeconds)))
    }

    @discardableResult
    func send(
        _ method: String, _ path: String, as sender: Sender = .admin, _ body: String = "", headers: [String: String] = [:]
    ) throws -> Answer {
        try send(method, path, bearer: credentials(sender), Array(body.utf8), headers: headers)
    }

    @discardableResult
    func send(
        _ method: String, _ path: String, bearer: String?, _ body: [UInt8], headers: [String: String] = [:], prefix: String = "",
        isSecure: Bool = false, address: String? = nil, id: String? = nil
    ) throws -> Answer {
        let parts = path.split(separator: "?", maxSplits: 1)
        var all = headers.merging(["Host": "fajma.test"]) { own, _ in own }
        if let bearer { all["Authorization"] = "Bearer \(bearer)" }
        if !body.isEmpty, all["Content-Type"] == nil { all["Content-Type"] = path.hasPrefix("/api/import/") ? "text/csv" : "application/json" }
        let sent = all
        // As nginx does.
        let isNumbered = parts[0].hasPrefix("/api/patients/n:") || parts[0].hasPrefix("/api/patients/n%3A")
        return Answer(
            service.respond(
                to: Request(
                    method: method, path: String(parts[0]), encodedPath: isNumbered ? String(parts[0]) : nil, prefix: prefix,
                    query: parts.count > 1 ? String(parts[1]) : "",
                    isSecure: isSecure, address: address, id: id, headers: { sent[$0] }), body: body))
    }

    /// A value in SQL, to look behind the interface.
    func count(_ sql: String) throws -> Int { try store.connection().query(sql)[0][0] }
}

/// An answer as a client reads it.
struct Answer: Sendable {
    let status: Int
    let headers: [(name: String, value: String)]
    let text: String
    let json: JSON?

    init(_ response: Response) {
        var response = response
        try? response.stream? { response.body += $0 }
        status = response.status
        headers = response.headers.map { ($0.0, $0.1) }
        text = String(decoding: response.body, as: UTF8.self)
        json = try? JSON(parsing: response.body, maximumValues: .max)
    }

    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    subscript(member: String) -> JSON? { json?[member] }
}

extension JSON {
    subscript(member: String) -> JSON? {
        if case .object(let members) = self { members[member] } else { nil }
    }
    subscript(index: Int) -> JSON? {
        if let array, array.indices.contains(index) { array[index] } else { nil }
    }
    var array: [JSON]? { if case .array(let elements) = self { elements } else { nil } }
    var text: String? { if case .string(let text) = self { text } else { nil } }
    var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }
    var names: Set<String>? { members.map { Set($0.keys) } }
}

/// A text as JSON writes it, with its quotes.
func quoted(_ text: String) throws -> String { String(decoding: try JSONEncoder().encode(text), as: UTF8.self) }
