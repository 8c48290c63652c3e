import Foundation

extension String {
    /// A name as people compare it: without accents, letter case, apostrophes, hyphens and spaces, ligatures and letters with strokes spelled out.
    /// `www/kit/fold.js` has the same rule; `Tests/fixtures/folding.json` holds both to it.
    var foldedName: String {
        decomposedStringWithCompatibilityMapping.lowercased().unicodeScalars.reduce(into: "") { folded, scalar in
            if let letters = Self.spelledOut[scalar] {
                folded += letters
            } else if !Self.dropped.contains(scalar.properties.generalCategory), !scalar.properties.isWhitespace, !Self.apostrophes.contains(scalar) {
                folded.unicodeScalars.append(scalar)
            }
        }
    }

    private static let spelledOut: [Unicode.Scalar: String] = [
        "œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŧ": "t", "ı": "i", "ŋ": "n", "ς": "σ",
    ]
    /// Marks, hyphens of every kind, and what is invisible.
    private static let dropped: Set<Unicode.GeneralCategory> = [
        .nonspacingMark, .spacingMark, .enclosingMark, .dashPunctuation, .format, .control,
    ]
    /// Of a keyboard, of typesetters, of Hawaiian and Hebrew, and what is typed for one.
    private static let apostrophes: Set<Unicode.Scalar> = [
        "'", "\u{2018}", "\u{2019}", "\u{201B}", "\u{2032}", "\u{2BC}", "\u{2BB}", "\u{2B9}", "\u{5F3}", "\u{60}", "\u{B4}", "\u{2212}",
    ]
}
