import DeviceCore
import DeviceSimulation
import Foundation
import Testing

@testable import Clinical

/// Records of a device, second by second.
private struct Bedside {
    private var alarm = fj_alarm()
    private(set) var t: UInt64 = 0

    /// Levels after each second. The server is in reach.
    @discardableResult
    mutating func run(_ seconds: Int, _ reason: fj_reason, rate: Int16? = nil, perfusion: Int16 = 150, quality: Int16 = 9000) -> [fj_alarm_level] {
        (0..<seconds).map { _ in
            t += 1000
            var (record, rules) = (fj_record(), fj_rules())
            (record.t_ms, record.pulse_reason) = (t, reason)
            setValues(&record, [.min, rate ?? .min, 3650, perfusion, quality, 2300])
            #expect(fj_alarm_pass(&alarm, &rules, &record) == FJ_OK)
            return fj_alarm_level_at(&alarm, t, t)
        }
    }

    mutating func beat(_ seconds: Int, perfusion: Int16 = 150, quality: Int16 = 9000) {
        run(seconds, FJ_REASON_NONE, rate: 7500, perfusion: perfusion, quality: quality)
    }

    mutating func press() { fj_alarm_pressed(&alarm) }
    mutating func hold(_ seconds: UInt64) { fj_no_pulse_alarm_hold(&alarm.no_pulse, t + seconds * 1000) }
    /// For how many seconds of no_pulse there is no alarm yet.
    mutating func silence(_ seconds: Int = 60) -> Int { run(seconds, FJ_REASON_NO_PULSE, quality: 0).prefix { $0 == FJ_ALARM_NONE }.count }
}

@Suite struct NoPulseAlarmTests {
    @Test("ten seconds without a pulse alarm with a server too; five of them are over when the device says so") func good() {
        var bedside = Bedside()
        bedside.beat(60)
        #expect(bedside.silence() == 5)
    }

    @Test(
        "thirty where perfusion or quality was not good before, or hardly anything was measured",
        arguments: [(29, 9000, 60), (150, 4999, 60), (150, 9000, 9)])
    func poor(perfusion: Int, quality: Int, seconds: Int) {
        var bedside = Bedside()
        bedside.beat(seconds, perfusion: Int16(perfusion), quality: Int16(quality))
        #expect(bedside.silence() == 25)
    }

    @Test("thirty where something moved in the five seconds before, ten where it moved earlier", arguments: [(0, 25), (4, 25), (5, 5), (20, 5)])
    func moved(secondsAgo: Int, seconds: Int) {
        var bedside = Bedside()
        bedside.beat(60)
        bedside.run(1, FJ_REASON_MOTION, quality: 0)
        bedside.beat(secondsAgo)
        #expect(bedside.silence() == seconds)
    }

    @Test("while a cuff stops the pulse nothing is raised, and at once when its time is over; what is raised stays; another answer ends it")
    func cuff() {
        var bedside = Bedside()
        bedside.beat(60)
        bedside.hold(40)
        #expect(bedside.silence() == 39)
        bedside.hold(90)
        #expect(bedside.run(5, FJ_REASON_NO_PULSE).allSatisfy { $0 == FJ_ALARM_ERROR })
        var other = Bedside()
        other.beat(60)
        other.hold(90)
        #expect(other.run(20, FJ_REASON_NO_PULSE).allSatisfy { $0 == FJ_ALARM_NONE })
        other.hold(0)
        #expect(other.run(1, FJ_REASON_NO_PULSE) == [FJ_ALARM_ERROR])
    }

    @Test("what was good longer than a minute ago does not count") func old() {
        var bedside = Bedside()
        bedside.beat(300)
        bedside.run(60, FJ_REASON_LOW_PERFUSION, perfusion: 12, quality: 0)
        #expect(bedside.silence() == 25)
    }

    @Test("it ends when a pulse is back for three seconds, be it weak; not with one second, not with seconds without samples") func back() {
        for (reason, rate) in [(FJ_REASON_NONE, 7000), (FJ_REASON_LOW_PERFUSION, nil)] as [(fj_reason, Int16?)] {
            var bedside = Bedside()
            bedside.beat(60)
            _ = bedside.silence()
            #expect(bedside.run(2, reason, rate: rate) == [FJ_ALARM_ERROR, FJ_ALARM_ERROR])
            #expect(bedside.run(1, FJ_REASON_NO_PULSE) == [FJ_ALARM_ERROR])
            #expect(bedside.run(10, FJ_REASON_NO_SAMPLES).allSatisfy { $0 == FJ_ALARM_ERROR })
            #expect(bedside.run(3, reason, rate: rate) == [FJ_ALARM_ERROR, FJ_ALARM_ERROR, FJ_ALARM_NONE])
        }
    }

    @Test("a sensor that is taken off does not end it; the button then does, and under a worn sensor it does not") func button() {
        var bedside = Bedside()
        bedside.beat(60)
        _ = bedside.silence()
        bedside.press()
        #expect(bedside.run(1, FJ_REASON_NO_PULSE) == [FJ_ALARM_ERROR])
        #expect(bedside.run(60, FJ_REASON_SENSOR_OFF).allSatisfy { $0 == FJ_ALARM_ERROR })
        bedside.press()
        #expect(bedside.run(10, FJ_REASON_SENSOR_OFF).allSatisfy { $0 == FJ_ALARM_NONE })
    }

    @Test("less than ten seconds are no alarm, and the next time counts from its own begin") func short() {
        var bedside = Bedside()
        bedside.beat(60)
        for _ in 0..<10 {
            #expect(bedside.run(4, FJ_REASON_NO_PULSE).allSatisfy { $0 == FJ_ALARM_NONE })
            bedside.beat(20)
        }
        #expect(bedside.silence() == 5)
    }

    @Test("it needs no rules, and spoiled ones do not silence it") func rules() {
        var (alarm, record, rules) = (fj_alarm(), fj_record(), fj_rules())
        rules.count = 200
        for second in 1...60 as ClosedRange<UInt64> {
            (record.t_ms, record.pulse_reason) = (second * 1000, FJ_REASON_NO_PULSE)
            #expect(fj_alarm_pass(&alarm, &rules, &record) == FJ_ERROR_ARGUMENT)
        }
        #expect(fj_alarm_level_at(&alarm, 60_000, 60_000) == FJ_ALARM_ERROR)
    }

    @Test("a device whose patient's heart stops says so within 2 s of knowing, in a report of its own, and alarms in reach of the server within 15 s")
    func device() throws {
        let (board, bench) = (Board(seed: 4, flash: nil), Bench())
        board.start()
        var (finger, firstAlarm, firstReason, now) = (Finger(seed: 4), Int?.none, Int?.none, UInt64(0))
        for second in 1...80 {
            finger.state.perfusion = second > 40 ? 0 : 2
            now += 1000
            let measured = board.measure(endingAt: now) { finger.next() }
            guard case .post(let body, isLive: true) = board.next(at: now) else {
                Issue.record("second \(second) has no report")
                continue
            }
            let text = String(decoding: body, as: UTF8.self)
            if measured.vitals.reason == FJ_REASON_NO_PULSE {
                firstReason = firstReason ?? second
                #expect(text.contains(#""raisons":{"spo2":"no_pulse","heart_rate":"no_pulse"}"#), "\(text)")
            }
            let report = try Report.decode(Array(body), now: Instant(milliseconds: Int64(1_900_000_000_000 + now)))
            board.answered(at: now + 20, status: 201, body: bench.answer(report.readings.count, at: now))
            if board.alarm(at: now) == FJ_ALARM_ERROR { firstAlarm = firstAlarm ?? second }
        }
        #expect((45...48).contains(firstReason ?? 0) && (50...55).contains(firstAlarm ?? 0), "\(firstReason ?? 0), \(firstAlarm ?? 0)")
    }

    @Test("a report goes although no vital has a value, with the reasons") func empty() throws {
        let (board, bench) = (Board(seed: 5, flash: nil), Bench())
        board.start()
        board.hearTime(1_900_000_000_000, at: 0)
        for second in 1...5 as ClosedRange<UInt64> {
            let now = second * 1000
            var seconds = fj_second()
            seconds.vitals = fj_vitals(
                t_ms: now, heart_rate: .nan, spo2: .nan, r: .nan, perfusion_index: .nan, quality: 0, reason: FJ_REASON_SENSOR_OFF, is_inverted: false)
            (seconds.skin, seconds.ambient_c) = (fj_skin(celsius: .nan, reason: FJ_REASON_NO_SAMPLES), .nan)
            board.keep(seconds, at: now)
            guard case .post(let body, isLive: true) = board.next(at: now) else {
                Issue.record("second \(second) has no report")
                continue
            }
            let text = String(decoding: body, as: UTF8.self)
            #expect(
                text.hasPrefix(#"{"mesures":[]"#) && text.contains(#""spo2":"sensor_off","heart_rate":"sensor_off""#) && !text.contains("no_samples"))
            board.answered(at: now + 20, status: 201, body: bench.answer(0, at: now))
        }
    }

    private struct Bench {
        func answer(_ count: Int, at now: UInt64) -> Data {
            Data(#"{"recues":\#(count),"doublons":0,"rejetees":[],"heure_serveur":"2030-03-17T17:46:40.000Z"}"#.utf8)
        }
    }
}
