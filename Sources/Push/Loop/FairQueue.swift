import NIOCore

/// Why a job may not wait.
enum QueueRefusal: Error {
    /// Too many of all accounts wait.
    case full
    /// Too many of this one's.
    case accountFull
}

/// What accounts want to have done, taken in turn: an account that asks for much waits behind its own requests, and nobody else does. No threads and no clock.
struct FairQueue<Account: Hashable, Job> {
    /// Jobs of one account that may wait.
    let limitPerAccount: Int
    private var waiting: [Account: CircularBuffer<Job>] = [:]
    /// Those with something waiting, in the order in which they are next.
    private var turns = CircularBuffer<Account>()

    init(limitPerAccount: Int) { self.limitPerAccount = limitPerAccount }

    /// False: too many of this account's wait.
    mutating func append(_ job: Job, for account: Account) -> Bool {
        guard waiting[account]?.count ?? 0 < limitPerAccount else { return false }
        if waiting[account] == nil { turns.append(account) }
        waiting[account, default: []].append(job)
        return true
    }

    mutating func popFirst() -> Job? {
        guard let account = turns.popFirst(), let job = waiting[account]?.popFirst() else { return nil }
        if waiting[account]?.isEmpty == true { waiting[account] = nil } else { turns.append(account) }
        return job
    }
}

extension FairQueue: Sendable where Account: Sendable, Job: Sendable {}
