import ArgumentParser
import Clinical
import Foundation

/// What the commands print: results on standard output, everything else on standard error.
enum Console {
    static func say(_ line: String) { write(line.escapedForTerminal(keeping: ["\n", "\t"]) + "\n", to: .standardOutput) }

    static func complain(_ line: String) { write("fajma: \(line.escapedForTerminal(keeping: ["\n", "\t"]))\n", to: .standardError) }

    /// A drawing, or a file: as it is. Straight to the descriptor: a line that is buffered when a supervisor stops us would be lost.
    static func write(_ text: String, to handle: FileHandle) {
        // A reader that went away is no reason to fail: the work is done.
        try? handle.write(contentsOf: Data(text.utf8))
    }

    static func json(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        say(String(decoding: try encoder.encode(value), as: UTF8.self).escapedForJSON)
    }

    /// Columns as wide as their widest cell; the first row is the heading.
    static func table(_ heading: [String], _ rows: [[String]]) {
        let lines = [heading] + rows.map { row in row.map { $0.escapedForTerminal() } }
        let widths = heading.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        for line in lines {
            let cells = zip(line, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            say(String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed()))
        }
    }
}

extension String {
    /// Without what a terminal obeys, does not show or reads from the right to the left: people name patients, wards and devices, and the
    /// administrator's terminal must not do what a name says. An escape character becomes `\u{1B}`.
    func escapedForTerminal(keeping kept: Set<Unicode.Scalar> = []) -> String {
        escaped { kept.contains($0) ? nil : "\\u{\(String($0.value, radix: 16, uppercase: true))}" }
    }

    /// The same of a JSON text, which stays the same value: such characters stand in its strings alone.
    fileprivate var escapedForJSON: String {
        escaped { scalar in
            String(scalar).utf16.map { unit in
                let digits = String(unit, radix: 16)
                return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }.joined()
        }
    }

    private func escaped(_ escape: (Unicode.Scalar) -> String?) -> String {
        unicodeScalars.allSatisfy(ShownText.isVisible)
            ? self
            : unicodeScalars.reduce(into: "") { text, scalar in
                if !ShownText.isVisible(scalar), let escape = escape(scalar) { text += escape } else { text.unicodeScalars.append(scalar) }
            }
    }
}

struct OutputOptions: ParsableArguments {
    @Flag(help: "Print JSON instead of text.") var json = false
}
