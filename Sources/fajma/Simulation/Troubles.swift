import DeviceSimulation

/// What befalls a simulated device besides its patient. Means in seconds; nil: never.
struct Troubles: Sendable {
    /// Between two outages of the network, each a minute long on average.
    var outagesEverySeconds: Double?
    /// Between two cuts of power, each up to half a minute long.
    var powerCutsEverySeconds: Double?
    /// Each device's crystal is off by up to so much.
    var driftPPM = 0.0

    static let outageMeanSeconds = 60.0
    static let longestCutSeconds = 30.0
}

/// A device's way to the server.
struct Link {
    enum State { case up, down, answersLost }

    private let everySeconds: Double?
    private var generator: SeededGenerator
    private(set) var state = State.up
    private var until: Double

    init(everySeconds: Double?, now: Double, seed: UInt64) {
        (self.everySeconds, generator) = (everySeconds, SeededGenerator(seed: seed))
        until = .infinity
        if let everySeconds { until = now + generator.exponential(mean: everySeconds) }
    }

    /// - Parameter now: simulated seconds.
    mutating func pass(_ now: Double) {
        guard let everySeconds else { return }
        while now >= until {
            if state == .up {
                // One outage in three lets the report through and loses the answer: the server must notice what comes again.
                state = Int.random(in: 0..<3, using: &generator) == 0 ? .answersLost : .down
                until += generator.exponential(mean: Troubles.outageMeanSeconds)
            } else {
                state = .up
                until += generator.exponential(mean: everySeconds)
            }
        }
    }
}
