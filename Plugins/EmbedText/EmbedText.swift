import Foundation
import PackagePlugin

/// Makes text files part of a target's code, so that an executable needs no files beside it: `EmbeddedText.<list>` holds the
/// name and the text of each file of a list, sorted by name. A file that is added to a folder is found without editing code.
@main
struct EmbedText: BuildToolPlugin {
    /// The lists of each target, and where their files are: a folder of SQL files below the target, or one file of the package.
    private static let lists: [String: [(list: String, place: Place)]] = [
        "Store": [("migrations", .folder("SQL/migrations")), ("routines", .folder("SQL/routines"))],
        "Version": [("version", .packageFile("VERSION"))],
    ]

    private enum Place {
        case folder(String)
        case packageFile(String)
    }

    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        guard let lists = Self.lists[target.name] else { throw EmbedTextError(target: target.name) }
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedText.swift")
        let found = try lists.map { list, place in (list, try files(place, context, target)) }
        return [
            .buildCommand(
                displayName: "Embedding the text files of \(target.name)",
                executable: try context.tool(named: "embed-text").url,
                arguments: [output.path()] + found.flatMap { list, files in ["--list", list] + files.map { $0.path() } },
                inputFiles: found.flatMap { $0.1 }, outputFiles: [output])
        ]
    }

    private func files(_ place: Place, _ context: PluginContext, _ target: any Target) throws -> [URL] {
        switch place {
        case .packageFile(let name): [context.package.directoryURL.appending(path: name)]
        case .folder(let name):
            try FileManager.default.contentsOfDirectory(at: target.directoryURL.appending(path: name), includingPropertiesForKeys: nil)
                .filter { $0.pathExtension == "sql" }
                .sorted { $0.lastPathComponent < $1.lastPathComponent }
        }
    }
}

struct EmbedTextError: Error, CustomStringConvertible {
    let target: String
    var description: String { "EmbedText has no list of files for the target \(target)" }
}
