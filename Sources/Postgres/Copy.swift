import CPostgres

extension Connection {
    /// Copies what a statement gives into a table of another connection, byte by byte and in constant memory.
    ///
    /// - Parameters:
    ///   - source: `COPY (…) TO STDOUT`, on this connection.
    ///   - sink: `COPY … FROM STDIN`, on the other; in the same format.
    /// - Returns: how many rows.
    @discardableResult
    public func copy(_ source: String, to other: Connection, _ sink: String, statement: String = #function) throws -> Int {
        try other.begin(sink, PGRES_COPY_IN, statement)
        do {
            try begin(source, PGRES_COPY_OUT, statement)
        } catch {
            other.giveUpCopy(statement)
            throw error
        }
        var buffer: UnsafeMutablePointer<CChar>?
        while true {
            let length = PQgetCopyData(handle, &buffer, 0)
            guard length > 0, let bytes = buffer else { break }  // the end, or an error, which `finish` reads
            defer { PQfreemem(bytes) }
            guard PQputCopyData(other.handle, bytes, length) == 1 else { throw PostgresError(kind: .connectionLost, statement: statement) }
        }
        do {
            _ = try finish(statement)
        } catch {
            other.giveUpCopy(statement)
            throw error
        }
        guard PQputCopyEnd(other.handle, nil) == 1 else { throw PostgresError(kind: .connectionLost, statement: statement) }
        return try other.finish(statement)
    }

    /// Nothing of what was sent is kept.
    private func giveUpCopy(_ statement: String) {
        PQputCopyEnd(handle, "the source failed")
        _ = try? finish(statement)
    }

    private func begin(_ sql: String, _ expected: ExecStatusType, _ statement: String) throws {
        guard PQsendQuery(handle, sql) == 1, let result = PQgetResult(handle) else {
            throw PostgresError(kind: .connectionLost, statement: statement)
        }
        defer { PQclear(result) }
        guard PQresultStatus(result) == expected else {
            let error = PostgresError(result: result, connection: handle, statement: statement)
            _ = try? finish(statement)
            throw error
        }
    }

    /// Reads to the end of the answer.
    private func finish(_ statement: String) throws -> Int {
        var (rows, failure): (Int, PostgresError?) = (0, nil)
        while let result = PQgetResult(handle) {
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_COMMAND_OK: rows = Int(String(cString: PQcmdTuples(result))) ?? 0
            case PGRES_COPY_IN, PGRES_COPY_OUT: throw PostgresError(kind: .connectionLost, statement: statement)
            default: failure = failure ?? PostgresError(result: result, connection: handle, statement: statement)
            }
        }
        if let failure { throw failure }
        return rows
    }
}
