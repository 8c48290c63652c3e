import ArgumentParser
import Store

struct WardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ward", abstract: "Wards.", subcommands: [Add.self, Rename.self, List.self])

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Add a ward.")

        @Argument(help: "Its name, as shown.") var name: String
        @OptionGroup var output: OutputOptions

        func run() throws {
            let ward = try Database.opened().addWard(name: name, by: Scope.administrator.author)
            if output.json { try Console.json(ward) } else { Console.say("ward \(ward.id)") }
        }
    }

    struct Rename: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Give a ward another name.")

        @Argument(help: "Its number or name.") var ward: String
        @Argument(help: "Its new name, as shown.") var name: String
        @OptionGroup var output: OutputOptions

        func run() throws {
            let database = try Database.opened()
            let id = try database.wards(named: [ward])[0]
            guard let renamed = try database.changeWard(id, name: name, .administrator) else { throw Failure("the ward is gone already") }
            if output.json { try Console.json(renamed) } else { Console.say("ward \(id) is called \(renamed.name)") }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the wards.")

        @OptionGroup var output: OutputOptions

        func run() throws {
            let database = try Database.opened()
            let wards = try everyPage(\Ward.id) { try database.wards(.administrator, $0) }
            if output.json { return try Console.json(wards) }
            Console.table(["ID", "NAME"], wards.map { ["\($0.id)", $0.name] })
        }
    }
}
