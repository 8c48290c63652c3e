import API
import ArgumentParser
import Foundation
import Logging
import Store

/// What the commands that read a file of rows have in common.
struct ListImportOptions: ParsableArguments {
    static let discussion = "Without --apply nothing is changed: it is said what would happen. All rows are taken, or none."

    @Argument(help: "The file; - for standard input.") var file: String
    @Flag(help: "Carry it out.") var apply = false
    @OptionGroup var output: OutputOptions

    /// - Throws: where a row is refused, after all have been listed.
    func run(_ subject: ListImport.Subject) throws {
        let bytes = try read()
        // What the store meets with is told in the rows.
        let importing = ListImport(
            database: try Database.opened(), scope: .administrator, logger: Logger(label: "fajma") { _ in SwiftLogNoOpLogHandler() })
        let report: ListReport
        do { report = try importing.read(bytes, of: subject, isTrial: !apply, language: .english) } catch {
            guard let lines = ListImport.explanation(of: error, in: .english) else { throw error }
            throw Failure(lines.joined(separator: "\n"))
        }
        if output.json { try Console.json(report) } else { say(report) }
        let refused = report.count(.refused)
        guard refused == 0 else { throw Failure("\(refused) of \(report.lines.count) rows are refused; nothing was changed") }
    }

    private func read() throws -> [UInt8] {
        do {
            let data = try file == "-" ? FileHandle.standardInput.readToEnd() ?? Data() : Data(contentsOf: URL(fileURLWithPath: file))
            return [UInt8](data)
        } catch { throw Failure("\(file) cannot be read: \(error.localizedDescription)") }
    }

    private func say(_ report: ListReport) {
        for line in report.lines where line.effect == .refused {
            for (column, messages) in line.errors.sorted(by: { $0.key < $1.key }) {
                for message in messages { Console.say("line \(line.number), \(column): \(message)") }
            }
        }
        func count(_ effect: ListReport.Effect) -> Int { report.count(effect) }
        let tense = report.isTrial ? "would be " : ""
        Console.say(
            "\(count(.added)) \(tense)added, \(count(.readmitted)) \(tense)admitted again, \(count(.changed)) \(tense)changed, \(count(.unchanged)) as they are, \(count(.refused)) refused"
        )
        if report.isTrial, report.count(.refused) == 0 { Console.say("nothing was changed; carry it out with --apply") }
    }
}
