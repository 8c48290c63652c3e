/// A value that can be read from a column in binary format.
public protocol PostgresDecodable {
    init(bytes: UnsafeRawBufferPointer, oid: UInt32) throws
    static func decodeNull() throws -> Self
}

extension PostgresDecodable {
    public static func decodeNull() throws -> Self { throw PostgresError(kind: .decoding) }
}

extension UnsafeRawBufferPointer {
    fileprivate func bigEndian<T: FixedWidthInteger>(_: T.Type = T.self) throws -> T {
        guard count == MemoryLayout<T>.size else { throw PostgresError(kind: .decoding) }
        return T(bigEndian: loadUnaligned(as: T.self))
    }
}

private func expect(_ oid: UInt32, in oids: UInt32...) throws {
    guard oids.contains(oid) else { throw PostgresError(kind: .decoding) }
}

extension Bool: PostgresDecodable {
    public init(bytes: UnsafeRawBufferPointer, oid: UInt32) throws {
        try expect(oid, in: 16)
        self = try bytes.bigEndian(UInt8.self) != 0
    }
}

/// `smallint`, `integer` and `bigint`.
extension Int: PostgresDecodable {
    public init(bytes: UnsafeRawBufferPointer, oid: UInt32) throws {
        switch oid {
        case 20: self = Int(try bytes.bigEndian(Int64.self))
        case 21: self = Int(try bytes.bigEndian(Int16.self))
        case 23: self = Int(try bytes.bigEndian(Int32.self))
        default: throw PostgresError(kind: .decoding)
        }
    }
}

extension Int16: PostgresDecodable {
    public init(bytes: UnsafeRawBufferPointer, oid: UInt32) throws {
        try expect(oid, in: 21)
        self = try bytes.bigEndian()
    }
}

extension Double: PostgresDecodable {
    public init(bytes: UnsafeRawBufferPointer, oid: UInt32) throws {
        try expect(oid, in: 701)
        self = Double(bitPattern: try bytes.bigEndian())
    }
}

/// `text`, `varchar`, `name`, `json`, and `date` is not among them: it has no text in binary format.
extension String: PostgresDecodable {
    public init(bytes: UnsafeRawBufferPointer, oid: UInt32) throws {
        try expect(oid, in: 25, 1043, 19, 114)
        self = String(decoding: bytes, as: UTF8.self)
    }
}

extension Bytes: PostgresDecodable {
    public init(bytes: UnsafeRawBufferPointer, oid: UInt32) throws {
        try expect(oid, in: 17)
        self.init([UInt8](bytes))
    }
}

/// `timestamptz`, but for `infinity` and `-infinity`, which are no points in time.
extension Timestamp: PostgresDecodable {
    public init(bytes: UnsafeRawBufferPointer, oid: UInt32) throws {
        try expect(oid, in: 1184)
        let (sum, overflows) = try bytes.bigEndian(Int64.self).addingReportingOverflow(Self.postgresEpoch)
        // The least number is `-infinity`, the greatest `infinity`.
        guard !overflows, sum != .min + Self.postgresEpoch else { throw PostgresError(kind: .decoding) }
        self.init(microseconds: sum)
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    public init(bytes: UnsafeRawBufferPointer, oid: UInt32) throws { self = try Wrapped(bytes: bytes, oid: oid) }
    public static func decodeNull() throws -> Wrapped? { nil }
}

/// One-dimensional arrays.
extension Array: PostgresDecodable where Element: PostgresDecodable {
    public init(bytes: UnsafeRawBufferPointer, oid _: UInt32) throws {
        var at = 0
        func next(_ count: Int) throws -> UnsafeRawBufferPointer {
            guard count >= 0, at + count <= bytes.count else { throw PostgresError(kind: .decoding) }
            defer { at += count }
            return UnsafeRawBufferPointer(rebasing: bytes[at..<at + count])
        }
        let dimensions = try next(4).bigEndian(Int32.self)
        _ = try next(4)  // whether it holds NULL
        let elementOID = try next(4).bigEndian(UInt32.self)
        self = []
        if dimensions == 0 { return }
        guard dimensions == 1 else { throw PostgresError(kind: .decoding) }
        let count = try next(4).bigEndian(Int32.self)
        _ = try next(4)  // lower bound
        for _ in 0..<count {
            let length = try next(4).bigEndian(Int32.self)
            append(length < 0 ? try Element.decodeNull() : try Element(bytes: next(Int(length)), oid: elementOID))
        }
    }
}
