/// Comma-separated values, RFC 4180, in UTF-8, made safe for spreadsheets after OWASP's "CSV injection"
/// (https://owasp.org/www-community/attacks/CSV_Injection). `www/kit/csv.js` has the same rule; `Tests/fixtures/csv.json` holds both to it.
public enum CSV {
    /// One line with its CRLF; nil is an empty cell.
    ///
    /// What a spreadsheet would take for a formula gets an apostrophe before it, also within a cell where a spreadsheet with another list
    /// separator (a French one has semicolons) would begin a cell. A cell that is a plain number such as -3.5 stays one.
    public static func line(_ cells: [String?]) -> String {
        let written = cells.map { quotedIfNeeded(inert($0 ?? "")) }
        // A line without a single character would be no record to most readers.
        return (written == [""] ? "\"\"" : written.joined(separator: ",")) + "\r\n"
    }

    private static let separators: Set<Unicode.Scalar> = [",", ";", "|", "\t", "\r", "\n"]
    private static let triggers: Set<Unicode.Scalar> = ["=", "+", "-", "@", "＝", "＋", "－", "＠"]

    private static func inert(_ cell: String) -> String {
        guard !isPlainNumber(cell) else { return cell }
        let scalars = cell.unicodeScalars
        var safe = String.UnicodeScalarView()
        if let first = scalars.first, ["\t", "\r", "\n"].contains(first) { safe.append("'") }
        var start = scalars.startIndex
        while true {
            let end = scalars[start...].firstIndex(where: separators.contains) ?? scalars.endIndex
            let piece = scalars[start..<end]
            if isFormula(piece) { safe.append("'") }
            safe.append(contentsOf: piece)
            guard end < scalars.endIndex else { return String(safe) }
            safe.append(scalars[end])
            start = scalars.index(after: end)
        }
    }

    private static func isFormula(_ piece: Substring.UnicodeScalarView) -> Bool {
        // What spreadsheets drop, show as nothing, or read as the beginning of a quoted cell.
        let visible = piece.drop {
            $0 == "\"" || $0.properties.isWhitespace || [.format, .control].contains($0.properties.generalCategory)
        }
        return visible.first.map(triggers.contains) ?? false
    }

    /// -3.5 or -1e-05: what this program writes for a number, and nothing that can be calculated.
    private static func isPlainNumber(_ cell: String) -> Bool {
        cell.wholeMatch(of: /-[0-9]+(\.[0-9]+)?([eE][+\-]?[0-9]+)?/.matchingSemantics(.unicodeScalar)) != nil
    }

    private static func quotedIfNeeded(_ cell: String) -> String {
        let scalars = cell.unicodeScalars
        let atEdge = [scalars.first, scalars.last].contains { $0?.properties.isWhitespace == true }
        guard atEdge || scalars.contains(where: { $0 == "\"" || separators.contains($0) }) else { return cell }
        // By scalars: "\r\n" is one character, and a mark can join a quote to another.
        let doubled = scalars.flatMap { $0 == "\"" ? [$0, $0] : [$0] }
        return "\"" + String(String.UnicodeScalarView(doubled)) + "\""
    }
}
