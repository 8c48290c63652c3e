/// A value that can be sent as a parameter, in PostgreSQL's binary format.
public protocol PostgresEncodable {
    /// The type's number in `pg_type`, so that `$1` needs no cast. 0: the server infers it.
    static var oid: UInt32 { get }
    func encode(into bytes: inout [UInt8])
    /// True for SQL's NULL; then `encode` is not called.
    var isNull: Bool { get }
}

extension PostgresEncodable {
    public var isNull: Bool { false }
}

extension Bool: PostgresEncodable {
    public static var oid: UInt32 { 16 }
    public func encode(into bytes: inout [UInt8]) { bytes.append(self ? 1 : 0) }
}

extension Int: PostgresEncodable {
    public static var oid: UInt32 { 20 }
    public func encode(into bytes: inout [UInt8]) { bytes.appendBigEndian(Int64(self)) }
}

extension Int32: PostgresEncodable {
    public static var oid: UInt32 { 23 }
    public func encode(into bytes: inout [UInt8]) { bytes.appendBigEndian(self) }
}

extension Int16: PostgresEncodable {
    public static var oid: UInt32 { 21 }
    public func encode(into bytes: inout [UInt8]) { bytes.appendBigEndian(self) }
}

extension Double: PostgresEncodable {
    public static var oid: UInt32 { 701 }
    public func encode(into bytes: inout [UInt8]) { bytes.appendBigEndian(bitPattern) }
}

extension String: PostgresEncodable {
    public static var oid: UInt32 { 25 }
    public func encode(into bytes: inout [UInt8]) { bytes.append(contentsOf: utf8) }
}

/// Raw bytes, a `bytea`. A wrapper, because an array of `UInt8` would otherwise be an array of numbers.
public struct Bytes: Hashable, Sendable, PostgresEncodable {
    public var bytes: [UInt8]
    public init(_ bytes: [UInt8]) { self.bytes = bytes }
    public static var oid: UInt32 { 17 }
    public func encode(into bytes: inout [UInt8]) { bytes.append(contentsOf: self.bytes) }
}

extension Timestamp: PostgresEncodable {
    public static var oid: UInt32 { 1184 }
    public func encode(into bytes: inout [UInt8]) { bytes.appendBigEndian(microseconds - Self.postgresEpoch) }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    public static var oid: UInt32 { Wrapped.oid }
    public var isNull: Bool { self?.isNull ?? true }
    public func encode(into bytes: inout [UInt8]) { self?.encode(into: &bytes) }
}

/// One-dimensional arrays; elements may be NULL. `unnest($1, $2)` of such arrays is how many rows travel as one statement.
extension Array: PostgresEncodable where Element: PostgresEncodable {
    public static var oid: UInt32 {
        switch Element.oid {
        case 16: 1000
        case 17: 1001
        case 20: 1016
        case 21: 1005
        case 23: 1007
        case 25: 1009
        case 701: 1022
        case 1184: 1185
        default: 0
        }
    }

    public func encode(into bytes: inout [UInt8]) {
        bytes.reserveCapacity(bytes.count + 20 + count * 12)
        bytes.appendBigEndian(Int32(1))  // dimensions
        bytes.appendBigEndian(Int32(1))  // may hold NULL
        bytes.appendBigEndian(Element.oid)
        bytes.appendBigEndian(Int32(count))
        bytes.appendBigEndian(Int32(1))  // lower bound
        for element in self { bytes.appendField(element) }
    }
}

extension [UInt8] {
    mutating func appendBigEndian<T: FixedWidthInteger>(_ value: T) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    /// A length and the value, as array elements are sent; length -1 is NULL.
    mutating func appendField(_ value: some PostgresEncodable) {
        if value.isNull { return appendBigEndian(Int32(-1)) }
        let at = count
        appendBigEndian(Int32(0))
        value.encode(into: &self)
        let length = UInt32(count - at - 4)
        for i in 0..<4 { self[at + i] = UInt8(truncatingIfNeeded: length >> (24 - 8 * i)) }
    }
}
