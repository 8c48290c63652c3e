import Foundation

/// Which passwords people may choose, after NIST SP 800-63B-4, section 3.1.1: long enough to be the only factor, not one that an
/// attacker tries first, and nothing else; no composition rules, since they make passwords worse.
public enum PasswordPolicy {
    public enum Fault: String, Error, CaseIterable, Sendable {
        case tooShort, tooLong
        /// Common passwords, runs on the keyboard, repetitions, years, and too little beside them.
        case common
        /// The account's name, a ward's, the hospital's or ours, and too little beside it.
        case containsName
    }

    /// Unicode scalars, after NFC.
    public static let minimumCharacters = 15

    /// What is wrong with a password for the account of this name; nil: nothing.
    ///
    /// - Parameter places: the names of the hospital and its wards, which everybody there would try.
    public static func check(_ password: String, username: String, places: [String]) -> Fault? {
        guard let password = Password.normalizedIfFits(password) else { return .tooLong }
        guard password.unicodeScalars.count >= minimumCharacters else { return .tooShort }
        let text = GuessableText(password)
        let unexpected = text.unexpected(names: names(in: username) + places.prefix(maximumPlaces).flatMap(parts(of:)))
        guard unexpected < minimumUnexpected else { return nil }
        return unexpected < text.unexpected(names: []) ? .containsName : .common
    }

    /// What is hashed and compared: one spelling (NFC) for an é, whichever keyboard made it. `Password` does this itself.
    public static func normalized(_ password: String) -> String { password.precomposedStringWithCanonicalMapping }

    /// A provisional password. Sixteen characters of 32, so 80 bits, without those that are mistaken for others; in groups, to be typed.
    public static func made() throws -> String {
        let letters = Array("abcdefghijkmnpqrstuvwxyz23456789")
        let characters = try Random.bytes(16).map { letters[Int($0) % letters.count] }  // 256 is a multiple of 32: no bias
        return stride(from: 0, to: 16, by: 4).map { String(characters[$0..<$0 + 4]) }.joined(separator: "-")
    }

    /// As `GuessableText.unexpected` counts. Three common words do not reach it, nor a word, a year and a few signs; four words that
    /// are no common passwords are far above.
    static let minimumUnexpected = 10

    /// The whole name, its parts and ours, folded. Shorter parts than three letters say nothing.
    private static func names(in username: String) -> [[Unicode.Scalar]] {
        ["fajma".unicodeScalars.map(\.self)] + parts(of: username)
    }

    private static func parts(of name: String) -> [[Unicode.Scalar]] {
        let whole = GuessableText.folded(name)
        let parts = whole.split { !$0.properties.isAlphabetic && !("0"..."9").contains($0) }
        return ([parts.flatMap(\.self)] + parts.map(Array.init)).filter { $0.count >= 3 }
    }

    /// More are not compared: the time that a check takes grows with them.
    private static let maximumPlaces = 1_000
}
