import ArgumentParser
import Clinical
import Foundation
import Store

extension AuditCommand {
    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print entries of the audit, oldest first.", discussion: "That it was done is recorded in the audit, too.")

        enum Format: String, ExpressibleByArgument, CaseIterable { case csv, jsonl }

        @Option(help: "From this instant on, as 2026-04-23T08:00:00Z, or from the beginning of a day in UTC, as 2026-04-23.") var from: String?
        @Option(help: "Before this instant.") var to: String?
        @Option(help: "Only of this patient: the id or hospital number, n:12 where that is digits only.") var patient: String?
        @Option(help: "Only what this account did: its number or name.") var user: String?
        @Option(help: "What is printed.") var format: Format

        private static let rowsAtOnce = 1_000

        func run() throws {
            let filter = AuditFilter(
                user: user.flatMap { UserID($0) }, username: user.flatMap { UserID($0) == nil ? $0 : nil },
                patient: patient.map(PatientKey.init), from: try Self.instant("--from", from), to: try Self.instant("--to", to))
            let database = try Database.opened()
            let asked = ["from": from, "to": to, "patient": patient, "user": user].compactMapValues { $0 }
            try database.record(.exported(format: format.rawValue, asked), by: Scope.administrator.author)
            if format == .csv { Console.write(AuditEntry.csvHeading, to: .standardOutput) }
            var page = Page<Int>(limit: Self.rowsAtOnce)
            repeat {
                let entries = try database.auditFromTheBeginning(.administrator, filter, page)
                for entry in entries {
                    switch format {
                    case .csv: Self.write(entry.csvLine)
                    case .jsonl: try Console.json(entry)
                    }
                }
                page.after = entries.count == page.limit ? entries.last?.id : nil
            } while page.after != nil
        }

        /// Into a file as it is; a terminal would obey what stands in it.
        private static func write(_ line: String) {
            if isatty(STDOUT_FILENO) == 1 { Console.say(String(line.dropLast())) } else { Console.write(line, to: .standardOutput) }
        }

        private static func instant(_ option: String, _ text: String?) throws -> Instant? {
            try text.map {
                guard let instant = Instant(rfc3339: $0) ?? Instant(rfc3339: $0 + "T00:00:00Z") else {
                    throw Failure("\(option) is no instant; write it as 2026-04-23T08:00:00Z")
                }
                return instant
            }
        }
    }
}
