/// A statement's parameters, encoded into one buffer.
struct Parameters {
    private var bytes: [UInt8] = []
    private var ends: [Int] = []
    private var nulls: [Bool] = []
    let oids: [UInt32]

    init(_ values: [any PostgresEncodable]) {
        oids = values.map { type(of: $0).oid }
        ends.reserveCapacity(values.count)
        nulls.reserveCapacity(values.count)
        for value in values {
            if !value.isNull { value.encode(into: &bytes) }
            nulls.append(value.isNull)
            ends.append(bytes.count)
        }
        bytes.append(0)  // so that an empty buffer still has an address: to libpq a null pointer is NULL
    }

    /// Lends the arrays that libpq wants: pointers, lengths and formats (all binary).
    func withPointers<T>(
        _ body: (_ count: Int32, UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<Int32>, UnsafePointer<Int32>) throws -> T
    ) rethrows -> T {
        try bytes.withUnsafeBytes { raw in
            let base = raw.bindMemory(to: CChar.self).baseAddress
            var pointers: [UnsafePointer<CChar>?] = []
            var lengths: [Int32] = []
            var start = 0
            for (end, isNull) in zip(ends, nulls) {
                pointers.append(isNull ? nil : base.map { $0 + start })
                lengths.append(Int32(end - start))
                start = end
            }
            let formats = [Int32](repeating: 1, count: ends.count)
            return try body(Int32(ends.count), pointers, lengths, formats)
        }
    }
}
