/// Decides when a batch waits a moment for more reports.
///
/// A batch costs the database about as much with one report as with ten. While reports come so quickly that a moment brings several, waiting for
/// them costs each a few milliseconds and saves most of the work. A batch that has many already waits for none, nor does one when reports are rare.
struct IngestGathering {
    /// How long a batch waits.
    static let pauseMicroseconds: UInt32 = 4_000
    /// A batch that has more submissions than this waits for none.
    static let fewSubmissions = 6
    /// So many arrivals within this time make waiting worth while: about two during a pause.
    private static let arrivals = 6
    private static let within = Duration.milliseconds(12)

    /// Of the last arrivals, as a ring.
    private var last: [ContinuousClock.Instant] = []
    private var next = 0

    mutating func arrived(at instant: ContinuousClock.Instant) {
        if last.count < Self.arrivals {
            last.append(instant)
        } else {
            last[next] = instant
            next = (next + 1) % Self.arrivals
        }
    }

    /// Whether a batch of these would better wait.
    func isWorthWaiting(with submissions: Int, at instant: ContinuousClock.Instant) -> Bool {
        guard submissions <= Self.fewSubmissions, last.count == Self.arrivals else { return false }
        return instant - last[next] <= Self.within
    }
}
