/// When a patient can have been born.
public enum BirthDate {
    public static let oldestYears = 130

    /// - Parameters:
    ///   - day: `1950-04-23`.
    ///   - today: the hospital's day, in the same form.
    public static func isPossible(_ day: String, today: String) -> Bool { Instant.isDay(day) && (earliest(today: today)...today).contains(day) }

    /// The day 130 years ago. Days of this form are in the order of the alphabet, so that it need not exist.
    public static func earliest(today: String) -> String { String((Int(today.prefix(4)) ?? 0) - oldestYears) + today.dropFirst(4) }

    /// How many months somebody has completed, with the day of the month on which they were born, or the next where a month has no such day. Nil
    /// before birth, and for what is no day.
    public static func completedMonths(from birth: String, to today: String) -> Int? {
        guard Instant.isDay(birth), Instant.isDay(today), birth <= today else { return nil }
        func parts(_ day: String) -> [Int] { day.split(separator: "-").compactMap { Int($0) } }
        let (from, to) = (parts(birth), parts(today))
        return (to[0] - from[0]) * 12 + to[1] - from[1] - (to[2] < from[2] ? 1 : 0)
    }
}

extension Instant {
    /// The day of the calendar, `2026-11-30`, where clocks are so far ahead of UTC.
    public func day(offsetSeconds: Int) -> String { String(advanced(bySeconds: Double(offsetSeconds)).rfc3339.prefix(10)) }
}
