/// When a value that a person enters may have been measured.
public enum ManualEntry {
    public static let maximumAgeDays = 7.0
    /// People admit a patient and measure in the same minute, on forms without seconds, and the clocks of two servers differ.
    public static let toleranceSeconds = 120.0

    /// - Parameters:
    ///   - admittedAt: when the stay began; nil: not known.
    ///   - dischargedAt: when it ended; nil: it lasts.
    public static func allows(_ measuredAt: Instant, admittedAt: Instant?, dischargedAt: Instant?, receivedAt: Instant) -> Bool {
        guard receivedAt.seconds(since: measuredAt) <= maximumAgeDays * 86_400 else { return false }
        if let admittedAt, admittedAt.seconds(since: measuredAt) > toleranceSeconds { return false }
        if let dischargedAt, measuredAt.seconds(since: dischargedAt) > toleranceSeconds { return false }
        return true
    }
}
