import Access
import Clinical
import Store
import Synchronization

/// The machine keys that the database confirmed a short while ago: of these it is known whose share a request takes, before the database is asked.
/// It opens nothing: every request looks the key up.
final class ConfirmedMachineKeys: Sendable {
    private struct Confirmation {
        let hash: [UInt8]
        let until: Instant
    }

    private static let seconds = 60.0
    private static let limit = 1_000

    private let confirmations = Mutex<[UserID: Confirmation]>([:])

    /// Nil: not known.
    func account(of key: MachineKey, now: Instant) -> UserID? {
        let known = confirmations.withLock { $0[key.id] }
        guard let known, known.until > now, key.matches(hash: known.hash) else { return nil }
        return key.id
    }

    func confirmed(_ key: MachineKey, now: Instant) {
        confirmations.withLock {
            if $0.count >= Self.limit, $0[key.id] == nil { $0.removeAll() }
            $0[key.id] = Confirmation(hash: key.hash, until: now.advanced(bySeconds: Self.seconds))
        }
    }
}
