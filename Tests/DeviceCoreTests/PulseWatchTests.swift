import DeviceCore
import Testing

/// The watch's rules, second by second. A pulse of strength 100 unless a test says otherwise.
private struct Watch {
    private var watch = fj_pulse_watch()
    private var t: UInt64 = 0

    var state: fj_pulse_state { watch.state }

    /// Seconds of the same kind; the states after each.
    @discardableResult
    mutating func run(
        _ seconds: Int, strength: Float = 100, rate: Float = 0, weak: Float = 0, smooth: Bool = false, level: Float = 3600, swing: Float = 0,
        on: Bool = true,
        suddenly: Bool = false, measured: Bool = true
    ) -> [fj_pulse_state] {
        (0..<seconds).map { _ in
            t += 1000
            var second = fj_pulse_second(
                t_ms: t, is_on: on, fell_suddenly: suddenly, is_measured: measured, level: level, strength: strength, swing: swing,
                rate_bpm: rate, is_smooth: smooth, weak_bpm: weak)
            return fj_pulse_watch_next(&watch, &second)
        }
    }

    mutating func beat(_ seconds: Int = 10) { run(seconds, rate: 75, weak: 75) }
    /// The pulse vanishes.
    @discardableResult
    mutating func stop(_ seconds: Int = 5) -> [fj_pulse_state] { run(seconds, strength: 3) }
}

@Suite struct PulseWatchTests {
    @Test("a sensor that is put on is starting until a pulse is seen, however long that takes") func starting() {
        var watch = Watch()
        #expect(watch.run(3, on: false).allSatisfy { $0 == FJ_PULSE_OFF })
        #expect(watch.run(900, strength: 1).allSatisfy { $0 == FJ_PULSE_STARTING })
        #expect(watch.run(1, rate: 75) == [FJ_PULSE_PRESENT])
    }

    @Test("five quiet seconds after a pulse are no pulse, four are not") func vanishes() {
        var watch = Watch()
        watch.beat()
        #expect(watch.stop(4).allSatisfy { $0 == FJ_PULSE_PRESENT } && watch.stop(1) == [FJ_PULSE_NONE])
        #expect(watch.stop(3600).allSatisfy { $0 == FJ_PULSE_NONE }, "it lasts")
    }

    @Test("a pulse or a movement in between begins the five seconds again") func interrupted() {
        var watch = Watch()
        watch.beat()
        for _ in 0..<20 {
            watch.stop(4)
            #expect(watch.run(2, rate: 75) == [FJ_PULSE_PRESENT, FJ_PULSE_PRESENT])
        }
        watch.stop(4)
        watch.run(1, strength: 60)
        #expect(watch.stop(4).last == FJ_PULSE_PRESENT && watch.stop(1) == [FJ_PULSE_NONE])
    }

    @Test("a rate that the window still has of the seconds before keeps no pulse alive for ever, but is not contradicted") func stale() {
        var watch = Watch()
        watch.beat()
        #expect(watch.run(6, strength: 3, rate: 75).allSatisfy { $0 == FJ_PULSE_PRESENT })
        #expect(watch.stop(1) == [FJ_PULSE_NONE], "the seconds were quiet all the same")
    }

    @Test("what repeats itself with a heart's rate is a weak pulse, and not none") func weak() {
        var watch = Watch()
        watch.beat()
        watch.run(4, strength: 5)
        #expect(watch.run(1, strength: 5, weak: 80) == [FJ_PULSE_PRESENT], "one finding may be chance")
        #expect(watch.run(60, strength: 5, weak: 82).allSatisfy { $0 == FJ_PULSE_WEAK })
        #expect(watch.stop(1) == [FJ_PULSE_NONE], "it was quiet for long")
    }

    @Test("rates that differ from second to second are chance") func chance() {
        var watch = Watch()
        watch.beat()
        watch.stop()
        for second in 0..<60 { #expect(watch.run(1, strength: 3, weak: second % 2 == 0 ? 60 : 130) == [FJ_PULSE_NONE]) }
    }

    @Test("breath that goes on is no pulse, and no value", arguments: [12, 20, 30, 40] as [Float])
    func breath(rate: Float) {
        var watch = Watch()
        watch.beat()
        #expect(watch.run(5, strength: 20, rate: rate, smooth: true).last == FJ_PULSE_NONE)
        #expect(watch.run(60, strength: 20, rate: rate, weak: rate, smooth: true).allSatisfy { $0 == FJ_PULSE_NONE })
        #expect(watch.run(60, strength: 20, rate: rate, weak: rate).allSatisfy { $0 == FJ_PULSE_NONE }, "nor where noise makes it steep")
    }

    @Test("what swings by a fifth of a percent of the light can be measured, however strong the pulse was before; breath cannot") func strong() {
        var watch = Watch()
        watch.beat()
        #expect(watch.run(60, strength: 5, swing: 7.3).allSatisfy { $0 == FJ_PULSE_PRESENT })
        #expect(watch.run(5, strength: 5, smooth: true, swing: 7.3).last == FJ_PULSE_NONE)
        var withoutLevel = Watch()
        withoutLevel.run(10, rate: 75, level: 500)
        #expect(withoutLevel.run(5, strength: 5, level: 500, swing: 7.3).last == FJ_PULSE_NONE, "a recording without its constant part")
    }

    @Test("a pulse is back after three seconds, a weak one after eight; movements are none", arguments: [false, true])
    func back(isWeak: Bool) {
        var watch = Watch()
        watch.beat()
        watch.stop()
        #expect(watch.run(30, strength: 900).allSatisfy { $0 == FJ_PULSE_NONE }, "compressions and transport")
        let seconds = isWeak ? watch.run(8, strength: 5, weak: 70) : watch.run(3, rate: 70)
        #expect(seconds.dropLast().allSatisfy { $0 == FJ_PULSE_NONE } && seconds.last == (isWeak ? FJ_PULSE_WEAK : FJ_PULSE_PRESENT))
    }

    @Test("ten minutes after the last pulse nobody knows what a missing one means") func memory() {
        for (seconds, expected) in [(590, FJ_PULSE_NONE), (601, FJ_PULSE_PRESENT)] {
            var watch = Watch()
            watch.beat()
            watch.run(seconds, strength: 60)  // movements, without a rate
            #expect(watch.stop(5).last == expected)
        }
    }

    @Test("no pulse is not said while somebody moves the sensor") func unsteady() {
        var watch = Watch()
        watch.beat()
        for second in 0..<20 { #expect(watch.run(1, strength: 3, level: second % 2 == 0 ? 3600 : 2800) == [FJ_PULSE_PRESENT]) }
    }

    @Test("a slow fall of the level in the first minute is part of it, and stays so; a sudden one is a sensor that is taken off") func fall() {
        var watch = Watch()
        watch.beat()
        watch.stop(20)
        var removed = watch
        #expect(watch.run(200, strength: 1, level: 100, on: false).allSatisfy { $0 == FJ_PULSE_NONE })
        #expect(watch.run(5, strength: 80, rate: 75).last == FJ_PULSE_PRESENT, "and ends with a pulse")
        #expect(removed.run(1, level: 100, on: false, suddenly: true) == [FJ_PULSE_OFF])
        #expect(removed.run(30, strength: 1) == Array(repeating: FJ_PULSE_STARTING, count: 30), "put on again, without a pulse yet")
    }

    @Test("a level that falls later than a minute after the pulse, or with a pulse, is a sensor that is off") func lateFall() {
        var watch = Watch()
        watch.beat()
        var beating = watch
        #expect(beating.run(1, on: false) == [FJ_PULSE_OFF])
        watch.stop(70)
        #expect(watch.run(1, level: 100, on: false) == [FJ_PULSE_OFF])
    }

    @Test("seconds without a signal change nothing") func unmeasured() {
        var watch = Watch()
        watch.beat()
        watch.stop(4)
        #expect(watch.run(10, measured: false).allSatisfy { $0 == FJ_PULSE_PRESENT } && watch.stop(1) == [FJ_PULSE_NONE])
        #expect(watch.run(10, measured: false).allSatisfy { $0 == FJ_PULSE_NONE })
    }

    @Test("after movements, which look like a strong pulse, a small pulse is not none") func movements() {
        var watch = Watch()
        watch.run(30, strength: 10, rate: 70)
        watch.run(20, strength: 300, rate: 140)
        #expect(watch.run(60, strength: 10).allSatisfy { $0 == FJ_PULSE_PRESENT })
    }
}

@Suite struct ContactTests {
    private func second(level: Float = 3600, low: UInt32 = 0, saturated: UInt32 = 0) -> fj_contact_second {
        fj_contact_second(samples: 100, under_off: low, under_on: low, saturated: saturated, level: level)
    }

    private func run(_ contact: inout fj_contact, _ seconds: [fj_contact_second]) -> [fj_contact_state] {
        seconds.map { second in
            var second = second
            _ = fj_contact_next(&contact, &second)
            return contact.state
        }
    }

    @Test("the first second decides; later three are needed to be off, and two to be on") func seconds() {
        var contact = fj_contact()
        #expect(run(&contact, [second()]) == [FJ_CONTACT_ON])
        let low = second(level: 30, low: 100)
        #expect(run(&contact, [low, low, second(), low, low, low]) == Array(repeating: FJ_CONTACT_ON, count: 5) + [FJ_CONTACT_OFF])
        #expect(run(&contact, [second(), low, second(), second()]) == [FJ_CONTACT_OFF, FJ_CONTACT_OFF, FJ_CONTACT_OFF, FJ_CONTACT_ON])
        var off = fj_contact()
        #expect(run(&off, [low]) == [FJ_CONTACT_OFF])
    }

    @Test("one sample in twenty may say anything: off and saturated", arguments: [5, 6] as [UInt32])
    func outliers(count: UInt32) {
        var (contact, bad, full) = (fj_contact(), second(low: count), second(saturated: count))
        var (good, dark) = (second(), second(level: 10, low: 100))
        #expect(
            fj_contact_next(&contact, &good) && fj_contact_next(&contact, &bad) == (count <= 5) && fj_contact_next(&contact, &full) == (count <= 5))
        #expect(!fj_contact_next(&contact, &dark) && !fj_contact_next(nil, &good) && !fj_contact_next(&contact, nil))
    }

    @Test("a hand takes a sensor away at once, blood leaves a finger slowly") func falls() {
        for seconds in [20, 30, 40, 60] {
            var contact = fj_contact()
            _ = run(&contact, Array(repeating: second(), count: 60))
            _ = run(
                &contact,
                (1...seconds + 5).map { step in
                    let level = max(3600 * (1 - Float(step) / Float(seconds)), 20)
                    return second(level: level, low: level < 1000 ? 100 : 0)
                })
            #expect(contact.state == FJ_CONTACT_OFF && !contact.fell_suddenly, "\(seconds) s")
        }
        for mixture in [3000, 1800, 200] as [Float] {
            var contact = fj_contact()
            _ = run(
                &contact,
                Array(repeating: second(), count: 60) + [second(level: mixture, low: 40)] + Array(repeating: second(level: 20, low: 100), count: 3))
            #expect(contact.state == FJ_CONTACT_OFF && contact.fell_suddenly)
        }
    }
}
