import ArgumentParser
import Foundation

/// What the commands print: results on standard output, everything else on standard error.
enum Console {
    static func say(_ line: String) { write(line + "\n", to: .standardOutput) }

    static func complain(_ line: String) { write("fajma: \(line)\n", to: .standardError) }

    /// Straight to the descriptor: a line that is buffered when a supervisor stops us would be lost.
    static func write(_ text: String, to handle: FileHandle) {
        // A reader that went away is no reason to fail: the work is done.
        try? handle.write(contentsOf: Data(text.utf8))
    }

    static func json(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        say(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// Columns as wide as their widest cell; the first row is the heading.
    static func table(_ heading: [String], _ rows: [[String]]) {
        let lines = [heading] + rows
        let widths = heading.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        for line in lines {
            let cells = zip(line, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            say(String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed()))
        }
    }
}

struct OutputOptions: ParsableArguments {
    @Flag(help: "Print JSON instead of text.") var json = false
}
