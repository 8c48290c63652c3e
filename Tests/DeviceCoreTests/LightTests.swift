import DeviceCore
import DeviceSimulation
import Testing

/// Bad samples, weak fingers and the LEDs' currents, through chip, driver and signal.
@Suite struct LightTests {
    /// What a bad sample is, as light on the photodiode.
    enum Spike: CaseIterable {
        case zero, fullScale, redAlone, infraredAlone, tenth

        func spoil(_ light: MAX30102.Light) -> MAX30102.Light {
            switch self {
            case .zero: MAX30102.Light(red: 0, infrared: 0, room: 0)
            case .fullScale: MAX30102.Light(red: 1e6, infrared: 1e6)
            case .redAlone: MAX30102.Light(red: 0, infrared: light.infrared)
            case .infraredAlone: MAX30102.Light(red: light.red, infrared: 1e6)
            case .tenth: MAX30102.Light(red: light.red * 1.1, infrared: light.infrared * 1.1)
            }
        }
    }

    @Test("a spike, once or every two seconds, costs no value and moves none", arguments: Spike.allCases, [1, 2])
    func spikes(spike: Spike, samples: Int) {
        let bench = SensorBench()
        #expect(SensorBench.isWhole(bench.run(seconds: 12)[11]))
        for second in 0..<60 {
            let isSpoilt = second == 0 || second >= 20 && second % 2 == 0
            bench.spoil = { isSpoilt && (50..<50 + samples).contains($0) ? spike.spoil($1) : $1 }
            let vitals = bench.run(seconds: 1)[0].vitals
            #expect(vitals.reason == FJ_REASON_NONE && abs(vitals.heart_rate - 75) < 1, "\(second) s: \(vitals.reason) \(vitals.heart_rate)")
            #expect(abs(vitals.spo2 - 97) < 1, "\(second) s: \(vitals.spo2)")
        }
    }

    @Test("a spike of an open sensor is no finger") func spikesOfOpenSensor() {
        let bench = SensorBench()
        bench.finger.isAway = true
        bench.run(seconds: 10)
        bench.spoil = { sample, light in sample == 50 ? MAX30102.Light(red: 1e6, infrared: 1e6) : light }
        for second in bench.run(seconds: 20) { #expect(second.vitals.reason == FJ_REASON_SENSOR_OFF) }
    }

    /// Counts for a step of current: the first one gives 14,180 counts at the start current, the last one fills the converter at half of it.
    @Test(
        "a finger that comes is measured within 10 s, however much light it gives back", arguments: [394, 600, 1200, 3600, 7000, 14_000] as [Float])
    func fingerComes(brightness: Float) {
        let bench = SensorBench()
        bench.finger.brightness = brightness
        bench.finger.isAway = true
        #expect(bench.run(seconds: 20).last?.vitals.reason == FJ_REASON_SENSOR_OFF)
        bench.finger.isAway = false
        let seconds = bench.run(seconds: 14)
        #expect(seconds.dropFirst(10).allSatisfy(SensorBench.isWhole), "\(seconds.map(\.vitals.reason.rawValue))")
    }

    @Test("the LED is brighter while it looks for a finger, and never stays at its maximum", arguments: [394, 900, 3600, 14_000] as [Float])
    func search(brightness: Float) {
        let bench = SensorBench()
        bench.finger.brightness = brightness
        bench.run(seconds: 20)
        bench.finger.isAway = true
        for second in bench.run(seconds: 60).dropFirst(4) { #expect(second.vitals.reason == FJ_REASON_SENSOR_OFF) }
        let current = bench.bus.oximeter.infraredCurrent
        #expect(current > UInt8(FJ_MAX30102_CURRENT_START) && current < UInt8(FJ_MAX30102_CURRENT_MAX), "\(current)")
    }

    /// Counts for a step of current that an open sensor gives back to itself, and counts of the room's light.
    @Test("crosstalk and a bright room are no finger, at any current", arguments: [20, 130] as [Float], [500, 8000] as [Float])
    func room(crosstalk: Float, room: Float) {
        let bench = SensorBench()
        bench.finger.brightness = 700
        bench.run(seconds: 20)
        bench.spoil = { _, _ in MAX30102.Light(red: crosstalk, infrared: crosstalk, room: room) }
        let seconds = bench.run(seconds: 60)
        #expect(seconds.allSatisfy { $0.vitals.heart_rate.isNaN || $0.vitals.t_ms < 22_000 })
        #expect(seconds.dropFirst(10).allSatisfy { $0.vitals.reason == FJ_REASON_SENSOR_OFF }, "\(seconds.map(\.vitals.reason.rawValue))")
    }
}
