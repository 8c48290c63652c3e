import Clinical
import NIOConcurrencyHelpers

/// Events on their way to one loop: put in by the feed's thread, taken out all at once by the loop.
///
/// Bounded: a loop that cannot keep up loses what waits and is told so, and then reads the state anew, as after an outage.
final class Inbox: Sendable {
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
        /// The rooms with somebody in them on this loop, and how many.
        var rooms: [Room: Int] = [:]
    }

    private let state = NIOLockedValueBox(State())

    /// True: the loop has to be told to look.
    func put(_ item: Item) -> Bool {
        state.withLockedValue { state in
            let wasEmpty = state.items.isEmpty
            if state.items.count >= Self.limit {
                state.items.removeAll()
                state.overflowed = true
            }
            state.items.append(item)
            return wasEmpty
        }
    }

    /// Everything that waits, in order; `overflowed`: something before it was lost.
    func takeAll() -> (items: [Item], overflowed: Bool) {
        state.withLockedValue { state in
            defer { (state.items, state.overflowed) = ([], false) }
            return (state.items, state.overflowed)
        }
    }

    // MARK: Which letters this loop wants

    /// Before the room's state is read: what commits after that must come here.
    func enter(_ room: Room) { state.withLockedValue { $0.rooms[room, default: 0] += 1 } }

    func leave(_ room: Room) {
        state.withLockedValue { state in
            let left = state.rooms[room, default: 0] - 1
            state.rooms[room] = left > 0 ? left : nil
        }
    }

    /// Whether anybody on this loop hears what is said of this patient or in this ward.
    func wants(patient: PatientID?, ward: WardID?) -> Bool {
        state.withLockedValue { state in
            if let patient, state.rooms[.patient(patient)] != nil || state.rooms[.alerts(patient)] != nil { return true }
            return ward.map { state.rooms[.ward($0)] != nil } ?? false
        }
    }
}
