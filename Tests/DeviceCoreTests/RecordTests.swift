import DeviceCore
import DeviceSimulation
import Testing

@testable import Clinical

/// Values of a record, by fj_vital.
func values(_ record: fj_record) -> [Int16] { withUnsafeBytes(of: record.value) { Array($0.bindMemory(to: Int16.self)) } }

func setValues(_ record: inout fj_record, _ values: [Int16]) {
    withUnsafeMutableBytes(of: &record.value) { bytes in
        for (index, value) in values.enumerated() { bytes.bindMemory(to: Int16.self)[index] = value }
    }
}

/// In the order of fj_vital.
let deviceVitals: [Vital] = [.spo2, .heartRate, .temperature, .perfusionIndex, .signalQuality, .ambientTemperature]

func randomRecord(_ sequence: UInt32, _ g: inout SeededGenerator, dated: Bool = true) -> fj_record {
    var record = fj_record()
    record.boot = .random(in: 1...UInt32.max, using: &g)
    record.sequence = sequence
    record.t_ms = .random(in: 0...1 << 40, using: &g)
    record.utc_ms = dated ? .random(in: 1_735_689_600_000...2_000_000_000_000, using: &g) : 0
    record.r = .random(in: 0...14_000, using: &g)
    setValues(
        &record,
        deviceVitals.map { vital in
            guard Int.random(in: 0..<4, using: &g) > 0 else { return .min }
            let range = vital.properties.plausible
            return .random(in: Int16(range.lowerBound * 100)...Int16(range.upperBound * 100), using: &g)
        })
    record.pulse_reason = fj_reason(.random(in: 0..<FJ_REASON_COUNT.rawValue, using: &g))
    return record
}

func isSame(_ a: fj_record, _ b: fj_record) -> Bool {
    a.boot == b.boot && a.sequence == b.sequence && a.t_ms == b.t_ms && a.utc_ms == b.utc_ms && a.r == b.r
        && a.pulse_reason == b.pulse_reason && a.skin_reason == b.skin_reason && values(a) == values(b)
}

@Suite struct RecordTests {
    @Test("the device's vitals are the server's: names, units, ranges") func vitals() throws {
        #expect(deviceVitals.count == Int(FJ_VITAL_COUNT.rawValue))
        for (index, vital) in deviceVitals.enumerated() {
            let properties = try #require(fj_vital_of(UInt32(index))).pointee
            #expect(String(cString: properties.name) == vital.rawValue && String(cString: properties.unit) == vital.unit)
            #expect(Double(properties.least) / 100 == vital.properties.plausible.lowerBound)
            #expect(Double(properties.greatest) / 100 == vital.properties.plausible.upperBound)
            var found = FJ_VITAL_COUNT
            #expect(fj_vital_named(vital.rawValue, vital.rawValue.utf8.count, &found) == FJ_OK && found.rawValue == UInt32(index))
        }
        var found = FJ_VITAL_COUNT
        #expect(fj_vital_named("respiratory_rate", 16, &found) == FJ_ERROR_EMPTY && fj_vital_of(UInt32(deviceVitals.count)) == nil)
    }

    @Test("the checksum of what is kept is the standard's") func crc() {
        #expect(fj_crc32(Array("123456789".utf8), 9) == 0xCBF4_3926)
        #expect(fj_crc32(nil, 4) == 0)
    }

    @Test("a record comes back as it was packed; no single bit goes wrong unseen") func pack() {
        var g = SeededGenerator(seed: 11)
        for sequence in 0..<200 as Range<UInt32> {
            var record = randomRecord(sequence, &g, dated: sequence % 3 != 0), back = fj_record()
            var bytes = [UInt8](repeating: 0, count: Int(FJ_RECORD_BYTES))
            #expect(fj_record_pack(&record, &bytes) == FJ_OK && fj_record_unpack(bytes, &back) == FJ_OK)
            #expect(isSame(record, back))
            for bit in 0..<bytes.count * 8 {
                bytes[bit / 8] ^= 1 << (bit % 8)
                // The first byte says what became of the record, not what it is.
                #expect((fj_record_unpack(bytes, &back) == FJ_OK) == (bit < 8))
                bytes[bit / 8] ^= 1 << (bit % 8)
            }
        }
        var late = fj_record(), bytes = [UInt8](repeating: 7, count: Int(FJ_RECORD_BYTES))
        late.utc_ms = 1 << 48
        #expect(fj_record_pack(&late, &bytes) == FJ_ERROR_RANGE && bytes.allSatisfy { $0 == 7 })
    }

    @Test("what cannot be measured is absent from a record, not a number") func make() {
        var second = fj_second(), record = fj_record()
        second.vitals = fj_vitals(
            t_ms: 5, heart_rate: .nan, spo2: 101, r: .nan, perfusion_index: 1.234, quality: 80, reason: FJ_REASON_POOR_SIGNAL, is_inverted: false)
        second.skin = fj_skin(celsius: 19.99, reason: FJ_REASON_NONE)
        second.ambient_c = .infinity
        #expect(fj_record_make(&second, 1, 2, 3, &record) == FJ_OK)
        #expect(values(record) == [.min, .min, .min, 123, 8000, .min] && record.r == .min && fj_record_values(&record) == 2)
        second.vitals.reason = FJ_REASON_SENSOR_OFF
        #expect(fj_record_make(&second, 1, 2, 3, &record) == FJ_OK)
        #expect(values(record)[4] == .min, "nobody wears it: it has no quality")
    }

    @Test("every absent value has a reason, and no other one has; what the sensor does not give is not the patient's") func reasons() {
        var g = SeededGenerator(seed: 12)
        for sequence in 0..<500 as Range<UInt32> {
            var record = randomRecord(sequence, &g)
            record.skin_reason = fj_reason(.random(in: 0..<FJ_REASON_COUNT.rawValue, using: &g))
            for (index, value) in values(record).enumerated() {
                #expect((fj_record_reason(&record, fj_vital(UInt32(index))) == FJ_REASON_NONE) == (value != .min))
            }
        }
        let known: Set = ["sensor_off", "no_pulse", "low_perfusion", "poor_signal", "saturated", "starting", "motion"]
        for reason in (0...FJ_REASON_COUNT.rawValue).map({ fj_reason($0) }) {
            let name = fj_reason_wire_name(reason).map { String(cString: $0) }
            #expect(name.map(known.contains) ?? [FJ_REASON_NONE, FJ_REASON_NO_SAMPLES, FJ_REASON_COUNT].contains(reason), "\(reason)")
        }
    }

    @Test("a ring keeps what a plain list keeps, through any pushes and removals") func ring() {
        var g = SeededGenerator(seed: 5)
        let capacity = 7
        let memory = UnsafeMutablePointer<fj_record>.allocate(capacity: capacity)
        memory.initialize(repeating: fj_record(), count: capacity)
        defer { memory.deallocate() }
        var (ring, list) = (fj_ring(), [UInt32]())
        #expect(fj_ring_init(&ring, memory, 0) == FJ_ERROR_ARGUMENT && fj_ring_init(&ring, memory, capacity) == FJ_OK)
        for sequence in 0..<5000 as Range<UInt32> {
            if Bool.random(using: &g) {
                var record = fj_record()
                record.sequence = sequence
                #expect((fj_ring_push(&ring, &record) == FJ_OK) == (list.count < capacity))
                if list.count < capacity { list.append(sequence) }
            } else {
                let index = Int.random(in: 0...capacity, using: &g)
                fj_ring_remove(&ring, index)
                if index < list.count { list.remove(at: index) }
            }
            #expect((0..<ring.count).map { fj_ring_at(&ring, $0).pointee.sequence } == list && fj_ring_at(&ring, list.count) == nil)
        }
    }
}
