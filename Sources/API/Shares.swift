import Access
import Clinical
import Dispatch
import Synchronization

/// Places for costly work of people: so many at once for the process, and fewer for one account, so that no account keeps all others out.
///
/// Who finds none free waits for one, with a thread; an account may wait with few. A place goes to the one that has waited longest among those
/// whose account has room.
final class Shares: Sendable {
    struct Limits: Sendable {
        /// At once, of all accounts.
        var places: Int
        /// At once, of one account.
        var perAccount: Int
        /// Of one account, beside those.
        var waitingPerAccount = 12
        var waitSeconds = 5.0
    }

    /// What `with` waits for.
    private final class Waiter: Sendable {
        let account: UserID
        let perAccount: Int
        let granted = DispatchSemaphore(value: 0)

        init(_ account: UserID, _ perAccount: Int) { (self.account, self.perAccount) = (account, perAccount) }
    }

    private struct Taken {
        var total = 0
        var byAccount: [UserID: Int] = [:]
        var waiters: [Waiter] = []

        func hasRoom(_ account: UserID, _ perAccount: Int, _ limits: Limits) -> Bool {
            total < limits.places && byAccount[account, default: 0] < perAccount
        }

        mutating func take(_ account: UserID) {
            total += 1
            byAccount[account, default: 0] += 1
        }

        mutating func giveBack(_ account: UserID) {
            total -= 1
            let left = byAccount[account, default: 0] - 1
            byAccount[account] = left > 0 ? left : nil
        }
    }

    private let limits: Limits
    private let taken = Mutex(Taken())

    init(_ limits: Limits) { self.limits = limits }

    /// - Parameter atMost: so many places of the account's own are for this kind of work; nil: all of them.
    /// - Throws: 429 while the account has taken its share; 503 while all others have taken theirs; what `body` throws.
    func with<T>(_ account: UserID, atMost: Int? = nil, _ body: () throws -> T) throws -> T {
        try take(account, min(atMost ?? limits.perAccount, limits.perAccount))
        defer { giveBack(account) }
        return try body()
    }

    /// A place for work that goes on after a function has returned: given back when nobody holds it any more.
    final class Place: Sendable {
        private let shares: Shares
        private let account: UserID

        fileprivate init(_ shares: Shares, _ account: UserID) { (self.shares, self.account) = (shares, account) }
        deinit { shares.giveBack(account) }
    }

    /// - Throws: as `with`.
    func place(for account: UserID) throws -> Place {
        try take(account, limits.perAccount)
        return Place(self, account)
    }

    /// How many wait with a thread for a place of this account's.
    func waitingCount(of account: UserID) -> Int { taken.withLock { $0.waiters.count { $0.account == account } } }

    private func take(_ account: UserID, _ perAccount: Int) throws {
        let waiter: Waiter? = try taken.withLock { taken in
            if taken.hasRoom(account, perAccount, limits) {
                taken.take(account)
                return nil
            }
            guard taken.waiters.count(where: { $0.account == account }) < limits.waitingPerAccount else { throw Problem.tooManyRequests() }
            let waiter = Waiter(account, perAccount)
            taken.waiters.append(waiter)
            return waiter
        }
        guard let waiter, waiter.granted.wait(timeout: .now() + limits.waitSeconds) == .timedOut else { return }
        try taken.withLock { taken in
            // Not among those who wait: the place came at the last moment.
            guard let index = taken.waiters.firstIndex(where: { $0 === waiter }) else { return }
            taken.waiters.remove(at: index)
            throw taken.byAccount[account, default: 0] < perAccount ? Problem.unavailable : Problem.tooManyRequests()
        }
    }

    private func giveBack(_ account: UserID) {
        taken.withLock { taken in
            taken.giveBack(account)
            guard let index = taken.waiters.firstIndex(where: { taken.hasRoom($0.account, $0.perAccount, limits) }) else { return }
            let next = taken.waiters.remove(at: index)
            taken.take(next.account)
            next.granted.signal()
        }
    }
}

extension Service {
    /// Every `Shares` of the process.
    struct AccountShares: Sendable {
        /// Requests that use the database: half of its connections for one account.
        var requests = Shares(.init(places: .max, perAccount: 4))
        /// Those that only read: one place stays for acknowledging.
        static let readingRequests = 3
        /// Readings that people send: they wait for `Ingest`, not for a connection. One account may send those of many devices.
        var entries = Shares(.init(places: .max, perAccount: 16, waitingPerAccount: 16))
        /// A long history takes a connection for half a second: others must not wait for theirs behind many of them.
        var histories = Shares(.init(places: 4, perAccount: 1))
        /// One that finds little reads much: of a device, or of long ago.
        var lists = Shares(.init(places: 4, perAccount: 1))
        /// A week's readings keep a core busy for seconds.
        var trials = Shares(.init(places: 2, perAccount: 1, waitingPerAccount: 2))
        /// A file that is read in holds rows' locks for seconds.
        var imports = Shares(.init(places: 1, perAccount: 1, waitingPerAccount: 0))
        /// A file that is streamed keeps a thread for as long as its client reads.
        var files = Shares(.init(places: 2, perAccount: 1, waitingPerAccount: 0))
        /// Reports must not wait behind many of them.
        var traces = Shares(.init(places: 8, perAccount: 2))
        /// Each holds a connection while `Ingest` works, which may take seconds; the rest is for those who log in and acknowledge.
        var keptEntries = Shares(.init(places: 5, perAccount: 2))
    }

    /// In the account's share. Before anything is asked of the database: what the token says of itself is enough.
    func inShare<T>(of request: Request, for route: Route, _ body: () throws -> T) throws -> T {
        guard let account = account(of: request, for: route) else { return try body() }
        if route.path == "/api/iot/data/", route.method == "POST" { return try shares.entries.with(account, body) }
        let atMost = route.method == "GET" ? AccountShares.readingRequests : nil
        return try shares.requests.with(account, atMost: atMost, body)
    }

    /// Nil: a route for anybody, a device, whose reports `Ingest` shares out, or nobody that `caller` will know.
    private func account(of request: Request, for route: Route) -> UserID? {
        if case .anyone = route.requirement { return nil }
        guard let token = request.bearer, !token.hasPrefix(DeviceKey.prefix) else { return nil }
        // A key is confirmed by the database alone: one that is made up must not take the place of its account.
        if MachineKey.isMeant(by: token) { return MachineKey(token).flatMap { confirmedMachineKeys.account(of: $0, now: now()) } }
        return (try? tokens.verify(token, kind: .access, now: now()))?.userID
    }
}
