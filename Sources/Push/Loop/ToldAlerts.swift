import Clinical
import NIOConcurrencyHelpers

/// Which open alerts the sessions of the replaced system's clients have heard, in each room. Such a client puts each alert that it hears into a
/// list: told again at every new connection, six alerts are eighteen after two of them. Of all loops: a client comes back to any of them.
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

    /// True the first time; from then on the session knows of it.
    func tell(_ alert: Alert.ID, of room: Room, to session: String, now: Instant) -> Bool {
        state.withLockedValue { state in
            let since = state.since ?? now
            state.since = since
            if now.seconds(since: since) >= Double(Self.periodSeconds) || state.recent.count >= Self.limit {
                (state.before, state.recent, state.since) = (state.recent, [:], now)
            }
            let place = Place(session: session, room: room)
            let isNew = !(state.recent[place] ?? state.before[place] ?? []).contains(alert)
            state.recent[place, default: state.before[place] ?? []].insert(alert)
            return isNew
        }
    }
}
