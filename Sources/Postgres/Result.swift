import CPostgres

/// The rows that a statement returned, in binary format.
public struct Result: RandomAccessCollection {
    private let handle: Handle

    init(_ pointer: OpaquePointer) { handle = Handle(pointer) }

    public var startIndex: Int { 0 }
    public var endIndex: Int { Int(PQntuples(handle.pointer)) }
    public subscript(index: Int) -> Row { Row(handle: handle, index: Int32(index)) }

    /// How many rows an INSERT, UPDATE or DELETE touched.
    public var affectedRows: Int { Int(String(cString: PQcmdTuples(handle.pointer))) ?? 0 }

    /// The one row, or nil where there is none.
    public func first() -> Row? { isEmpty ? nil : self[0] }

    final class Handle {
        let pointer: OpaquePointer
        init(_ pointer: OpaquePointer) { self.pointer = pointer }
        deinit { PQclear(pointer) }
    }
}

/// One row. Columns are read by position and checked against the type that the server named.
public struct Row {
    let handle: Result.Handle
    let index: Int32

    /// - Throws: `PostgresError` of kind `decoding` when the column is NULL and `T` is no optional, or of another type.
    public subscript<T: PostgresDecodable>(_ column: Int) -> T {
        get throws {
            let column = Int32(column)
            guard PQgetisnull(handle.pointer, index, column) == 0, let start = PQgetvalue(handle.pointer, index, column)
            else { return try T.decodeNull() }
            let bytes = UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(handle.pointer, index, column)))
            return try T(bytes: bytes, oid: PQftype(handle.pointer, column))
        }
    }
}
