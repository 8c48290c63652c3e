import Clinical
import DeviceCore
import DeviceSimulation
import Foundation
import Testing

@testable import fajma

@Suite struct SimulationTests {
    private static let begin = 1_795_348_800.0

    private func device(
        _ troubles: Troubles = Troubles(), hasSNTP: Bool = true, asystoleSeconds: Double? = nil, recording: ((Double) -> RecordedFinger)? = nil
    ) -> SimulatedDevice {
        SimulatedDevice(
            DeviceFile.Entry(dispositif: 7, patient: 7, cle: ""), beginningAt: Self.begin, episodeMeanSeconds: .infinity, troubles: troubles,
            hasSNTP: hasSNTP, asystoleSeconds: asystoleSeconds, recording: recording)
    }

    @Test("time that begins in the past runs fast until it has caught up, and never ahead") func time() {
        let time = SimulatedTime(now: (real: 100, wall: 10_000), secondsAgo: 590, speed: 60)
        #expect(time.seconds(at: 100) == 9410 && time.seconds(at: 101) == 9470)
        for real in stride(from: 100.0, through: 130, by: 0.25) {
            #expect(time.seconds(at: real) <= 10_000 + real - 100 + 1e-6)
            #expect(abs(time.real(at: time.seconds(at: real)) - real) < 1e-6)
        }
        #expect(abs(time.seconds(at: 130) - 10_030) < 1e-6)
        #expect(SimulatedTime(now: (real: 5, wall: 50), secondsAgo: 0, speed: 1).seconds(at: 8) == 53)
    }

    @Test("the core measures what the patient has, in the second in which it was, and says what the device is", arguments: [0.0, 100])
    func measures(driftPPM: Double) throws {
        let device = device(Troubles(driftPPM: driftPPM))
        var record = fj_record()
        for second in 1...120 {
            let due = device.due
            record = try #require(device.measure())
            #expect(abs(due - Self.begin - Double(second)) < 0.02)
            #expect(abs(Double(record.utc_ms) / 1000 - due) < 0.02)
        }
        let values = withUnsafeBytes(of: record.value) { $0.bindMemory(to: Int16.self).map { $0 == .min ? nil : Double($0) / 100 } }
        #expect((88...100).contains(values[0] ?? 0) && (45...110).contains(values[1] ?? 0) && (35.5...37.5).contains(values[2] ?? 0), "\(values)")
        guard case .post(let body, isLive: true) = device.board.next(at: device.milliseconds(at: device.due)) else {
            Issue.record("there is something to send")
            return
        }
        let report = try Report.decode(Array(body), now: Instant(milliseconds: Int64(device.due * 1000)))
        #expect(Set(report.readings.map(\.vital)) == [.spo2, .heartRate, .temperature, .perfusionIndex, .signalQuality, .ambientTemperature])
        #expect(report.state?.battery != nil && report.state?.rssi != nil && report.state?.firmware == "simulation-2")
    }

    @Test("values stay calm and close to the patient's") func calm() throws {
        let device = device()
        var patient = VitalSigns(
            seed: {
                var g = SeededGenerator(seed: 7)
                return g.next()
            }(), episodeMeanSeconds: .infinity)
        var errors: [[Double]] = [[], []]
        for second in 1...600 {
            let at = Instant(milliseconds: Int64(device.due * 1000))
            let truth = Dictionary(uniqueKeysWithValues: patient.next(after: 1, at: at).map { ($0.vital, $0.value) })
            let record = try #require(device.measure())
            guard second > 12 else { continue }
            let values = withUnsafeBytes(of: record.value) { Array($0.bindMemory(to: Int16.self)) }
            #expect(values[0] != .min && values[1] != .min && values[2] != .min, "second \(second) has a gap")
            errors[0].append(abs(Double(values[0]) / 100 - truth[.spo2]!))
            errors[1].append(abs(Double(values[1]) / 100 - truth[.heartRate]!))
        }
        #expect(errors[0].max()! < 2 && errors[1].max()! < 4, "\(errors.map { $0.max()! })")
    }

    @Test("a heart that stops is no pulse to the core within 8 s, and the level stays") func asystole() throws {
        let device = device(asystoleSeconds: 30)
        let reasons = try (1...120).map { _ in try #require(device.measure()).pulse_reason }
        #expect(!reasons.prefix(34).contains(FJ_REASON_NO_PULSE) && reasons[5..<30].contains(FJ_REASON_NONE))
        #expect(reasons.dropFirst(38).allSatisfy { $0 == FJ_REASON_NO_PULSE }, "\(reasons.map(\.rawValue))")
    }

    @Test("power cuts cost a device its RAM and start it anew; its flash and its patient stay") func powerCuts() {
        let device = device(Troubles(powerCutsEverySeconds: 100))
        var (boots, missing) = (Set<UInt32>(), 0)
        for _ in 0..<1000 {
            guard let record = device.measure() else {
                missing += 1
                continue
            }
            boots.insert(record.boot)
        }
        // A start that was cut off within its first second has no record.
        #expect((missing - 2...missing + 1).contains(boots.count) && device.powerCuts == missing && (4...30).contains(missing))
        #expect(device.board.lostInRAM <= 8 * missing && device.board.waiting > 900, "what was not sent waits in the flash")
    }

    @Test("a recorded pulse is measured as it was recorded, with and without its constant part", arguments: [false, true])
    func recorded(isWhole: Bool) throws {
        var (finger, infrared, red) = (Finger(seed: 4, rateHz: 50), ["ir,red"], 0)
        (finger.state.heartRate, finger.state.spo2) = (66, 92)
        for _ in 0..<50 * 100 {
            let light = finger.next()
            infrared.append(isWhole ? "\(light.infrared * 30),\(light.red * 30)" : "\((light.infrared - 3600) / 3600),0")
            red += 1
        }
        let recording = try Recording(Data(infrared.joined(separator: "\n").utf8), infrared: "ir", red: isWhole ? "red" : nil)
        let device = device(recording: { RecordedFinger(recording, rateHz: 50, offset: $0) })
        var record = fj_record()
        for _ in 0..<30 { record = try #require(device.measure()) }
        let values = withUnsafeBytes(of: record.value) { Array($0.bindMemory(to: Int16.self)) }
        #expect(abs(Double(values[1]) / 100 - 66) < 1.5, "\(values)")
        if isWhole { #expect(abs(Double(values[0]) / 100 - 92) < 1.5, "\(values)") } else { #expect(values[0] > 9000) }
    }
}
