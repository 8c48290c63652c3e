import Access
import Clinical
import FoundationEssentials
import Postgres

/// The first answer to a request with an `Idempotency-Key`, as it is given again.
public struct KeptAnswer: Sendable {
    public static let maximumBodyBytes = 65_536

    public var status: Int
    public var headers: [(String, String)]
    public var body: [UInt8]

    public init(status: Int, headers: [(String, String)], body: [UInt8]) { (self.status, self.headers, self.body) = (status, headers, body) }
}

extension Database {
    /// Of one account; the oldest go.
    static let keysPerAccount = 1_000

    /// Answers a request once: what `answer` does in this database and the answer are committed together, so that either both are there or neither.
    /// The same request with the same key gets the first answer, for 24 hours.
    ///
    /// What `answer` hands to `Ingest` is committed there, before; if the process dies between the two commits, the request is carried out again, and
    /// readings with times are then found as stored before.
    ///
    /// - Parameters:
    ///   - request: what makes two requests the same. The account's role, or the key's permissions, and wards are added: what it may do may have
    ///     changed meanwhile.
    ///   - answer: an answer that is no success is not kept.
    /// - Throws: `StoreError.requestRunning`, `StoreError.keyUsed`; what `answer` throws, and then nothing is changed.
    public func answerOnce(_ key: String, _ request: [UInt8], _ scope: Scope, _ answer: () throws -> KeptAnswer) throws -> KeptAnswer {
        let wards = scope.wards.map { $0.sorted().map { "\($0)" }.joined(separator: ",") } ?? "all"
        let digest = sha256(request + Array("\n\(scope.role?.rawValue ?? scope.permissionNames.joined(separator: ","))\n\(wards)".utf8))
        return try pool.inTransaction { connection in
            let isFirst: Bool = try connection.query(
                "SELECT pg_try_advisory_xact_lock($1, hashtext($2))", [AdvisoryLock.idempotency, "\(scope.user) \(key)"])[0][0]
            guard isFirst else { throw StoreError.requestRunning }
            let kept = try connection.query(
                """
                SELECT request, status, headers::text, body FROM idempotency_keys
                WHERE user_id = $1 AND key = $2 AND created_at > now() - interval '24 hours'
                """, [scope.user, key]
            ).first()
            if let kept {
                guard try (kept[0] as Bytes).bytes == digest else { throw StoreError.keyUsed }
                let headers = try JSONDecoder().decode([[String]].self, from: Data((kept[2] as String).utf8))
                return KeptAnswer(status: try kept[1], headers: headers.map { ($0[0], $0[1]) }, body: try (kept[3] as Bytes).bytes)
            }
            let first = try answer()
            if (200...299).contains(first.status), first.body.count <= KeptAnswer.maximumBodyBytes {
                try keep(first, key, digest, scope.user, on: connection)
            }
            return first
        }
    }

    private func keep(_ answer: KeptAnswer, _ key: String, _ digest: [UInt8], _ user: UserID, on connection: Connection) throws {
        let headers = String(decoding: try JSONEncoder().encode(answer.headers.map { [$0.0, $0.1] }), as: UTF8.self)
        try connection.pipeline {
            $0.query(
                """
                INSERT INTO idempotency_keys (user_id, key, request, status, headers, body) VALUES ($1, $2, $3, $4, $5::text::jsonb, $6)
                ON CONFLICT (user_id, key) DO UPDATE SET request = excluded.request, status = excluded.status, headers = excluded.headers,
                    body = excluded.body, created_at = excluded.created_at
                """, [user, key, Bytes(digest), answer.status, headers, Bytes(answer.body)])
            $0.query(
                """
                DELETE FROM idempotency_keys WHERE user_id = $1 AND created_at < (
                    SELECT created_at FROM idempotency_keys WHERE user_id = $1 ORDER BY created_at DESC OFFSET $2 LIMIT 1)
                """, [user, Self.keysPerAccount - 1])
        }
    }
}
