import Clinical
import DeviceSimulation
import Foundation

/// A simulated patient, as a device on a finger and the skin sees them. Fixed by its seed: baseline, drift and episodes repeat.
struct VitalSigns {
    /// How often something befalls the patient, on average.
    static let occasionalSeconds = 3600.0
    static let frequentSeconds = 240.0

    /// What comes out, rounded. A device's finger is made from it.
    static let vitals: [Vital] = [.spo2, .heartRate, .temperature, .perfusionIndex]

    /// What no value leaves, and how far it moves in a second at most.
    struct Bounds {
        let range: ClosedRange<Double>
        let perSecond: Double
        /// So many steps a unit.
        let stepsPerUnit: Double
    }

    static func bounds(of vital: Vital) -> Bounds {
        switch vital {
        case .spo2: Bounds(range: 70...100, perSecond: 0.6, stepsPerUnit: 10)
        case .heartRate: Bounds(range: 38...185, perSecond: 3, stepsPerUnit: 10)
        case .temperature: Bounds(range: 35...41, perSecond: 0.02, stepsPerUnit: 100)
        default: Bounds(range: 0.5...15, perSecond: 0.4, stepsPerUnit: 100)
        }
    }

    private var generator: SeededGenerator
    private let episodeMeanSeconds: Double
    private let base: (spo2: Double, heartRate: Double, temperature: Double, perfusion: Double, breaths: Double)
    /// How much breathing sways the pulse, beats a minute; little, because the device averages over some seconds.
    private let sway: Double
    private var spo2, heartRate, temperature, perfusion: Drift
    private var breath = 0.0
    private var untilEpisode: Double
    private(set) var episode: Episode?
    private var values: [Vital: Double] = [:]

    init(seed: UInt64, episodeMeanSeconds: Double = Self.occasionalSeconds) {
        var g = SeededGenerator(seed: seed)
        // One in eight lives with less oxygen, as with chronic lung disease.
        let spo2Base: ClosedRange<Double> = Int.random(in: 0..<8, using: &g) == 0 ? 91...93.5 : 95.5...98.5
        base = (
            .random(in: spo2Base, using: &g), .random(in: 58...92, using: &g), .random(in: 36.4...37.0, using: &g),
            exp(.random(in: log(1.2)...log(6), using: &g)), .random(in: 12...18, using: &g)
        )
        sway = .random(in: 0.1...0.6, using: &g)
        spo2 = Drift(deviation: 0.5, timeConstantSeconds: 90, using: &g)
        heartRate = Drift(deviation: 3, timeConstantSeconds: 120, using: &g)
        temperature = Drift(deviation: 0.08, timeConstantSeconds: 1800, using: &g)
        perfusion = Drift(deviation: 0.15, timeConstantSeconds: 60, using: &g)
        self.episodeMeanSeconds = episodeMeanSeconds
        untilEpisode = g.exponential(mean: episodeMeanSeconds)
        generator = g
    }

    /// The values `seconds` after the last ones, at an instant whose hour counts: bodies are cooler before dawn.
    mutating func next(after seconds: Double, at instant: Instant) -> [Reading] {
        advance(by: seconds)
        let effect = episode?.effect ?? Episode.Effect()
        let hour = Double(instant.milliseconds % 86_400_000) / 3_600_000
        let day = cos(2 * .pi * (hour - 17) / 24)
        let breathing = sin(2 * .pi * breath)
        let perfusionNow = base.perfusion * exp(perfusion.value) * effect.perfusion
        return Self.vitals.map { vital in
            let target =
                switch vital {
                case .spo2: min(base.spo2 + spo2.value + 0.1 * breathing, 100) + effect.spo2
                case .heartRate: base.heartRate + heartRate.value + 3 * day + sway * breathing + effect.heartRate
                case .temperature: base.temperature + temperature.value + 0.25 * day + effect.temperature
                default: perfusionNow
                }
            return Reading(vital: vital, value: settle(vital, at: target, seconds), measuredAt: instant)
        }
    }

    private mutating func advance(by seconds: Double) {
        spo2.step(seconds: seconds, using: &generator)
        heartRate.step(seconds: seconds, using: &generator)
        temperature.step(seconds: seconds, using: &generator)
        perfusion.step(seconds: seconds, using: &generator)
        breath = (breath + seconds * base.breaths / 60).truncatingRemainder(dividingBy: 1)
        if var current = episode {
            current.step(seconds: seconds)
            episode = current.isOver ? nil : current
            return
        }
        untilEpisode -= seconds
        if untilEpisode <= 0 {
            episode = Episode(Episode.Kind.allCases.randomElement(using: &generator) ?? .fever, using: &generator)
            untilEpisode = generator.exponential(mean: episodeMeanSeconds)
        }
    }

    /// Moves a value towards its target, as far as it may move, and rounds it.
    private mutating func settle(_ vital: Vital, at target: Double, _ seconds: Double) -> Double {
        let bounds = Self.bounds(of: vital)
        var value = min(max(target, bounds.range.lowerBound), bounds.range.upperBound)
        if let before = values[vital] {
            let reach = bounds.perSecond * seconds
            value = min(max(value, before - reach), before + reach)
        }
        values[vital] = value
        return (value * bounds.stepsPerUnit).rounded() / bounds.stepsPerUnit
    }
}
