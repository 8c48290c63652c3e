import NIOCore
import Synchronization

/// Whether the daemon hears the database, and the database stores what happens: written by the feed's and the probe's threads, read by every
/// loop.
final class FeedLiveness: Sendable {
    private let silence: TimeAmount
    /// When the database last gave a sign of life, in nanoseconds of `NIODeadline`; 0: it is lost.
    private let heardAt: Atomic<UInt64>
    /// When it last committed what the probe asked for; the greatest: nobody asks.
    private let committedAt = Atomic<UInt64>(.max)

    /// It counts as heard until it has had its chance.
    init(silenceSeconds: Double) {
        silence = .nanoseconds(Int64(silenceSeconds * 1e9))
        heardAt = Atomic(NIODeadline.now().uptimeNanoseconds)
    }

    func heard() { heardAt.store(NIODeadline.now().uptimeNanoseconds, ordering: .relaxed) }
    func committed() { committedAt.store(NIODeadline.now().uptimeNanoseconds, ordering: .relaxed) }
    func stalled() { committedAt.store(0, ordering: .relaxed) }
    func lost() { heardAt.store(0, ordering: .relaxed) }

    /// What happens comes here. False: it is lost, has been silent for too long to be there, or does not commit.
    var isCurrent: Bool {
        let (heard, committed) = (heardAt.load(ordering: .relaxed), committedAt.load(ordering: .relaxed))
        let now = NIODeadline.now()
        return heard != 0 && now - .uptimeNanoseconds(heard) < silence
            && (committed == .max || now - .uptimeNanoseconds(committed) < silence)
    }
}
