import DeviceSimulation
import Foundation
import Testing

@testable import fajma

@Suite struct SignalTests {
    private func read(_ text: String, _ infrared: String = "ir", _ red: String? = nil) throws -> Recording {
        try Recording(Data(text.utf8), infrared: infrared, red: red)
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
