extension StringProtocol {
    /// Whether people can see all of a text that somebody typed: no space around it, no control character, and none that is invisible or turns
    /// the direction of what follows.
    public var isPrintable: Bool {
        guard let first = unicodeScalars.first, let last = unicodeScalars.last else { return true }
        return !first.properties.isWhitespace && !last.properties.isWhitespace
            && unicodeScalars.allSatisfy { scalar in
                // Every text passes here; most are of these characters.
                (0x20..<0x7F).contains(scalar.value)
                    || !scalar.properties.isDefaultIgnorableCodePoint && !ShownText.hidden.contains(scalar.properties.generalCategory)
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

    static let hidden: Set<Unicode.GeneralCategory> = [
        .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate,
    ]

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
