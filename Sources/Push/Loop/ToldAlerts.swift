import Clinical
import NIOConcurrencyHelpers

/// Which open alerts the sessions of the replaced system's clients have read, in each room. Such a client puts each alert that it hears into a
/// list: told again at every new connection, six alerts are eighteen after two of them. Only what the client has surely read counts: an alert that
/// was on its way when the connection broke is told again. Of all loops: a client comes back to any of them.
///
/// What nobody asked about for one to two periods is forgotten, and told again.
final class ToldAlerts: Sendable {
    /// As long as a program's session lasts.
    static let periodSeconds = 24 * 3600
    /// Rooms of sessions that are kept at most, twice.
    static let limit = 20_000

    private struct Place: Hashable {
        let session: String
        let room: Room
    }
    private struct State {
        var recent: [Place: Set<Alert.ID>] = [:]
        var before: [Place: Set<Alert.ID>] = [:]
        var since: Instant?
    }
    private let state = NIOLockedValueBox(State())

    func knows(_ alert: Alert.ID, of room: Room, _ session: String) -> Bool {
        state.withLockedValue { state in
            let place = Place(session: session, room: room)
            return (state.recent[place] ?? state.before[place])?.contains(alert) ?? false
        }
    }

    func note(_ alerts: some Sequence<Alert.ID>, of room: Room, by session: String, now: Instant) {
        state.withLockedValue { state in
            let since = state.since ?? now
            state.since = since
            if now.seconds(since: since) >= Double(Self.periodSeconds) || state.recent.count >= Self.limit {
                (state.before, state.recent, state.since) = (state.recent, [:], now)
            }
            let place = Place(session: session, room: room)
            state.recent[place, default: state.before[place] ?? []].formUnion(alerts)
        }
    }
}

/// The alerts that one connection was told of, and which of them its client has surely read.
struct ToldHere {
    private var order: [Alert.ID] = []
    private var known: Set<Alert.ID> = []
    private var readCount = 0

    /// How many there are: the mark that is sent behind the newest.
    var mark: UInt64 { UInt64(order.count) }

    /// False: it was told already.
    mutating func tell(_ alert: Alert.ID) -> Bool {
        guard known.insert(alert).inserted else { return false }
        order.append(alert)
        return true
    }

    /// Those that the client has read since this was last asked. - Parameter mark: as the client sends it back, whatever it may be.
    mutating func read(upTo mark: UInt64) -> ArraySlice<Alert.ID> {
        let before = readCount
        readCount = max(before, Int(min(mark, self.mark)))
        return order[before..<readCount]
    }
}
