import Foundation
import Logging
import Postgres
import TestDatabase
import Testing

@testable import Maintenance
@testable import Store

/// The election on a real server: who leads, and what happens when the leader is gone.
@Suite("The leader", .timeLimit(.minutes(1)))
struct LeaderTests {
    private let store: TestStore

    init() throws { store = try TestStore() }

    private func candidate() -> Leader {
        Leader(
            url: store.url, configuration: MaintenanceConfiguration(), sender: nil, logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
    }

    /// The server's process for the leader; nil: nobody leads.
    private func leader(_ sql: Connection) throws -> Int? {
        try sql.query(
            """
            SELECT l.pid::bigint FROM pg_locks l JOIN pg_stat_activity a USING (pid)
            WHERE l.locktype = 'advisory' AND l.granted AND a.application_name = 'fajma-push leader' AND a.datname = current_database()
            """
        ).first().map { try $0[0] }
    }

    private func waitForLeader(_ sql: Connection, other than: Int? = nil) throws -> (pid: Int, seconds: Double) {
        let begin = ContinuousClock.now
        var found: Int?
        try waitUntil("another leads") {
            found = try leader(sql)
            return found != nil && found != than
        }
        return (try #require(found), (ContinuousClock.now - begin) / .seconds(1))
    }

    private func waitForAlerts(_ sql: Connection, _ count: Int) throws {
        try waitUntil("\(count) alerts") { try sql.query("SELECT count(*) FROM alerts WHERE kind = 'signal_perdu'")[0][0] >= count }
    }

    @Test("One leads; when its session dies the other one does within 5 s, and nothing is raised twice") func handover() async throws {
        let daemons = [candidate(), candidate()]
        try await blocking { [self] in
            let sql = try store.connection()
            let before = try waitForLeader(sql)
            try waitForAlerts(sql, 2)
            // As when a daemon is killed: its backend ends, and with it the lock.
            #expect(try sql.query("SELECT pg_terminate_backend($1)", [Int32(before.pid)])[0][0] == true)
            #expect(try waitForLeader(sql, other: before.pid).seconds < 5)
            try sql.script("UPDATE alerts SET ended_at = now() WHERE id = (SELECT min(id) FROM alerts)")
            try waitForAlerts(sql, 3)  // the new leader raises it anew
            #expect(try sql.query("SELECT count(*) FROM alerts WHERE ended_at IS NULL")[0][0] == 2)
            daemons.forEach { $0.stop() }
            try waitUntil("nobody leads") { try leader(sql) == nil }
        }
    }

    @Test("A leader that hangs loses its session, and the lead to whoever waits") func hanging() async throws {
        let hanging = try LeaderSession(url: store.url)
        #expect(try hanging.lead())
        let waiting = candidate()
        try await blocking { [self] in
            let sql = try store.connection()
            let before = try #require(try leader(sql))
            _ = try waitForLeader(sql, other: before)
            waiting.stop()
        }
        #expect(throws: PostgresError.self) { try hanging.remind(afterSeconds: 1) }
    }
}

@Suite("Deliveries in flight")
struct InFlightDeliveriesTests {
    private func delivery(_ id: Int) -> WebhookDelivery { WebhookDelivery(id: id, body: "{}", attempts: 0) }

    @Test("A delivery is in hand once, until what became of it was told") func once() {
        var hand = InFlightDeliveries()
        hand.take([delivery(1), delivery(2)])
        hand.take([delivery(1)])
        #expect(hand.next()?.id == 1)
        hand.take([delivery(1)])  // it is being sent
        #expect(hand.next()?.id == 2)
        #expect(hand.next() == nil)
        hand.sent(delivery(1), .taken)
        hand.take([delivery(1)])  // not written down yet
        #expect(hand.next() == nil)
        #expect(hand.settle().map(\.delivery.id) == [1])
        #expect(hand.settle().isEmpty)
        hand.take([delivery(1)])
        #expect(hand.next()?.id == 1)
    }

    @Test("What was sent for a lead that is over is nobody's, and there is a limit") func dropped() {
        var hand = InFlightDeliveries()
        hand.sent(delivery(1), .taken)
        #expect(hand.settle().isEmpty)
        hand.take((0..<2 * WebhookSender.limit).map(delivery))
        #expect((0..<2 * WebhookSender.limit).compactMap { _ in hand.next() }.count == WebhookSender.limit)
    }
}
