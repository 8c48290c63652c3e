import DeviceCore
import DeviceSimulation

/// A recording in place of a finger: what a MAX30102 on it would see, over and over.
struct RecordedFinger {
    /// At the chip's own rate; relative to the mean, of either channel.
    private let infrared, red: [Float]
    private var index: Int
    private let levels: (infrared: Float, red: Float)

    /// Counts for a step of LED current, as `Finger` has it.
    private static let brightness: Float = 3600
    /// Peak to peak of what comes without its constant part, and R where there is no red: a good finger's.
    private static let assumedSwing: Float = 0.03
    private static let assumedRatio: Float = 0.55

    /// - Parameter offset: where it begins, 0 to 1, so that not all devices beat together.
    init(_ recording: Recording, rateHz: Double, offset: Double) {
        let infrared = Self.resampled(recording.infrared, rateHz)
        let (mean, swing) = Self.meanAndSwing(infrared)
        // Real light swings by a few per cent; more is a recording without its constant part, or with a wrong one.
        let isWhole = mean > 0 && swing < mean / 4
        let scale = isWhole ? 1 / mean : Self.assumedSwing / max(swing, .leastNormalMagnitude)
        self.infrared = infrared.map { ($0 - mean) * scale }
        if isWhole, let channel = recording.red {
            let red = Self.resampled(channel, rateHz)
            let mean = max(Self.meanAndSwing(red).mean, .leastNormalMagnitude)
            self.red = red.map { $0 / mean - 1 }
        } else {
            self.red = self.infrared.map { $0 * Self.assumedRatio }
        }
        levels = (Self.brightness, Self.brightness * 0.9)
        index = Int(offset * Double(infrared.count))
    }

    mutating func next() -> MAX30102.Light {
        index = (index + 1) % infrared.count
        return MAX30102.Light(red: levels.red * (1 + red[index]), infrared: levels.infrared * (1 + infrared[index]))
    }

    /// On straight lines between samples; a lost one repeats the last.
    private static func resampled(_ samples: [Float], _ rateHz: Double) -> [Float] {
        var last = samples.first { $0.isFinite } ?? 0
        let whole = samples.map { sample in
            if sample.isFinite { last = sample }
            return last
        }
        let chip = Double(FJ_MAX30102_RATE_HZ)
        return (0..<max(1, Int(Double(whole.count - 1) / rateHz * chip))).map { index in
            let place = Double(index) * rateHz / chip
            let (here, next) = (whole[Int(place)], whole[min(Int(place) + 1, whole.count - 1)])
            return here + Float(place - place.rounded(.down)) * (next - here)
        }
    }

    private static func meanAndSwing(_ samples: [Float]) -> (mean: Float, swing: Float) {
        let sorted = samples.sorted()
        // Of the middle nine tenths: one artefact is not the pulse.
        let (low, high) = (sorted[sorted.count / 20], sorted[sorted.count - 1 - sorted.count / 20])
        return (samples.reduce(0, +) / Float(samples.count), high - low)
    }
}
