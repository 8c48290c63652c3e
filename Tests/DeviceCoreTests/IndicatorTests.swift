import DeviceCore
import Testing

@Suite struct IndicatorTests {
    private static let all = (0..<FJ_INDICATION_COUNT.rawValue).map { fj_indication($0) }
    private static let alarms = [FJ_INDICATION_BATTERY_OFFLINE, FJ_INDICATION_WARNING, FJ_INDICATION_ERROR]

    /// What is seen and heard in 30 s, ten times a second; where `inBlackAndWhite`, only how many lamps are lit.
    private func rhythm(_ indication: fj_indication, inBlackAndWhite: Bool = false) -> [String] {
        var indicator = fj_indicator()
        fj_indicator_show(&indicator, indication, 0)
        return (0..<300).map {
            let lamps = fj_indicator_lamps(&indicator, UInt64($0) * UInt64(FJ_INDICATOR_STEP_MS))
            let seen = (lamps.green ? "green" : "") + (lamps.red ? "red" : "")
            let lit = [lamps.green, lamps.red].filter { $0 }.count
            return (inBlackAndWhite ? "\(lit)" : seen) + (lamps.buzzer ? " sound" : "")
        }
    }

    @Test("every meaning has a rhythm of its own, and only alarms sound") func own() {
        #expect(Set(Self.all.map { rhythm($0) }).count == Self.all.count)
        for indication in Self.all {
            #expect(rhythm(indication).contains { $0.hasSuffix("sound") } == Self.alarms.contains(indication))
        }
    }

    @Test("nobody needs to tell red from green") func colourBlind() {
        #expect(Set(Self.all.map { rhythm($0, inBlackAndWhite: true) }).count == Self.all.count)
    }

    @Test("the most important thing is shown") func order() {
        var state = fj_device_state()
        #expect(fj_indication_of(&state) == FJ_INDICATION_STARTING && fj_indication_of(nil) == FJ_INDICATION_FAULT)
        state.is_known = true
        #expect(fj_indication_of(&state) == FJ_INDICATION_SET_UP)
        state.is_set_up = true
        #expect(fj_indication_of(&state) == FJ_INDICATION_SENSOR_FAULT)
        state.sensors_answer = true
        #expect(fj_indication_of(&state) == FJ_INDICATION_OFFLINE)
        state.is_online = true
        #expect(fj_indication_of(&state) == FJ_INDICATION_NOT_WORN)
        state.is_worn = true
        #expect(fj_indication_of(&state) == FJ_INDICATION_RUNNING)
        state.battery_is_low = true
        #expect(fj_indication_of(&state) == FJ_INDICATION_LOW_BATTERY)
        state.is_online = false
        #expect(fj_indication_of(&state) == FJ_INDICATION_BATTERY_OFFLINE, "nobody else can say that the battery is low")
        state.is_worn = false
        #expect(fj_indication_of(&state) == FJ_INDICATION_OFFLINE, "in a drawer nobody is in danger")
        (state.is_worn, state.is_online) = (true, true)
        state.is_faulty = true
        #expect(fj_indication_of(&state) == FJ_INDICATION_FAULT)
        state.alarm = FJ_ALARM_WARNING
        #expect(fj_indication_of(&state) == FJ_INDICATION_WARNING, "a device that cannot report still alarms")
        state.alarm = FJ_ALARM_ERROR
        #expect(fj_indication_of(&state) == FJ_INDICATION_ERROR)
        state.is_resetting = true
        #expect(fj_indication_of(&state) == FJ_INDICATION_RESET)
    }

    @Test("without a server a low battery sounds at least every 10 s, and a press silences it") func lowBatteryOffline() {
        var indicator = fj_indicator()
        fj_indicator_show(&indicator, FJ_INDICATION_BATTERY_OFFLINE, 0)
        for begin in stride(from: 0, to: 60_000, by: 1000) as StrideTo<UInt64> { #expect(sounds(&indicator, from: begin), "\(begin)") }
        fj_indicator_pause(&indicator, 60_000)
        #expect(!sounds(&indicator, from: 60_000))
        fj_indicator_show(&indicator, FJ_INDICATION_WARNING, 80_000)
        #expect(sounds(&indicator, from: 80_000))
    }

    private func sounds(_ indicator: inout fj_indicator, from: UInt64) -> Bool {
        (0..<100).contains { fj_indicator_lamps(&indicator, from + UInt64($0) * 100).buzzer }
    }

    @Test("a pause silences, goes on blinking, ends, and something worse sounds all the same") func pause() {
        var indicator = fj_indicator()
        fj_indicator_pause(&indicator, 0)
        fj_indicator_show(&indicator, FJ_INDICATION_WARNING, 1000)
        #expect(sounds(&indicator, from: 1000), "what nobody heard yet cannot be silenced")
        fj_indicator_pause(&indicator, 20_000)
        #expect(!sounds(&indicator, from: 20_000))
        #expect((0..<100).contains { fj_indicator_lamps(&indicator, 20_000 + UInt64($0) * 100).red })
        fj_indicator_show(&indicator, FJ_INDICATION_ERROR, 40_000)
        #expect(sounds(&indicator, from: 40_000))
        fj_indicator_pause(&indicator, 50_000)
        #expect(!sounds(&indicator, from: 50_000))
        fj_indicator_show(&indicator, FJ_INDICATION_WARNING, 60_000)
        #expect(!sounds(&indicator, from: 60_000), "less is silent too")
        #expect(sounds(&indicator, from: 50_000 + UInt64(FJ_INDICATOR_PAUSE_MS)))
    }
}

@Suite struct ButtonTests {
    /// The events of a button whose contact is closed in these stretches of time (ms), looked at every 20 ms.
    private func events(_ closed: [ClosedRange<Int>], until: Int = 20_000) -> [fj_button_event] {
        var button = fj_button()
        return stride(from: 0, through: until, by: 20).map { now in
            fj_button_next(&button, closed.contains { $0.contains(now) }, UInt64(now))
        }.filter { $0 != FJ_BUTTON_NOTHING }
    }

    @Test("a press is one press, however the contacts bounce") func press() {
        #expect(events([1000...1300]) == [FJ_BUTTON_PRESSED])
        #expect(events([1000...1010, 1030...1050, 1080...1400, 1420...1430]) == [FJ_BUTTON_PRESSED])
        #expect(events([1000...1020]) == [], "a spike is nothing")
    }

    @Test("held and let go is nothing, held to the end is a reset, once") func held() {
        let warned = events([1000...5000])
        #expect(!warned.isEmpty && warned.allSatisfy { $0 == FJ_BUTTON_HELD })
        let reset = events([1000...15_000])
        #expect(reset.last == FJ_BUTTON_RESET && reset.filter { $0 == FJ_BUTTON_RESET }.count == 1)
        #expect(reset.dropLast().allSatisfy { $0 == FJ_BUTTON_HELD })
    }
}
