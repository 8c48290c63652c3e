import Access
import Clinical
import Store
import Synchronization

/// The devices' keys that the database confirmed a short while ago, so that a report costs no look-up before its body is read. It opens nothing by
/// itself: whatever stores looks the key up again, in its transaction, and a key that was replaced or withdrawn is refused there at once.
final class ConfirmedKeys: Sendable {
    private struct Confirmation {
        let hash: [UInt8]
        let until: Instant
    }

    private static let seconds = 60.0
    /// More devices than that are asked about more often.
    private static let limit = 20_000

    private let confirmations = Mutex<[DeviceID: Confirmation]>([:])

    /// - Parameter isValid: asks the database.
    func confirm(_ key: DeviceKey, now: Instant, _ isValid: (DeviceKey) throws -> Bool) rethrows -> Bool {
        let known = confirmations.withLock { $0[key.device] }
        if let known, known.until > now, key.matches(hashes: known.hash) { return true }
        guard try isValid(key) else { return false }
        confirmations.withLock {
            if $0.count >= Self.limit, $0[key.device] == nil { $0.removeAll() }
            $0[key.device] = Confirmation(hash: key.hash, until: now.advanced(bySeconds: Self.seconds))
        }
        return true
    }
}
