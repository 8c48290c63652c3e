import Foundation

/// The time in which simulated devices live, in seconds since 1970: the real one, or one that begins in the past and runs faster until
/// it has caught up with the present. So nothing is ever measured in the future.
struct SimulatedTime {
    private let beginReal: Double
    private let begin: Double
    private let speed: Double
    /// When it has caught up, by `Clock.seconds`.
    private let caughtUpReal: Double

    /// - Parameters:
    ///   - now: `Clock.seconds` and the seconds since 1970 that belong to them.
    ///   - secondsAgo: how far in the past it begins.
    ///   - speed: how much faster it runs until it has caught up.
    init(now: (real: Double, wall: Double), secondsAgo: Double, speed: Double) {
        (beginReal, begin, self.speed) = (now.real, now.wall - secondsAgo, speed)
        caughtUpReal = secondsAgo > 0 ? now.real + secondsAgo / (speed - 1) : now.real
    }

    private var caughtUp: Double { begin + (caughtUpReal - beginReal) * speed }

    func isFast(at real: Double) -> Bool { real < caughtUpReal }

    /// What time it is at second `real` of `Clock`.
    func seconds(at real: Double) -> Double {
        real < caughtUpReal ? begin + (real - beginReal) * speed : caughtUp + (real - caughtUpReal)
    }

    /// When it will be this time, by `Clock.seconds`.
    func real(at seconds: Double) -> Double {
        seconds < caughtUp ? beginReal + (seconds - begin) / speed : caughtUpReal + (seconds - caughtUp)
    }
}
