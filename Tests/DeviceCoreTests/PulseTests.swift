import DeviceCore
import DeviceSimulation
import Foundation
import Testing

/// The core on a finger whose pulse is known.
private struct Measurement {
    var finger: Finger
    private var ppg = fj_ppg()
    private var second: UInt64 = 0

    init(seed: UInt64) {
        finger = Finger(seed: seed)
        var config = fj_ppg_config_max30102()
        #expect(fj_ppg_init(&ppg, &config) == FJ_OK)
    }

    /// The next second of it.
    mutating func next(_ change: (MAX30102.Light) -> MAX30102.Light = { $0 }) -> fj_vitals {
        for _ in 0..<100 {
            let light = change(finger.next())
            // As the chip at its first current, in whole counts.
            fj_ppg_push(&ppg, (light.infrared * 36).rounded(), (light.red * 36).rounded())
        }
        second += 1
        var vitals = fj_vitals()
        #expect(fj_ppg_second(&ppg, second * 1000, &vitals) == FJ_OK)
        #expect((vitals.reason == FJ_REASON_NONE) == (!vitals.heart_rate.isNaN && !vitals.spo2.isNaN), "a value or a reason")
        #expect(vitals.spo2.isNaN == vitals.r.isNaN)
        return vitals
    }

    mutating func run(_ seconds: Int) -> [fj_vitals] { (0..<seconds).map { _ in next() } }
}

/// How far off, and how often there was a value.
private struct Errors {
    private var errors: [Double] = []
    private var asked = 0

    mutating func add(_ value: Float, truth: Double) {
        asked += 1
        if !value.isNaN { errors.append(abs(Double(value) - truth)) }
    }

    var mean: Double { errors.isEmpty ? 0 : errors.reduce(0, +) / Double(errors.count) }
    var greatest: Double { errors.max() ?? 0 }
    var given: Double { Double(errors.count) / Double(max(asked, 1)) }
    func share(over limit: Double) -> Double { Double(errors.count { $0 > limit }) / Double(max(asked, 1)) }

    /// 95th percentile.
    var p95: Double { errors.isEmpty ? 0 : errors.sorted()[min(errors.count - 1, errors.count * 95 / 100)] }

    var text: String {
        String(format: "given %5.1f %%, mean error %.2f, p95 %.2f, greatest %.2f", 100 * given, mean, p95, greatest)
    }
}

@Suite struct PulseTests {
    @Test(
        "rates from 25 to 250 are found, with noise, within half a beat",
        arguments: [25.0, 28, 32, 40, 50, 60, 75, 90, 110, 130, 150, 180, 200, 220, 240, 250])
    func rates(rate: Double) {
        var errors = Errors()
        for seed in 1...4 as ClosedRange<UInt64> {
            var measurement = Measurement(seed: seed)
            measurement.finger.state.heartRate = rate
            measurement.finger.state.noise = 1e-3  // a twentieth of the pulse's swing
            for vitals in measurement.run(60).dropFirst(12) { errors.add(vitals.heart_rate, truth: rate) }
        }
        print(String(format: "%3.0f bpm: ", rate) + errors.text)
        #expect(errors.given > 0.98 && errors.mean < 0.2 && errors.greatest < 0.5)
    }

    @Test("saturations from 70 to 99 % are found within half a point on average", arguments: [70.0, 75, 80, 85, 88, 90, 92, 94, 96, 98, 99])
    func saturations(spo2: Double) {
        var errors = Errors()
        for (seed, rate) in [(1, 55.0), (2, 80), (3, 120), (4, 160)] as [(UInt64, Double)] {
            var measurement = Measurement(seed: seed)
            (measurement.finger.state.heartRate, measurement.finger.state.spo2, measurement.finger.state.noise) = (rate, spo2, 5e-4)
            for vitals in measurement.run(60).dropFirst(12) { errors.add(vitals.spo2, truth: spo2) }
        }
        print(String(format: "%3.0f %%: ", spo2) + errors.text)
        #expect(errors.given > 0.98 && errors.mean < 0.5 && errors.greatest < 2)
    }

    @Test("with movements there are gaps, not wrong values", arguments: [0.002, 0.005, 0.01, 0.02, 0.05])
    func motion(strength: Double) {
        var (pulse, oxygen) = (Errors(), Errors())
        for seed in 1...12 as ClosedRange<UInt64> {
            var measurement = Measurement(seed: seed)
            measurement.finger.state.heartRate = [48, 66, 80, 97, 120, 150][Int(seed) % 6]
            for minute in 0..<4 {
                // Half a minute still, half a minute moving.
                measurement.finger.state.motion = 0
                for vitals in measurement.run(30).dropFirst(minute == 0 ? 12 : 0) {
                    pulse.add(vitals.heart_rate, truth: measurement.finger.state.heartRate)
                }
                measurement.finger.state.motion = strength
                for vitals in measurement.run(30) {
                    pulse.add(vitals.heart_rate, truth: measurement.finger.state.heartRate)
                    oxygen.add(vitals.spo2, truth: measurement.finger.state.spo2)
                }
            }
        }
        let wrong = pulse.share(over: 10)
        print(
            String(format: "motion %.3f: pulse ", strength) + pulse.text
                + String(format: ", over 10 bpm off %.2f %%; SpO2 while moving ", 100 * wrong) + oxygen.text)
        #expect(wrong < 0.01 && oxygen.share(over: 4) < 0.01)
    }

    @Test("noise and movements without any pulse are no pulse", arguments: [1e-4, 1e-3, 5e-3])
    func noPulse(noise: Double) {
        var (given, seconds) = (0, 0)
        for seed in 1...10 as ClosedRange<UInt64> {
            var measurement = Measurement(seed: 100 + seed)
            measurement.finger.state.perfusion = 0
            (measurement.finger.state.noise, measurement.finger.state.motion) = (noise, seed % 2 == 0 ? 0 : noise * 5)
            given += measurement.run(120).count { !$0.heart_rate.isNaN }
            seconds += 120
        }
        print("noise \(noise) alone: \(given) values in \(seconds) s")
        #expect(Double(given) / Double(seconds) < 0.005)
    }

    /// The longest that a value may outlive its signal.
    private static let outlives = 5

    @Test(
        "a value is given only while the last seconds' signal supports it: the pulse stops, the values are gone within 5 s",
        arguments: 1...8 as ClosedRange<UInt64>)
    func stops(seed: UInt64) {
        for rate in [40.0, 75, 150] {
            for residue in [0.0, 2e-4, 1e-3] {
                var measurement = Measurement(seed: seed)
                (measurement.finger.state.heartRate, measurement.finger.state.noise) = (rate, residue)
                let before = measurement.run(15)
                #expect(!before[14].heart_rate.isNaN)
                measurement.finger.state.perfusion = 0
                for vitals in measurement.run(20).dropFirst(Self.outlives) {
                    #expect(vitals.heart_rate.isNaN && vitals.spo2.isNaN, "\(rate) bpm, second \(vitals.t_ms / 1000)")
                }
            }
        }
    }

    @Test(
        "a rate that jumps is shown as what it was, as what it is, or not at all; within 9 s as what it is",
        arguments: [
            (60.0, 120.0), (120, 60), (75, 150), (80, 130), (150, 70), (50, 180), (70, 76),
        ])
    func jumps(from: Double, to: Double) {
        for seed in 1...6 as ClosedRange<UInt64> {
            var measurement = Measurement(seed: seed)
            measurement.finger.state.heartRate = from
            _ = measurement.run(15)
            measurement.finger.state.heartRate = to
            for (second, vitals) in measurement.run(14).enumerated() {
                let isOld = abs(Double(vitals.heart_rate) - from) < 0.08 * from, isNew = abs(Double(vitals.heart_rate) - to) < 0.08 * to
                #expect(vitals.heart_rate.isNaN || isNew || (isOld && second < 6), "seed \(seed), \(second + 1) s: \(vitals.heart_rate)")
                if second >= 9 { #expect(isNew) }
            }
        }
    }

    @Test(
        "a heart that beats irregularly is counted where its beats are clear; not where the hand moves, and without SpO2",
        arguments: [60.0, 80, 110, 140])
    func fibrillation(rate: Double) {
        var (still, moving) = (Errors(), Errors())
        for seed in 1...6 as ClosedRange<UInt64> {
            var (measurement, beats, second) = (Measurement(seed: seed), [Double](), 0.0)
            (measurement.finger.state.heartRate, measurement.finger.state.irregularity) = (rate, 0.2)
            for minute in 0..<6 {
                measurement.finger.state.motion = minute % 2 == 0 ? 0 : 0.01
                for _ in 0..<60 {
                    var last = measurement.finger.secondsSinceBeat
                    var sample = 0.0
                    let finger = measurement.finger
                    var copy = finger
                    for _ in 0..<100 {
                        _ = copy.next()
                        sample += 0.01
                        if copy.secondsSinceBeat < last { beats.append(second + sample) }
                        last = copy.secondsSinceBeat
                    }
                    second += 1
                    let vitals = measurement.next()
                    let window = beats.filter { $0 > second - 8 && $0 < second - 0.3 }
                    guard second > 10, window.count > 2 else { continue }
                    let truth = 60 * Double(window.count - 1) / (window.last! - window[0])
                    if minute % 2 == 0 { still.add(vitals.heart_rate, truth: truth) } else { moving.add(vitals.heart_rate, truth: truth) }
                }
            }
        }
        print(String(format: "irregular, %3.0f bpm: still ", rate) + still.text + "; moving " + moving.text)
        #expect(still.given > 0.3 && still.mean < 3 && still.share(over: 15) < 0.01)
        #expect(moving.share(over: 15) < 0.01)
    }

    @Test("lost samples cost accuracy only where they are many", arguments: [1, 5, 10, 11, 50, 100])
    func lost(count: Int) {
        var (ppg, config, finger) = (fj_ppg(), fj_ppg_config_max30102(), Finger(seed: 6))
        fj_ppg_init(&ppg, &config)
        var errors = Errors()
        for second in 1...60 as ClosedRange<UInt64> {
            for sample in 0..<100 {
                let light = finger.next()
                // Every third second some are missing.
                if second % 3 == 0, sample < count {
                    fj_ppg_lost(&ppg, 1)
                    continue
                }
                fj_ppg_push(&ppg, light.infrared * 36, light.red * 36)
            }
            var vitals = fj_vitals()
            fj_ppg_second(&ppg, second * 1000, &vitals)
            if second > 12 { errors.add(vitals.heart_rate, truth: 75) }
        }
        #expect(errors.greatest < 3)
        #expect(count > 10 ? errors.given < 0.5 : errors.given > 0.95, "\(errors.text)")
    }

    @Test("samples that are no numbers, and numbers beyond any converter, are lost ones") func nonsense() {
        var measurement = Measurement(seed: 1)
        _ = measurement.run(12)
        for value in [Float.nan, .infinity, -.infinity, 1e30] {
            let vitals = measurement.next { light in Bool.random() ? light : .init(red: value, infrared: value) }
            #expect(vitals.heart_rate.isNaN || abs(vitals.heart_rate - 75) < 4)
        }
        #expect(abs(measurement.run(14)[13].heart_rate - 75) < 1)
    }
}
