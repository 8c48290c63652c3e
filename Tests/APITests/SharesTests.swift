import Foundation
import Store
import Synchronization
import TestDatabase
import Testing

@testable import API

/// What one account may take of what all share.
@Suite struct SharesTests {
    private static let (greedy, other) = (1, 2)

    private func status(_ body: () throws -> Void) -> Int {
        do {
            try body()
            return 200
        } catch {
            return (error as? Problem)?.status ?? 500
        }
    }

    @Test("an account that has taken its share is refused with 429, and others get theirs") func refused() throws {
        let shares = Shares(.init(places: 3, perAccount: 2, waitingPerAccount: 0))
        try shares.with(Self.greedy) {
            try shares.with(Self.greedy) {
                #expect(status { try shares.with(Self.greedy) {} } == 429)
                #expect(status { try shares.with(Self.other) {} } == 200)
            }
            #expect(status { try shares.with(Self.greedy) {} } == 200)
        }
    }

    @Test("reading leaves a place of the account's for acknowledging") func reading() throws {
        let shares = Shares(.init(places: .max, perAccount: 2, waitingPerAccount: 0))
        try shares.with(Self.greedy, atMost: 1) {
            #expect(status { try shares.with(Self.greedy, atMost: 1) {} } == 429)
            #expect(status { try shares.with(Self.greedy) {} } == 200)
        }
    }

    @Test("where others have taken every place it is 503 after a while") func full() throws {
        let shares = Shares(.init(places: 1, perAccount: 1, waitSeconds: 0.01))
        try shares.with(Self.greedy) {
            #expect(status { try shares.with(Self.other) {} } == 503)
            #expect(status { try shares.with(Self.greedy) {} } == 429)
            #expect(shares.waitingCount(of: Self.other) == 0)
        }
    }

    @Test("a place that comes free goes to another account before the one that has its share", .timeLimit(.minutes(1))) func order() async throws {
        let shares = Shares(.init(places: 2, perAccount: 1, waitSeconds: 60))
        let order = Mutex<[Int]>([])
        let served = DispatchSemaphore(value: 0)
        @Sendable func waits(_ account: Int) throws {
            let before = shares.waitingCount(of: account)
            Thread {
                try? shares.with(account) { order.withLock { $0.append(account) } }
                served.signal()
            }.start()
            try waitUntil("\(account) waits") { shares.waitingCount(of: account) > before }
        }
        try await blocking {
            try shares.with(3) {
                try shares.with(Self.greedy) {
                    try waits(Self.greedy)
                    try waits(Self.greedy)
                    try waits(Self.other)
                }  // of the greedy one's: goes to itself
                served.wait()
                served.wait()
                served.wait()
            }
            #expect(order.withLock { $0 }.sorted() == [Self.greedy, Self.greedy, Self.other])
            try shares.with(Self.greedy) {
                try shares.with(3) {
                    try waits(Self.greedy)
                    try waits(Self.other)
                }
                served.wait()
                #expect(order.withLock { $0.last } == Self.other)
            }
            served.wait()
        }
    }

    @Test("four requests of an account use the database at once; the next is told when to come again, and everybody else is served")
    func requests() throws {
        let api = try TestService()
        var service = api.service
        service.shares.requests = Shares(.init(places: .max, perAccount: 1, waitingPerAccount: 0))
        func get(_ path: String, as sender: TestService.Sender) throws -> Answer {
            let bearer = "Bearer \(try #require(try api.credentials(sender)))"
            return Answer(service.respond(to: Request(method: "GET", path: path, headers: { $0 == "Authorization" ? bearer : nil })))
        }
        let nurse = try #require(api.id(.infirmier))
        try service.shares.requests.with(nurse) {
            for path in ["/api/moi/", "/api/patients/", "/api/iot/data/"] {
                let answer = try get(path, as: .infirmier)
                #expect(answer.status == 429 && answer["code"]?.text == "too_many_requests" && answer.header("Retry-After") == "1")
                #expect(try get(path, as: .medecin).status == 200)
            }
            #expect(try get("/api/version/", as: .infirmier).status == 200)
        }
        #expect(try get("/api/moi/", as: .infirmier).status == 200)
    }

    @Test("one history and one limit trial at a time for an account") func costly() throws {
        let api = try TestService()
        var service = api.service
        service.shares.histories = Shares(.init(places: 4, perAccount: 1, waitingPerAccount: 0))
        let nurse = try #require(api.id(.infirmier))
        func get(_ path: String, as sender: TestService.Sender) throws -> Int {
            let bearer = "Bearer \(try #require(try api.credentials(sender)))"
            return service.respond(
                to: Request(
                    method: "GET", path: path, query: path.contains("historique") ? "type_donnee=spo2" : "",
                    headers: { $0 == "Authorization" ? bearer : nil })
            ).status
        }
        try service.shares.histories.with(nurse) {
            let paths = ["/api/patients/1/historique/", "/api/patients/1/alarmes/charge/", "/api/patients/1/"]
            let (own, others) = try (paths.map { try get($0, as: .infirmier) }, paths.map { try get($0, as: .medecin) })
            #expect(own == [429, 429, 200] && others == [200, 200, 200])
        }
    }
}
