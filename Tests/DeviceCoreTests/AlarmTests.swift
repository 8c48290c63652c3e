import Clinical
import DeviceCore
import DeviceSimulation
import Testing

/// Two implementations of one rule: the device's, for when the server is out of reach, and the server's.
@Suite struct AlarmTests {
    private static func rules(_ rules: AlarmRules) -> fj_rules {
        var out = fj_rules()
        out.version = rules.version
        for rule in rules.sorted {
            guard let vital = deviceVitals.firstIndex(of: rule.key.vital), rule.key.severity != .info, let limit = rule.limit else { continue }
            let wire = fj_rule(
                vital: UInt8(vital), side: rule.key.side == .low ? 0 : 1, level: rule.key.severity == .error ? 2 : 1,
                includes_limit: rule.includesLimit ? 1 : 0, limit: Int16(limit * 100), hysteresis: Int16(rule.hysteresis * 100),
                delay_ms: UInt32(rule.delaySeconds * 1000))
            withUnsafeMutableBytes(of: &out.rule) { $0.bindMemory(to: fj_rule.self)[Int(out.count)] = wire }
            out.count += 1
        }
        return out
    }

    /// What is raised: by vital and side, 1 a warning, 2 an error.
    private static func raised(_ alarm: fj_alarm) -> [UInt32] {
        withUnsafeBytes(of: alarm.condition) { $0.bindMemory(to: fj_condition.self).map(\.raised.rawValue) }
    }

    private static func raised(_ state: AlarmState) -> [UInt32] {
        deviceVitals.flatMap { vital in
            Side.allCases.map { side in
                switch state.raised(AlarmCondition.Key(vital, side)) {
                case .error: 2
                case .warning: 1
                default: 0
                }
            }
        }
    }

    /// Limits on quarters, which both sides hold exactly: the server counts in doubles, the device in hundredths.
    private static func randomRules(_ g: inout SeededGenerator) -> AlarmRules {
        var rules: [AlarmRule] = []
        for vital in [Vital.spo2, .heartRate, .temperature] {
            for side in Side.allCases {
                let middle = vital == .spo2 ? 95.0 : vital == .heartRate ? 80 : 37
                let mild = middle + (side == .low ? -1 : 1) * Double.random(in: 0...8, using: &g).rounded()
                let worse = mild + (side == .low ? -1 : 1) * (Double.random(in: 0...24, using: &g).rounded() / 4)
                let (included, hysteresis) = (Bool.random(using: &g), Double.random(in: 0...12, using: &g).rounded() / 4)
                for (severity, limit) in [(Severity.warning, mild), (.error, worse)] where Int.random(in: 0..<5, using: &g) > 0 {
                    rules.append(
                        AlarmRule(
                            AlarmRule.Key(vital, side, severity), limit: limit, includesLimit: included,
                            delaySeconds: Double.random(in: 0...20, using: &g).rounded(), hysteresis: hysteresis))
                }
            }
        }
        return AlarmRules(rules)
    }

    @Test("on the same readings the device's alarms are the server's, reading by reading", arguments: 1...40 as ClosedRange<UInt64>)
    func agrees(seed: UInt64) {
        var g = SeededGenerator(seed: seed)
        let rules = seed % 10 == 0 ? AlarmRules.defaults : Self.randomRules(&g)
        var (local, alarm, state) = (Self.rules(rules), fj_alarm(), AlarmState())
        var (t, changes) = (UInt64(0), 0)
        var values: [Double] = [96, 78, 36.75, 2, 90, 23]
        for _ in 0..<1500 {
            t += [1000, 1000, 1000, 1000, 2000, 5000, 40_000].randomElement(using: &g)!
            var record = fj_record(), readings: [Reading] = []
            record.t_ms = t
            let steps: [Double] = [6, 12, 6, 1, 1, 1]
            var hundredths = [Int16](repeating: .min, count: 6)
            for (index, vital) in deviceVitals.enumerated() {
                values[index] += (Double.random(in: -steps[index]...steps[index], using: &g)).rounded() / 4
                let centre = [95.0, 80, 37, 2, 90, 23][index]
                values[index] += ((centre - values[index]) / 20 * 4).rounded() / 4
                values[index] = min(max(values[index], vital.properties.plausible.lowerBound), vital.properties.plausible.upperBound)
                guard Int.random(in: 0..<6, using: &g) > 0 else { continue }  // a sensor that gives nothing
                hundredths[index] = Int16(values[index] * 100)
                readings.append(Reading(vital: vital, value: values[index], measuredAt: Instant(milliseconds: Int64(t))))
            }
            setValues(&record, hundredths)
            #expect(fj_alarm_pass(&alarm, &local, &record) == FJ_OK)
            changes += state.pass(readings, under: rules).count
            #expect(Self.raised(alarm) == Self.raised(state), "seed \(seed), t \(t)")
        }
        #expect(changes > 10, "the readings must try the rules")
    }

    @Test("it alarms only while the server is out of reach, and shows the worst") func outOfReach() {
        var (local, alarm, record) = (Self.rules(.defaults), fj_alarm(), fj_record())
        for second in 0...20 as ClosedRange<UInt64> {
            record.t_ms = second * 1000
            setValues(&record, [8800, 11_500, .min, .min, .min, .min])
            #expect(fj_alarm_pass(&alarm, &local, &record) == FJ_OK)
        }
        #expect(fj_alarm_level_at(&alarm, 20_000, 6000) == FJ_ALARM_NONE && fj_alarm_level_at(&alarm, 20_000, 5000) == FJ_ALARM_ERROR)
        #expect(fj_alarm_level_at(&alarm, 20_000, 30_000) == FJ_ALARM_NONE)
        // A sensor that falls off ends no alarm; a good value does.
        record.t_ms = 21_000
        setValues(&record, [.min, .min, .min, .min, .min, .min])
        fj_alarm_pass(&alarm, &local, &record)
        #expect(fj_alarm_level_at(&alarm, 21_000, 0) == FJ_ALARM_ERROR)
        setValues(&record, [9700, .min, .min, .min, .min, .min])
        fj_alarm_pass(&alarm, &local, &record)
        #expect(fj_alarm_level_at(&alarm, 21_000, 0) == FJ_ALARM_WARNING, "the heart is still fast")
    }

    /// An alarm that sees so many seconds of each reason.
    private func seen(_ seconds: [(fj_reason, Int)], _ alarm: inout fj_alarm, from begin: UInt64 = 0) -> UInt64 {
        var (rules, record) = (fj_rules(), fj_record())
        record.t_ms = begin
        setValues(&record, [.min, .min, .min, .min, .min, .min])
        for (reason, count) in seconds {
            record.pulse_reason = reason
            for _ in 0..<count {
                record.t_ms += 1000
                fj_alarm_pass(&alarm, &rules, &record)
            }
        }
        return record.t_ms
    }

    @Test("a finger sensor that comes off sounds without a server, after 10 s, until it is on again or somebody presses") func off() {
        var alarm = fj_alarm()
        var now = seen([(FJ_REASON_NONE, 30), (FJ_REASON_SENSOR_OFF, 10)], &alarm)
        #expect(fj_alarm_level_at(&alarm, now, 0) == FJ_ALARM_NONE)
        now = seen([(FJ_REASON_SENSOR_OFF, 1)], &alarm, from: now)
        #expect(fj_alarm_level_at(&alarm, now, 0) == FJ_ALARM_WARNING)
        #expect(fj_alarm_level_at(&alarm, now, now - 14_999) == FJ_ALARM_NONE, "the server alarms")
        now = seen([(FJ_REASON_NO_SAMPLES, 100)], &alarm, from: now)
        #expect(fj_alarm_level_at(&alarm, now, 0) == FJ_ALARM_WARNING, "a sensor that gives nothing changes nothing")
        now = seen([(FJ_REASON_STARTING, 1)], &alarm, from: now)
        #expect(fj_alarm_level_at(&alarm, now, 0) == FJ_ALARM_NONE)
        now = seen([(FJ_REASON_SENSOR_OFF, 11)], &alarm, from: now)
        #expect(fj_alarm_level_at(&alarm, now, 0) == FJ_ALARM_WARNING)
        fj_alarm_pressed(&alarm)
        now = seen([(FJ_REASON_SENSOR_OFF, 600)], &alarm, from: now)
        #expect(fj_alarm_level_at(&alarm, now, 0) == FJ_ALARM_NONE)
        now = seen([(FJ_REASON_NONE, 11), (FJ_REASON_SENSOR_OFF, 11)], &alarm, from: now)
        #expect(fj_alarm_level_at(&alarm, now, 0) == FJ_ALARM_WARNING, "the next patient")
    }

    @Test("a sensor that nobody wore, or tried for some seconds, does not sound") func neverWorn() {
        var alarm = fj_alarm()
        let now = seen([(FJ_REASON_SENSOR_OFF, 600), (FJ_REASON_STARTING, 5), (FJ_REASON_NONE, 4), (FJ_REASON_SENSOR_OFF, 600)], &alarm)
        #expect(fj_alarm_level_at(&alarm, now, 0) == FJ_ALARM_NONE)
    }

    @Test("rules from a spoiled memory are no rules") func spoiled() {
        var g = SeededGenerator(seed: 8)
        var (alarm, record) = (fj_alarm(), fj_record())
        for _ in 0..<2000 {
            var rules = fj_rules()
            withUnsafeMutableBytes(of: &rules) { bytes in
                for index in bytes.indices where index >= 8 { bytes[index] = .random(in: 0...255, using: &g) }
            }
            rules.count = .random(in: 1...60, using: &g)
            #expect((fj_alarm_pass(&alarm, &rules, &record) == FJ_OK) == (fj_rules_check(&rules) == FJ_OK))
        }
        var rules = fj_rules()
        rules.count = 25
        #expect(fj_rules_check(&rules) == FJ_ERROR_FORMAT && fj_rules_check(nil) == FJ_ERROR_ARGUMENT)
    }
}

@Suite struct OTATests {
    @Test(
        "a new image is kept once both sensors answered and a report was accepted, in any order and not before",
        arguments: [[0, 1, 2], [2, 1, 0], [1, 2, 0]])
    func kept(order: [Int]) {
        var ota = fj_ota()
        #expect(fj_ota_init(&ota, true, 1000) == FJ_OK)
        for (step, seen) in order.enumerated() {
            #expect(fj_ota_judge(&ota, 2000) == FJ_OTA_ON_TRIAL, "\(step)")
            fj_ota_note(&ota, seen == 0, seen == 1, seen == 2)
        }
        #expect(fj_ota_judge(&ota, 300_999) == FJ_OTA_KEEP && fj_ota_judge(&ota, 10_000_000) == FJ_OTA_KEEP)
    }

    @Test("one that has not proved itself in time is rolled back for ever, proof that comes late or not", arguments: 0...6)
    func rolledBack(seen: Int) {
        var ota = fj_ota()
        fj_ota_init(&ota, true, 0)
        fj_ota_note(&ota, seen & 1 != 0, seen & 2 != 0, seen & 4 != 0)
        #expect(fj_ota_judge(&ota, 299_999) == FJ_OTA_ON_TRIAL && fj_ota_judge(&ota, 300_000) == FJ_OTA_ROLL_BACK)
        fj_ota_note(&ota, true, true, true)
        #expect(fj_ota_judge(&ota, 300_001) == FJ_OTA_ROLL_BACK)
    }

    @Test("a new image starts once nobody wore the device for a minute, and one second on the finger begins it again") func mayRestart() {
        var ota = fj_ota()
        fj_ota_init(&ota, false, 0)
        for _ in 0..<59 { fj_ota_pass(&ota, false) }
        #expect(!fj_ota_may_restart(&ota))
        fj_ota_pass(&ota, true)
        for _ in 0..<59 { fj_ota_pass(&ota, false) }
        #expect(!fj_ota_may_restart(&ota))
        fj_ota_pass(&ota, false)
        #expect(fj_ota_may_restart(&ota) && !fj_ota_may_restart(nil))
    }

    @Test("an image that is not new is on no trial") func old() {
        var ota = fj_ota()
        fj_ota_init(&ota, false, 0)
        #expect(fj_ota_judge(&ota, 10_000_000) == FJ_OTA_KEEP)
    }
}
