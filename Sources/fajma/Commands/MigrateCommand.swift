import ArgumentParser
import Settings
import Store

struct MigrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Bring the database's schema up to date.",
        discussion: """
            Harmless when nothing is to be done, and when run twice at once. Works as the role in FAJMA_OWNER_DATABASE_URL, which the \
            tables belong to, and gives the role in DATABASE_URL the rights that it needs and no others. Where only DATABASE_URL is \
            set, its role owns the tables too.
            """)

    @OptionGroup var output: OutputOptions

    private struct Answer: Encodable { let applied: [String] }

    func run() throws {
        let settings = Settings()
        let application = try settings.databaseURL()
        let owner = settings.ownerDatabaseURL
        let applied = try Migrator(url: owner ?? application, application: owner == nil ? nil : application).migrate()
        if output.json { return try Console.json(Answer(applied: applied)) }
        if applied.isEmpty { Console.say("up to date") }
        for name in applied { Console.say("applied \(name)") }
    }
}
