/// How a device's clock is judged: by what its reports say, against the server's.
extension Report {
    /// A reading that is further ahead of the server's clock is rejected.
    public static let maximumFutureSeconds: Double = 60

    /// 1 January 2020. No clock that was ever set says less.
    public static let earliestInstant = Instant(milliseconds: 1_577_836_800_000)

    /// A smaller difference between two clocks is the time on the way.
    public static let clockToleranceMilliseconds = 2000

    /// The device's clock minus the server's as the report shows it, or nil: it does not. Of a reading without a time of the device's own,
    /// or of an old one, nothing can be told.
    public func clockOffsetMilliseconds(now: Instant) -> Int? {
        if let clock = state?.clock { return Int(clock.milliseconds - now.milliseconds) }
        guard let newestTimestamp else { return nil }
        let offset = Int(newestTimestamp.milliseconds - now.milliseconds)
        if offset > Self.clockToleranceMilliseconds { return offset }
        return offset >= -Self.clockToleranceMilliseconds ? 0 : nil
    }
}

/// When a wrong clock is an alert, `horloge`; `TechnicalAlerts` in `Store` compares.
extension TechnicalAlarm {
    /// How far the device's clock may be off: raised over the first, ended under the second.
    public static let clockWrongOverMilliseconds = 10_000
    public static let clockFineUnderMilliseconds = 5_000
}
