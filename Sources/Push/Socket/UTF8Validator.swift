/// Says at the first wrong byte that a text is not UTF-8, however the text is cut into pieces.
///
/// After the table of well-formed byte sequences in the Unicode Standard (table 3-7): only the second byte of a
/// sequence has a range that depends on the first one; that excludes overlong forms, surrogates and what lies over U+10FFFF.
struct UTF8Validator {
    /// Bytes still missing of the character that was begun.
    private var missing: UInt8 = 0
    /// What the next one of them may be.
    private var low: UInt8 = 0x80
    private var high: UInt8 = 0xBF

    /// No character is half read.
    var isComplete: Bool { missing == 0 }

    /// Reads on. False: it is not UTF-8, whatever may follow.
    mutating func accept(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var at = 0
        while at < bytes.count {
            if missing == 0 {
                at = skipASCII(bytes, from: at)
                guard at < bytes.count else { return true }
            }
            guard accept(bytes[at]) else { return false }
            at += 1
        }
        return true
    }

    private mutating func accept(_ byte: UInt8) -> Bool {
        if missing > 0 {
            guard (low...high).contains(byte) else { return false }
            missing -= 1
            (low, high) = (0x80, 0xBF)
            return true
        }
        switch byte {
        case 0x00...0x7F: return true
        case 0xC2...0xDF: missing = 1
        case 0xE0: (missing, low) = (2, 0xA0)
        case 0xED: (missing, high) = (2, 0x9F)
        case 0xE1...0xEF: missing = 2
        case 0xF0: (missing, low) = (3, 0x90)
        case 0xF4: (missing, high) = (3, 0x8F)
        case 0xF1...0xF3: missing = 3
        default: return false
        }
        return true
    }

    /// Eight at a time: nearly every byte of our messages is ASCII.
    private func skipASCII(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var at = start
        while at + 8 <= bytes.count, bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self) & 0x8080_8080_8080_8080 == 0 {
            at += 8
        }
        while at < bytes.count, bytes[at] < 0x80 { at += 1 }
        return at
    }
}
