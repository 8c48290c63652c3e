import DeviceCore
import Foundation

/// A finger whose pulse is known: what a MAX30102 on it sees, sample by sample.
public struct Finger {
    public struct State: Sendable {
        public var heartRate = 75.0
        public var spo2 = 97.0
        /// Percent: as the core defines it, peak to peak of a sine of the pulse's power.
        public var perfusion = 2.0
        /// Of the light, as a standard deviation: what the converter and the amplifier add.
        public var noise = 1e-4
        /// Of the light: how far movements throw it about. 0: still.
        public var motion = 0.0

        /// Of the logarithm of the time from beat to beat, as a standard deviation: 0.2 is atrial fibrillation. 0: regular.
        public var irregularity = 0.0

        public init() {}
    }

    public var state = State()
    /// The sensor lies on the table.
    public var isAway = false
    /// Counts for a step of current: the start current puts it in the middle of the converter.
    public var brightness: Float = 3600
    /// A breath sways the light a little (Hz).
    public var breathsPerSecond = 0.25
    /// What the device's own curve makes of R, so that its SpO2 is the one wanted.
    private let curve: fj_spo2_curve
    private let rateHz: Double
    private var phase: Double
    private var breath: Double
    private var drift = 0.0
    /// Of an irregular heart: since the last beat, and how long after the one before it came (s).
    private var sinceBeat = 0.0, lastInterval = 0.8, nextInterval = 0.8
    private var generator: SeededGenerator

    public init(seed: UInt64, rateHz: Double = 100, curve: fj_spo2_curve = fj_ppg_config_max30102().curve) {
        generator = SeededGenerator(seed: seed)
        (self.rateHz, self.curve) = (rateHz, curve)
        phase = .random(in: 0..<1, using: &generator)
        breath = .random(in: 0..<1, using: &generator)
    }

    /// The next sample's light.
    public mutating func next() -> MAX30102.Light {
        if isAway { return .open }
        phase = (phase + state.heartRate / 60 / rateHz).truncatingRemainder(dividingBy: 1)
        breath = (breath + breathsPerSecond / rateHz).truncatingRemainder(dividingBy: 1)
        // A stronger pulse means more blood, and so less light.
        let pulse = -state.perfusion / 100 * (state.irregularity > 0 ? irregularWave() : Self.wave(phase))
        var common = 0.002 * sin(2 * .pi * breath)
        if state.motion > 0 {
            // Slower than a second it has forgotten where it was; a hand's tremor and turning lie in the pulse's own band.
            drift += -drift * 2 * .pi * 1.5 / rateHz + state.motion * noise() * (3 / rateHz.squareRoot())
            common += drift
        }
        return MAX30102.Light(
            red: brightness * 0.9 * Float(1 + ratio * pulse + common + state.noise * noise()),
            infrared: brightness * Float(1 + pulse + common + state.noise * noise()))
    }

    /// R for the saturation: the curve the other way round.
    private var ratio: Double {
        let (a, b, c) = (Double(curve.a), Double(curve.b), Double(curve.c))
        if a == 0 { return (state.spo2 - c) / b }
        let root = max(b * b - 4 * a * (c - state.spo2), 0).squareRoot()
        return (-b - root) / (2 * a)
    }

    /// Beats that come when they like. Each lasts as long as any other, and is the stronger the longer the heart had to fill.
    private mutating func irregularWave() -> Double {
        sinceBeat += 1 / rateHz
        if sinceBeat >= nextInterval {
            (sinceBeat, lastInterval) = (sinceBeat - nextInterval, nextInterval)
            nextInterval = min(max(60 / state.heartRate * exp(state.irregularity * generator.normal()), 0.3), 2.2)
        }
        func beat(_ t: Double) -> Double { exp(-pow((t - 0.2) / 0.09, 2)) + 0.4 * exp(-pow((t - 0.46) / 0.13, 2)) }
        let strength = min(1.2, 0.35 + 0.65 * lastInterval * state.heartRate / 60)
        return strength * beat(sinceBeat) + beat(sinceBeat + lastInterval)
    }

    /// Of an irregular heart: how long ago it beat.
    public var secondsSinceBeat: Double { sinceBeat }

    /// Nearly normal, and four times as fast.
    private mutating func noise() -> Double {
        let bits = generator.next()
        let sum = (0..<4).reduce(0) { $0 + Double(UInt16(truncatingIfNeeded: bits >> UInt64(16 * $1))) }
        return (sum / 65536 - 2) * 3.0.squareRoot()
    }

    /// One beat: a steep rise, a notch, a slow fall; mean 0, and the power of a sine with peak to peak 1.
    private static func wave(_ phase: Double) -> Double {
        let place = phase * Double(beat.count)
        let index = Int(place)
        let (here, next) = (beat[index % beat.count], beat[(index + 1) % beat.count])
        return here + (place - Double(index)) * (next - here)
    }

    private static let beat: [Double] = {
        let raw = (0..<256).map { index -> Double in
            let x = Double(index) / 256
            func bump(_ centre: Double, _ width: Double) -> Double {
                // Round the end of the beat too, so that it has no corner.
                (-1...1).reduce(0) { $0 + exp(-pow((x - centre + Double($1)) / width, 2)) }
            }
            return bump(0.22, 0.11) + 0.45 * bump(0.52, 0.16)
        }
        let mean = raw.reduce(0, +) / 256
        let power = raw.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 256
        return raw.map { ($0 - mean) / (8 * power).squareRoot() }
    }()
}
