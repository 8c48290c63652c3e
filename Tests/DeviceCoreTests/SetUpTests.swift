import DeviceCore
import Testing

@Suite struct SetUpTests {
    private static let key = "fjd_12_" + String(repeating: "aB3-_", count: 8) + "xyz"
    private static let whole = #"{"v":1,"url":"https://hospital.example/fajma/","cle":"\#(key)"}"#

    private func parse(_ text: String, plain: Bool = false) -> (fj_error, fj_setup) {
        var setup = fj_setup()
        setup.device = 99
        return (fj_setup_parse(text, text.utf8.count, plain, &setup), setup)
    }

    private func text<T>(_ characters: T) -> String {
        withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    @Test("the text of the QR code is understood") func understood() {
        let (error, setup) = parse(Self.whole)
        #expect(error == FJ_OK)
        #expect(text(setup.url) == "https://hospital.example/fajma/" && text(setup.key) == Self.key && setup.device == 12)
        #expect(!setup.has_curve && !setup.swap_red_infrared)
    }

    @Test("a device's own curve and wiring stand beside it, in any order") func own() {
        let (error, setup) = parse(
            #"{"inverse":true,"spo2":[-16.7,-9.5e0,110],"cle":"\#(Self.key)","note":{"a":[1]},"url":"https:\/\/h\/","v":1}"#)
        #expect(error == FJ_OK && setup.has_curve && setup.swap_red_infrared)
        #expect(text(setup.url) == "https://h/", "a slash may be escaped")
        #expect(abs(setup.curve.a + 16.7) < 1e-4 && abs(setup.curve.b + 9.5) < 1e-4 && setup.curve.c == 110)
    }

    @Test("no beginning of it is taken, nothing may follow, and what is refused leaves the output alone") func prefixes() {
        let bytes = Array(Self.whole.utf8)
        for length in 0..<bytes.count {
            let (error, setup) = parse(String(decoding: bytes[..<length], as: UTF8.self))
            #expect(error == FJ_ERROR_FORMAT && setup.device == 99)
        }
        #expect(parse(Self.whole + "\n").0 == FJ_OK && parse(Self.whole + "}").0 == FJ_ERROR_FORMAT)
        #expect(fj_setup_parse(nil, 0, false, nil) == FJ_ERROR_ARGUMENT)
    }

    @Test(
        "addresses that cannot be",
        arguments: [
            "http://h/", "https:///", "https://h", "https://:443/", "ftp://h/", "https://user@h/", "https://h/?x=/", "https://h/#/", "https://h /",
            "https://hôpital/", "", "HTTPS://h/", "https://h/" + String(repeating: "x", count: 190) + "/",
        ])
    func addresses(url: String) {
        #expect(parse(#"{"v":1,"url":"\#(url)","cle":"\#(Self.key)"}"#).0 != FJ_OK)
    }

    @Test("the longest address fits with the longest key, and only the bench takes one without TLS") func bounds() {
        let url = "https://h/" + String(repeating: "x", count: 189) + "/"
        let key = "fjd_999999999999999_" + String(repeating: "A", count: 43)
        let (error, setup) = parse(#"{"v":1,"url":"\#(url)","cle":"\#(key)","spo2":[-45.060,30.354,94.845],"inverse":true}"#)
        #expect(error == FJ_OK && text(setup.url) == url && text(setup.key) == key && setup.device == 999_999_999_999_999)
        #expect(parse(#"{"v":1,"url":"http://10.0.0.1:8080/","cle":"\#(Self.key)"}"#, plain: true).0 == FJ_OK)
    }

    @Test(
        "keys that cannot be",
        arguments: [
            "", "fjd_", "fjd__" + String(repeating: "A", count: 43), "fjd_0_" + String(repeating: "A", count: 43),
            "fjd_1_" + String(repeating: "A", count: 42), "fjd_1_" + String(repeating: "A", count: 44),
            "fjd_1_" + String(repeating: "A", count: 42) + "=",
            "fjd_1000000000000000_" + String(repeating: "A", count: 43), "xjd_1_" + String(repeating: "A", count: 43),
        ])
    func keys(key: String) { #expect(parse(#"{"v":1,"url":"https://h/","cle":"\#(key)"}"#).0 != FJ_OK) }

    @Test(
        "members that cannot be",
        arguments: [
            #""v":2"#, #""v":"1""#, #""spo2":[1,2]"#, #""spo2":[1,2,3,4]"#, #""spo2":[0,0,95]"#, #""spo2":[0,30,60]"#, #""spo2":[0,-30,2000]"#,
            #""spo2":null"#,
            #""inverse":1"#, #""url":5"#, #""cle":null"#,
        ])
    func members(member: String) {
        #expect(parse(#"{"v":1,"url":"https://h/","cle":"\#(Self.key)",\#(member)}"#).0 != FJ_OK)
        #expect(parse(#"{"url":"https://h/","cle":"\#(Self.key)"}"#).0 == FJ_ERROR_FORMAT, "of no known version")
    }
}

@Suite struct BatteryTests {
    @Test("more voltage is never less charge, and no cell is no charge") func curve() {
        var before: Int32 = 0, percent: Int32 = -1
        for millivolts in FJ_BATTERY_LEAST_MV...FJ_BATTERY_GREATEST_MV {
            #expect(fj_battery_percent(millivolts, &percent) == FJ_OK)
            #expect((0...100).contains(percent) && percent >= before && percent - before <= 1)
            before = percent
        }
        #expect(percent == 100)
        #expect(fj_battery_percent(3300, &percent) == FJ_OK && percent == 0)
        #expect(fj_battery_percent(3740, &percent) == FJ_OK && percent == 20)
        percent = 7
        for millivolts in [0, FJ_BATTERY_LEAST_MV - 1, FJ_BATTERY_GREATEST_MV + 1, .max] {
            #expect(fj_battery_percent(millivolts, &percent) == FJ_ERROR_RANGE && percent == 7)
        }
    }
}
