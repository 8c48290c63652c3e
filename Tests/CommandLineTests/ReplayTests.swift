import Clinical
import Testing

@testable import fajma

@Suite struct ReplayTests {
    @Test("a column's name is the vital's wire name and its unit") func columns() throws {
        let names: [(String, Vital)] = [
            ("heart_rate_bpm", .heartRate), ("respiratory_rate_per_min", .respiratoryRate), ("spo2_percent", .spo2),
            ("temperature_celsius", .temperature), ("temperature_c", .temperature), ("systolic_bp_mmhg", .systolicBP),
            ("diastolic_bp_mmhg", .diastolicBP), ("consciousness", .consciousness), ("perfusion_index_percent", .perfusionIndex),
        ]
        for (name, vital) in names { #expect(try ReplayTable.vital(ofColumn: name) == vital) }
    }

    @Test(
        "a column without its unit, with another's, or unknown is an error that names it",
        arguments: ["heart_rate", "temperature_fahrenheit", "spo2_bpm", "Heart_Rate_bpm", "", "etco2_mmhg"])
    func unknownColumn(name: String) {
        #expect { try ReplayTable("t_s,\(name)\n0,1\n") } throws: { "\($0)".contains("unknown column \(name);") }
    }

    @Test("empty cells are missing values; line ends, blanks and a mark at the beginning do not matter") func cells() throws {
        let table = try ReplayTable("\u{FEFF}t_s, heart_rate_bpm,spo2_percent\r\n10,94.3,\r\n11.5,, 97\r\n12,,\r\n\r\n")
        #expect(
            table.rows == [
                .init(seconds: 10, values: [.init(vital: .heartRate, value: 94.3)]),
                .init(seconds: 11.5, values: [.init(vital: .spo2, value: 97)]),
                .init(seconds: 12, values: []),
            ])
    }

    @Test("letters are read where a vital is no number") func letters() throws {
        #expect(try ReplayTable("t_s,consciousness\n0,V\n").rows[0].values == [.init(vital: .consciousness, value: 2)])
    }

    @Test(
        "what is wrong is named with its line",
        arguments: [
            ("", "empty"), ("t_s,spo2_percent\n", "no rows"), ("spo2_percent\n97\n", "line 1: there is no column t_s"),
            ("t_s,spo2_percent\n0,97\n1\n", "line 3: 1 cells"), ("t_s,spo2_percent\n0,x\n", "line 2: spo2 is no number"),
            ("t_s,spo2_percent\n0,nan\n", "line 2"), ("t_s,spo2_percent\n,97\n", "line 2: t_s"),
            ("t_s,spo2_percent\n5,97\n5,96\n", "line 3: t_s does not grow"),
            ("t_s,temperature_c,temperature_celsius\n0,1,1\n", "two columns are temperature"),
            ("t_s,consciousness\n0,Z\n", "one of A, C, V, P, U"),
        ])
    func wrong(text: String, message: String) {
        #expect { try ReplayTable(text) } throws: { "\($0)".contains(message) }
    }

    /// What is sent at these instants.
    private func replay(speed: Double, at instants: [Int64]) throws -> [(report: DeviceReport, delaySeconds: Double)?] {
        var source = ReplaySource(try ReplayTable("t_s,heart_rate_bpm\n10,80\n11,\n12,82\n14,84\n"), speed: speed)
        return instants.map { source.next(at: Instant(milliseconds: $0)) }
    }

    @Test("in real time the first row is now, and the others keep their distance however late they are sent")
    func realTime() throws {
        let sent = try replay(speed: 1, at: [1_000_000, 1_002_700, 1_004_000, 1_004_001])
        #expect(
            sent.map { $0?.report.readings ?? [] } == [
                [Reading(vital: .heartRate, value: 80, measuredAt: Instant(milliseconds: 1_000_000))],
                [Reading(vital: .heartRate, value: 82, measuredAt: Instant(milliseconds: 1_002_000))],
                [Reading(vital: .heartRate, value: 84, measuredAt: Instant(milliseconds: 1_004_000))],
                [],
            ])
        // A row without values is passed over, its time is not.
        #expect(sent.map { $0?.delaySeconds } == [2, 2, 0, nil])
    }

    @Test("faster, each row has the time of its sending") func faster() throws {
        let sent = try replay(speed: 4, at: [0, 777])
        #expect(sent[0]?.delaySeconds == 0.5)
        #expect(sent[1]?.report.readings[0].measuredAt == Instant(milliseconds: 777))
    }
}
