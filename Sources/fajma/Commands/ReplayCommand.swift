import Access
import ArgumentParser
import Clinical
import Foundation
import ProcessSignals

struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Post a recording as a device would, in real time or faster.",
        discussion: """
            The file is a CSV with a heading: t_s, and one column a vital with its unit, such as heart_rate_bpm, spo2_percent, \
            temperature_celsius, respiratory_rate_per_min, systolic_bp_mmhg. An empty cell is a value that is missing. Cells stand between \
            commas, semicolons or tabs, with or without quotes; lines that begin with # are comments. The first row is now. In real time the others keep their distance from it; with --speed each row has the time of its sending.
            """)

    @Argument(help: "The CSV file.") var file: String
    @Option(help: "The server, e.g. http://127.0.0.1:8080.") var url: String
    @Option(help: "The device's number.") var device: Int
    @Option(help: "A file with the device's key.") var keyFile: String?
    @Option(help: "What `fajma demo --json` printed, instead of --key-file.") var devices: String?
    @Option(help: "The column of the time (seconds).") var timeColumn = ReplayTable.timeColumn
    @Option(help: "What a column of another name is: `--column HR=heart_rate_bpm`. Once for each.") var column: [String] = []
    @Option(help: "A column that is left out. Once for each.") var skip: [String] = []
    @Option(help: "So many times faster, up to 100.") var speed = 1.0

    func validate() throws {
        guard (keyFile == nil) != (devices == nil) else {
            throw ValidationError("one of --key-file and --devices is needed")
        }
        guard column.allSatisfy({ $0.split(separator: "=").count == 2 }) else {
            throw ValidationError("--column must be NAME=VITAL, such as HR=heart_rate_bpm")
        }
        guard speed > 0, speed <= 100 else { throw ValidationError("--speed must be more than 0 and at most 100") }
    }

    func run() throws {
        let data = try readFile(file, atMost: ReplayTable.maximumBytes)
        guard String(data: data, encoding: .utf8) != nil else { throw Failure("\(file) is not UTF-8") }
        let table: ReplayTable
        do { table = try ReplayTable(data, time: timeColumn, names: names, without: Set(skip)) } catch { throw Failure("\(file), \(error)") }
        let key = try key()
        let poster = try Poster(url: url)
        Signals.hold()
        Signals.onEnd { poster.stop() }
        var replayer = Replayer(ReplaySource(table, speed: speed), key: key, poster: poster)
        try replayer.run { waiting in
            if let problem = poster.takeProblem() { Console.complain("waiting \(waiting) (\(problem))") }
        } rejection: { line, reading, reason in
            Console.complain("\(line.map { "line \($0): " } ?? "")\(reading.vital.rawValue) \(reading.value) was rejected: \(reason)")
        }
        Console.say("\(replayer.outbox.sent) reports, \(replayer.stored) readings stored, \(replayer.rejected) rejected")
        if replayer.outbox.refused > 0 {
            throw Failure("\(replayer.outbox.refused) reports were refused (\(poster.takeProblem() ?? "no reason"))")
        }
    }

    /// By the name in the file.
    private var names: [String: String] {
        column.reduce(into: [:]) { names, one in
            let parts = one.split(separator: "=")
            names[String(parts[0])] = String(parts[1])
        }
    }

    private func key() throws -> String {
        if let devices {
            guard let entry = try DeviceFile.read(devices).first(where: { $0.dispositif == device }) else {
                throw Failure("\(devices) has no device \(device)")
            }
            return entry.cle
        }
        let path = keyFile ?? ""
        let text = String(decoding: try readFile(path, atMost: 4096), as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        guard DeviceKey(text)?.device == device else { throw Failure("\(path) does not hold a key of device \(device)") }
        return text
    }
}
