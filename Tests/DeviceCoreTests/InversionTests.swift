import DeviceCore
import DeviceSimulation
import Foundation
import Testing

/// Modules whose LEDs are the other way round, and the curve that makes SpO2 of R.
@Suite struct InversionTests {
    @Test("swapped LEDs are found within 40 s at any healthy saturation, no SpO2 is given, and the rate is", arguments: [93.0, 95, 97, 99])
    func swapped(spo2: Double) {
        let bench = SensorBench()
        bench.bus.oximeter.hasSwappedLEDs = true
        bench.finger.state.spo2 = spo2
        let seconds = bench.run(seconds: 60)
        #expect(seconds.dropFirst(40).allSatisfy { $0.vitals.is_inverted })
        #expect(seconds.allSatisfy { $0.vitals.spo2.isNaN && $0.vitals.r.isNaN })
        for second in seconds.dropFirst(10) { #expect(abs(second.vitals.heart_rate - 75) < 1) }
        // The patient gets worse: what the swapped sensor would call 90 % is not said either.
        bench.finger.state.spo2 = 70
        #expect(bench.run(seconds: 60).allSatisfy { $0.vitals.is_inverted && $0.vitals.spo2.isNaN })
    }

    @Test("LEDs that are right are never called swapped, however low the saturation becomes", arguments: [70.0, 80, 88, 95, 99])
    func right(spo2: Double) {
        let bench = SensorBench()
        bench.finger.state.spo2 = 97
        bench.run(seconds: 40)
        bench.finger.state.spo2 = spo2
        for second in bench.run(seconds: 60).dropFirst(10) { #expect(!second.vitals.is_inverted && abs(second.vitals.spo2 - Float(spo2)) < 1.5) }
        // R 1.6, as that of swapped ones.
        bench.finger.state.spo2 = 56
        #expect(bench.run(seconds: 120).allSatisfy { !$0.vitals.is_inverted })
        bench.finger.state.spo2 = 80
        #expect(bench.run(seconds: 20).last.map { abs($0.vitals.spo2 - 80) < 1.5 } ?? false)
    }

    @Test("a low saturation from the begin on is given, and not called swapped", arguments: [66.0, 70, 80]) func lowFromTheBegin(spo2: Double) {
        let bench = SensorBench()
        bench.finger.state.spo2 = spo2
        for second in bench.run(seconds: 90).dropFirst(12) { #expect(!second.vitals.is_inverted && abs(second.vitals.spo2 - Float(spo2)) < 1.5) }
    }

    @Test("the states follow R") func states() {
        var inversion = fj_inversion()
        func see(_ r: Float, _ seconds: Int) -> fj_inversion_state {
            (0..<seconds).reduce(FJ_INVERSION_UNKNOWN) { _, _ in fj_inversion_next(&inversion, r) }
        }
        #expect(see(2, 19) == FJ_INVERSION_UNKNOWN && see(1, 50) == FJ_INVERSION_UNKNOWN && see(0.5, 1) == FJ_INVERSION_UNKNOWN)
        #expect(see(2, 19) == FJ_INVERSION_UNKNOWN && see(.nan, 5) == FJ_INVERSION_UNKNOWN && see(2, 1) == FJ_INVERSION_LIKELY)
        #expect(see(0.8, 100) == FJ_INVERSION_LIKELY && see(0.5, 19) == FJ_INVERSION_LIKELY && see(0.5, 1) == FJ_INVERSION_RIGHT)
        #expect(see(2, 100) == FJ_INVERSION_RIGHT)
        #expect(fj_inversion_next(nil, 2) == FJ_INVERSION_UNKNOWN)
    }

    @Test("the default curve is 113.1 - 35.6 R, up to 100 %", arguments: [(0.3, 100.0), (0.4, 98.86), (0.5, 95.3), (0.8, 84.62), (1.2, 70.38)])
    func curve(r: Double, percent: Double) {
        var (samples, curve, out) = ([Float](), fj_spo2_curve_default(), fj_spo2())
        for index in 0..<400 { samples.append(Float(1000 * sin(Double(index) / 50 * 2 * .pi))) }
        let red = samples.map { $0 * Float(r) }
        let error = samples.withUnsafeBufferPointer { infrared in
            red.withUnsafeBufferPointer { red in
                var input = fj_spo2_input(
                    infrared: infrared.baseAddress, red: red.baseAddress, count: 400, rate_hz: 50, infrared_level: 1e5, red_level: 1e5,
                    heart_rate_bpm: 60)
                return fj_spo2_find(&input, &curve, &out)
            }
        }
        #expect(error == FJ_OK && abs(Double(out.percent) - percent) < 0.05 && abs(Double(out.r) - r) < 0.001)
    }
}
