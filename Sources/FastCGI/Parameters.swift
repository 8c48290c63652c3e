import Glibc

/// The parameters of one request, copied out of libfcgi in one piece.
///
/// One allocation a request instead of one a parameter: the bytes lie one behind the other as `NAME=value\0`, and a
/// String is made only of what is asked for. Looking up is a walk over about thirty short entries.
public struct Parameters: Sendable {
    private let bytes: [UInt8]

    /// - Parameter pairs: names and values; where a name comes twice, the first counts. Without NUL bytes.
    public init(_ pairs: [(String, String)]) {
        var bytes: [UInt8] = []
        for (name, value) in pairs {
            bytes.append(contentsOf: name.utf8)
            bytes.append(UInt8(ascii: "="))
            bytes.append(contentsOf: value.utf8.filter { $0 != 0 })
            bytes.append(0)
        }
        self.bytes = bytes
    }

    /// - Parameter environment: `NAME=value` C strings, ended by a null pointer; read during this call only.
    init(environment: UnsafePointer<UnsafeMutablePointer<CChar>?>) {
        var total = 0
        var count = 0
        while let entry = environment[count] {
            total += strlen(entry) + 1
            count += 1
        }
        bytes = [UInt8](unsafeUninitializedCapacity: total) { buffer, initialized in
            guard let base = buffer.baseAddress else { return }
            for index in 0..<count {
                guard let entry = environment[index] else { break }
                let size = strlen(entry) + 1
                memcpy(base + initialized, entry, size)
                initialized += size
            }
        }
    }

    /// The value of a parameter such as `REQUEST_METHOD`, bytes that are no UTF-8 replaced; nil where it was not sent.
    public subscript(name: String) -> String? {
        value(nameLength: name.utf8.count) { start in
            zip(start, name.utf8).allSatisfy { $0 == $1 }
        }
    }

    /// The value of an HTTP header, whatever the case of `name`: `Accept-Language` is the parameter HTTP_ACCEPT_LANGUAGE.
    public func header(_ name: String) -> String? {
        value(nameLength: 5 + name.utf8.count) { start in
            start.starts(with: "HTTP_".utf8)
                && zip(start.dropFirst(5), name.utf8).allSatisfy { $0 == Self.parameterByte($1) }
        }
    }

    private static func parameterByte(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 32
        case UInt8(ascii: "-"): UInt8(ascii: "_")
        default: byte
        }
    }

    private func value(nameLength: Int, matches: (Slice<UnsafeRawBufferPointer>) -> Bool) -> String? {
        bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else { return nil }
            var start = 0
            while start < buffer.count, let end = memchr(base + start, 0, buffer.count - start) {
                let length = UnsafeRawPointer(end) - (base + start)
                if length > nameLength, buffer[start + nameLength] == UInt8(ascii: "="),
                    matches(buffer[start..<start + nameLength])
                {
                    return String(decoding: buffer[start + nameLength + 1..<start + length], as: UTF8.self)
                }
                start += length + 1
            }
            return nil
        }
    }
}
