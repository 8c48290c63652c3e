import ArgumentParser
import Foundation

struct SignalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "signal", abstract: "What the device makes of a recorded pulse wave, second by second.",
        discussion: """
            Runs the device's own core over a recording (CSV, a row a sample) and prints for every second heart rate, SpO2, R, perfusion \
            index, signal quality, and why a value is absent. A column is named as in the heading, or numbered from 1 in a file without one. \
            An empty cell is a lost sample. SpO2 needs the red column, and both with their constant part.
            """)

    @OptionGroup var recording: RecordingOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let seconds = SignalReader.seconds(of: try recording.read(recording.file), rateHz: recording.rate)
        guard !seconds.isEmpty else { throw Failure("\(recording.file) is shorter than a second") }
        if output.json {
            for second in seconds { try Console.json(second) }
            return
        }
        Console.table(
            ["t_s", "heart_rate", "spo2", "r", "perfusion_index", "quality", "reason"],
            seconds.map { second in
                [
                    "\(second.t)", Self.cell(second.heart_rate, 1), Self.cell(second.spo2, 1), Self.cell(second.r, 3),
                    Self.cell(second.perfusion_index, 2), "\(second.quality)", second.reason ?? "",
                ]
            })
        let (rates, saturations) = (seconds.count { $0.heart_rate != nil }, seconds.count { $0.spo2 != nil })
        Console.say("\(seconds.count) s: heart rate in \(rates), SpO2 in \(saturations)")
    }

    private static func cell(_ value: Double?, _ decimals: Int) -> String {
        value.map { String(format: "%.\(decimals)f", $0) } ?? "-"
    }
}

/// Which recording, and what its columns are.
struct RecordingOptions: ParsableArguments {
    @Option(help: "The CSV file.") var file: String
    @Option(help: "Samples a second, 25 to 400.") var rate: Double
    @Option(help: "The infrared column (or the only one).") var ir: String
    @Option(help: "The red column.") var red: String?

    func validate() throws { try Self.check(rate: rate, ir: ir, red: red) }

    static func check(rate: Double, ir: String, red: String?) throws {
        guard SignalReader.rates.contains(rate) else { throw ValidationError("--rate must be 25 to 400 samples a second") }
        guard ir != red else { throw ValidationError("--ir and --red name the same column") }
    }

    func read(_ path: String) throws -> Recording { try Self.read(path, ir: ir, red: red) }

    static func read(_ path: String, ir: String, red: String?) throws -> Recording {
        let data = try readFile(path, atMost: Recording.maximumBytes)
        do { return try Recording(data, infrared: ir, red: red) } catch let failure as Failure { throw Failure("\(path), \(failure)") }
    }
}
