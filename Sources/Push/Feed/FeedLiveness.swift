import NIOCore
import Synchronization

/// Whether the daemon hears the database: written by the feed's thread, read by every loop.
final class FeedLiveness: Sendable {
    private let silence: TimeAmount
    /// When the database last gave a sign of life, in nanoseconds of `NIODeadline`; 0: it is lost.
    private let heardAt: Atomic<UInt64>

    /// It counts as heard until it has had its chance.
    init(silenceSeconds: Double) {
        silence = .nanoseconds(Int64(silenceSeconds * 1e9))
        heardAt = Atomic(NIODeadline.now().uptimeNanoseconds)
    }

    func heard() { heardAt.store(NIODeadline.now().uptimeNanoseconds, ordering: .relaxed) }
    func lost() { heardAt.store(0, ordering: .relaxed) }

    /// What happens comes here. False: it is lost, or has been silent for too long to be there.
    var isCurrent: Bool {
        let last = heardAt.load(ordering: .relaxed)
        return last != 0 && NIODeadline.now() - .uptimeNanoseconds(last) < silence
    }
}
