import Access
import Clinical
import NIOConcurrencyHelpers

/// The machine keys that have let somebody in, as far as they are remembered: of these it is known whose turn a question takes. It opens nothing.
final class AdmittedKeys: Sendable {
    private static let limit = 1_000

    private let hashes = NIOLockedValueBox<[UserID: [UInt8]]>([:])

    /// Nil: not known.
    func account(of key: MachineKey) -> UserID? {
        hashes.withLockedValue { $0[key.id] }.flatMap { key.matches(hash: $0) ? key.id : nil }
    }

    func insert(_ key: MachineKey) {
        hashes.withLockedValue {
            if $0.count >= Self.limit, $0[key.id] == nil { $0.removeAll() }
            $0[key.id] = key.hash
        }
    }
}
