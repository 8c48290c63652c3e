import ArgumentParser
import Foundation
import Settings
import Version

/// The administrator's command line. Exit codes: 0 done, 1 failed (one line on standard error says why), 64 usage.
@main
struct Fajma: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fajma",
        abstract: "Administers FAJMA, and simulates its devices.",
        discussion: "Settings come from the environment: DATABASE_URL names the database. Where it is not set, they come from /etc/fajma.",
        version: Version.current,
        subcommands: [
            SetupCommand.self, MigrateCommand.self, DoctorCommand.self, WardCommand.self, PatientCommand.self, DeviceCommand.self,
            UserCommand.self, KeyCommand.self, ImportCommand.self, AuditCommand.self, DemoCommand.self, SimulateCommand.self, ReplayCommand.self,
            SignalCommand.self,
        ])

    // Not ArgumentParser's own: an error of ours is one line in plain words, without "Error: " and usage text.
    static func main() {
        // An installation's own, so that an administrator types no more than the command.
        for (name, value) in EnvironmentFile.missing(in: ProcessInfo.processInfo.environment) { setenv(name, value, 0) }
        var command: any ParsableCommand
        do { command = try parseAsRoot() } catch { exit(withError: error) }
        do {
            try command.run()
        } catch let error where error is ExitCode || exitCode(for: error) != .failure {
            // ArgumentParser's own: help that was asked for, wrong usage. Through the command itself, whose usage line is shown.
            type(of: command).exit(withError: error)
        } catch {
            Console.complain(explanation(of: error))
            Foundation.exit(1)
        }
    }
}
