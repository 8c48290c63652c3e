import ArgumentParser
import DeviceCore
import Foundation

struct SignalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "signal", abstract: "What the device's core makes of a recorded pulse wave, second by second.",
        discussion: """
            Runs the device's own core over a recording (CSV, a row a sample) and prints for every second heart rate, SpO2, R, perfusion \
            index, signal quality, and why a value is absent. A column is named as in the heading, or numbered from 1 in a file without one. \
            Cells stand between commas, semicolons or tabs, with or without quotes; lines that begin with # are comments. An empty cell, or \
            NaN, is a lost sample. SpO2 needs the red column, and both with their constant part.

            Without --device the recording may have any scale: the limits of the device's sensor (off, saturated, bad samples) do not hold. With \
            --device it must have the converter's counts, and what is printed is what the device would have said.

            With --time-column holes are lost samples, a doubled time is left out, and the sensor's real rate is that of the times: as on the \
            device, rates are scaled by it, and none is given more than 5 % from --rate.
            """)

    @OptionGroup var recording: RecordingOptions
    @Flag(help: "Run the device's configuration, with its limits.") var device = false
    @Option(help: "With --device: the infrared LED's current (mA), 7.2 as the device starts.") var ledMA: Double?
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard device || ledMA == nil else { throw ValidationError("--led-ma goes with --device") }
        guard (0.2...51).contains(ledMA ?? 1) else { throw ValidationError("--led-ma must be 0.2 to 51") }
    }

    func run() throws {
        let signal = try recording.read()
        let rate = try recording.rate(of: signal)
        let current = ledMA ?? Double(fj_ppg_config_max30102().infrared_ma)
        let seconds = SignalReader.seconds(of: signal, rateHz: rate, device ? .device(infraredMA: current) : .recording)
        guard !seconds.isEmpty else { throw Failure("\(recording.file) is shorter than a second") }
        if output.json {
            for second in seconds { try Console.json(second) }
        } else {
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
        remark(seconds, signal)
    }

    /// What is not in the rows: lost pulses, and what was left out. On standard error, because the rows are for programs.
    private func remark(_ seconds: [SignalReader.Second], _ signal: Recording) {
        for lost in SignalReader.lostPulses(seconds) { Console.complain("no pulse from second \(lost.t) on, for \(lost.seconds) s") }
        if signal.doubled > 0 { Console.complain("\(signal.doubled) rows with the time of the row before were left out") }
        if let real = signal.rateHz { Console.complain(String(format: "%.3f samples a second by the time column", real)) }
        if !device { Console.complain("without --device the limits of the device's sensor do not hold: it may have given less") }
    }

    private static func cell(_ value: Double?, _ decimals: Int) -> String {
        value.map { String(format: "%.\(decimals)f", $0) } ?? "-"
    }
}

/// Which recording, and what its columns are.
struct RecordingOptions: ParsableArguments {
    @Option(help: "The CSV file.") var file: String
    @Option(help: "Samples a second, 24 to 400, fractions too. With --time-column it may be left out.") var rate: Double?
    @Option(help: "The infrared column (or the only one).") var ir: String
    @Option(help: "The red column.") var red: String?
    @Option(help: "The column that says when a sample was taken: a number, or a time of day.") var timeColumn: String?
    @Option(help: "What the numbers of the time column count: s or ms.") var timeUnit = Recording.TimeUnit.s

    func validate() throws {
        guard rate != nil || timeColumn != nil else { throw ValidationError("--rate or --time-column is needed") }
        try Self.check(rate: rate, ir: ir, red: red)
    }

    static func check(rate: Double?, ir: String, red: String?) throws {
        if let rate, !SignalReader.rates.contains(rate) { throw ValidationError("--rate must be 24 to 400 samples a second") }
        guard ir != red else { throw ValidationError("--ir and --red name the same column") }
    }

    func read() throws -> Recording { try Self.read(file, ir: ir, red: red, time: timeColumn, timeUnit) }

    /// What the core is set to.
    func rate(of recording: Recording) throws -> Double {
        if let rate { return rate }
        guard let rate = recording.rateHz, SignalReader.rates.contains(rate) else {
            throw Failure("\(file) has no 24 to 400 samples a second by its time column")
        }
        return rate
    }

    static func read(_ path: String, ir: String, red: String?, time: String? = nil, _ unit: Recording.TimeUnit = .s) throws -> Recording {
        let data = try readFile(path, atMost: Recording.maximumBytes)
        do {
            return try Recording(data, infrared: ir, red: red, time: time, timeUnit: unit)
        } catch let failure as Failure { throw Failure("\(path), \(failure)") }
    }
}

extension Recording.TimeUnit: ExpressibleByArgument {}
