import ArgumentParser
import Settings
import Store

struct MigrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Bring the database's schema up to date.",
        discussion: "Harmless when nothing is to be done, and when run twice at once. DATABASE_URL must name the schema's owner.")

    @OptionGroup var output: OutputOptions

    private struct Answer: Encodable { let applied: [String] }

    func run() throws {
        let applied = try Migrator(url: Settings().databaseURL()).migrate()
        if output.json { return try Console.json(Answer(applied: applied)) }
        if applied.isEmpty { Console.say("up to date") }
        for name in applied { Console.say("applied \(name)") }
    }
}
