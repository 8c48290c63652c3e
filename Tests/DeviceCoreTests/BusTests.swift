import DeviceCore
import DeviceSimulation
import Testing

/// Both sensors as the sampling task calls them, on a bus that does what a test wants.
final class SensorBench {
    let bus = SensorBus()
    let i2c = UnsafeMutablePointer<fj_i2c>.allocate(capacity: 1)
    let sensors = UnsafeMutablePointer<fj_sensors>.allocate(capacity: 1)
    private(set) var now: UInt64 = 0
    var finger = Finger(seed: 1)
    /// A hand resets the bus; false: it cannot.
    var canReset = true
    private(set) var resets = 0
    /// What the chip's own clock makes of a second.
    var rateHz = 100.0
    /// What becomes of the light of each sample of a second, by its number.
    var spoil: (Int, MAX30102.Light) -> MAX30102.Light = { $1 }
    private var due = 0.0

    init(swapped: Bool = false) {
        i2c.initialize(to: bus.callbacks)
        sensors.initialize(to: fj_sensors())
        bus.oximeter.hasSwappedLEDs = swapped
        var config = fj_sensors_config(swap_red_infrared: swapped, ppg: fj_ppg_config_max30102())
        #expect(fj_sensors_init(sensors, i2c, &config, 0) == FJ_OK)
    }

    deinit {
        sensors.deallocate()
        i2c.deallocate()
    }

    /// Seconds of the sampling task's life; answers what each gave.
    @discardableResult
    func run(seconds: Int, between: (SensorBench) -> Void = { _ in }) -> [fj_second] {
        (0..<seconds).map { _ in
            for sample in 1...100 {
                now += 10
                due += rateHz / 100
                while due > 0.999 {
                    bus.oximeter.convert(spoil(sample, finger.next()))
                    due -= 1
                }
                between(self)
                guard bus.oximeter.isInterrupting || sample % 5 == 0 else { continue }
                if fj_sensors_step(sensors, now, bus.oximeter.isInterrupting) == FJ_SENSORS_RESET_BUS {
                    resets += 1
                    if canReset { bus.faults = bus.faults.filter { $0.value != .stuck } }
                    fj_sensors_bus_was_reset(sensors, now)
                }
            }
            var second = fj_second()
            #expect(fj_sensors_second(sensors, now, &second) == FJ_OK)
            return second
        }
    }

    static func isWhole(_ second: fj_second) -> Bool {
        second.vitals.reason == FJ_REASON_NONE && abs(second.vitals.heart_rate - 75) < 2 && second.skin.reason == FJ_REASON_NONE
    }
}

@Suite struct BusTests {
    private static let oximeter = SensorBus.oximeterAddress, thermometer = SensorBus.thermometerAddress

    @Test("the checksum of SMBus is the specification's") func pec() {
        #expect(fj_pec([0xB4, 0x07, 0xB5, 0xD2, 0x3A], 5) == 0x30)
        #expect(fj_pec(nil, 3) == 0 && fj_pec([], 0) == 0)
    }

    @Test("a thermometer is read once it is warm, both temperatures or neither") func thermometerReads() {
        let (bus, i2c) = (SensorBus(ambientCelsius: 23.41, objectCelsius: 36.57), UnsafeMutablePointer<fj_i2c>.allocate(capacity: 1))
        defer { i2c.deallocate() }
        i2c.initialize(to: bus.callbacks)
        var sensor = fj_mlx90614(), out = fj_temperatures(object_c: -1, ambient_c: -2)
        #expect(fj_mlx90614_init(&sensor, i2c, 5000) == FJ_OK)
        #expect(fj_mlx90614_read(&sensor, 5999, &out) == FJ_ERROR_NOT_READY)
        let expected: [(SensorBus.Fault, fj_error)] = [
            (.stuck, FJ_ERROR_BUS_STUCK), (.silent, FJ_ERROR_NO_ANSWER), (.short, FJ_ERROR_SHORT), (.flipped, FJ_ERROR_CHECKSUM),
        ]
        for (fault, error) in expected {
            bus.faults = [Self.thermometer: fault]
            #expect(fj_mlx90614_read(&sensor, 6000, &out) == error)
        }
        bus.faults = [:]
        bus.objectRaw |= 0x8000
        #expect(fj_mlx90614_read(&sensor, 6000, &out) == FJ_ERROR_SENSOR)
        bus.objectRaw = 0
        #expect(fj_mlx90614_read(&sensor, 6000, &out) == FJ_ERROR_RANGE)
        #expect(out.object_c == -1 && out.ambient_c == -2, "output is written with success only")
        bus.look(23.41, 36.57)
        #expect(fj_mlx90614_read(&sensor, 6000, &out) == FJ_OK)
        #expect(abs(out.object_c - 36.57) < 0.011 && abs(out.ambient_c - 23.41) < 0.011)
        #expect(fj_mlx90614_read(nil, 6000, &out) == FJ_ERROR_ARGUMENT && fj_mlx90614_read(&sensor, 6000, nil) == FJ_ERROR_ARGUMENT)
    }

    @Test("another chip at the oximeter's address is not taken for one") func wrongPart() {
        let bench = SensorBench()
        bench.bus.oximeter.partID = 0x11
        let seconds = bench.run(seconds: 4)
        #expect(seconds.allSatisfy { $0.vitals.reason == FJ_REASON_NO_SAMPLES && $0.vitals.heart_rate.isNaN })
        #expect(bench.sensors.pointee.oximeter_health.last_error == FJ_ERROR_WRONG_PART && bench.resets == 0)
        #expect(seconds[3].skin.reason == FJ_REASON_NONE, "the other sensor goes on")
        bench.bus.oximeter.partID = 0x15
        #expect(SensorBench.isWhole(bench.run(seconds: 12)[11]))
    }

    @Test("samples come out as they went in, red and infrared in their places, whichever way round the LEDs are", arguments: [false, true])
    func samples(swapped: Bool) {
        let (bus, i2c) = (SensorBus(), UnsafeMutablePointer<fj_i2c>.allocate(capacity: 1))
        defer { i2c.deallocate() }
        i2c.initialize(to: bus.callbacks)
        bus.oximeter.hasSwappedLEDs = swapped
        var (sensor, out) = (fj_max30102(), fj_samples())
        #expect(fj_max30102_init(&sensor, i2c, swapped, 0) == FJ_OK)
        for count in [0, 1, 16, 17, 31] {
            for index in 0..<count { bus.oximeter.convert(.init(red: 1000 + Float(index), infrared: 3000 + Float(index), room: 0)) }
            #expect(bus.oximeter.isInterrupting == (count >= 17))
            #expect(fj_max30102_read(&sensor, 100, &out) == FJ_OK)
            #expect(out.count == count && out.lost == 0 && !bus.oximeter.isInterrupting)
            let got = withUnsafeBytes(of: out.sample) { Array($0.bindMemory(to: fj_sample.self).prefix(count)) }
            for (index, sample) in got.enumerated() {
                #expect(sample.red == UInt32(36 * (1000 + index)) && sample.infrared == UInt32(36 * (3000 + index)))
            }
        }
        // 32 fill it, 5 more are lost, and counted.
        for _ in 0..<37 { bus.oximeter.convert(.init(red: 1, infrared: 1)) }
        #expect(fj_max30102_read(&sensor, 200, &out) == FJ_OK)
        #expect(out.count == 32 && out.lost == 5 && sensor.lost == 5)
        #expect(!fj_max30102_is_due(&sensor, 399, false) && fj_max30102_is_due(&sensor, 400, false) && fj_max30102_is_due(&sensor, 201, true))
    }

    @Test(
        "after any fault of either sensor or of both, no value stands that was not measured, and all is whole again soon after",
        arguments: [
            ([oximeter], SensorBus.Fault.silent), ([oximeter], .short), ([thermometer], .silent), ([thermometer], .short), ([thermometer], .flipped),
            ([oximeter, thermometer], .stuck), ([oximeter, thermometer], .silent), ([oximeter, thermometer], .short),
        ])
    func faults(addresses: [UInt8], fault: SensorBus.Fault) {
        let bench = SensorBench()
        #expect(SensorBench.isWhole(bench.run(seconds: 12)[11]))
        bench.canReset = false
        for address in addresses { bench.bus.faults[address] = fault }
        let during = bench.run(seconds: 20)
        for second in during.dropFirst() {
            #expect(!addresses.contains(Self.oximeter) || (second.vitals.heart_rate.isNaN && second.vitals.spo2.isNaN && second.vitals.r.isNaN))
            #expect(!addresses.contains(Self.thermometer) || (second.skin.celsius.isNaN && second.ambient_c.isNaN))
        }
        if addresses.count == 1 {
            #expect(during.allSatisfy { addresses[0] == Self.oximeter ? $0.skin.celsius > 36 : $0.vitals.heart_rate > 70 }, "the other one goes on")
            #expect(bench.resets == 0)
        } else {
            #expect((5...11).contains(bench.resets), "\(bench.resets) resets of the bus in 20 s")
        }
        bench.canReset = true
        bench.bus.faults = bench.bus.faults.filter { $0.value == .stuck }  // a stuck line is let go by the reset alone
        #expect(SensorBench.isWhole(bench.run(seconds: 14)[13]))
    }

    @Test("one bad transfer costs its samples, not the sensor") func singleFault() {
        let bench = SensorBench()
        bench.run(seconds: 12)
        bench.bus.faults = [Self.oximeter: .short, Self.thermometer: .flipped]
        bench.run(seconds: 2) { bench in
            if bench.sensors.pointee.oximeter_health.failures > 0 { bench.bus.faults[Self.oximeter] = nil }
            if bench.sensors.pointee.thermometer_health.failures > 0 { bench.bus.faults[Self.thermometer] = nil }
        }
        #expect(bench.bus.faults.isEmpty, "both faults were met")
        #expect(bench.sensors.pointee.oximeter_health.in_use && bench.sensors.pointee.thermometer_health.in_use && bench.resets == 0)
        #expect(SensorBench.isWhole(bench.run(seconds: 12)[11]))
    }

    @Test("a chip that lost its power for a moment and stands by is initialised again") func brownOut() {
        let bench = SensorBench()
        bench.run(seconds: 12)
        bench.bus.oximeter.loseSettings()
        let seconds = bench.run(seconds: 16)
        #expect(seconds[1].vitals.heart_rate.isNaN && SensorBench.isWhole(seconds[15]))
    }

    @Test("a finger that goes takes its values with it within the second, is off after 3 s, and one that comes is measured within 8 s")
    func sensorOff() {
        let bench = SensorBench()
        #expect(SensorBench.isWhole(bench.run(seconds: 12)[11]))
        bench.finger.isAway = true
        bench.bus.look(23, 23.4)
        for (index, second) in bench.run(seconds: 5).enumerated() {
            #expect(second.vitals.reason == (index < 2 ? FJ_REASON_POOR_SIGNAL : FJ_REASON_SENSOR_OFF))
            #expect(second.vitals.heart_rate.isNaN && second.vitals.spo2.isNaN)
            #expect(second.vitals.quality == 0 && second.vitals.perfusion_index.isNaN)
            #expect(second.skin.reason == FJ_REASON_SENSOR_OFF && second.skin.celsius.isNaN && second.ambient_c > 22)
        }
        bench.finger.isAway = false
        bench.bus.look(23, 36.6)
        let back = bench.run(seconds: 8)
        #expect(back[0].vitals.heart_rate.isNaN && SensorBench.isWhole(back[7]), "\(back.map(\.vitals.reason.rawValue))")
    }

    @Test("too bright and too dark a finger are both brought into the middle of the converter", arguments: [900, 2200, 12_000, 30_000] as [Float])
    func servo(brightness: Float) {
        let bench = SensorBench()
        bench.finger.brightness = brightness
        let seconds = bench.run(seconds: 20)
        #expect(SensorBench.isWhole(seconds[19]))
        let level = brightness * Float(bench.bus.oximeter.infraredCurrent)
        #expect((60_000...210_000).contains(level), "\(level)")
        for second in seconds where !second.vitals.heart_rate.isNaN { #expect(abs(second.vitals.heart_rate - 75) < 4) }
    }

    @Test("saturated light gives no value, however regular it is") func saturated() {
        var (ppg, config) = (fj_ppg(), fj_ppg_config_max30102())
        #expect(fj_ppg_init(&ppg, &config) == FJ_OK)
        var (finger, vitals) = (Finger(seed: 2), fj_vitals())
        for second in 1...12 as ClosedRange<UInt64> {
            for _ in 0..<100 {
                let light = finger.next()
                fj_ppg_push(&ppg, min(light.infrared * 72.6, 262_143), light.red * 36)
            }
            #expect(fj_ppg_second(&ppg, second * 1000, &vitals) == FJ_OK)
            #expect(vitals.reason == FJ_REASON_SATURATED && vitals.heart_rate.isNaN)
        }
    }

    @Test("skin at the room's temperature is nobody; the limits have hysteresis") func thermometerWorn() {
        var (worn, skin) = (fj_thermometer(), fj_skin())
        func judge(_ object: Float, _ ambient: Float) -> fj_reason {
            var read = fj_temperatures(object_c: object, ambient_c: ambient)
            #expect(fj_thermometer_judge(&worn, &read, &skin) == FJ_OK)
            #expect(skin.celsius.isNaN == (skin.reason != FJ_REASON_NONE))
            return skin.reason
        }
        #expect(judge(24.4, 23) == FJ_REASON_SENSOR_OFF && judge(24.5, 23) == FJ_REASON_NONE)
        #expect(judge(24.1, 23) == FJ_REASON_NONE && judge(23.9, 23) == FJ_REASON_SENSOR_OFF && judge(24.1, 23) == FJ_REASON_SENSOR_OFF)
        #expect(judge(46, 23) == FJ_REASON_OUT_OF_RANGE && judge(.nan, 23) == FJ_REASON_SENSOR_OFF)
    }
}
