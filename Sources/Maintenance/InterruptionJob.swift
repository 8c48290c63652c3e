import Clinical
import Store

/// Alerts about a time in which nothing could be stored, as soon as the leader can write, which with only the standby away is meanwhile; and about
/// one in which no daemon led, as soon as one does again.
struct InterruptionJob: PeriodicJob {
    let name = "alerts about interruptions"
    let periodSeconds = AlarmJobs.periodSeconds
    let session: LeaderSession
    /// The last one that this daemon knows of.
    let interruption: @Sendable () -> Interruption?
    let now: @Sendable () -> Instant
    /// What has ended and needs nothing any more; at first, that nothing has been looked at.
    private var settled: Interruption??

    init(session: LeaderSession, interruption: @escaping @Sendable () -> Interruption?, now: @escaping @Sendable () -> Instant) {
        (self.session, self.interruption, self.now) = (session, interruption, now)
    }

    mutating func run(isStopping: () -> Bool) throws {
        let (last, unwatched) = (interruption(), try session.watch())
        if settled != .some(last) { try settle(last) }
        // Raises nothing where that is the same time, or lasts.
        if let unwatched { try session.raise(unwatched) }
    }

    private mutating func settle(_ last: Interruption?) throws {
        if let last, last.seconds(at: now()) >= TechnicalAlarm.interruptedSeconds { try session.raise(last) }
        if let last, last.until == nil { return }
        // Also what a leader before this one has raised, and did not see end.
        try session.endInterruptions(at: last?.until ?? now())
        settled = .some(last)
    }
}
