import DeviceCore
import DeviceSimulation
import Foundation
import Testing

/// An infrared signal that is made beat by beat: what a regular pulse alone does not have.
private struct Wave {
    var beats: [(at: Double, strength: Double)] = []
    /// Of the level: what a beat of strength 1 takes away.
    var perfusion = 0.02
    var noise = 3e-4
    /// Of the level: what else sways it, at a time (s).
    var common: (Double) -> Double = { 0.0005 * sin(2 * .pi * 0.25 * $0) }

    static func beat(_ t: Double) -> Double { exp(-pow((t - 0.2) / 0.09, 2)) + 0.4 * exp(-pow((t - 0.46) / 0.13, 2)) }

    /// Beats at a rate, each `strengths` in turn, and each that is not the first of its group earlier by this part of an interval.
    mutating func beat(rate: Double, strengths: [Double] = [1], early: Double = 0, seconds: Int) {
        let period = 60 / rate
        for index in 0..<Int(Double(seconds) / period) {
            let place = index % strengths.count
            beats.append(((Double(index) - (place == 0 ? 0 : early)) * period + 0.3, strengths[place]))
        }
    }

    /// The heart rate of each second; NaN: none. And the reasons.
    func run(seconds: Int, seed: UInt64 = 1) -> [fj_vitals] {
        var (ppg, config, generator) = (fj_ppg(), fj_ppg_config_max30102(), SeededGenerator(seed: seed))
        config.has_red = false
        #expect(fj_ppg_init(&ppg, &config) == FJ_OK)
        var first = 0
        return (0..<seconds).map { second in
            for sample in 0..<100 {
                let t = Double(second) + Double(sample) / 100
                while first < beats.count, beats[first].at < t - 1.5 { first += 1 }
                let pulse = beats[first...].prefix { $0.at < t + 0.3 }.reduce(0) { $0 + $1.strength * Self.beat(t - $1.at) }
                let level = 1 - perfusion * pulse + common(t) + noise * generator.normal()
                fj_ppg_push(&ppg, Float((130_000 * level).rounded()), 0)
            }
            var vitals = fj_vitals()
            #expect(fj_ppg_second(&ppg, UInt64(second + 1) * 1000, &vitals) == FJ_OK)
            return vitals
        }
    }

    /// The share of seconds from `begin` on with a value, and those whose value is over 10 off.
    func errors(truth: Double, seconds: Int = 40, from begin: Int = 10) -> (given: Double, wrong: [Float]) {
        let rates = run(seconds: seconds).dropFirst(begin).map(\.heart_rate), given = rates.filter { !$0.isNaN }
        return (Double(given.count) / Double(rates.count), given.filter { abs(Double($0) - truth) > 10 })
    }
}

@Suite struct SecondViewTests {
    @Test(
        "breath under a pulse never passes for it, at any ratio and up to three times its swing",
        arguments: [60.0, 90, 120, 140, 160], [1.5, 2, 2.5, 3, 3.5, 4, 5, 6])
    func breath(rate: Double, ratio: Double) {
        // Nothing breathes faster than that, and no ventilator does with such a swing.
        guard rate / ratio < 75 else { return }
        for swing in [0.5, 1, 2, 3] {
            for overtone in [0, 0.25] {
                var wave = Wave()
                wave.beat(rate: rate, seconds: 40)
                wave.common = { t in
                    let phase = 2 * .pi * rate / ratio / 60 * t
                    return 0.01 * swing * (sin(phase) + overtone * sin(2 * phase + 1))
                }
                let found = wave.errors(truth: rate)
                #expect(found.wrong.isEmpty, "swing \(swing), overtone \(overtone): \(found.wrong)")
                if swing < 1, ratio >= 2.5, rate <= 120 { #expect(found.given > 0.8, "swing \(swing), overtone \(overtone)") }
            }
        }
    }

    @Test(
        "beats that come in pairs, the second early or weak, are counted or not given: never half the rate",
        arguments: [60.0, 80, 100, 120, 140], [0.5, 0.6, 0.8])
    func pairs(rate: Double, strength: Double) {
        for early in [0, 0.1, 0.2, 0.33] {
            var wave = Wave()
            wave.beat(rate: rate, strengths: [1, strength], early: early, seconds: 40)
            let found = wave.errors(truth: rate)
            #expect(found.wrong.isEmpty, "early by \(early): \(found.wrong)")
        }
    }

    @Test("extrasystoles among regular beats make no other rate", arguments: [55.0, 70, 85, 100, 120], [4, 5, 7])
    func extrasystoles(rate: Double, every: Int) {
        for strength in [0.5, 0.8] {
            var wave = Wave()
            for index in 0..<Int(rate) {
                let isEarly = index % every == every - 1
                wave.beats.append(((Double(index) - (isEarly ? 0.35 : 0)) * 60 / rate + 0.3, isEarly ? strength : index % every == 0 ? 1.15 : 1))
            }
            let found = wave.errors(truth: rate, seconds: 60)
            #expect(found.wrong.isEmpty, "strength \(strength): \(found.wrong)")
        }
    }

    @Test("a rate that jumps is given again within 9 s, and nothing between", arguments: [(80.0, 180.0), (180, 80), (60, 120), (50, 150)])
    func steps(from: Double, to: Double) {
        var wave = Wave()
        wave.beat(rate: from, seconds: 20)
        for index in 0..<Int(to / 3) { wave.beats.append((20.3 + Double(index) * 60 / to, 1)) }
        let rates = wave.run(seconds: 38).map { Double($0.heart_rate) }
        for (second, rate) in rates.enumerated().dropFirst(10) {
            let isOld = abs(rate - from) < 0.06 * from, isNew = abs(rate - to) < 0.06 * to
            #expect(second < 20 ? isOld : second < 29 ? rate.isNaN || isNew || (isOld && second < 26) : isNew, "\(second + 1) s: \(rate)")
        }
    }

    @Test(
        "a weak pulse is measured where its wave is clear, and noise as strong is none",
        arguments: [0.0005, 0.0007, 0.001, 0.0016], [50.0, 75, 100, 130])
    func weak(perfusion: Double, rate: Double) {
        var wave = Wave()
        // A beat's swing is a little more than that of the sine that defines the perfusion index.
        (wave.perfusion, wave.noise) = (perfusion * 1.3, 2e-5)
        wave.beat(rate: rate, seconds: 60)
        let found = wave.errors(truth: rate, seconds: 60, from: 14)
        #expect(found.given > 0.9 && found.wrong.isEmpty)
        wave.beats = []
        #expect(wave.run(seconds: 60).allSatisfy { $0.heart_rate.isNaN })
    }

    @Test(
        "movements with a rhythm of their own are motion, not a pulse, and the pulse is there again after them",
        arguments: [60.0, 80, 100], [1.4, 1.8, 2.2])
    func rhythm(rate: Double, times: Double) {
        for swing in [3.0, 6, 15] {
            var wave = Wave(perfusion: 0.01)
            wave.beat(rate: rate, seconds: 80)
            wave.common = { t in
                let phase = 2 * .pi * rate * times / 60 * t
                return (30..<60).contains(t) ? 0.005 * swing * (sin(phase) + 0.4 * sin(2 * phase + 0.5)) : 0.0005 * sin(1.5 * t)
            }
            let vitals = wave.run(seconds: 80)
            let wrong = vitals[10..<60].filter { !$0.heart_rate.isNaN && abs(Double($0.heart_rate) - rate) > 10 }
            #expect(wrong.isEmpty, "swing \(swing): \(wrong.map(\.heart_rate))")
            #expect(vitals[34..<58].contains { $0.reason == FJ_REASON_MOTION })
            #expect(vitals[72...].allSatisfy { abs(Double($0.heart_rate) - rate) < 3 })
        }
    }
}
