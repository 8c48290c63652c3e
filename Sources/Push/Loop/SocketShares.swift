import Clinical
import NIOConcurrencyHelpers

/// How many sockets each account has, on all loops. No account has more than twice as many as are left for all others; a few it may always have.
///
/// A bound of its own for each account would be simpler, but a ward's displays share an account, and so may a hospital's.
final class SocketShares: Sendable {
    /// An account has as many at any time, as long as there is room at all.
    static let always = 32

    private let limit: Int
    private let open = NIOLockedValueBox((total: 0, byUser: [UserID: Int]()))

    /// - Parameter limit: of the process.
    init(limit: Int) { self.limit = limit }

    /// Whether one more may be opened.
    func hasRoom(for user: UserID) -> Bool {
        open.withLockedValue { open in open.byUser[user, default: 0] < max(Self.always, 2 * (limit - open.total)) }
    }

    func enter(_ user: UserID) {
        open.withLockedValue { open in
            open.total += 1
            open.byUser[user, default: 0] += 1
        }
    }

    func leave(_ user: UserID) {
        open.withLockedValue { open in
            open.total -= 1
            let left = open.byUser[user, default: 0] - 1
            open.byUser[user] = left > 0 ? left : nil
        }
    }
}
