import ArgumentParser
import Clinical
import Foundation
import ProcessSignals

struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Devices that measure simulated patients and report through the server, until stopped.",
        discussion: """
            Each device runs the core that the ESP32 runs, on sensors that see a finger with a known pulse; a report a second. Every patient has \
            values of their own, the same at every start. What the server does not take is kept and sent later, the newest first. A status \
            line every ten seconds; SIGINT or SIGTERM ends it.

            With --ago and --speed the simulated time begins in the past and runs faster until it has caught up with the present, then as \
            usual: an hour in a minute, and nothing lies in the future. The devices then know the time by themselves; else they learn it from \
            the server.
            """)

    @Option(help: "The server, e.g. http://127.0.0.1:8080.") var url: String
    @Option(help: "What `fajma demo --json` printed.") var devices: String
    @Flag(help: "Frequent episodes (desaturation, tachycardia, fever): every few minutes instead of every hour or so.")
    var episodes = false
    @Option(
        help: "So many seconds after the start the heart under the first device of the file stops, for good: the sensor stays on, the pulse vanishes."
    )
    var asystoleAt: Double?
    @Option(help: "Every device loses its network so often on average (seconds), for a minute on average.") var outages: Double?
    @Option(help: "Every device loses its power so often on average (seconds), for up to half a minute.") var powerCuts: Double?
    @Option(help: "The devices' clocks run too fast or too slow by up to so many millionths.") var driftPPM = 0.0
    @Option(help: "Begin so many seconds in the past.") var ago = 0.0
    @Option(help: "Run so many times faster until the present is reached, 2 to 1000.") var speed: Double?
    @Option(help: "A recorded pulse (CSV) in place of the simulated fingers; with --rate and --ir as for `fajma signal`.") var ppg: String?
    @Option(help: "Of the recording: samples a second.") var rate: Double?
    @Option(help: "Of the recording: its infrared column.") var ir: String?
    @Option(help: "Of the recording: its red column.") var red: String?
    @Option(help: "Write all that is measured to this file, a JSON line for each device and second.") var log: String?

    func validate() throws {
        for (name, value) in [("--outages", outages), ("--power-cuts", powerCuts)] where (value ?? 10) < 10 {
            throw ValidationError("\(name) must be 10 seconds or more")
        }
        guard (0...604_800).contains(asystoleAt ?? 0) else { throw ValidationError("--asystole-at must be 0 to 604800 seconds") }
        guard asystoleAt == nil || ppg == nil else { throw ValidationError("--asystole-at stops a simulated heart, not the recording of --ppg") }
        guard (0...1000).contains(driftPPM) else { throw ValidationError("--drift-ppm must be 0 to 1000") }
        guard (0...604_800).contains(ago) else { throw ValidationError("--ago must be 0 to 604800 seconds") }
        guard (speed != nil) == (ago > 0) else { throw ValidationError("--ago and --speed go together") }
        guard (2...1000).contains(speed ?? 2) else { throw ValidationError("--speed must be 2 to 1000") }
        guard (ppg != nil) == (rate != nil), (ppg != nil) == (ir != nil), ppg != nil || red == nil else {
            throw ValidationError("--ppg, --rate and --ir go together")
        }
        if let rate, let ir { try RecordingOptions.check(rate: rate, ir: ir, red: red) }
    }

    func run() throws {
        let entries = try DeviceFile.read(devices)
        guard !entries.isEmpty else { throw Failure("\(devices) holds no devices") }
        let recording = try ppg.map { try RecordingOptions.read($0, ir: ir ?? "", red: red) }
        let log = try log.map { try MeasurementLog($0) }
        let poster = try Poster(url: url)
        Signals.hold()
        Signals.onEnd { poster.stop() }
        let now = (real: Clock.seconds, wall: Date().timeIntervalSince1970)
        let troubles = Troubles(outagesEverySeconds: outages, powerCutsEverySeconds: powerCuts, driftPPM: driftPPM)
        let fleet = SimulatedFleet(
            entries.enumerated().map { place, entry in
                SimulatedDevice(
                    entry, beginningAt: now.wall - ago + Double(place) / Double(entries.count),
                    episodeMeanSeconds: episodes ? VitalSigns.frequentSeconds : VitalSigns.occasionalSeconds,
                    troubles: troubles, hasSNTP: ago > 0, asystoleSeconds: place == 0 ? asystoleAt : nil,
                    recording: recording.map { recording in { RecordedFinger(recording, rateHz: rate ?? 100, offset: $0) } })
            },
            poster: poster, time: SimulatedTime(now: now, secondsAgo: ago, speed: speed ?? 1), log: log)
        Console.say("\(entries.count) devices")
        try fleet.run { Self.say($0, poster.takeProblem()) }
        Self.say(fleet.totals, poster.takeProblem())
    }

    private static func say(_ totals: SimulatedFleet.Totals, _ problem: String?) {
        var line = "sent \(totals.sent), refused \(totals.refused), waiting \(totals.waiting)"
        if totals.dropped > 0 { line += ", dropped \(totals.dropped)" }
        if totals.powerCuts > 0 { line += ", \(totals.powerCuts) power cuts took \(totals.cut)" }
        if totals.rejectedReadings > 0 { line += ", readings rejected \(totals.rejectedReadings)" }
        if let problem { line += " (\(problem))" }
        Console.say(line)
    }
}
