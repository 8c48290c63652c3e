import Postgres

/// Many changes of which either all are kept or none.
extension Database {
    private struct Undone: Error {}

    /// Runs `body` in one transaction, and keeps what it changed only where `keeps` says so of its result: a trial is carried out and undone.
    ///
    /// - Throws: what `body` throws, and then nothing is changed.
    public func together<T>(keeping keeps: (T) -> Bool, _ body: () throws -> T) throws -> T {
        var result: T?
        do {
            return try pool.inTransaction { connection in
                // A savepoint, because the transaction may be one that a caller further up has begun.
                try connection.savepoint {
                    let value = try body()
                    if keeps(value) { return value }
                    result = value
                    throw Undone()
                }
            }
        } catch let undone as Undone {
            guard let result else { throw undone }
            return result
        }
    }

    /// Inside `together`: when `body` throws, only what it changed itself is undone.
    public func apart<T>(_ body: () throws -> T) throws -> T {
        try pool.with { connection in try connection.savepoint(body) }
    }
}
