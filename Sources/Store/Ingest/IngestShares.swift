import Access
import Clinical
import Dispatch
import Synchronization

/// What one device or account may send, so that a stolen key or a device in a loop neither slows the others nor fills the disk.
///
/// On the way at once: so many reports, and so many readings unless it is one report alone. A batch is shared by all who wait, so what one of
/// them sends at once is what the others wait for. In the long run: so many readings and reports a second, after a reserve for what was kept
/// during an outage.
public final class IngestShares: Sendable {
    public struct Limits: Sendable {
        /// Of a device, and of the readings of a device that a person sends.
        public var device = Share(
            reportsAtOnce: 16, readingsAtOnce: 1_000, reports: Bucket(capacity: 100_000, perSecond: 20),
            readings: Bucket(capacity: 2_000_000, perSecond: 200))
        /// Of an account that enters values by hand or for old clients.
        public var account = Share(
            reportsAtOnce: 32, readingsAtOnce: 4_000, reports: Bucket(capacity: 100_000, perSecond: 200),
            readings: Bucket(capacity: 100_000, perSecond: 200))
        /// Senders that are remembered.
        public var senders = 20_000

        public init() {}
    }

    public struct Share: Sendable {
        public var reportsAtOnce: Int
        public var readingsAtOnce: Int
        public var reports: Bucket
        public var readings: Bucket
    }

    /// A reserve that is full at first, and what comes to it. A device at 1 Hz has some 7 readings a second and keeps up to three days of them:
    /// that empties it once; what it sends in the long run is far below what comes.
    public struct Bucket: Sendable {
        public var capacity: Double
        public var perSecond: Double
    }

    /// A key that was not looked at yet stands for itself: who guesses keys spends nothing of the device's.
    enum Sender: Hashable {
        case key(device: DeviceID, digest: UInt64)
        case relayed(device: DeviceID, by: UserID)
        case entered(by: UserID)
        /// What a person has on the way of all the devices whose readings the person sends. It spends each device's reserve.
        case relaying(by: UserID)
    }

    /// What a sender has spent and has on its way.
    private struct Account {
        var reportsUnderWay = 0
        var readingsUnderWay = 0
        /// What is missing from a full reserve.
        var reportsSpent = 0.0
        var readingsSpent = 0.0
        var at: Double

        mutating func pass(to now: Double, _ share: Share) {
            let seconds = max(0, now - at)
            reportsSpent = max(0, reportsSpent - seconds * share.reports.perSecond)
            readingsSpent = max(0, readingsSpent - seconds * share.readings.perSecond)
            at = now
        }

        /// For how many seconds a report must wait; nil: it may be sent.
        func wait(for count: Int, _ share: Share) -> Double? {
            if reportsUnderWay >= share.reportsAtOnce { return 1 }
            if readingsUnderWay > 0, readingsUnderWay + count > share.readingsAtOnce { return 1 }
            // A reserve that holds any reading lets a whole report through, and then lacks what it went below zero.
            let (reports, readings) = (reportsSpent + 1 - share.reports.capacity, readingsSpent - share.readings.capacity)
            if reports <= 0, readings < 0 { return nil }
            return max(1, reports / share.reports.perSecond, readings / share.readings.perSecond)
        }

        mutating func send(_ count: Int) {
            reportsUnderWay += 1
            readingsUnderWay += count
            reportsSpent += 1
            readingsSpent += Double(count)
        }

        mutating func spendNothing() { (reportsSpent, readingsSpent) = (0, 0) }

        mutating func arrive(_ count: Int) {
            reportsUnderWay -= 1
            readingsUnderWay -= count
        }

        var isForgettable: Bool { reportsUnderWay == 0 && reportsSpent == 0 && readingsSpent == 0 }
    }

    /// Taken by `take`, for `giveBack`.
    struct Taken {
        fileprivate let sender: Sender
        fileprivate let person: Sender?
        fileprivate let readings: Int
    }

    private let limits: Limits
    private let now: @Sendable () -> Double
    private let accounts = Mutex<[Sender: Account]>([:])

    /// - Parameter now: seconds of a clock that never goes back.
    init(_ limits: Limits, now: @escaping @Sendable () -> Double = { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }) {
        (self.limits, self.now) = (limits, now)
    }

    /// - Throws: `tooMany`.
    func take(_ submission: Submission) throws(IngestError) -> Taken {
        let (sender, person) = Sender.of(submission.origin)
        let (count, now) = (submission.readings.count, now())
        let wait: Double? = accounts.withLock { accounts in
            if accounts.count >= limits.senders, accounts[sender] == nil { forget(&accounts, now) }
            var account = accounts[sender] ?? Account(at: now)
            account.pass(to: now, share(of: sender))
            var sending = person.map { accounts[$0] ?? Account(at: now) }
            let wait = account.wait(for: count, share(of: sender)) ?? sending?.wait(for: count, limits.account)
            if wait == nil {
                account.send(count)
                sending?.send(count)
                sending?.spendNothing()
            }
            accounts[sender] = account
            if let person { accounts[person] = sending }
            return wait
        }
        if let wait { throw .tooMany(seconds: wait) }
        return Taken(sender: sender, person: person, readings: count)
    }

    func giveBack(_ taken: Taken) {
        accounts.withLock {
            $0[taken.sender]?.arrive(taken.readings)
            if let person = taken.person { $0[person]?.arrive(taken.readings) }
        }
    }

    private func share(of sender: Sender) -> Share {
        switch sender {
        case .key, .relayed: limits.device
        case .entered, .relaying: limits.account
        }
    }

    /// Those whose reserve is full are as good as unknown; where that makes no room, all but who has something on its way begin again.
    private func forget(_ accounts: inout [Sender: Account], _ now: Double) {
        for sender in accounts.keys { accounts[sender]?.pass(to: now, share(of: sender)) }
        accounts = accounts.filter { !$0.value.isForgettable }
        if accounts.count >= limits.senders { accounts = accounts.filter { $0.value.reportsUnderWay > 0 } }
    }
}

extension IngestShares.Sender {
    /// Whose reserve is spent, and a person on whose account it is sent.
    static func of(_ origin: Submission.Origin) -> (sender: Self, person: Self?) {
        switch origin {
        case .device(let key): (.key(device: key.device, digest: key.hash.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }), nil)
        case .relayed(let device, let scope): (.relayed(device: device, by: scope.user), .relaying(by: scope.user))
        case .entered(_, let scope): (.entered(by: scope.user), nil)
        }
    }
}
