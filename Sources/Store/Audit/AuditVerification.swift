import Clinical
import Postgres

/// What `Database.verifyAudit` looked at.
public struct AuditSummary: Sendable {
    public var sealed = 0
    public var pending = 0
    /// How long the oldest of them has been waiting.
    public var pendingSeconds: Double = 0
    /// Sealed long after they were written, in their order: nothing was sealed for a while.
    public var sealedAfterPause = 0
    public var head: AuditHead?
}

extension Database {
    private static let verifiedAtOnce = 5_000

    /// Computes the whole chain again, in pages, on one snapshot of the database: writers and the sealing go on meanwhile.
    ///
    /// - Parameters:
    ///   - heads: where the chain was at earlier times, from outside the database.
    ///   - report: gets what is wrong, one by one.
    public func verifyAudit(heads: [AuditHead] = [], _ report: (AuditFinding) -> Void) throws -> AuditSummary {
        try pool.with { connection in
            try connection.script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            defer { try? connection.script("ROLLBACK") }  // it has written nothing; on a lost connection the server does it
            var summary = AuditSummary()
            var verifier = AuditVerifier(heads: heads)
            while let page = try links(after: verifier.last?.position ?? 0, on: connection) {
                for link in page { verifier.add(link, report) }
                summary.sealed += page.count
            }
            verifier.finish(report)
            try verifyPending(&summary, report, on: connection)
            try verifyRows(report, on: connection)
            summary.sealedAfterPause = verifier.lateAfterPause
            summary.head = verifier.last.map { AuditHead(position: $0.position, hash: $0.hash) }
            return summary
        }
    }

    /// Nil: no more.
    private func links(after position: Int, on connection: Connection) throws -> [AuditLink]? {
        let rows = try connection.query(
            """
            SELECT c.position, c.audit_id, c.sealed_at, c.hash, a.at, a.action, a.user_id::text, a.username, a.address, a.session,
                a.patient_id::text, a.subject, a.before::text, a.after::text, a.once
            FROM audit_chain c LEFT JOIN audit a ON a.id = c.audit_id
            WHERE c.position > $1 ORDER BY c.position LIMIT $2
            """, [position, Self.verifiedAtOnce])
        if rows.isEmpty { return nil }
        return try rows.map { row in
            let (id, at, hash): (Int, Timestamp?, Bytes) = try (row[1], row[4], row[3])
            return AuditLink(
                position: try row[0], auditID: id, sealedAt: try row[2], hash: hash.bytes,
                row: try at.map { AuditRow(id: id, at: $0, columns: try (5...14).map { try row[$0] }) })
        }
    }

    private func verifyPending(_ summary: inout AuditSummary, _ report: (AuditFinding) -> Void, on connection: Connection) throws {
        let row = try connection.query(
            """
            SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(a.at)), 0)::float8
            FROM audit_pending p LEFT JOIN audit a ON a.id = p.audit_id
            """)[0]
        (summary.pending, summary.pendingSeconds) = try (row[0], row[1])
        let odd = try connection.query(
            """
            SELECT p.audit_id, a.id IS NULL FROM audit_pending p LEFT JOIN audit a ON a.id = p.audit_id
            WHERE a.id IS NULL OR EXISTS (SELECT FROM audit_chain c WHERE c.audit_id = p.audit_id) ORDER BY 1
            """)
        for row in odd {
            let (id, isGone): (Int, Bool) = try (row[0], row[1])
            report(isGone ? .removed(id: id, position: nil) : .pendingTwice(id: id))
        }
    }

    /// Every row must be in the chain or pending. By ranges of numbers, so that no page takes longer than another.
    private func verifyRows(_ report: (AuditFinding) -> Void, on connection: Connection) throws {
        let bounds = try connection.query("SELECT coalesce(min(id), 1), coalesce(max(id), 0) FROM audit")[0]
        let (first, last): (Int, Int) = try (bounds[0], bounds[1])
        for from in stride(from: first, through: last, by: Self.verifiedAtOnce) {
            let strays = try connection.query(
                """
                SELECT a.id FROM audit a
                WHERE a.id >= $1 AND a.id < $2 AND NOT EXISTS (SELECT FROM audit_chain c WHERE c.audit_id = a.id)
                    AND NOT EXISTS (SELECT FROM audit_pending p WHERE p.audit_id = a.id)
                ORDER BY 1
                """, [from, from + Self.verifiedAtOnce])
            for row in strays { report(.inserted(id: try row[0])) }
        }
    }
}
