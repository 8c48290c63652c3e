import Clinical
import Foundation
import Testing

@testable import fajma

extension ReplayTable {
    init(_ text: String) throws { try self.init(Data(text.utf8)) }
}

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
                .init(line: 2, seconds: 10, values: [.init(vital: .heartRate, value: 94.3)]),
                .init(line: 3, seconds: 11.5, values: [.init(vital: .spo2, value: 97)]),
                .init(line: 4, seconds: 12, values: []),
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

    @Test("a file of another program: semicolons, quotes, comments, decimal commas, names and columns of its own") func others() throws {
        let text = "# of a monitor\n'Time [s]'; \"HR\" ;PULSE;\"Sp\"\"O2\"\n0;80,5;81;97\n# later\n1;81;;\n"
        let table = try ReplayTable(Data(text.utf8), time: "Time [s]", names: ["HR": "heart_rate_bpm", "Sp\"O2": "spo2_percent"], without: ["PULSE"])
        #expect(
            table.rows == [
                .init(line: 3, seconds: 0, values: [.init(vital: .heartRate, value: 80.5), .init(vital: .spo2, value: 97)]),
                .init(line: 5, seconds: 1, values: [.init(vital: .heartRate, value: 81)]),
            ])
        #expect { try ReplayTable(Data(text.utf8), time: "t") } throws: { "\($0)".contains("line 2: there is no column t") }
        #expect { try ReplayTable(Data(text.utf8), time: "Time [s]", without: ["SpO3"]) } throws: { "\($0)".contains("no column SpO3") }
        #expect { try ReplayTable("t_s,\"spo2_percent\n0,1\n") } throws: { "\($0)".contains("line 1: a quote is not closed") }
    }

    @Test("each reading carries the line that it came from, over batches too") func lines() throws {
        var source = ReplaySource(try ReplayTable("t_s,heart_rate_bpm,spo2_percent\n0,80,97\n1,,\n2,400,\n3,,120\n"), speed: 10)
        var outbox = Outbox()
        while let next = source.next(at: Instant(milliseconds: 0)) { outbox.add(next.report) }
        #expect(outbox.next(now: 0)?.lines == [5])
        outbox.settle(.later(after: 0), now: 0, jitter: 1)
        #expect(outbox.next(now: 1)?.lines == [2, 2, 4, 5])
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
