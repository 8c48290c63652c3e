import DeviceCore
import DeviceSimulation
import Testing

@testable import Clinical

/// The contract between both: what the device writes, the server's own decoder reads.
@Suite struct ReportTests {
    private static let now = Instant(milliseconds: 1_900_000_000_000)

    /// A report of these records, and how many went in.
    private func encode(_ records: [fj_record], _ state: fj_report_state, now: UInt64 = 0, capacity: Int = 65_536) -> (body: [UInt8], records: Int) {
        var (report, body, length) = (fj_report(), [CChar](repeating: 0x7F, count: capacity + 8), 0)
        var state = state
        body.withUnsafeMutableBufferPointer { buffer in
            #expect(fj_report_begin(&report, buffer.baseAddress, capacity) == FJ_OK)
            for var record in records where fj_report_add(&report, &record, now) != FJ_OK { break }
            #expect(fj_report_end(&report, &state, &length) == FJ_OK)
        }
        #expect(length <= capacity && body[capacity...].allSatisfy { $0 == 0x7F }, "nothing is written past the end")
        return (body.prefix(length).map { UInt8(bitPattern: $0) }, Int(report.records))
    }

    private static var plainState: fj_report_state {
        var state = fj_report_state()
        (state.battery, state.rssi, state.boot, state.sequence) = (Int32.min, Int32.min, 7, 12)
        return state
    }

    @Test("every value arrives as it was measured, at its instant; nothing is rejected", arguments: 1...60 as ClosedRange<UInt64>)
    func values(seed: UInt64) throws {
        var g = SeededGenerator(seed: seed)
        let records = (0..<Int.random(in: 0...40, using: &g)).map { number in
            var record = randomRecord(UInt32(number), &g)
            record.utc_ms = 1_899_999_000_000 + UInt64(number) * 1000 + .random(in: 0..<1000, using: &g)
            return record
        }
        let (body, count) = encode(records, Self.plainState)
        #expect(count == records.count)
        let report = try Report.decode(body, now: Self.now)
        let expected = records.flatMap { record in
            zip(deviceVitals, DeviceCoreTests.values(record)).filter { $0.1 != .min }.map { vital, value in
                Reading(vital: vital, value: Double(value) / 100, measuredAt: Instant(milliseconds: Int64(record.utc_ms)))
            }
        }
        #expect(report.readings == expected && report.rejected.isEmpty && report.shape == .report)
        #expect(records.isEmpty || Report.plain(body, now: Self.now) == report, "the server reads it the fast way")
    }

    @Test("without a clock, age tells the instant") func age() throws {
        var record = fj_record()
        record.t_ms = 5_000
        setValues(&record, [9700, .min, .min, .min, .min, .min])
        let report = try Report.decode(encode([record], Self.plainState, now: 65_250).body, now: Self.now)
        #expect(report.readings == [Reading(vital: .spo2, value: 97, measuredAt: Self.now.advanced(bySeconds: -60.25), isDatedByServer: true)])
        // From the future, and older than the server takes.
        #expect(encode([record], Self.plainState, now: 4_999).records == 0)
        #expect(encode([record], Self.plainState, now: 5_001 + 30 * 86_400_000).records == 0)
    }

    @Test("what the device says of itself arrives", arguments: [false, true]) func state(hasDetails: Bool) throws {
        var state = Self.plainState
        (state.battery, state.rssi, state.free_heap, state.dropped, state.rules_version) = (83, -61, 182_000, 4, 3_000_000_000)
        (state.utc_ms, state.detached, state.has_details) = (1_899_999_999_000, 0b111, hasDetails)
        let report = try "2.0.1".withCString { firmware in
            try "brownout \"é".withCString { reason in
                (state.firmware, state.reset_reason) = (firmware, reason)
                return try Report.decode(encode([], state).body, now: Self.now)
            }
        }
        let expected = DeviceState(
            battery: 83, rssi: -61, firmware: "2.0.1", boot: 7, sequence: 12, resetReason: hasDetails ? "brownout ???" : nil,
            freeHeap: hasDetails ? 182_000 : nil, dropped: hasDetails ? 4 : nil, detached: [.spo2, .temperature, .heartRate],
            clock: Instant(milliseconds: 1_899_999_999_000), rulesVersion: 3_000_000_000)
        #expect(report.state == expected)
        #expect(report.readings.isEmpty)
        let least = try Report.decode(encode([], Self.plainState).body, now: Self.now)
        #expect(least.state == DeviceState(boot: 7, sequence: 12, rulesVersion: 0))
    }

    @Test("a curve of its own goes with the details, swapped LEDs with every report", arguments: [false, true]) func curve(hasDetails: Bool) throws {
        var state = Self.plainState
        (state.has_curve, state.is_inverted, state.has_details) = (true, true, hasDetails)
        for (a, b, c) in [(0, -35.6, 113.1), (-45.06, 30.354, 94.845), (-0.00001, -1000, 1000)] as [(Float, Float, Float)] {
            state.curve = fj_spo2_curve(a: a, b: b, c: c)
            let told = try #require(try Report.decode(encode([], state).body, now: Self.now).state)
            #expect(told.isInverted == true)
            #expect((told.curve == nil) != hasDetails)
            if let curve = told.curve {
                #expect(abs(curve.a - Double(a)) < 1e-5 && abs(curve.b - Double(b)) < 1e-4 && abs(curve.c - Double(c)) < 1e-4, "\(curve)")
            }
        }
        let plain = try #require(try Report.decode(encode([], Self.plainState).body, now: Self.now).state)
        #expect(plain.isInverted == nil && plain.curve == nil)
    }

    private func setReasons(_ state: inout fj_report_state, _ reasons: [fj_reason]) {
        withUnsafeMutableBytes(of: &state.reason) { bytes in
            for (index, reason) in reasons.enumerated() { bytes.bindMemory(to: fj_reason.self)[index] = reason }
        }
    }

    @Test("why values are absent goes by the vitals' names, and nothing where none is") func reasons() throws {
        var state = Self.plainState
        setReasons(&state, [FJ_REASON_NO_PULSE, FJ_REASON_NO_PULSE])
        let text = String(decoding: encode([], state).body, as: UTF8.self)
        #expect(text.hasSuffix(#","raisons":{"spo2":"no_pulse","heart_rate":"no_pulse"}}}"#), "\(text)")
        setReasons(&state, [FJ_REASON_SPO2_UNRELIABLE, FJ_REASON_NONE, FJ_REASON_SETTLING, FJ_REASON_NONE, FJ_REASON_NONE, FJ_REASON_NO_SAMPLES])
        #expect(String(decoding: encode([], state).body, as: UTF8.self).hasSuffix(#","raisons":{"spo2":"poor_signal","temperature":"starting"}}}"#))
        setReasons(&state, Array(repeating: FJ_REASON_NONE, count: 5) + [FJ_REASON_NO_SAMPLES])
        #expect(!String(decoding: encode([], state).body, as: UTF8.self).contains("raisons"))
    }

    @Test("a report never outgrows its buffer or the server's limits, and still ends well", arguments: [2560, 2561, 4096, 10_000, 65_536])
    func limits(capacity: Int) throws {
        var g = SeededGenerator(seed: 9)
        let records = (0..<400).map { number in
            var record = randomRecord(UInt32(number), &g)
            setValues(&record, [9725, 10_050, 3657, 1234, 9800, -1234])
            return record
        }
        var state = Self.plainState
        (state.battery, state.rssi, state.has_details, state.detached, state.utc_ms) = (100, -100, true, 63, FJ_TIME_LAST)
        (state.boot, state.sequence, state.free_heap, state.dropped, state.rules_version) = (.max, .max, .max, .max, .max)
        (state.has_curve, state.curve, state.is_inverted) = (true, fj_spo2_curve(a: -999.99, b: -999.99, c: -999.99), true)
        setReasons(&state, Array(repeating: FJ_REASON_LOW_PERFUSION, count: 6))
        let trace = UnsafeMutablePointer<fj_trace>.allocate(capacity: 1)
        defer { trace.deallocate() }
        trace.initialize(to: fj_trace())
        (trace.pointee.begun, trace.pointee.ended, trace.pointee.step, trace.pointee.count) = (
            7, 7, FJ_TRACE_STEP_MAX, UInt16(FJ_STRIP_SECONDS * FJ_STRIP_RATE_HZ)
        )
        (trace.pointee.rate_hundredths, trace.pointee.utc_ms) = (9999, 1_999_999_999_000)
        state.trace = UnsafePointer(trace)
        let long = String(repeating: "x", count: 200)
        let (body, count) = long.withCString { text in
            (state.firmware, state.reset_reason) = (text, text)
            return encode(records, state, capacity: capacity)
        }
        #expect(count > 0)
        let report = try Report.decode(body, now: Instant(milliseconds: 2_000_000_000_000))
        #expect(report.readings.count + report.rejected.count == count * 6 && count * 6 <= Report.maximumReadings)
        #expect(report.state?.firmware?.count == 64 && report.state?.trace?.differences.count == 200)
        // The state at its longest, with what closes the body, fits into what is kept free for it.
        let longest = long.withCString { text in
            (state.firmware, state.reset_reason) = (text, text)
            return encode([], state).body.count - encode([], Self.plainState).body.count
        }
        #expect(longest + 100 <= Int(FJ_REPORT_STATE_BYTES), "\(longest)")
    }

    private let FJ_TIME_LAST: UInt64 = 253_402_300_799_999
}
