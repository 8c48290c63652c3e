import Access
import ArgumentParser
import Clinical
import Foundation
import Store

/// A permission that a key may have.
private struct PermissionArgument: ExpressibleByArgument {
    let permission: Permission

    init?(argument: String) {
        guard let permission = Permission.ofMachineKeys.first(where: { $0.rawValue == argument }) else { return nil }
        self.permission = permission
    }

    static let allValueStrings = Permission.ofMachineKeys.map(\.rawValue)
}

/// When a key expires: a time, or in so many days.
private struct ExpiryOptions: ParsableArguments {
    @Option(help: "When it expires, e.g. 2027-11-22T00:00:00Z.") var expires: TimeArgument?
    @Option(help: "In how many days it expires, 730 at most.") var days: Int?

    /// Not quite the longest: the database's clock may be behind ours.
    private static let allowedDays = 1..<MachineKeyRecord.longestDays

    func validate() throws {
        if expires != nil, days != nil { throw ValidationError("--expires and --days exclude each other") }
        if let days, !Self.allowedDays.contains(days) { throw ValidationError("--days must be 1 to \(Self.allowedDays.upperBound - 1)") }
    }

    /// Nil: not said.
    var instant: Instant? {
        expires?.instant
            ?? days.map { Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)).advanced(bySeconds: Double($0) * 86_400) }
    }
}

struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Machine keys: of the hospital's programs.",
        subcommands: [Add.self, List.self, Renew.self, Revoke.self])

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a machine key and show it, once.")

        @Argument(help: "What the program is called, in alerts and in the audit.") var name: String
        @Option(help: "What it may do; once for each permission.") private var permission: [PermissionArgument]
        @Option(help: "A ward that it may see, by number or name; once for each ward.") var ward: [String] = []
        @Flag(help: "It may see every ward, also one that is added later.") var everyWard = false
        @OptionGroup private var expiry: ExpiryOptions
        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard ward.isEmpty == everyWard else { throw ValidationError("say either --ward or --every-ward") }
            guard MachineKeyRecord.nameLength.contains(name.unicodeScalars.count) else {
                throw ValidationError("NAME must have 1 to \(MachineKeyRecord.nameLength.upperBound) characters")
            }
            guard expiry.instant != nil else { throw ValidationError("say when the key expires: --days or --expires") }
        }

        func run() throws {
            guard let expiresAt = expiry.instant else { return }  // `validate` has said so
            let database = try Database.opened()
            let made = try database.addMachineKey(
                MachineKeyFields(
                    name: name, permissions: Set(permission.map(\.permission)), wards: everyWard ? nil : database.wards(named: ward),
                    expiresAt: expiresAt), .administrator)
            try show(made, output)
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the machine keys.")

        @OptionGroup var output: OutputOptions

        func run() throws {
            let database = try Database.opened()
            let keys = try everyPage(\MachineKeyRecord.id) { try database.machineKeys($0) }
            if output.json { return try Console.json(keys) }
            Console.table(
                ["ID", "NAME", "WARDS", "STATE", "EXPIRES", "LAST USED", "PERMISSIONS"],
                keys.map {
                    [
                        "\($0.id)", $0.name, $0.wards.map { $0.map(String.init).joined(separator: ",") } ?? "all", $0.state.word,
                        $0.expiresAt.rfc3339, $0.lastUsedAt?.rfc3339 ?? "", $0.permissions.map(\.rawValue).joined(separator: ","),
                    ]
                })
        }
    }

    struct Renew: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a machine key's new secret and show it, once.",
            discussion: "The old one stops working at once, unless --old-valid-hours lets it work until the program has the new one.")

        @Argument(help: "The key's number.") var id: Int
        @Option(help: "So long the old secret still works, 168 hours at most.") var oldValidHours = 0
        @OptionGroup private var expiry: ExpiryOptions
        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard MachineKeyRecord.formerHours.contains(oldValidHours) else { throw ValidationError("--old-valid-hours must be 0 to 168") }
        }

        func run() throws {
            let database = try Database.opened()
            guard let made = try database.renewMachineKey(id, formerHours: oldValidHours, expiresAt: expiry.instant, .administrator) else {
                throw noKey(id)
            }
            try show(made, output)
        }
    }

    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Revoke a machine key, for good; its sockets are closed.")

        @Argument(help: "The key's number.") var id: Int

        func run() throws {
            guard try Database.opened().revokeMachineKey(id, .administrator) else { throw noKey(id) }
        }
    }
}

private func show(_ made: MadeMachineKey, _ output: OutputOptions) throws {
    if output.json { try Console.json(made) } else { Console.say(made.key.text) }
}

private func noKey(_ id: Int) -> Failure { Failure("there is no machine key \(id); see: fajma key list") }

extension MachineKeyRecord.State {
    fileprivate var word: String {
        switch self {
        case .valid: "valid"
        case .expiring: "expires soon"
        case .expired: "expired"
        case .revoked: "revoked"
        }
    }
}
