import Foundation

/// A password as an attacker's tools see it: made of pieces that they try first, and the rest.
///
/// The cheapest of all its splits into pieces counts. Only its beginning is read: what says nothing in 128 characters is no password.
struct GuessableText {
    static let maximumCharacters = 128

    private struct Sign {
        /// As typed, in lower case; what runs on a keyboard are made of.
        let typed: Unicode.Scalar
        /// Without case, diacritics and width.
        let folded: Unicode.Scalar
        /// Anything but letters and digits separates: it may stand between those of a word or a run.
        var separates: Bool { !folded.properties.isAlphabetic && folded.properties.numericType == nil }
        var isSpace: Bool { folded.properties.isWhitespace }
    }

    private let signs: [Sign]
    /// For each line of keys, where on it each sign is.
    private let places: [[Int?]]
    /// Where what begins at a sign has been before, in four letters or digits or more: the end of the longest such piece.
    private let repeatEnds: [Int?]

    /// - Parameter text: in NFC.
    init(_ text: String) {
        let all = text.unicodeScalars.prefix(Self.maximumCharacters).flatMap { scalar in
            let typed = scalar.properties.lowercaseMapping.unicodeScalars.first ?? scalar
            return Self.folded(String(scalar)).map { Sign(typed: typed, folded: $0) }
        }
        let signs = Array(all.prefix(Self.maximumCharacters))
        self.signs = signs
        places = CommonPasswords.lines.map { line in signs.map { line.places[$0.typed] ?? line.places[$0.folded] } }
        repeatEnds = Self.repeatEnds(in: signs)
    }

    /// Without case, diacritics and width; ligatures as two letters.
    static func folded(_ text: String) -> [Unicode.Scalar] {
        text.decomposedStringWithCompatibilityMapping.lowercased().unicodeScalars.flatMap { scalar -> [Unicode.Scalar] in
            switch scalar {
            case "œ": ["o", "e"]
            case "æ": ["a", "e"]
            case "ß": ["s", "s"]
            default: scalar.properties.generalCategory == .nonspacingMark ? [] : [scalar]
            }
        }
    }

    /// How many characters nobody expects: each of them counts one, a separator only the first time, a common word 3, a run or a year 2,
    /// a repetition 1, a space and a name nothing.
    /// - Parameter names: folded, letters and digits only.
    func unexpected(names: [[Unicode.Scalar]]) -> Int {
        var least = [Int](repeating: .max, count: signs.count + 1)
        least[0] = 0
        var separators: Set<Unicode.Scalar> = []
        for start in signs.indices {
            func reach(_ end: Int?, for cost: Int) {
                if let end { least[end] = min(least[end], least[start] + cost) }
            }
            let sign = signs[start]
            reach(start + 1, for: sign.isSpace || sign.separates && !separators.insert(sign.typed).inserted ? 0 : 1)
            for line in CommonPasswords.lines.indices { reach(endOfRun(on: line, from: start), for: 2) }
            reach(endOfYear(from: start), for: 2)
            reach(repeatEnds[start], for: 1)
            for letter in [sign.folded] + Self.meanings(sign.folded) {
                for word in CommonPasswords.words[letter] ?? [] { reach(end(of: word, from: start), for: 3) }
            }
            for name in names { reach(end(of: name, from: start), for: 0) }
        }
        return least[signs.count]
    }

    // MARK: Pieces, each as the index after its last sign

    private func end(of word: [Unicode.Scalar], from start: Int) -> Int? {
        var (next, index) = (0, start)
        while next < word.count, index < signs.count {
            let sign = signs[index]
            if sign.folded == word[next] || Self.meanings(sign.folded).contains(word[next]) {
                next += 1
            } else if next == 0 || !sign.separates {
                return nil
            }
            index += 1
        }
        return next == word.count ? index : nil
    }

    /// Four keys or more in one direction, where the last one's neighbour is the first and a key may come several times.
    private func endOfRun(on line: Int, from start: Int) -> Int? {
        let (places, length) = (places[line], CommonPasswords.lines[line].places.count)
        guard var last = places[start] else { return nil }
        var (direction, count, end) = (0, 1, start + 1)
        for index in (start + 1)..<signs.count {
            if let place = places[index], let step = [0, 1, length - 1].first(where: { (last + $0) % length == place }),
                step == 0 || direction == 0 || step == direction
            {
                (last, count, end) = (place, count + 1, index + 1)
                if step != 0 { direction = step }
            } else if !signs[index].separates {
                break
            }
        }
        return count >= 4 ? end : nil
    }

    private func endOfYear(from start: Int) -> Int? {
        guard start + 4 <= signs.count else { return nil }
        let digits = signs[start..<start + 4].map(\.folded)
        guard [["1", "9"], ["2", "0"]].contains(Array(digits[..<2])) else { return nil }
        return digits[2...].allSatisfy { ("0"..."9").contains($0) } ? start + 4 : nil
    }

    private static func repeatEnds(in signs: [Sign]) -> [Int?] {
        let solid = signs.indices.filter { !signs[$0].separates }
        var ends = [Int?](repeating: nil, count: signs.count)
        // From the right: shared[before] is how much of what begins at `before` comes again at `at`.
        var shared = [Int](repeating: 0, count: solid.count + 1)
        for at in solid.indices.reversed() {
            for before in 0..<at {
                shared[before] = signs[solid[before]].folded == signs[solid[at]].folded ? shared[before + 1] + 1 : 0
            }
            if let longest = shared[..<at].max(), longest >= 4 { ends[solid[at]] = solid[at + longest - 1] + 1 }
        }
        return ends
    }

    /// The letters that a sign stands for in "p@$$w0rd".
    private static func meanings(_ sign: Unicode.Scalar) -> [Unicode.Scalar] {
        switch sign {
        case "0": ["o"]
        case "1", "!", "|": ["i", "l"]
        case "3", "€": ["e"]
        case "4", "@": ["a"]
        case "5", "$": ["s"]
        case "6": ["g", "b"]
        case "7", "+": ["t"]
        case "8": ["b"]
        case "9": ["g"]
        default: []
        }
    }
}
