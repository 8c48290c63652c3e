import Clinical
import Store

/// The early warning score as an alarm: once each period, as soon as that has ended.
struct ScoreAlertJob: PeriodicJob {
    let name = "alerts about scores"
    let periodSeconds = AlarmJobs.periodSeconds
    let session: LeaderSession
    let scoreSeconds: Double
    let maximumAge: EarlyWarningScore.MaximumAge
    /// Since when what devices report is stored; nil: it is not.
    let storingSeconds: @Sendable () -> Double?
    let now: @Sendable () -> Instant
    /// The end of the period that was taken last.
    private var taken: Instant?

    init(
        session: LeaderSession, scoreSeconds: Double, maximumAge: EarlyWarningScore.MaximumAge, storingSeconds: @escaping @Sendable () -> Double?,
        now: @escaping @Sendable () -> Instant
    ) {
        (self.session, self.scoreSeconds, self.maximumAge) = (session, scoreSeconds, maximumAge)
        (self.storingSeconds, self.now) = (storingSeconds, now)
    }

    mutating func run(isStopping: () -> Bool) throws {
        let milliseconds = Int64(scoreSeconds * 1000)
        let end = Instant(milliseconds: now().milliseconds / milliseconds * milliseconds)
        guard end != taken, storingSeconds() != nil else { return }
        try session.watchScores(at: end, periodSeconds: scoreSeconds, maximumAge: maximumAge)
        taken = end
    }
}
