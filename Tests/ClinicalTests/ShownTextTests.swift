import Testing

@testable import Clinical

@Suite("Texts that are shown")
struct ShownTextTests {
    @Test(
        "a name may have any letters that can be seen",
        arguments: [
            "Petit", "d’Ornano-Müller", "Nguyễn Thị Ánh", "O'Brien", "محمد", "李小龍", "101-F", "Lit 3 (fenêtre)", "Œuvrard", "Zoe\u{301}",
            "מְנַחֵם", "ཀྵྲཱི", "นี้", "Ç̌",
        ])
    func shown(name: String) throws { #expect(try ShownText.checked(name, field: "nom") == name) }

    @Test("the spaces around it are cut") func trimmed() throws {
        #expect(try ShownText.checked(" \u{A0}Petit\t\n ", field: "nom") == "Petit")
        #expect(try ShownText.checked([.init("lit", "  ", mayBeEmpty: true)]) == [""])
    }

    @Test(
        "what is invisible, breaks the line or turns the direction of reading is refused",
        arguments: [
            "a\u{200B}", "\u{202E}oruD", "a\u{2066}b", "a\nb", "a\rb", "a\tb", "\u{7}\u{1B}", "a\u{0}b", "\u{FEFF}a", "a\u{AD}b", "a\u{61C}b",
            "\u{3164}",
            "a\u{2028}b", "\u{E000}", "a\u{E0041}", "\u{115F}", "\u{2800}", "a\u{1D159}", "\u{301}a", "\u{20DD}",
            "e\u{301}\u{301}\u{301}\u{301}\u{301}", "Z\u{20DD}\u{20DD}\u{20DD}\u{20DD}\u{20DD}a",
        ])
    func hidden(name: String) {
        #expect(throws: ShownText.Faults(fields: ["nom": .unprintable])) { try ShownText.checked(name, field: "nom") }
    }

    @Test("every faulty field is named, and one that stays as it was is none") func all() {
        #expect(throws: ShownText.Faults(fields: ["nom": .empty, "lit": .unprintable])) {
            try ShownText.checked([.init("nom", " "), .init("prenom", "Anne"), .init("lit", "1\u{200B}", mayBeEmpty: true)])
        }
        #expect(throws: Never.self) { try ShownText.checked([.init("nom", "a\u{200B}", before: "a\u{200B}")]) }
    }
}
