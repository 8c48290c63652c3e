import ArgumentParser
import Clinical
import Store

struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Who did what: check it, and take it out.",
        subcommands: [Verify.self, Export.self, Seal.self])

    struct Seal: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Seal what is pending, as fajma-push does every second.")

        private static let rowsAtOnce = 1_000

        func run() throws {
            let database = try Database.opened()
            var (sealed, rows) = (0, 0)
            repeat {
                rows = try database.sealAudit(most: Self.rowsAtOnce)
                sealed += rows
            } while rows == Self.rowsAtOnce
            Console.say("\(sealed) sealed" + (try database.auditHead().map { ", head \($0)" } ?? ""))
        }
    }
}

extension AuditHead: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
