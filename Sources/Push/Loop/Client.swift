import Clinical

/// Somebody who was let in: the daemon's part of a socket.
struct Client: Sendable {
    let room: Room
    /// Kept to ask again whether it still opens the room, and to store in its name.
    private(set) var token: String
    private(set) var user: UserID
    /// Of the session; nil: not by time.
    private(set) var ends: Instant?
    private(set) var mayEnter: Bool
    /// In which alerts are told.
    private(set) var language: Language
    /// Changes of rights that were known when it was asked whether it may come in: one that came since was not looked at.
    let changesSeen: Int
    /// A fresh token of which is not known yet what it opens.
    private(set) var offered: Offer?
    var allowance = Allowance()
    /// The alarms' sound can be heard where the visitor is, as its page says.
    var isAudible = false
    /// The session, of a client of the replaced system: one that does not speak our subprotocol, in a patient's room.
    var replacedSession: String?
    /// What such a client was told of on this connection.
    var told = ToldHere()
    /// When it was asked last, or is being, whether it may stay; nil: since it came in, nobody has looked.
    var askedAt: Instant?

    /// A session may end without a word, as one that nobody renews does.
    static let askedEverySeconds = 60.0

    func isDue(at now: Instant) -> Bool { askedAt.map { now.seconds(since: $0) >= Self.askedEverySeconds } ?? false }

    struct Offer: Sendable {
        let token: String
        /// The client knows that it has to wait for an answer.
        var isToldToWait = false
    }

    init?(_ admission: Admission, token: String, changesSeen: Int = 0) {
        guard case .allowed(let room, let user, let ends, let mayEnter, let language) = admission else { return nil }
        (self.room, self.token, self.user, self.ends, self.mayEnter, self.language) = (room, token, user, ends, mayEnter, language)
        self.changesSeen = changesSeen
    }

    /// The ward whose alarms can be heard there; of a patient's room nothing is known of the others in the ward.
    var audibleWard: WardID? {
        guard isAudible, case .ward(let ward) = room else { return nil }
        return ward
    }

    /// The one to ask about.
    var newestToken: String { offered?.token ?? token }

    mutating func offer(_ token: String) { offered = Offer(token: token) }

    /// The database could not be asked about a token. False: the visitor knows already, or has not offered this one, or a newer one since.
    mutating func toldToWait(about token: String) -> Bool {
        guard let known = offered, known.token == token, !known.isToldToWait else { return false }
        offered?.isToldToWait = true
        return true
    }

    /// What a token of this visitor's opens now. Nil: it stays, or has offered a newer one that is still to be asked about.
    mutating func learn(_ admission: Admission, of asked: String) -> CloseCode? {
        switch admission {
        case .allowed(room, let user, let ends, let mayEnter, let language):
            if asked == newestToken { offered = nil }
            (token, self.user, self.ends, self.mayEnter, self.language) = (asked, user, ends, mayEnter, language)
            return nil
        case _ where asked != newestToken: return nil
        case .unauthenticated: return .sessionOver
        case .allowed, .forbidden, .unknown: return .noLongerAllowed
        }
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
