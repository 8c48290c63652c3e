import DeviceSimulation
import Foundation

/// A slow wandering around zero: an Ornstein–Uhlenbeck process, stepped exactly for any interval, and smoothed once more because
/// a monitor averages over some seconds.
struct Drift {
    /// Of the process, once it has settled.
    let deviation: Double
    /// After so long it has forgotten where it was.
    let timeConstantSeconds: Double
    private var raw: Double
    private(set) var value: Double

    static let smoothingSeconds = 8.0

    init(deviation: Double, timeConstantSeconds: Double, using generator: inout SeededGenerator) {
        (self.deviation, self.timeConstantSeconds) = (deviation, timeConstantSeconds)
        raw = deviation * generator.normal()
        value = raw
    }

    mutating func step(seconds: Double, using generator: inout SeededGenerator) {
        let kept = exp(-seconds / timeConstantSeconds)
        raw = raw * kept + deviation * (1 - kept * kept).squareRoot() * generator.normal()
        value += (raw - value) * (1 - exp(-seconds / Self.smoothingSeconds))
    }
}
