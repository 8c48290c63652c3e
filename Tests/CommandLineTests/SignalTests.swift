import DeviceSimulation
import Foundation
import Testing

@testable import fajma

@Suite struct SignalTests {
    private func read(_ text: String, _ infrared: String = "ir", _ red: String? = nil, time: String? = nil, _ unit: Recording.TimeUnit = .s) throws
        -> Recording
    {
        try Recording(Data(text.utf8), infrared: infrared, red: red, time: time, timeUnit: unit)
    }

    @Test(
        "other programs' files are read: separators, quotes, units below the heading, comments, decimal commas",
        arguments: [
            "ir,red\n1.5,2\n3,4\n", "\"ir\",\"red\"\r\n\"1.5\",\"2\"\r\n3,4\r\n", "'ir','red'\n'NU','NU'\n1.5,2\n3,4\n", "ir;red\n1,5;2\n3;4\n",
            "ir\tred\n1.5\t2\n3\t4\n", "# made by\n# a monitor\nir,red\n1.5,2\n# a remark, with commas\n3,4\n", "red;ir;x\n2;1,5;a\n4;3;b\n",
        ])
    func dialects(text: String) throws {
        let recording = try read(text, "ir", "red")
        #expect(recording.infrared == [1.5, 3] && recording.red == [2, 4])
    }

    @Test("what is no number by its own words is a lost sample", arguments: ["", "NaN", "nan", "NA", "null", "-"]) func missing(cell: String) throws {
        let recording = try read("t,ir\n0,1\n1,\(cell)\n2,3\n")
        #expect(recording.infrared.count == 3 && recording.infrared[1].isNaN && recording.infrared[2] == 3)
    }

    /// A heart of 75 a minute at 100 samples a second for 30 s, a row a sample where `isThere`; `second` is what the row's time says.
    private func timed(rateHz: Double = 100, isThere: (Int) -> Bool = { _ in true }, _ time: (Double) -> String = { "\($0)" }) -> String {
        var (finger, lines) = (Finger(seed: 4, rateHz: rateHz), ["t,red,ir"])
        for sample in 0..<Int(30 * rateHz) {
            let light = finger.next()
            if isThere(sample) { lines.append("\(time(Double(sample) / rateHz)),\(light.red * 36),\(light.infrared * 36)") }
        }
        return lines.joined(separator: "\n")
    }

    enum TimeForm: CaseIterable {
        case seconds, milliseconds, timeOfDay

        func text(_ t: Double) -> String {
            switch self {
            case .seconds: "\(t)"
            case .milliseconds: "\(Int((t * 1000).rounded()))"
            // The minute goes over midnight.
            case .timeOfDay: t < 20 ? String(format: "2026-01-31 23:59:%06.3f", 40 + t) : String(format: "2026-02-01 00:00:%06.3f", t - 20)
            }
        }
    }

    @Test("a time column gives the rate, whatever it counts", arguments: TimeForm.allCases) func timeColumn(form: TimeForm) throws {
        let (clock, unit) = (form.text, form == .milliseconds ? Recording.TimeUnit.ms : .s)
        let recording = try read(timed(clock), "ir", "red", time: "t", unit)
        #expect(abs((recording.rateHz ?? 0) - 100) < 0.01 && recording.infrared.count == 3000)
        let seconds = SignalReader.seconds(of: recording, rateHz: 100)
        #expect(seconds.map(\.t) == Array(1...30) && seconds.dropFirst(9).allSatisfy { abs(($0.heart_rate ?? 0) - 75) < 1 })
    }

    @Test("a hole of 0.4 s is what it lost, not a jump of the pulse; a doubled time is left out; one that goes back is an error") func holes() throws
    {
        let recording = try read(timed(isThere: { !(1500..<1540).contains($0) }), "ir", "red", time: "t")
        let seconds = SignalReader.seconds(of: recording, rateHz: 100)
        #expect(seconds.count == 30 && seconds[15].heart_rate == nil, "the window began again")
        for second in seconds { #expect(second.heart_rate.map { abs($0 - 75) < 1 } ?? true) }
        let doubled = try read("t,ir\n" + (0..<100).map { "\(Double($0) / 100),\($0)\n" + ($0 == 40 ? "0.4,-1\n" : "") }.joined(), time: "t")
        #expect(doubled.infrared == (0..<100).map(Float.init) && doubled.doubled == 1)
        #expect { try read("t,ir\n0,1\n0.02,2\n0.01,3\n", time: "t") } throws: { "\($0)".contains("line 4: column t goes back") }
        #expect { try read("t,ir\n0,1\n,2\n", time: "t") } throws: { "\($0)".contains("line 3: column t is no time") }
    }

    @Test("times with too few digits double no sample, and rows that are doubled now and then are left out", arguments: [2, 3]) func rounded(
        digits: Int
    ) throws {
        let recording = try read(timed(rateHz: 250, { String(format: "%.\(digits)f", $0) }), "ir", "red", time: "t")
        #expect(recording.infrared.count == 7500 && recording.doubled == 0 && abs((recording.rateHz ?? 0) - 250) < 0.1)
        #expect(recording.infrared.indices.allSatisfy { recording.missing(before: $0) == 0 })
        let seconds = SignalReader.seconds(of: recording, rateHz: 250)
        #expect(seconds.dropFirst(9).allSatisfy { abs(($0.heart_rate ?? 0) - 75) < 1 })
    }

    @Test(
        "rates follow the times, and none is given beyond 5 % of what the sensor was set to",
        arguments: [(97.0, true), (104, true), (94, false), (52, false)])
    func realRate(rateHz: Double, isGiven: Bool) throws {
        let seconds = SignalReader.seconds(of: try read(timed(rateHz: rateHz), "ir", "red", time: "t"), rateHz: 100)
        #expect(seconds.count == 30)
        for second in seconds.dropFirst(12) {
            #expect(isGiven ? abs((second.heart_rate ?? 0) - 75) < 1 : second.heart_rate == nil && second.reason == "sample_clock", "\(second)")
        }
    }

    @Test("a rate of a sensor that was set to 25 is read as it is", arguments: [24.949, 24.995, 25]) func slow(rateHz: Double) throws {
        let seconds = SignalReader.seconds(of: try read(timed(rateHz: rateHz), "ir", "red"), rateHz: rateHz)
        #expect(seconds.dropFirst(10).allSatisfy { abs(($0.heart_rate ?? 0) - 75) < 1.5 }, "\(seconds.map(\.reason))")
    }

    @Test("with the device's configuration a clipped signal is saturated and a sensor on the table is off; without it nobody can say") func device()
        throws
    {
        var (finger, lines) = (Finger(seed: 5), ["red,ir"])
        for _ in 0..<3000 {
            let light = finger.next()
            lines.append("\(light.red * 36),\(min(light.infrared * 72.8, 262_143))")
        }
        let clipped = try read(lines.joined(separator: "\n"), "ir", "red")
        let table = try read("red,ir\n" + String(repeating: "1220,1220\n", count: 1000), "ir", "red")
        let device = SignalReader.Configuration.device(infraredMA: 7.2)
        #expect(SignalReader.seconds(of: clipped, rateHz: 100, device).allSatisfy { $0.reason == "saturated" && $0.spo2 == nil })
        #expect(SignalReader.seconds(of: clipped, rateHz: 100).contains { $0.spo2 != nil })
        #expect(SignalReader.seconds(of: table, rateHz: 100, device).allSatisfy { $0.reason == "sensor_off" })
        #expect(!SignalReader.seconds(of: table, rateHz: 100).contains { $0.reason == "sensor_off" })
    }

    @Test("lost pulses are told with their begin and length") func lost() {
        func second(_ t: Int, _ reason: String) -> SignalReader.Second { .init(t: t, quality: 0, reason: reason) }
        let seconds = [second(1, ""), second(2, "no_pulse"), second(3, "no_pulse"), second(4, "motion"), second(5, "no_pulse")]
        #expect(SignalReader.lostPulses(seconds).map(\.t) == [2, 5] && SignalReader.lostPulses(seconds).map(\.seconds) == [2, 1])
    }

    @Test("columns are found by their names; blanks, line ends and a mark at the beginning do not matter; an empty cell is a lost sample")
    func columns() throws {
        let recording = try read("\u{FEFF}t, red ,ir\r\n0, 1,2\r\n0.01,,3\r\n\r\n", "ir", "red")
        #expect(recording.infrared == [2, 3])
        #expect(recording.red?.count == 2 && recording.red?[0] == 1 && recording.red?[1].isNaN == true)
    }

    @Test("without a heading a column is named by its number") func numbers() throws {
        #expect(try read("5,7\n6,8e2\n", "2").infrared == [7, 800])
        #expect(try read("530\n518\n", "1").infrared == [530, 518])
    }

    @Test(
        "what is wrong is named with its line and column",
        arguments: [
            ("", "empty"), ("ir\n", "no samples"), ("a,b\n1,2\n", "line 1: there is no column ir; there are a, b"),
            ("ir,ir\n1,2\n", "two columns are named ir"),
            ("ir,b\n1,2\n3\n", "line 3: 1 cells, the heading has 2"), ("ir\n1\nx\n", "line 3: column ir is no number"), ("ir\n1\ninf\n", "line 3"),
        ])
    func wrong(text: String, message: String) {
        #expect { try read(text) } throws: { "\($0)".contains(message) }
    }

    @Test("the core finds pulse and saturation in a recording, and nothing where there is none", arguments: [50.0, 100, 117.3, 400])
    func seconds(rateHz: Double) throws {
        var (finger, lines) = (Finger(seed: 9, rateHz: rateHz), ["red,ir"])
        (finger.state.heartRate, finger.state.spo2) = (84, 93)
        for sample in 0..<Int(30 * rateHz) {
            let light = finger.next()
            lines.append(sample < Int(20 * rateHz) ? "\(light.red),\(light.infrared)" : "3240,3600")
        }
        let seconds = SignalReader.seconds(of: try read(lines.joined(separator: "\n"), "ir", "red"), rateHz: rateHz)
        #expect(seconds.map(\.t) == Array(1...30))
        for second in seconds[9..<19] {
            #expect(abs((second.heart_rate ?? 0) - 84) < 1.5 && abs((second.spo2 ?? 0) - 93) < 1.5 && second.reason == nil, "\(second)")
        }
        #expect(seconds[0].heart_rate == nil && seconds[0].reason == "settling")
        for second in seconds[24...] { #expect(second.heart_rate == nil && second.spo2 == nil && second.reason != nil, "\(second)") }
    }

    @Test("a line of JSON has every member, absent ones null") func json() throws {
        let second = SignalReader.Second(t: 3, quality: 0, reason: "settling")
        let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(second)) as? [String: Any]
        #expect(Set(try #require(object).keys) == ["t", "heart_rate", "spo2", "r", "perfusion_index", "quality", "reason"])
        #expect(object?["heart_rate"] is NSNull)
    }
}

extension SignalReader.Second {
    fileprivate init(t: Int, quality: Int, reason: String) {
        self.init(t, .init())
        (heart_rate, spo2, r, perfusion_index, self.quality, self.reason) = (nil, nil, nil, nil, quality, reason)
    }
}
