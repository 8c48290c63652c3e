/// Why a text is not read as JSON.
public enum JSONError: Error, Hashable, Sendable {
    /// It is none.
    case malformed
    /// It has half a surrogate pair, which is no character.
    case unreadable
    /// It has more values, or more of them in one another, than the reader follows.
    case tooComplex
}

/// THE reader of JSON that others send. It takes time and memory in proportion to the bytes, whatever they are: each byte is looked at once, no type is
/// guessed, and what could cost more by its number or length (values, nesting, names, digits) is bounded.
extension JSON {
    /// Arrays and objects in one another.
    public static let maximumDepth = 32
    /// So many in any text, and one more for each `bytesPerValue`; a report's readings have fewer. Each costs as much as scanning dozens of bytes.
    static let minimumValues = 1_500
    static let bytesPerValue = 16
    public static let maximumValues = 20_000
    /// Of one object. A map of vitals has 1,000 at most.
    static let maximumMembers = 1_100
    /// A longer name, and one with other characters than ASCII's, is none that anybody reads: all such have the one name `otherName`. Swift hashes and
    /// compares names as Unicode does, which takes long for combining marks.
    static let maximumNameBytes = 64
    static let otherName = "…"
    /// More digits are not converted.
    static let maximumNumberBytes = 64

    /// Reads a text; of members with the same name the last one counts.
    ///
    /// - Parameter maximumValues: nil: in proportion to the text.
    public init(parsing text: [UInt8], maximumValues: Int? = nil) throws(JSONError) {
        let limit = maximumValues ?? Self.maximumValues(bytes: text.count)
        self = try JSONReader.read(text, limit) { reader throws(JSONError) in try reader.value(depth: 0, isKept: true) }
    }

    private static func maximumValues(bytes: Int) -> Int { min(maximumValues, minimumValues + bytes / bytesPerValue) }

    /// Only these members of an object, so that nothing is made of the others; they are checked all the same. Nil: no object.
    public static func members(_ names: Set<String>, of text: [UInt8]) throws(JSONError) -> [String: JSON]? {
        try JSONReader.read(text, maximumValues(bytes: text.count)) { reader throws(JSONError) in
            guard reader.peek == UInt8(ascii: "{") else {
                _ = try reader.value(depth: 0, isKept: false)
                return nil
            }
            return try reader.object(depth: 0) { names.contains($0) }
        }
    }
}

private struct JSONReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let maximumValues: Int
    private var at = 0
    private var values = 0

    static func read<T>(
        _ text: [UInt8], _ maximumValues: Int, _ read: (inout JSONReader) throws(JSONError) -> T
    ) throws(JSONError) -> T {
        let result: Result<T, JSONError> = text.withUnsafeBufferPointer { bytes in
            var reader = JSONReader(bytes: bytes, maximumValues: maximumValues)
            do throws(JSONError) {
                let value = try read(&reader)
                reader.skipSpace()
                return reader.at == bytes.count ? .success(value) : .failure(.malformed)
            } catch { return .failure(error) }
        }
        return try result.get()
    }

    private init(bytes: UnsafeBufferPointer<UInt8>, maximumValues: Int) {
        (self.bytes, self.maximumValues) = (bytes, maximumValues)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }  // a byte order mark
        skipSpace()
    }

    var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

    /// - Parameter isKept: else only its form is checked, and the value is null.
    mutating func value(depth: Int, isKept: Bool) throws(JSONError) -> JSON {
        values += 1
        guard values <= maximumValues, depth <= JSON.maximumDepth else { throw .tooComplex }
        skipSpace()
        guard let first = peek else { throw .malformed }
        switch first {
        case UInt8(ascii: "{"):
            let members = try object(depth: depth) { _ in isKept }
            return isKept ? .object(members) : .null
        case UInt8(ascii: "["): return try array(depth: depth, isKept: isKept)
        case UInt8(ascii: "\""): return try isKept ? .string(string()) : skippedString()
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    mutating func object(depth: Int, keeps: (String) -> Bool) throws(JSONError) -> [String: JSON] {
        at += 1
        var members: [String: JSON] = [:]
        if skip(UInt8(ascii: "}")) { return members }
        var count = 0
        repeat {
            count += 1
            guard count <= JSON.maximumMembers else { throw .tooComplex }
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw .malformed }
            let name = try name()
            guard skip(UInt8(ascii: ":")) else { throw .malformed }
            let isKept = keeps(name)
            let value = try value(depth: depth + 1, isKept: isKept)
            if isKept { members[name] = value }
        } while skip(UInt8(ascii: ","))
        guard skip(UInt8(ascii: "}")) else { throw .malformed }
        return members
    }

    private mutating func array(depth: Int, isKept: Bool) throws(JSONError) -> JSON {
        at += 1
        var elements: [JSON] = []
        if skip(UInt8(ascii: "]")) { return .array(elements) }
        repeat {
            let element = try value(depth: depth + 1, isKept: isKept)
            if isKept { elements.append(element) }
        } while skip(UInt8(ascii: ","))
        guard skip(UInt8(ascii: "]")) else { throw .malformed }
        return .array(elements)
    }

    private mutating func name() throws(JSONError) -> String {
        let name = try string()
        return name.utf8.count <= JSON.maximumNameBytes && name.utf8.allSatisfy { $0 < 0x80 } ? name : JSON.otherName
    }

    private mutating func word(_ word: StaticString, _ value: JSON) throws(JSONError) -> JSON {
        let count = word.utf8CodeUnitCount
        guard bytes.count - at >= count else { throw .malformed }
        for index in 0..<count where bytes[at + index] != word.utf8Start[index] { throw .malformed }
        at += count
        return value
    }

    // MARK: Texts

    private mutating func string() throws(JSONError) -> String {
        at += 1
        let start = at
        while let byte = peek {
            if byte == UInt8(ascii: "\"") {
                at += 1
                return try Self.text(UnsafeBufferPointer(rebasing: bytes[start..<(at - 1)]))
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
            guard byte >= 0x20 else { throw .malformed }
            at += 1
        }
        throw .malformed
    }

    private mutating func skippedString() throws(JSONError) -> JSON {
        _ = try string()
        return .null
    }

    private static func text(_ utf8: UnsafeBufferPointer<UInt8>) throws(JSONError) -> String {
        guard let text = String(validating: utf8, as: UTF8.self) else { throw .malformed }
        return text
    }

    /// The rest of a text that has an escape at `at`.
    private mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var text = Array(bytes[start..<at])
        while let byte = peek {
            at += 1
            if byte == UInt8(ascii: "\"") {
                guard let text = String(validating: text, as: UTF8.self) else { throw .malformed }
                return text
            }
            if byte == UInt8(ascii: "\\") {
                try escape(into: &text)
            } else {
                guard byte >= 0x20 else { throw .malformed }
                text.append(byte)
            }
        }
        throw .malformed
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        guard let byte = peek else { throw .malformed }
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(8)
        case UInt8(ascii: "f"): text.append(12)
        case UInt8(ascii: "n"): text.append(10)
        case UInt8(ascii: "r"): text.append(13)
        case UInt8(ascii: "t"): text.append(9)
        case UInt8(ascii: "u"):
            let scalar = try escapedScalar()
            text.append(contentsOf: scalar.utf8)
        default: throw .malformed
        }
    }

    private mutating func escapedScalar() throws(JSONError) -> Unicode.Scalar {
        let unit = try hexadecimals()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard UTF16.isLeadSurrogate(unit), at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u") else {
            throw .unreadable
        }
        at += 2
        let second = try hexadecimals()
        guard UTF16.isTrailSurrogate(second),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(unit & 0x3FF) << 10) + UInt32(second & 0x3FF))
        else { throw .unreadable }
        return scalar
    }

    private mutating func hexadecimals() throws(JSONError) -> UInt16 {
        guard bytes.count - at >= 4 else { throw .malformed }
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = Self.hexadecimal(bytes[at]) else { throw .malformed }
            unit = unit << 4 | digit
            at += 1
        }
        return unit
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    // MARK: Numbers

    private mutating func number() throws(JSONError) -> JSON {
        let start = at
        if peek == UInt8(ascii: "-") { at += 1 }
        let hasLeadingZero = peek == UInt8(ascii: "0")
        let whole = digits()
        guard whole > 0, !(hasLeadingZero && whole > 1) else { throw .malformed }
        var isWhole = true
        if peek == UInt8(ascii: ".") {
            at += 1
            isWhole = false
            guard digits() > 0 else { throw .malformed }
        }
        if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
            at += 1
            isWhole = false
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { at += 1 }
            guard digits() > 0 else { throw .malformed }
        }
        guard at - start <= JSON.maximumNumberBytes else { return .number(.nan) }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        if isWhole, text != "-0", let integer = Int(text) { return .integer(integer) }
        return .number(Double(text) ?? .nan)
    }

    private mutating func digits() -> Int {
        let start = at
        while let byte = peek, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte { at += 1 }
        return at - start
    }

    // MARK: Between the values

    private mutating func skip(_ byte: UInt8) -> Bool {
        skipSpace()
        guard peek == byte else { return false }
        at += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
    }
}
