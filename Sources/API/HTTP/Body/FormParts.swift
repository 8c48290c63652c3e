/// A body of `multipart/form-data` (RFC 7578): fields with texts. Files are not taken.
enum FormParts {
    private static let maximumParts = 200

    /// Of several with the same name the last one counts. - Throws: 400.
    static func values(_ body: [UInt8], boundary: String) throws -> [String: String] {
        let delimiter = Array("\r\n--\(boundary)".utf8)
        // The first delimiter has no line before it.
        var rest = (Array("\r\n".utf8) + body)[...]
        guard let first = range(of: delimiter, in: rest) else { throw Problem.parseError }
        rest = rest[first.upperBound...]
        var values: [String: String] = [:]
        for _ in 0...maximumParts {
            if rest.starts(with: "--".utf8) { return values }
            guard rest.starts(with: "\r\n".utf8), let end = range(of: delimiter, in: rest) else { throw Problem.parseError }
            let (name, value) = try field(rest[..<end.lowerBound])
            values[name] = value
            rest = rest[end.upperBound...]
        }
        throw Problem.invalid(Problem.wholeBody, .tooComplex)
    }

    /// Its headers, an empty line, and its text.
    private static func field(_ part: ArraySlice<UInt8>) throws -> (name: String, value: String) {
        guard let blank = range(of: Array("\r\n\r\n".utf8), in: part), let value = String(validating: part[blank.upperBound...], as: UTF8.self)
        else { throw Problem.parseError }
        let headers = part[..<blank.lowerBound].split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
        guard let disposition = headers.first(where: { $0.lowercased().hasPrefix("content-disposition:") }),
            let name = parameter("name", of: disposition)
        else { throw Problem.parseError }
        guard parameter("filename", of: disposition) == nil else { throw Problem.invalid(name, .wrongType) }
        return (name, value)
    }

    /// Each byte is looked at a few times at most, whatever the body.
    private static func range(of pattern: [UInt8], in bytes: ArraySlice<UInt8>) -> Range<Int>? {
        var from = bytes.startIndex
        while let at = bytes[from...].firstIndex(of: pattern[0]) {
            if bytes[at...].starts(with: pattern) { return at..<at + pattern.count }
            from = at + 1
        }
        return nil
    }

    /// `boundary` of a content type, `name` of a disposition; with or without quotation marks.
    static func parameter(_ name: String, of header: String) -> String? {
        for part in header.split(separator: ";").dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].trimmingBlanks.lowercased() == name else { continue }
            let value = pair[1].trimmingBlanks
            return value.count >= 2 && value.hasPrefix("\"") && value.hasSuffix("\"") ? String(value.dropFirst().dropLast()) : String(value)
        }
        return nil
    }
}

extension Substring {
    fileprivate var trimmingBlanks: Substring {
        let from = drop { $0.isWhitespace }
        return from.lastIndex { !$0.isWhitespace }.map { from[...$0] } ?? ""
    }
}
