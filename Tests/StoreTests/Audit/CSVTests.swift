import DeviceSimulation
import Foundation
import Testing

@testable import Store

@Suite("CSV")
struct CSVTests {
    private struct Vector: Decodable {
        let cells: [String?]
        let line: String
    }

    @Test("a line is what the shared vectors say, as in the pages' files") func vectors() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../fixtures/csv.json")
        for vector in try JSONDecoder().decode([Vector].self, from: Data(contentsOf: file)) {
            #expect(Array(CSV.line(vector.cells).utf8) == Array((vector.line + "\r\n").utf8))
        }
    }

    @Test("a line ends with CRLF, an absent cell is empty, and a line of one empty cell is not blank")
    func lines() {
        #expect(CSV.line(["1", nil, "Lefèvre", "", "😀"]) == "1,,Lefèvre,,😀\r\n")
        #expect(CSV.line([nil]) == "\"\"\r\n")
        #expect(CSV.line([]) == "\r\n")
    }

    @Test(
        "what would break a line is quoted",
        arguments: [
            ("a,b", "\"a,b\""), ("dit \"non\"", "\"dit \"\"non\"\"\""), ("a\r\nb", "\"a\r\nb\""), ("a\nb", "\"a\nb\""), ("a\rb", "\"a\rb\""),
            (" a", "\" a\""),
            ("a ", "\"a \""), ("a;b", "\"a;b\""), ("\"\u{301}", "\"\"\"\u{301}\""), ("a b", "a b"), ("l’été", "l’été"),
        ])
    func quoting(cell: String, written: String) {
        #expect(Array(CSV.line([cell]).utf8) == Array((written + "\r\n").utf8))
    }

    @Test(
        "what a spreadsheet would calculate gets an apostrophe",
        arguments: [
            "=1+1", "+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", "\tx", "\rx", "\n=1", "  =1", "\u{A0}=1", "\u{200B}=1", "\u{FEFF}=1", "\0=1",
            "＝1+1", "＋1", "－1", "＠x", "  ＝1",
            "=", "-", "--3", "-3.5.1", "-3.", "-.5", "-3 ", "-3,5", "-inf", "-0x10", "+33612345678", "-3.5-2", "-3e", "-٣", "\"=1\"",
        ])
    func formulas(cell: String) throws {
        let read = try #require(parse(CSV.line([cell]), separator: ",").first)
        #expect(read.count == 1 && read[0].unicodeScalars.first == "'")
        #expect(
            read[0].filter { $0 != "'" } == cell.filter { $0 != "'" }
                || read[0].unicodeScalars.filter { $0 != "'" } == cell.unicodeScalars.filter { $0 != "'" })
    }

    @Test(
        "numbers and harmless text stay as they are",
        arguments: ["-3.5", "-3", "-0.0", "-1e-05", "-1.5E+300", "3.5", "0", "a=b", "1-2", "2026-11-22T14:43:18.250Z", "é@h.fr"])
    func harmless(cell: String) { #expect(CSV.line([cell]) == cell + "\r\n") }

    @Test("a formula after any list separator or line break is none for a spreadsheet that begins a cell or a line there")
    func otherSeparators() {
        #expect(CSV.line(["lit 3; =1+1"]) == "\"lit 3;' =1+1\"\r\n")
        #expect(CSV.line(["a;-3.5;b"]) == "\"a;'-3.5;b\"\r\n")
        #expect(CSV.line(["a\n@x"]) == "\"a\n'@x\"\r\n")
        #expect(CSV.line(["a,=1|=2"]) == "\"a,'=1|'=2\"\r\n")
    }

    @Test("whatever the cells hold, they come back, and no spreadsheet finds a formula among them")
    func roundTrip() {
        var random = SeededGenerator(seed: 20_261_122)
        let alphabet: [Unicode.Scalar] = [
            "=", "+", "-", "@", "＝", ",", ";", "|", "\t", "\r", "\n", "\"", "'", " ", "\u{301}", "1", ".", "a", "é", "\u{FEFF}",
        ]
        for _ in 0..<20_000 {
            let cells = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                var scalars = String.UnicodeScalarView()
                for _ in 0..<Int.random(in: 0...6, using: &random) { scalars.append(alphabet.randomElement(using: &random)!) }
                return String(scalars)
            }
            let line = CSV.line(cells)
            let read = parse(line, separator: ",")
            #expect(
                read.count == 1 && read.first.map { $0.map(withoutApostrophes) } == cells.map(withoutApostrophes), "\(cells.map(\.debugDescription))")
            for separator in [",", ";", "|", "\t"] as [Unicode.Scalar] {
                let found = Array(parse(line, separator: separator).joined())
                // A number that begins the line is one number to all of them, or joined to what follows it.
                for cell in found.dropFirst(Double(cells[0]) == nil || separator == "," ? 0 : 1) {
                    let visible = cell.unicodeScalars.drop { $0.properties.isWhitespace || $0 == "\u{FEFF}" }
                    let isFormula = visible.first.map { "=+-@＝".unicodeScalars.contains($0) } ?? false
                    #expect(!isFormula || separator == "," && Double(cell) != nil, "\(line.debugDescription) has \(cell.debugDescription)")
                }
            }
        }
    }

    private func withoutApostrophes(_ text: String) -> [Unicode.Scalar] { text.unicodeScalars.filter { $0 != "'" } }

    /// As spreadsheets read: RFC 4180, and where a quote stands within a cell or text follows a closing one, they stay text.
    private func parse(_ text: String, separator: Unicode.Scalar) -> [[String]] {
        var (rows, row, cell) = ([[String]](), [String](), String.UnicodeScalarView())
        var (isQuoted, isBegun) = (false, false)
        var rest = Array(text.unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            if isQuoted {
                if scalar != "\"" {
                    cell.append(scalar)
                } else if rest.first == "\"" {
                    cell.append(rest.removeFirst())
                } else {
                    isQuoted = false
                }
            } else if scalar == "\"", !isBegun {
                (isQuoted, isBegun) = (true, true)
            } else if scalar == separator {
                row.append(String(cell))
                (cell, isBegun) = (.init(), false)
            } else if scalar == "\r" || scalar == "\n" {
                if scalar == "\r", rest.first == "\n" { rest.removeFirst() }
                rows.append(row + [String(cell)])
                (row, cell, isBegun) = ([], .init(), false)
            } else {
                cell.append(scalar)
                isBegun = true
            }
        }
        return rows
    }
}
