import CQRCode

/// A text as a QR code (ISO/IEC 18004), in the smallest size that mends 15 % of damage or more (level M).
///
/// The only file that calls libqrcodegen.
public struct QRCode: Sendable {
    public enum Refusal: Error { case tooLong }

    /// From the top, "1" for a dark module and "0" for a light one, without the quiet zone.
    public let rows: [String]

    /// - Parameter text: at most 2,331 bytes of ASCII, one less where other characters make it say that it is UTF-8.
    public init(_ text: String) throws(Refusal) {
        var data = Array(text.utf8)
        guard data.count < Self.bufferBytes else { throw .tooLong }
        var code = [UInt8](repeating: 0, count: Self.bufferBytes)
        guard Self.encode(&data, isASCII: data.allSatisfy { $0 < 128 }, into: &code) else { throw .tooLong }
        let size = qrcodegen_getSize(code)
        rows = (0..<size).map { y in String((0..<size).map { x in qrcodegen_getModule(code, x, y) ? "1" : "0" }) }
    }

    private static func encode(_ data: inout [UInt8], isASCII: Bool, into code: inout [UInt8]) -> Bool {
        var working = [UInt8](repeating: 0, count: bufferBytes)
        var designator = [UInt8](repeating: 0, count: 3)
        return data.withUnsafeMutableBufferPointer { data in
            designator.withUnsafeMutableBufferPointer { designator in
                let bytes = qrcodegen_Segment(
                    mode: qrcodegen_Mode_BYTE, numChars: Int32(data.count), data: data.baseAddress, bitLength: Int32(data.count * 8))
                // Readers guess the character set of a code that does not say it, and take an ô for Chinese.
                let segments = isASCII ? [bytes] : [qrcodegen_makeEci(utf8Designator, designator.baseAddress), bytes]
                return qrcodegen_encodeSegmentsAdvanced(
                    segments, segments.count, qrcodegen_Ecc_MEDIUM, qrcodegen_VERSION_MIN, qrcodegen_VERSION_MAX, qrcodegen_Mask_AUTO,
                    true, &working, &code)
            }
        }
    }

    /// UTF-8 among the standard's extended channel interpretations.
    private static let utf8Designator = 26

    /// qrcodegen_BUFFER_LEN_MAX, a macro that Swift does not see: a bit for each module of the largest code, and a byte.
    private static let bufferBytes = (177 * 177 + 7) / 8 + 1
}

extension QRCode {
    /// For a terminal of any colours: two modules a character, light ones drawn in white on black, with the quiet zone of four.
    public var terminal: String {
        let quiet = String(repeating: "0", count: 4)
        let empty = String(repeating: "0", count: rows.count + 8)
        let above = [String](repeating: empty, count: 4)
        // One row more makes pairs: every size is odd.
        let lines = (above + rows.map { quiet + $0 + quiet } + above + [empty]).map { $0.map { $0 == "1" } }
        return stride(from: 0, to: lines.count - 1, by: 2).map { y in
            let blocks = zip(lines[y], lines[y + 1]).map { upper, lower in
                switch (upper, lower) {
                case (false, false): "█"
                case (false, true): "▀"
                case (true, false): "▄"
                case (true, true): " "
                }
            }
            return "\u{1B}[97;40m" + blocks.joined() + "\u{1B}[0m"
        }.joined(separator: "\n")
    }
}
