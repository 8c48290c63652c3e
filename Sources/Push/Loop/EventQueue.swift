import Clinical
import Metrics
import NIOConcurrencyHelpers
import NIOCore

/// Events on their way to one loop: put in by the feed's thread, taken out all at once by the loop.
///
/// Bounded: a loop that cannot keep up loses what waits and is told so, and then reads the state anew, as after an outage.
final class EventQueue: Sendable {
    /// An event with its message, encoded once for every loop.
    struct Letter: Sendable {
        let event: Event
        let frame: Frame?
    }

    enum Item: Sendable {
        case letter(Letter)
        case feedReady
        case feedLost
    }

    /// Most items that may wait.
    static let limit = 10_000

    private struct State {
        var items: [Item] = []
        var overflowed = false
        /// How many items were lost, ever.
        var lost = 0
        /// Since when the first of the items has waited.
        var since = NIODeadline.distantPast
        /// The rooms with somebody in them on this loop, and how many.
        var rooms: [Room: Int] = [:]
        /// As whom.
        var users: [UserID: Int] = [:]

        func hears(_ patient: PatientID) -> Bool { rooms[.patient(patient)] != nil || rooms[.alerts(patient)] != nil }
    }

    private let state = NIOLockedValueBox(State())
    private let lag: Histogram

    /// - Parameter lag: is told, in seconds, how long what was taken had waited.
    init(lag: Histogram) { self.lag = lag }

    /// True: the loop has to be told to look.
    func put(_ item: Item) -> Bool {
        state.withLockedValue { state in
            let wasEmpty = state.items.isEmpty
            if wasEmpty { state.since = .now() }
            if state.items.count >= Self.limit {
                state.lost += state.items.count
                state.items.removeAll()
                state.overflowed = true
            }
            state.items.append(item)
            return wasEmpty
        }
    }

    /// Everything that waits, in order; `overflowed`: something before it was lost.
    func takeAll() -> (items: [Item], overflowed: Bool) {
        let (items, overflowed, since) = state.withLockedValue { state in
            defer { (state.items, state.overflowed) = ([], false) }
            return (state.items, state.overflowed, state.since)
        }
        if !items.isEmpty { lag.observe(Double((NIODeadline.now() - since).nanoseconds) / 1e9) }
        return (items, overflowed)
    }

    // MARK: Which letters this loop wants

    /// Before the room's state is read: what commits after that must come here.
    func enter(_ room: Room, _ user: UserID) {
        state.withLockedValue { state in
            state.rooms[room, default: 0] += 1
            state.users[user, default: 0] += 1
        }
    }

    func leave(_ room: Room, _ user: UserID) {
        state.withLockedValue { state in
            state.rooms.countDown(room)
            state.users.countDown(user)
        }
    }

    /// Whether anybody on this loop hears what is said of this patient or in one of these wards.
    func wants(patient: PatientID?, wards: [WardID]) -> Bool {
        state.withLockedValue { state in
            if let patient, state.hears(patient) { return true }
            return wards.contains { state.rooms[.ward($0)] != nil }
        }
    }

    /// The rooms with somebody in them, how many sockets are in them, and how many items were lost.
    var census: (rooms: Set<Room>, sockets: Int, lost: Int) {
        state.withLockedValue { (Set($0.rooms.keys), $0.rooms.values.reduce(0, +), $0.lost) }
    }

    /// Whether a socket on this loop is concerned.
    func wants(_ concerned: Concerned) -> Bool {
        state.withLockedValue { state in
            switch concerned {
            case .everybody: !state.users.isEmpty
            case .user(let user): state.users[user] != nil
            case .patient(let patient): state.hears(patient)
            }
        }
    }
}

extension Dictionary where Value == Int {
    /// One less; at none the key goes.
    fileprivate mutating func countDown(_ key: Key) {
        let left = self[key, default: 0] - 1
        self[key] = left > 0 ? left : nil
    }
}
