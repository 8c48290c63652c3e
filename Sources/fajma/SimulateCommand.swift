import ArgumentParser
import Clinical
import Foundation

struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Devices that post plausible values through the server, until stopped.",
        discussion: """
            Every patient has values of their own, the same at every start. What the server does not take is kept and sent later. \
            A status line every ten seconds; SIGINT or SIGTERM ends it.
            """)

    @Option(help: "The server, e.g. http://127.0.0.1:8080.") var url: String
    @Option(help: "What `fajma demo --json` printed.") var devices: String
    @Option(help: "Seconds between two reports of a device, 0.1 to 3600.") var period = 1.0
    @Flag(help: "Frequent episodes (desaturation, tachycardia, fever): every few minutes instead of every hour or so.")
    var episodes = false

    func validate() throws {
        guard (0.1...3600).contains(period) else { throw ValidationError("--period must be 0.1 to 3600 seconds") }
    }

    func run() throws {
        let entries = try DeviceFile.read(devices)
        guard !entries.isEmpty else { throw Failure("\(devices) holds no devices") }
        let poster = try Poster(url: url)
        EndSignals.handle { poster.stop() }
        let mean = episodes ? VitalSigns.frequentSeconds : VitalSigns.occasionalSeconds
        var fleet = Fleet(
            entries.map { ($0.cle, SimulatedDevice($0.dispositif, periodSeconds: period, episodeMeanSeconds: mean)) },
            poster: poster, spreadSeconds: period)
        Console.say("\(entries.count) devices")
        try fleet.run { Self.say($0, poster.takeProblem()) }
        Self.say(fleet.totals, poster.takeProblem())
    }

    private static func say(_ totals: Fleet.Totals, _ problem: String?) {
        var line = "sent \(totals.sent), refused \(totals.refused), waiting \(totals.waiting)"
        if totals.dropped > 0 { line += ", dropped \(totals.dropped)" }
        if totals.rejected > 0 { line += ", readings rejected \(totals.rejected)" }
        if let problem { line += " (\(problem))" }
        Console.say(line)
    }
}
