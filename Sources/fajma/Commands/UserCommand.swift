import Access
import ArgumentParser
import Clinical
import Settings
import Store

extension Role: ExpressibleByArgument {}

struct UserCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Accounts.", subcommands: [Add.self, List.self, SetPassword.self, Disable.self, Enable.self])

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add an account.", discussion: "The password is read from standard input.")

        @Argument(help: "The name to log in with.") var name: String
        @Option(help: "What the account is.") var role: Role
        @Option(help: "A ward that it may see, by number or name; once for each ward. An admin sees all.") var ward: [String] = []
        @Flag(help: "The first login must change the password.") var provisional = false
        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard role == .admin || !ward.isEmpty else {
                throw ValidationError("an account that is no admin sees nothing without a --ward")
            }
            guard role != .ecran || !provisional else {
                throw ValidationError("nobody sits at a wall display who could change its password")
            }
        }

        func run() throws {
            let database = try Database.opened()
            let wards = try database.wards(named: ward)
            let id = try database.addUser(
                username: name, passwordHash: newPasswordHash(for: name, database), isProvisional: provisional, role: role, wards: wards,
                by: Scope.administrator.author)
            guard output.json else { return Console.say("account \(id)") }
            guard let user = try database.user(id) else { throw Failure("the account is gone already") }
            try Console.json(user)
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the accounts.")

        @OptionGroup var output: OutputOptions

        func run() throws {
            let users = try Database.opened().everyUser()
            if output.json { return try Console.json(users) }
            Console.table(
                ["ID", "NAME", "ROLE", "WARDS", "STATE"],
                users.map {
                    let wards = $0.role == .admin ? "all" : $0.wards.map(String.init).joined(separator: ",")
                    let state = !$0.isActive ? "disabled" : $0.mustChangePassword ? "provisional" : "active"
                    return ["\($0.id)", $0.username, $0.role.rawValue, wards, state]
                })
        }
    }

    struct SetPassword: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "password", abstract: "Set an account's password and end its sessions.",
            discussion: "The password is read from standard input.")

        @Argument(help: "The account's name.") var name: String
        @Flag(help: "The next login must change it.") var provisional = false

        func run() throws {
            let database = try Database.opened()
            let user = try database.account(named: name)
            let set = try database.setPassword(
                user.id, passwordHash: newPasswordHash(for: name, database), isProvisional: provisional, by: Scope.administrator.author)
            if !set { throw Database.noAccount(name) }
        }
    }

    struct Disable: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Disable an account and end its sessions.")

        @Argument(help: "The account's name.") var name: String

        func run() throws { try setActive(false, name) }
    }

    struct Enable: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Enable an account that was disabled.")

        @Argument(help: "The account's name.") var name: String

        func run() throws { try setActive(true, name) }
    }
}

private func setActive(_ isActive: Bool, _ name: String) throws {
    let database = try Database.opened()
    let user = try database.account(named: name)
    _ = try database.changeUser(user.id, UserChanges(isActive: isActive), by: Scope.administrator.author)
}

/// Of the password that comes on standard input, where the policy lets it pass.
func newPasswordHash(for name: String, _ database: Database) throws -> String {
    let password = try PasswordInput.read(for: name)
    if password.isEmpty { throw Password.Refusal.empty }
    let places = try database.wardNames() + [Settings().hospitalName].compactMap { $0 }
    if let fault = PasswordPolicy.check(password, username: name, places: places) { throw fault }
    return try Password.hash(password)
}

extension Database {
    func everyUser() throws -> [User] { try everyPage(\User.id) { try users($0) } }

    fileprivate func account(named name: String) throws -> User {
        guard let user = try user(named: name) else { throw Self.noAccount(name) }
        return user
    }

    fileprivate static func noAccount(_ name: String) -> Failure { Failure("there is no account \(name); see: fajma user list") }
}
