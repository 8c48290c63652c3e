import DeviceCore
import DeviceSimulation
import Testing

/// A pulse that vanishes, in the sampled signal: through chip, driver, signal and watch.
@Suite struct NoPulseTests {
    private func names(_ seconds: [fj_second]) -> [String] { seconds.map { String(cString: fj_reason_name($0.vitals.reason)) } }

    private func bench(seed: UInt64 = 1, _ change: (inout Finger) -> Void = { _ in }, seconds: Int = 40) -> SensorBench {
        let bench = SensorBench()
        bench.finger = Finger(seed: seed)
        change(&bench.finger)
        bench.run(seconds: seconds)
        return bench
    }

    @Test(
        "a pulse that stops under a worn sensor is no_pulse within 8 s and to the end, within 12 s under quick breath",
        arguments: [0.5, 1, 2, 5], [40.0, 75, 150])
    func stops(perfusion: Double, rate: Double) {
        for (seed, noise) in [(1, 1e-4), (2, 3e-4)] as [(UInt64, Double)] {
            for breaths in [12.0, 20, 30, 40] {
                let bench = bench(seed: seed) { finger in
                    (finger.state.heartRate, finger.state.perfusion, finger.state.noise) = (rate, perfusion, noise)
                    finger.breathsPerSecond = 0.2
                }
                // A ventilator goes on, and some breathe quickly: that looks like a slow pulse, and is told from one after 5 s more.
                bench.finger.breathsPerSecond = breaths / 60
                bench.finger.state.perfusion = 0
                let (after, within) = (bench.run(seconds: 120), breaths > 20 ? 12 : 8)
                let reasons = names(after)
                #expect(
                    !reasons.prefix(4).contains("no_pulse") && reasons.dropFirst(within - 1).allSatisfy { $0 == "no_pulse" },
                    "\(breaths): \(reasons.prefix(20))")
                for second in after.dropFirst(within - 1) {
                    #expect(second.vitals.heart_rate.isNaN && second.vitals.spo2.isNaN && second.vitals.quality == 0)
                }
            }
        }
    }

    @Test("it ends when the pulse is back") func back() {
        let bench = bench()
        bench.finger.state.perfusion = 0
        #expect(names(bench.run(seconds: 30)).last == "no_pulse")
        bench.finger.state.perfusion = 1
        let reasons = names(bench.run(seconds: 14))
        #expect(reasons[13] == "" && reasons.filter { $0 == "no_pulse" }.count < 12, "\(reasons)")
    }

    @Test("a pulse that becomes weak, however quickly, is measured or low_perfusion", arguments: [0.08, 0.12, 0.16], [50.0, 75, 120])
    func weak(perfusion: Double, rate: Double) {
        let bench = bench { $0.state.heartRate = rate }
        bench.finger.state.perfusion = perfusion
        let reasons = names(bench.run(seconds: 300))
        #expect(!reasons.contains("no_pulse") && reasons.dropFirst(12).allSatisfy { ["", "low_perfusion"].contains($0) }, "\(Set(reasons))")
    }

    @Test("a finger that was put on without a pulse is starting") func starting() {
        let bench = bench({ $0.state.perfusion = 0 }, seconds: 5)
        #expect(names(bench.run(seconds: 60)).allSatisfy { $0 == "starting" })
    }

    @Test("no pulse stays so while the blood leaves the finger, and ends at once when the sensor is taken off") func fall() {
        let falling = bench(), removed = bench()
        for bench in [falling, removed] {
            bench.finger.state.perfusion = 0
            bench.run(seconds: 15)
        }
        // Sample by sample: a fall in steps of a second would be a pulse of 60.
        let reasons = names(falling.run(seconds: 120) { $0.finger.brightness = max($0.finger.brightness - 1.2, 100) })
        #expect(reasons.allSatisfy { $0 == "no_pulse" }, "\(reasons)")
        removed.finger.isAway = true
        #expect(names(removed.run(seconds: 4)) == ["no_pulse", "no_pulse", "sensor_off", "sensor_off"])
    }

    @Test("one bad sample costs no value and is neither off nor saturated", arguments: [0, 262_143] as [Float])
    func oneBadSample(value: Float) {
        var (ppg, config, finger, vitals) = (fj_ppg(), fj_ppg_config_max30102(), Finger(seed: 3), fj_vitals())
        #expect(fj_ppg_init(&ppg, &config) == FJ_OK)
        for second in 1...60 as ClosedRange<UInt64> {
            for sample in 0..<100 {
                let light = finger.next()
                let isBad = second > 15 && sample == 50
                fj_ppg_push(&ppg, isBad ? value : light.infrared * 36, light.red * 36)
            }
            fj_ppg_second(&ppg, second * 1000, &vitals)
            if second > 10 { #expect(abs(vitals.heart_rate - 75) < 1 && abs(vitals.spo2 - 97) < 1 && vitals.reason == FJ_REASON_NONE, "\(second)") }
        }
    }

    @Test("a dark finger is on, whatever current the LED begins with; an open sensor with much crosstalk is off at any current")
    func current() {
        let dark = bench { $0.brightness = 390 }
        #expect(SensorBench.isWhole(dark.run(seconds: 1)[0]))
        dark.finger.brightness = 130
        dark.finger.state.perfusion = 0
        let off = dark.run(seconds: 5)
        #expect(names(off)[4] == "sensor_off" && dark.bus.oximeter.infraredCurrent == UInt8(FJ_SENSORS_SEARCH_CURRENT))
    }

    @Test("saturated light and a sensor in the air are what they are, before and after a pulse") func others() {
        let bench = bench()
        bench.finger.isAway = true
        #expect(names(bench.run(seconds: 10)).last == "sensor_off")
        bench.finger.isAway = false
        #expect(names(bench.run(seconds: 12)).last == "")
    }

    @Test("an irregular heart, breath, drift and movements are no missing pulse") func worn() {
        for seed in 1...6 as ClosedRange<UInt64> {
            let bench = bench(seed: seed) { finger in
                finger.state.heartRate = [55, 70, 90, 110, 130, 160][Int(seed) - 1]
                finger.state.irregularity = seed % 2 == 0 ? 0.2 : 0
            }
            for minute in 0..<10 {
                bench.finger.state.perfusion = [2, 0.6, 0.3, 1.2, 4][minute % 5]
                bench.finger.state.motion = [0, 0.002, 0.02][minute % 3]
                #expect(!names(bench.run(seconds: 60)).contains("no_pulse"), "seed \(seed), minute \(minute)")
            }
        }
    }
}
