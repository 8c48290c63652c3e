import Clinical

/// The frames of the alerts in the last snapshots: the next one has nearly the same. To encode a thousand alerts takes a loop tens of milliseconds,
/// after an outage once for each screen; and slow clients that wait for the same alert share its bytes.
///
/// What was in no snapshot for one to two periods is forgotten. No clock: `tick` is a second.
struct SnapshotFrames {
    static let periodSeconds = 60

    private typealias Known = (alert: Alert, frame: Frame)
    private struct Key: Hashable {
        var alert: Alert.ID
        var language: Language
    }
    private var recent: [Key: Known] = [:]
    private var before: [Key: Known] = [:]
    private var secondsLeft = Self.periodSeconds

    mutating func frame(of message: Message, in language: Language = .french, _ encode: (Message) -> Frame?) -> Frame? {
        guard case .alert(let alert) = message else { return encode(message) }
        let key = Key(alert: alert.id, language: language)
        if let known = recent[key] ?? before[key], known.alert == alert {
            recent[key] = known
            return known.frame
        }
        let frame = encode(message.told(in: language))
        recent[key] = frame.map { (alert, $0) }
        return frame
    }

    /// How many frames are kept.
    var count: Int { Set(recent.keys).union(before.keys).count }

    mutating func tick() {
        secondsLeft -= 1
        guard secondsLeft <= 0 else { return }
        (secondsLeft, before, recent) = (Self.periodSeconds, recent, [:])
    }
}
