import Clinical

/// Somebody who was let in: the daemon's part of a socket.
struct Visitor: Sendable {
    let room: Room
    /// Kept to ask again whether it still opens the room.
    var token: String
    var user: UserID
    var expires: Instant
    var mayEnter: Bool
    var allowance = Allowance()

    init?(_ admission: Admission, token: String) {
        guard case .allowed(let room, let user, let expires, let mayEnter) = admission else { return nil }
        (self.room, self.token, self.user, self.expires, self.mayEnter) = (room, token, user, expires, mayEnter)
    }
}

/// How much a client may say: a bucket that fills every second.
struct Allowance: Sendable {
    /// Messages a second, in the long run.
    static let perSecond = 10
    /// Messages at once, after a silence.
    static let burst = 100

    private var left = Self.burst
    private var second = 0

    /// False: it says too much.
    mutating func spend(at now: Instant) -> Bool {
        let second = Int(now.milliseconds / 1000)
        left = min(Self.burst, left + max(0, second - self.second) * Self.perSecond)
        self.second = second
        guard left > 0 else { return false }
        left -= 1
        return true
    }
}
