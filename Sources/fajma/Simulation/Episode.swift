import DeviceSimulation

/// Something that befalls a simulated patient: it comes on, lasts, and passes.
struct Episode {
    enum Kind: CaseIterable { case desaturation, tachycardia, fever }

    let kind: Kind
    /// How severe, 0 to 1.
    let severity: Double
    let onsetSeconds: Double
    let plateauSeconds: Double
    let recoverySeconds: Double
    private(set) var elapsedSeconds = 0.0

    init(_ kind: Kind, using generator: inout SeededGenerator) {
        self.kind = kind
        severity = .random(in: 0...1, using: &generator)
        // A temperature moves slower than a pulse.
        let ranges: [ClosedRange<Double>] =
            switch kind {
            case .desaturation: [30...80, 40...180, 60...120]
            case .tachycardia: [25...60, 90...300, 90...240]
            case .fever: [480...900, 900...2400, 900...1800]
            }
        (onsetSeconds, plateauSeconds, recoverySeconds) = (
            .random(in: ranges[0], using: &generator), .random(in: ranges[1], using: &generator),
            .random(in: ranges[2], using: &generator)
        )
    }

    var isOver: Bool { elapsedSeconds >= onsetSeconds + plateauSeconds + recoverySeconds }

    mutating func step(seconds: Double) { elapsedSeconds += seconds }

    /// How much of it is there now, 0 to 1, without a corner at either end.
    var level: Double {
        let begun = elapsedSeconds / onsetSeconds
        let passed = (elapsedSeconds - onsetSeconds - plateauSeconds) / recoverySeconds
        return Self.smooth(begun) * (1 - Self.smooth(passed))
    }

    private static func smooth(_ x: Double) -> Double {
        let x = min(max(x, 0), 1)
        return x * x * (3 - 2 * x)
    }

    /// What it adds to the patient's values at full level.
    struct Effect {
        var spo2 = 0.0
        var heartRate = 0.0
        var temperature = 0.0
        /// A factor: cold or poorly filled fingers.
        var perfusion = 1.0
    }

    /// The effect now. The values belong together: a heart answers a lack of oxygen, and beats about nine times a minute more
    /// for each degree of fever (Liebermeister's rule).
    var effect: Effect {
        let full: Effect =
            switch kind {
            case .desaturation:
                Effect(spo2: -6 - 10 * severity, heartRate: 10 + 18 * severity, perfusion: 0.75)
            case .tachycardia:
                Effect(spo2: -0.5, heartRate: 40 + 30 * severity, perfusion: 0.8)
            case .fever:
                Effect(heartRate: 9 * (1.4 + 1.2 * severity), temperature: 1.4 + 1.2 * severity, perfusion: 0.7)
            }
        return Effect(
            spo2: full.spo2 * level, heartRate: full.heartRate * level, temperature: full.temperature * level,
            perfusion: 1 + (full.perfusion - 1) * level)
    }
}
