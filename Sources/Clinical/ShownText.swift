extension StringProtocol {
    /// Whether people can see all of a text that somebody typed: no space around it, no control character, none that is invisible or turns
    /// the direction of what follows, and no more marks over one letter than languages have, so that it stays in its line.
    public var isPrintable: Bool {
        guard let first = unicodeScalars.first, let last = unicodeScalars.last else { return true }
        guard !first.properties.isWhitespace, !last.properties.isWhitespace, !ShownText.isMark(first) else { return false }
        var marks = 0
        return unicodeScalars.allSatisfy { scalar in
            marks = ShownText.isMark(scalar) ? marks + 1 : 0
            return marks <= ShownText.maximumMarks && ShownText.isVisible(scalar)
        }
    }
}

/// A text that people see on screens: names of patients, wards, devices and beds, a device's status, an alert's words. THE rule for all of them:
/// the spaces around it are cut, and what is left is not empty and `isPrintable`. How long it may be is the database's CHECK.
public enum ShownText {
    /// What is wrong, by the wire's name of the field.
    public struct Faults: Error, Hashable, Sendable {
        public enum Fault: Hashable, Sendable { case empty, unprintable }
        public var fields: [String: Fault]

        public init(fields: [String: Fault]) { self.fields = fields }
    }

    /// Over or under one letter. Hebrew, Arabic and Vietnamese have up to three in a row, Tibetan four.
    public static let maximumMarks = 4

    private static let hidden: Set<Unicode.GeneralCategory> = [
        .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate,
    ]
    /// Symbols by their category, and yet nothing is drawn: a Braille cell without dots and a note without a head.
    private static let blank: Set<Unicode.Scalar> = ["\u{2800}", "\u{1D159}"]

    /// Whether a character shows itself, or is a space, and does nothing else.
    public static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        // Every text passes here; most are of these characters.
        (0x20..<0x7F).contains(scalar.value)
            || !scalar.properties.isDefaultIgnorableCodePoint && !hidden.contains(scalar.properties.generalCategory) && !blank.contains(scalar)
    }

    static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        // No mark is below U+0300.
        scalar.value >= 0x300 && [.nonspacingMark, .enclosingMark].contains(scalar.properties.generalCategory)
    }

    /// A text and the wire's name of its field.
    public struct Field {
        var name: String
        var text: String
        var mayBeEmpty: Bool
        /// What is stored, which stays as it is: who changes something else need not mend a name from before this rule.
        var before: String?

        public init(_ name: String, _ text: String, mayBeEmpty: Bool = false, before: String? = nil) {
            (self.name, self.text, self.mayBeEmpty, self.before) = (name, text, mayBeEmpty, before)
        }
    }

    /// The texts of one body, in the same order, without the spaces around them. All that are wrong are named.
    public static func checked(_ fields: [Field]) throws(Faults) -> [String] {
        var faults: [String: Faults.Fault] = [:]
        let shown = fields.map { field in
            if field.text == field.before { return field.text }
            let trimmed = field.text.trimmingSpaces
            if trimmed.isEmpty, !field.mayBeEmpty { faults[field.name] = .empty }
            if !trimmed.isPrintable { faults[field.name] = .unprintable }
            return trimmed
        }
        if !faults.isEmpty { throw Faults(fields: faults) }
        return shown
    }

    /// One text alone.
    public static func checked(_ text: String, field: String) throws(Faults) -> String { try checked([Field(field, text)])[0] }
}

extension String {
    /// Without the spaces, tabs and line breaks around it.
    fileprivate var trimmingSpaces: String {
        let scalars = unicodeScalars
        func isText(_ scalar: Unicode.Scalar) -> Bool { !scalar.properties.isWhitespace }
        guard let first = scalars.firstIndex(where: isText), let last = scalars.lastIndex(where: isText) else { return "" }
        return String(scalars[first...last])
    }
}
