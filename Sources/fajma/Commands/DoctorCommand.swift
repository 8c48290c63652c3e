import ArgumentParser
import Settings

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check the installation and say what to do.",
        discussion:
            "Run it with the daemons' environment. Exit code 1 when something is wrong; ! marks what works at a cost, – what could not be checked.")

    @Option(help: "nginx's main configuration.") var nginx = "/etc/nginx/nginx.conf"
    @OptionGroup var output: OutputOptions

    private struct Answer: Encodable {
        let ok: Bool
        let checks: [Check]
    }

    func run() throws {
        let settings = Settings()
        let checks =
            [ServiceChecks.settings(settings)] + DatabaseChecks.all(settings)
            + [
                ServiceChecks.secret(settings), ServiceChecks.nginxSecret(settings), ServiceChecks.webhook(settings), ServiceChecks.api(settings),
                ServiceChecks.reports(settings), ServiceChecks.push(settings), ServiceChecks.nginx(nginx),
            ]
        let ok = checks.allSatisfy { $0.status != .failed }
        if output.json {
            try Console.json(Answer(ok: ok, checks: checks))
        } else {
            checks.forEach { Console.say($0.line) }
        }
        if !ok { throw ExitCode.failure }
    }
}
