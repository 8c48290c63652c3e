import DeviceCore
import DeviceSimulation
import Testing

/// A sensor whose own oscillator is not the system's timer.
@Suite struct SampleClockTests {
    /// What a minute of a chip gives that samples at `rateHz`, on a finger whose heart beats 75 times a minute.
    private func minute(rateHz: Double, seed: UInt64 = 1) -> [fj_vitals] {
        let bench = SensorBench()
        bench.finger = Finger(seed: seed, rateHz: rateHz)
        bench.rateHz = rateHz
        return bench.run(seconds: 60).map(\.vitals)
    }

    @Test("a rate is right whatever the chip's clock is, within 5 %", arguments: [95.2, 97, 99, 100, 101, 103, 104.8])
    func scaled(rateHz: Double) {
        let vitals = minute(rateHz: rateHz)
        for second in vitals where !second.heart_rate.isNaN { #expect(abs(second.heart_rate - 75) < 1, "\(second.t_ms): \(second.heart_rate)") }
        #expect(vitals.dropFirst(12).allSatisfy { $0.reason == FJ_REASON_NONE })
    }

    @Test("beyond 5 % no rate is given, with its reason", arguments: [52, 80, 94, 106, 120, 200.0])
    func refused(rateHz: Double) {
        let vitals = minute(rateHz: rateHz)
        #expect(vitals.allSatisfy { $0.heart_rate.isNaN && $0.spo2.isNaN && $0.quality == 0 })
        #expect(vitals.dropFirst(14).allSatisfy { $0.reason == FJ_REASON_SAMPLE_CLOCK }, "\(vitals.map(\.reason.rawValue))")
    }

    @Test("a failed transfer, and samples that had no room, leave the rate as it was") func gaps() {
        let bench = SensorBench()
        bench.finger = Finger(seed: 2, rateHz: 97)
        bench.rateHz = 97
        bench.run(seconds: 20)
        bench.bus.faults = [SensorBus.oximeterAddress: .silent]
        bench.run(seconds: 1)
        bench.bus.faults = [:]
        for second in bench.run(seconds: 40) where !second.vitals.heart_rate.isNaN { #expect(abs(second.vitals.heart_rate - 75) < 1) }
    }

    @Test("the clock knows a rate after 2 s, and within 8 s another one") func clock() {
        var clock = fj_sample_clock()
        var now: UInt64 = 5000
        fj_sample_clock_read(&clock, now, 17)
        for _ in 0..<10 {
            now += 170
            fj_sample_clock_read(&clock, now, 17)
        }
        #expect(fj_sample_clock_rate_hz(&clock) == 0)
        for _ in 0..<100 {
            now += 170
            fj_sample_clock_read(&clock, now, 17)
        }
        #expect(abs(fj_sample_clock_rate_hz(&clock) - 100) < 0.01)
        for _ in 0..<54 {
            now += 175
            fj_sample_clock_read(&clock, now, 17)
        }
        #expect(abs(fj_sample_clock_rate_hz(&clock) - 17 / 0.175) < 0.01)
        fj_sample_clock_restart(&clock)
        #expect(abs(fj_sample_clock_rate_hz(&clock) - 17 / 0.175) < 0.01, "until another is known")
        fj_sample_clock_read(nil, 0, 1)
        fj_sample_clock_restart(nil)
        #expect(fj_sample_clock_rate_hz(nil) == 0)
    }
}
