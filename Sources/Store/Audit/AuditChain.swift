import Access
import Clinical
import Postgres

/// Where the chain ends: whoever keeps this outside the database can show later that nothing before it was changed.
public struct AuditHead: Hashable, Sendable, CustomStringConvertible {
    public var position: Int
    public var hash: [UInt8]

    init(position: Int, hash: [UInt8]) { (self.position, self.hash) = (position, hash) }

    /// `1234:` and 64 hexadecimal digits, as `description` writes it.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let position = Int(parts[0]), position > 0, parts[1].utf8.count == 64 else { return nil }
        let digits = parts[1].compactMap(\.hexDigitValue)
        guard digits.count == 64 else { return nil }
        self.init(position: position, hash: stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) })
    }

    public var description: String {
        let digits = Array("0123456789abcdef".utf8)
        return "\(position):" + String(decoding: hash.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

/// A row of the audit as a hash covers it.
struct AuditRow: Hashable {
    var id: Int
    var at: Timestamp
    /// The other columns, in order, as texts.
    var columns: [String?]
}

/// A row's place in the chain.
struct AuditLink: Hashable {
    var position: Int
    var auditID: Int
    var sealedAt: Timestamp
    var hash: [UInt8]
    /// Nil: the row is gone.
    var row: AuditRow?
}

enum AuditChain {
    /// Before the first link.
    static let origin = [UInt8](repeating: 0, count: 32)

    /// The hash of a row in this place: of the hash before it, and of each value as a netstring. As audit.sql's `seal_audit`.
    static func hash(after previous: [UInt8], position: Int, sealedAt: Timestamp, _ row: AuditRow) -> [UInt8] {
        var bytes = previous
        let first = [String(position), String(sealedAt.microseconds), String(row.id), String(row.at.microseconds)]
        for value in first + row.columns {
            guard let value else {
                bytes.append(contentsOf: "-,".utf8)
                continue
            }
            bytes.append(contentsOf: "\(value.utf8.count):".utf8)
            bytes.append(contentsOf: value.utf8)
            bytes.append(UInt8(ascii: ","))
        }
        return sha256(bytes)
    }
}

extension Database {
    /// Links rows to the chain, `most` at once. - Returns: how many; 0 also while another process does it.
    public func sealAudit(most: Int) throws -> Int {
        try pool.with { try $0.query("SELECT seal_audit($1)", [Int32(most)])[0][0] }
    }

    /// Nil: nothing is sealed yet.
    public func auditHead() throws -> AuditHead? {
        try pool.with {
            try $0.query("SELECT position, hash FROM audit_chain ORDER BY position DESC LIMIT 1").first().map { row in
                let hash: Bytes = try row[1]
                return AuditHead(position: try row[0], hash: hash.bytes)
            }
        }
    }
}
