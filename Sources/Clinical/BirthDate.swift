/// When a patient can have been born.
public enum BirthDate {
    public static let oldestYears = 130

    /// - Parameters:
    ///   - day: `1950-04-23`.
    ///   - today: the hospital's day, in the same form.
    public static func isPossible(_ day: String, today: String) -> Bool { Instant.isDay(day) && (earliest(today: today)...today).contains(day) }

    /// The day 130 years ago. Days of this form are in the order of the alphabet, so that it need not exist.
    public static func earliest(today: String) -> String { String((Int(today.prefix(4)) ?? 0) - oldestYears) + today.dropFirst(4) }
}

extension Instant {
    /// The day of the calendar, `2026-11-30`, where clocks are so far ahead of UTC.
    public func day(offsetSeconds: Int) -> String { String(advanced(bySeconds: Double(offsetSeconds)).rfc3339.prefix(10)) }
}
