import Postgres

/// What is wrong with the audit.
public enum AuditFinding: Hashable, Sendable {
    /// The row, or what the chain says of its time, is not what was sealed.
    case changed(id: Int, position: Int)
    /// The row is what was sealed; its hash in the chain is another.
    case hashChanged(id: Int, position: Int)
    /// The row is not in the place where it was sealed.
    case reordered(id: Int, position: Int)
    /// The chain or the list of what is pending names a row that is gone.
    case removed(id: Int, position: Int?)
    /// Links of the chain are gone, and with them all trace of which rows they were; `after` and `before` are the rows next to them.
    case missing(positions: ClosedRange<Int>, after: Int?, before: Int)
    /// The row is neither in the chain nor pending: no trigger saw it, or its link was removed.
    case inserted(id: Int)
    /// The row is pending and stands in the chain already.
    case pendingTwice(id: Int)
    /// The chain has another hash where this head was: everything up to there may have been written anew.
    case headDiffers(AuditHead)
    /// The chain ends before this head: its end was removed.
    case headMissing(AuditHead)
    /// A warning: the row says that it happened long before, or after, the time at which it was sealed, and no pause of
    /// the sealing explains it.
    case misdated(id: Int, position: Int)

    public var isWarning: Bool { if case .misdated = self { true } else { false } }

    /// A row is sealed a second after it is written. Further apart than this, somebody may have written it into the past.
    public static let misdatedMinutes = 10
}

/// Follows the chain link by link and says what does not fit. No database and no clock.
///
/// A link that does not fit is compared against the stored hash before it, so that one changed row is one finding and not all that
/// follow. What it could be else, a changed hash or rows that changed places, is only known once the others are.
struct AuditVerifier {
    /// More links that do not fit than this are no longer compared with one another.
    static let suspectLimit = 200

    fileprivate struct Suspect {
        let link: AuditLink
        let row: AuditRow
        /// The stored hash before it.
        let previous: [UInt8]
        /// What its hash should be.
        let computed: [UInt8]
    }

    private(set) var last: AuditLink?
    /// Rows sealed late because nothing was sealed for a while.
    private(set) var lateAfterPause = 0
    private var heads: [AuditHead]
    private var suspects: [Suspect] = []
    /// The newest time of all rows so far.
    private var newest = Timestamp(microseconds: .min / 2)

    init(heads: [AuditHead] = []) { self.heads = heads }

    /// The next link, in the order of positions.
    mutating func add(_ link: AuditLink, _ report: (AuditFinding) -> Void) {
        defer { last = link }
        for head in heads where head.position == link.position && head.hash != link.hash { report(.headDiffers(head)) }
        let expected = (last?.position ?? 0) + 1
        if link.position != expected {
            report(.missing(positions: expected...max(expected, link.position - 1), after: last?.auditID, before: link.auditID))
        }
        guard let row = link.row else { return report(.removed(id: link.auditID, position: link.position)) }
        date(row, link, report)
        guard link.position == expected else { return }  // nothing is left to compare it with
        let previous = last?.hash ?? AuditChain.origin
        let computed = AuditChain.hash(after: previous, position: link.position, sealedAt: link.sealedAt, row)
        guard computed != link.hash else { return }
        if suspects.count == Self.suspectLimit {
            report(.changed(id: row.id, position: link.position))
        } else {
            suspects.append(Suspect(link: link, row: row, previous: previous, computed: computed))
        }
    }

    /// A row that was sealed late is older than rows before it in the chain if it was written into the past; where the
    /// sealing only paused, all of them waited, and the chain keeps their order.
    private mutating func date(_ row: AuditRow, _ link: AuditLink, _ report: (AuditFinding) -> Void) {
        defer { newest = max(newest, row.at) }
        let limit = Int64(AuditFinding.misdatedMinutes) * 60_000_000
        let delay = link.sealedAt.microseconds - row.at.microseconds
        if delay < -limit || (delay > limit && newest.microseconds - row.at.microseconds > limit) {
            report(.misdated(id: row.id, position: link.position))
        } else if delay > limit {
            lateAfterPause += 1
        }
    }

    /// No link follows.
    func finish(_ report: (AuditFinding) -> Void) {
        resolve(report)
        for head in heads where head.position > last?.position ?? 0 { report(.headMissing(head)) }
    }

    private func resolve(_ report: (AuditFinding) -> Void) {
        // The hashes that were sealed, where the stored ones are known to be others.
        var sealed: [Int: [UInt8]] = [:]
        let places = Dictionary(uniqueKeysWithValues: suspects.map { ($0.link.position, $0) })
        for suspect in suspects {
            let (link, row, position) = (suspect.link, suspect.row, suspect.link.position)
            let previous = sealed[position - 1] ?? suspect.previous
            let computed = AuditChain.hash(after: previous, position: position, sealedAt: link.sealedAt, row)
            if computed == link.hash { continue }  // only what stands before it was changed
            if let next = places[position + 1], next.fits(after: computed) {
                sealed[position] = computed
                report(.hashChanged(id: row.id, position: position))
            } else if let hash = suspects.lazy.compactMap({ suspect.hash(ifIn: $0, after: previous) }).first {
                sealed[position] = hash
                report(.reordered(id: row.id, position: position))
            } else {
                report(.changed(id: row.id, position: position))
            }
        }
    }
}

extension AuditVerifier.Suspect {
    fileprivate func fits(after previous: [UInt8]) -> Bool {
        AuditChain.hash(after: previous, position: link.position, sealedAt: link.sealedAt, row) == link.hash
    }

    /// The hash that was sealed in this place, if what is found in another belongs here: the whole link, its row, or the row's contents.
    fileprivate func hash(ifIn other: Self, after previous: [UInt8]) -> [UInt8]? {
        if other.link.position == link.position { return nil }
        var contents = other.row
        contents.id = row.id
        for row in [other.row, contents]
        where AuditChain.hash(after: previous, position: link.position, sealedAt: link.sealedAt, row) == link.hash {
            return link.hash
        }
        let moved = AuditChain.hash(after: previous, position: link.position, sealedAt: other.link.sealedAt, other.row)
        return moved == other.link.hash ? moved : nil
    }
}
