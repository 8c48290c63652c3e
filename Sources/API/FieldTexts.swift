import Clinical

/// What is said of a field: what it may be.
extension Allowed {
    /// - Parameter value: what came instead.
    func text(for value: JSON, in language: Language) -> String {
        switch (self, language) {
        case (.text(let count), .french):
            "Un texte \(count.lowerBound == 0 ? "de" : "de \(count.lowerBound) à") \(count.upperBound) caractères\(count.lowerBound == 0 ? " au plus" : "") est requis."
        case (.text(let count), .english):
            "A text of \(count.lowerBound == 0 ? "at most" : "\(count.lowerBound) to") \(count.upperBound) characters is required."
        case (.choices(let words), .french): "Une liste est requise, d’un ou plusieurs de ces mots : \(words.joined(separator: ", "))."
        case (.choices(let words), .english): "A list is required, of one or more of these words: \(words.joined(separator: ", "))."
        case (.choice(let words), _): Self.choice(words, instead: value, language)
        case (.integer(let range), .french): "Un nombre entier de \(range.lowerBound) à \(range.upperBound) est requis."
        case (.integer(let range), .english): "A whole number from \(range.lowerBound) to \(range.upperBound) is required."
        case (.number(nil), .french): "Un nombre est requis."
        case (.number(nil), .english): "A number is required."
        case (.number(let range?), .french): "Un nombre de \(Texts.shown(range.lowerBound)) à \(Texts.shown(range.upperBound)) est requis."
        case (.number(let range?), .english): "A number from \(Texts.shown(range.lowerBound)) to \(Texts.shown(range.upperBound)) is required."
        case (.id, .french): "Un numéro est requis, comme 12."
        case (.id, .english): "A number is required, such as 12."
        case (.flag, .french): "true ou false est requis."
        case (.flag, .english): "true or false is required."
        case (.instant, .french): "Une date avec heure et fuseau est requise, comme 2026-11-22T14:43:18Z."
        case (.instant, .english): "A date with time and offset is required, such as 2026-11-22T14:43:18Z."
        case (.day, .french): "Un jour qui existe est requis, comme 1950-04-23."
        case (.day, .english): "A day that exists is required, such as 1950-04-23."
        case (.reading, .french): "Un nombre ou une lettre est requis."
        case (.reading, .english): "A number or a letter is required."
        case (.list(let limit), .french): "Une liste de \(limit) éléments au plus est requise."
        case (.list(let limit), .english): "A list of at most \(limit) elements is required."
        }
    }

    /// `« high » n’existe pas : error, warning ou info.`
    private static func choice(_ words: [String], instead value: JSON, _ language: Language) -> String {
        let allowed = Texts.list(words, language)
        guard case .string(let word) = value else {
            return language == .french ? "Valeurs admises : \(allowed)." : "Allowed values: \(allowed)."
        }
        let shown = String(String.UnicodeScalarView(word.unicodeScalars.prefix(40)))
        return language == .french ? "« \(shown) » n’existe pas : \(allowed)." : "\"\(shown)\" does not exist: \(allowed)."
    }
}

extension Texts {
    static func fault(_ fault: FieldFault, in language: Language) -> String { faults[fault]?[language] ?? fault.rawValue }

    static func shown(_ number: Double) -> String { Int(exactly: number).map(String.init) ?? String(number) }

    /// `error, warning ou info`.
    static func list(_ words: [String], _ language: Language) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return "\(words.dropLast().joined(separator: ", ")) \(language == .french ? "ou" : "or") \(last)"
    }

    static func unknownMember(_ known: [String], in language: Language) -> String {
        if known.isEmpty { return language == .french ? "Cette requête ne prend aucun champ." : "This request takes no members." }
        let known = list(known, language)
        return language == .french ? "Ce champ n’existe pas : \(known)." : "This member does not exist: \(known)."
    }

    static func unknownParameter(_ known: [String], in language: Language) -> String {
        if known.isEmpty { return language == .french ? "Cette adresse ne prend aucun paramètre." : "This address takes no parameters." }
        let known = list(known, language)
        return language == .french ? "Ce paramètre n’existe pas : \(known)." : "This parameter does not exist: \(known)."
    }

    static func unknownColumn(_ known: [String], in language: Language) -> String {
        let known = list(known, language)
        return language == .french ? "Cette colonne n’existe pas : \(known)." : "This column does not exist: \(known)."
    }

    static func tooManyRows(_ limit: Int, in language: Language) -> String {
        language == .french ? "Le fichier dépasse \(limit) lignes : partagez-le." : "The file has more than \(limit) rows: split it."
    }

    static func wrongCellCount(_ count: Int, of columns: Int, line: Int, in language: Language) -> String {
        language == .french
            ? "Ligne \(line) : \(count) cellules au lieu de \(columns)." : "Line \(line): \(count) cells instead of \(columns)."
    }

    static func unreadableLine(_ fault: DelimitedText.Fault, in language: Language) -> String {
        switch (fault.kind, language) {
        case (.openQuote, .french): "Ligne \(fault.line) : un guillemet n’est pas refermé."
        case (.openQuote, .english): "Line \(fault.line): a quote is not closed."
        case (.textAfterQuote, .french): "Ligne \(fault.line) : du texte suit un guillemet fermant."
        case (.textAfterQuote, .english): "Line \(fault.line): text follows a closing quote."
        }
    }

    static func refusedLine(_ line: Int, _ column: String?, _ text: String, in language: Language) -> String {
        let place = (language == .french ? "Ligne \(line)" : "Line \(line)") + (column.map { ", \($0)" } ?? "")
        return place + (language == .french ? " : " : ": ") + text
    }

    /// - Parameter line: the first one about the same.
    static func lineTwice(_ line: Int, in language: Language) -> String {
        language == .french ? "Figure déjà à la ligne \(line)." : "Is there on line \(line) already."
    }

    static func unknownWard(_ wards: [String], in language: Language) -> String {
        let known = list(Array(wards.prefix(20)) + (wards.count > 20 ? ["…"] : []), language)
        return language == .french ? "Ce service n’existe pas : \(known)." : "This ward does not exist: \(known)."
    }

    static func onlyMediaType(_ type: String, in language: Language) -> String {
        language == .french ? "Seul le type \(type), sans compression, est accepté." : "Only \(type), not compressed, is accepted."
    }

    static func tooLarge(_ bytes: Int, in language: Language) -> String {
        language == .french ? "Le corps de la requête dépasse \(bytes >> 10) Kio." : "The request body exceeds \(bytes >> 10) KiB."
    }
}
