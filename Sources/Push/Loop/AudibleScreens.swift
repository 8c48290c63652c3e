import Clinical

/// The wards that somebody on this event loop can hear, and when that is to be said again. No clock: `tick` is a second.
struct AudibleScreens {
    /// Between two times that it is said; three of them may be lost before somebody believes that nobody listens.
    static let periodSeconds = 5

    private var screens: [WardID: Int] = [:]
    private var secondsLeft = Self.periodSeconds

    /// A screen became audible, was or is no more; nil: in no ward. Returns a ward to be told at once, because it has its first.
    mutating func moved(from before: WardID?, to now: WardID?) -> WardID? {
        guard before != now else { return nil }
        if let before {
            let left = screens[before, default: 0] - 1
            screens[before] = left > 0 ? left : nil
        }
        guard let now else { return nil }
        screens[now, default: 0] += 1
        return screens[now] == 1 ? now : nil
    }

    /// Every second; the wards to be told.
    mutating func tick() -> [WardID] {
        secondsLeft -= 1
        guard secondsLeft <= 0 else { return [] }
        secondsLeft = Self.periodSeconds
        return screens.keys.sorted()
    }
}
