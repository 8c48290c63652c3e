import DeviceSimulation
import Foundation
import Testing

@testable import Clinical

let arrival = Instant(milliseconds: 1_795_358_598_250)  // 2026-11-22T14:43:18.250Z

func decode(_ text: String) throws(ReportError) -> Report { try Report.decode(Array(text.utf8), now: arrival) }

@Suite("Reports: the three shapes")
struct ReportShapeTests {
    @Test("a single reading")
    func single() throws {
        let report = try decode(#"{"dispositif":12,"type_donnee":"spo2","valeur":97.0,"unite":"%","timestamp":"2026-11-22T14:43:00Z"}"#)
        #expect(
            report
                == Report(
                    shape: .single, device: 12,
                    readings: [Reading(vital: .spo2, value: 97, measuredAt: Instant(milliseconds: 1_795_358_580_000))],
                    newestTimestamp: Instant(milliseconds: 1_795_358_580_000)))
    }

    @Test("a map of vitals with one time for all, whatever the order of its members")
    func map() throws {
        let one = try decode(#"{"dispositif":12,"spo2":{"valeur":97.5,"unite":"%"},"heart_rate":{"valeur":72},"timestamp":"2026-11-22T14:43:00Z"}"#)
        let other = try decode(#"{"timestamp":"2026-11-22T14:43:00Z","heart_rate":{"valeur":72},"spo2":{"unite":"%","valeur":97.5},"dispositif":12}"#)
        let time = Instant(milliseconds: 1_795_358_580_000)
        #expect(one == other)
        #expect(one.shape == .map)
        #expect(one.readings == [Reading(vital: .heartRate, value: 72, measuredAt: time), Reading(vital: .spo2, value: 97.5, measuredAt: time)])
    }

    @Test("a map's vital may have a time of its own, and a socket's message type is no vital")
    func mapTimes() throws {
        let report = try decode(#"{"type":"iot_data","spo2":{"valeur":97,"age_ms":1000},"temperature":{"valeur":36.6},"note":"x"}"#)
        #expect(report.readings.map(\.measuredAt) == [Instant(milliseconds: arrival.milliseconds - 1000), arrival])
        #expect(report.rejected.isEmpty)
    }

    @Test("a report with the device's state")
    func report() throws {
        let report = try decode(
            #"""
            {"dispositif":12,"mesures":[
              {"type_donnee":"spo2","valeur":97,"unite":"%","timestamp":"2026-11-22T14:43:00.125Z"},
              {"type_donnee":"temperature","valeur":36.65,"unite":"°C","age_ms":2500},
              {"type_donnee":"heart_rate","valeur":72}],
             "etat":{"batterie":87,"rssi":-61,"firmware":"1.2.0","demarrage":3,"sequence":1234,"cause_demarrage":"brownout","memoire_libre":120000,"perdues":4}}
            """#)
        #expect(report.shape == .report)
        #expect(report.device == 12)
        #expect(report.readings.map(\.vital) == [.spo2, .temperature, .heartRate])
        #expect(report.readings.map(\.value) == [97, 36.65, 72])
        #expect(report.readings.map { $0.measuredAt.seconds(since: arrival) } == [-18.125, -2.5, 0])
        #expect(
            report.state
                == DeviceState(
                    battery: 87, rssi: -61, firmware: "1.2.0", boot: 3, sequence: 1234, resetReason: "brownout", freeHeap: 120_000, dropped: 4))
    }

    @Test("readings without a time take the report's, and null is as good as left out")
    func commonTime() throws {
        let report = try decode(
            #"{"dispositif":null,"patient":null,"age_ms":500,"etat":null,"mesures":[{"type_donnee":"spo2","valeur":97,"unite":null,"timestamp":null},{"type_donnee":"spo2","valeur":97,"age_ms":0}]}"#
        )
        #expect(report.readings.map { $0.measuredAt.seconds(since: arrival) } == [-0.5, 0])
        #expect(report.device == nil)
        #expect(report.patient == nil)
        #expect(report.state == nil)
    }

    @Test("a patient is named by number or by the hospital's number")
    func patients() throws {
        #expect(try decode(#"{"patient":7,"type_donnee":"spo2","valeur":97}"#).patient == .id(7))
        #expect(try decode(#"{"patient":"H-042","type_donnee":"spo2","valeur":97}"#).patient == .hospitalNumber("H-042"))
        #expect(try decode(#"{"patient":"7","type_donnee":"spo2","valeur":97}"#).patient == .id(7))
        #expect(try decode(#"{"patient":"n:7","type_donnee":"spo2","valeur":97}"#).patient == .hospitalNumber("7"))
        for digits in ["0", "07", "0000000007", "2147483648", "99999999999999999999999999"] {
            #expect(try decode(#"{"patient":"\#(digits)","type_donnee":"spo2","valeur":97}"#).patient == .id(0), "nobody has this id")
        }
    }

    @Test("the same vital and instant twice is left to the store to count")
    func duplicates() throws {
        let reading = #"{"type_donnee":"spo2","valeur":97,"timestamp":"2026-11-22T14:43:00Z"}"#
        #expect(try decode("{\"mesures\":[\(reading),\(reading)]}").readings.count == 2)
    }

    @Test("a device that measures nothing may still tell its state")
    func stateOnly() throws {
        let report = try decode(#"{"mesures":[],"etat":{"batterie":9}}"#)
        #expect(report.readings.isEmpty)
        #expect(report.state?.battery == 9)
    }

    @Test("a device says which sensors are off, what its clock shows and which rules it holds; what is unknown or odd is left out")
    func deviceState() throws {
        func state(_ members: String) throws -> DeviceState? { try decode(#"{"mesures":[],"etat":{\#(members)}}"#).state }
        let told = try state(#""detaches":["heart_rate","pouls",1,"spo2"],"heure":"2026-11-22T14:43:18.250Z","limites":4294967295"#)
        #expect(told == DeviceState(detached: [.spo2, .heartRate], clock: arrival, rulesVersion: 4_294_967_295))
        #expect(try state(#""detaches":"spo2","heure":12,"limites":4294967296"#) == DeviceState())
        #expect(try state(#""detaches":[],"heure":"hier","limites":-1"#) == DeviceState(detached: []))
    }

    @Test(
        "a report shows the device's clock by its own word, else by its newest reading",
        arguments: [
            (#""mesures":[],"etat":{"heure":"2026-11-22T14:43:08.250Z"}"#, -10_000), (#""mesures":[],"etat":{"battery":1}"#, nil),
            (
                #""mesures":[{"type_donnee":"spo2","valeur":97,"timestamp":"2026-11-22T14:43:23.250Z"}],"etat":{"heure":"2026-11-22T14:43:18.250Z"}"#,
                0
            ),
            (#""mesures":[{"type_donnee":"spo2","valeur":97,"timestamp":"2026-11-22T14:43:23.250Z"}]"#, 5000),
            (#""mesures":[{"type_donnee":"spo2","valeur":97},{"type_donnee":"spo2","valeur":97,"timestamp":"2026-11-22T15:43:18.250Z"}]"#, 3_600_000),
            (#""timestamp":"2026-11-22T14:43:30.250Z","mesures":[{"type_donnee":"spo2","valeur":97}]"#, 12_000),
            (#""mesures":[{"type_donnee":"spo2","valeur":97,"timestamp":"2026-11-22T14:43:16.250Z"}]"#, 0),
            (#""mesures":[{"type_donnee":"spo2","valeur":97,"timestamp":"2026-11-22T14:43:16.249Z"}]"#, nil),
            (#""mesures":[{"type_donnee":"spo2","valeur":97,"age_ms":5}]"#, nil),
        ] as [(String, Int?)]) func clock(members: String, offset: Int?) throws
    {
        #expect(try decode("{\(members)}").clockOffsetMilliseconds(now: arrival) == offset)
    }

    @Test("an accepted reading knows its place in the body")
    func places() throws {
        let (good, bad) = (#"{"type_donnee":"spo2","valeur":97}"#, #"{"type_donnee":"spo2","valeur":null}"#)
        let report = try decode("{\"mesures\":[\(bad),\(good),\(good),\(bad),\(bad),\(good)]}")
        #expect(report.rejected.map(\.index) == [0, 3, 4])
        #expect(report.readings.indices.map(report.index(ofReading:)) == [1, 2, 5])
    }
}

@Suite("Reports: what is refused as a whole")
struct ReportRefusalTests {
    func refusal(_ body: [UInt8]) -> ReportError? {
        do throws(ReportError) {
            _ = try Report.decode(body, now: arrival)
            return nil
        } catch { return error }
    }

    @Test(
        "what is not JSON",
        arguments: [
            "", " ", "{", #"{"mesures":[}"#, #"{"type_donnee":"spo2","valeur":NaN}"#, #"{"type_donnee":"spo2","valeur":Infinity}"#, "{'a':1}",
            #"{"a":1}}"#, "\u{1}",
        ])
    func malformed(text: String) {
        #expect(refusal(Array(text.utf8)) == .malformed)
    }

    @Test("more values, or more of them in one another, than a report has")
    func complex() {
        #expect(refusal(Array(String(repeating: "[", count: 100_000).utf8)) == .tooComplex)
        #expect(refusal(Array("[\(String(repeating: "0,", count: 100_000))0]".utf8)) == .tooComplex)
    }

    @Test("bytes that are not UTF-8, wherever they stand")
    func notUTF8() {
        let body = #"{"type_donnee":"spo2","valeur":97,"note":"x"}"#
        #expect(refusal(Array(body.utf8)) == nil)
        #expect(refusal(Array(body.utf8).map { $0 == UInt8(ascii: "x") ? 0xC3 : $0 }) == .malformed)
    }

    @Test("JSON that is no object", arguments: ["[]", "1", "null", "\"x\"", "true", #"[{"type_donnee":"spo2","valeur":97}]"#])
    func notAnObject(text: String) {
        #expect(refusal(Array(text.utf8)) == .notAnObject)
    }

    @Test("a device that is no number", arguments: ["\"\"", "\"x\"", "1.5", "0", "-1", "true", "[1]", "{}", "1e400", "99999999999999999999"])
    func device(value: String) {
        #expect(refusal(Array("{\"dispositif\":\(value),\"type_donnee\":\"spo2\",\"valeur\":97}".utf8)) == .badDevice)
    }

    @Test(
        "a patient that is neither number nor text",
        arguments: ["1.5", "0", "-1", "true", "[1]", "{}", "\"\"", "\"\(String(repeating: "9", count: 65))\""])
    func patient(value: String) {
        #expect(refusal(Array("{\"patient\":\(value),\"type_donnee\":\"spo2\",\"valeur\":97}".utf8)) == .badPatient)
    }

    @Test(
        "a body without readings names the field",
        arguments: [
            #"{"mesures":[]}"#, #"{"mesures":{}}"#, #"{"mesures":null}"#, #"{"mesures":"x"}"#,
        ])
    func noReadings(text: String) {
        #expect(refusal(Array(text.utf8)) == .noReadings)
        #expect(ReportError.noReadings.field == "mesures")
        #expect(ReportError.noReadings.code == "invalid")
    }

    @Test(
        "a body of none of the three shapes says which there are",
        arguments: ["{}", #"{"dispositif":12}"#, #"{"note":"x"}"#, #"{"etat":{"batterie":50}}"#, #"{"timestamp":"2026-11-22T14:43:00Z"}"#])
    func unknownShape(text: String) {
        #expect(refusal(Array(text.utf8)) == .unknownShape && ReportError.unknownShape.field == "mesures")
        #expect(ReportError.unknownShape.text(in: .french).contains("type_donnee"))
    }

    @Test("1,000 readings are taken, 1,001 are not")
    func limit() throws {
        func body(_ count: Int) -> String {
            "{\"mesures\":[" + Array(repeating: #"{"type_donnee":"spo2","valeur":97}"#, count: count).joined(separator: ",") + "]}"
        }
        #expect(try decode(body(1000)).readings.count == 1000)
        #expect(refusal(Array(body(1001).utf8)) == .tooManyReadings)
        let wide = "{" + (0...1000).map { "\"v\($0)\":{}" }.joined(separator: ",") + "}"
        #expect(refusal(Array(wide.utf8)) == .tooManyReadings)
    }

    @Test("no cut or flipped body ends the process, and none invents a reading outside its range")
    func fuzz() {
        let body = Array(
            #"{"dispositif":12,"mesures":[{"type_donnee":"spo2","valeur":97.5,"unite":"%","age_ms":12}],"etat":{"batterie":87,"firmware":"é"}}"#.utf8)
        var random = SeededGenerator(seed: 3)
        var decoded = 0
        for round in 0..<5000 {
            var bytes = round.isMultiple(of: 5) ? Array(body.prefix(Int.random(in: 0...body.count, using: &random))) : body
            for _ in 0..<Int.random(in: 0...3, using: &random) where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let report = try? Report.decode(bytes, now: arrival) else { continue }
            decoded += 1
            for reading in report.readings {
                #expect(reading.vital.properties.plausible.contains(reading.value))
                #expect(reading.measuredAt.seconds(since: arrival) <= Report.maximumFutureSeconds)
            }
        }
        #expect(decoded > 500)
    }
}
