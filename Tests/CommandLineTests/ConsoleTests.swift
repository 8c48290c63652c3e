import Testing

@testable import fajma

@Suite("What the commands print")
struct ConsoleTests {
    @Test(
        "what a terminal would obey, hide or turn is written out; what people read stays",
        arguments: [
            ("\u{1B}]0;titre\u{7}Bracelet", "\\u{1B}]0;titre\\u{7}Bracelet"), ("\u{9B}31mPetit", "\\u{9B}31mPetit"), ("a\nb\r", "a\\u{A}b\\u{D}"),
            ("\u{202E}oruD", "\\u{202E}oruD"), ("a\u{200B}", "a\\u{200B}"), ("Lefèvre 李小龍 – 3", "Lefèvre 李小龍 – 3"), ("\r\n", "\\u{D}\\u{A}"),
        ])
    func escaped(text: String, shown: String) { #expect(text.escapedForTerminal() == shown) }
}
