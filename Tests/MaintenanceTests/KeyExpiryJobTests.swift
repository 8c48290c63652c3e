import Access
import Clinical
import Foundation
import Logging
import Metrics
import Postgres
import Synchronization
import TestDatabase
import Testing

@testable import Maintenance
@testable import Store

/// What is told of machine keys that expire.
@Suite("Keys that expire")
struct KeyExpiryJobTests {
    private let store: TestStore

    init() throws { store = try TestStore() }

    private final class Lines: Sendable {
        let all = Mutex<[String]>([])

        var logger: Logger { Logger(label: "tests") { [self] _ in Handler(lines: self) } }

        private struct Handler: LogHandler {
            let lines: Lines
            var metadata: Logger.Metadata = [:]
            var logLevel = Logger.Level.trace

            subscript(metadataKey key: String) -> Logger.Metadata.Value? {
                get { metadata[key] }
                set { metadata[key] = newValue }
            }

            func log(event: LogEvent) {
                let key = event.metadata?["key"].map { "\($0)" } ?? "-"
                lines.all.withLock { $0.append("\(event.message) \(key)") }
            }
        }
    }

    private func key(_ name: String, days: Int) throws -> UserID {
        let fields = MachineKeyFields(
            name: name, permissions: [.readPatients], wards: nil,
            expiresAt: Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)).advanced(bySeconds: 400 * 86_400))
        let id = try store.database.addMachineKey(fields, store.admin).record.id
        try store.connection().script("UPDATE machine_keys SET expires_at = now() + interval '\(days) days' WHERE user_id = \(id)")
        return id
    }

    @Test("each is counted every hour and logged once a day by its number, those revoked or long over not at all") func told() throws {
        _ = try key("valid", days: 31)
        let (soon, over) = (try key("soon", days: 29), try key("over", days: -1))
        _ = try key("long over", days: -31)
        #expect(try store.database.revokeMachineKey(key("revoked", days: 3), store.admin))
        let (lines, counts) = (Lines(), KeyExpiryCounts())
        var job = KeyExpiryJob(database: store.database, counts: counts, logger: lines.logger)
        for _ in 0..<24 { try job.run { false } }
        let expected = ["a machine key has expired \(over)", "a machine key expires soon \(soon)"]
        #expect(lines.all.withLock { $0 } == expected)
        try job.run { false }
        #expect(lines.all.withLock { $0 } == expected + expected)

        let text = counts.metrics { true }.text
        #expect(text.contains("fajma_machine_keys_expiring 1.0") && text.contains("fajma_machine_keys_expired 1.0"))
        #expect(counts.metrics { false }.text.contains("fajma_machine_keys_expiring 0.0"))
        _ = try store.database.renewMachineKey(
            soon, expiresAt: Instant(milliseconds: 1000 * Int64(Date().timeIntervalSince1970) + 90 * 86_400_000), store.admin)
        #expect(try store.database.revokeMachineKey(over, store.admin))
        try job.run { false }
        #expect(counts.metrics { true }.text.contains("fajma_machine_keys_expiring 0.0"))
    }
}
