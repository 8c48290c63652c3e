import Access
import ArgumentParser
import Clinical
import Store

extension Role: ExpressibleByArgument {}

struct UserCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Accounts.", subcommands: [Add.self, List.self, SetPassword.self])

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add an account.", discussion: "The password is read from standard input.")

        @Argument(help: "The name to log in with.") var name: String
        @Option(help: "What the account is.") var role: Role
        @Option(help: "A ward that it may see, by number or name; once for each ward. An admin sees all.") var ward: [String] = []
        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard role == .admin || !ward.isEmpty else {
                throw ValidationError("an account that is no admin sees nothing without a --ward")
            }
        }

        func run() throws {
            let database = try Database.opened()
            let wards = try database.wards(named: ward)
            let hash = try Password.hash(PasswordInput.read(for: name))
            let id = try database.addUser(
                username: name, passwordHash: hash, role: role, wards: wards, by: Scope.administrator.author)
            guard output.json else { return Console.say("account \(id)") }
            guard let user = try database.users().first(where: { $0.id == id }) else {
                throw Failure("the account is gone already")
            }
            try Console.json(user)
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the accounts.")

        @OptionGroup var output: OutputOptions

        func run() throws {
            let users = try Database.opened().users()
            if output.json { return try Console.json(users) }
            Console.table(
                ["ID", "NAME", "ROLE", "WARDS"],
                users.map {
                    let wards = $0.role == .admin ? "all" : $0.wards.map(String.init).joined(separator: ",")
                    return ["\($0.id)", $0.username, $0.role.rawValue, wards]
                })
        }
    }

    struct SetPassword: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "password", abstract: "Set an account's password and end its sessions.",
            discussion: "The password is read from standard input.")

        @Argument(help: "The account's name.") var name: String

        func run() throws {
            let database = try Database.opened()
            let hash = try Password.hash(PasswordInput.read(for: name))
            guard try database.setPassword(username: name, passwordHash: hash, by: Scope.administrator.author) else {
                throw Failure("there is no account \(name); see: fajma user list")
            }
        }
    }
}
